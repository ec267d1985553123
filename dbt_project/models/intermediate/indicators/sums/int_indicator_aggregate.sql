-- The sums of all record kinds; the parts of one indicator may be of two. A night has the periods that it computes
-- again.
with sums as (
    {% for record_kind in indicator_record_kinds() -%}
    select parts.*
    from {{ ref('int_indicator_sums__' ~ record_kind) }} as parts
    where {{ is_stale_period('parts') }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {%- endfor %}
)

select
    indicator_code,
    indicator_version,
    district_code,
    ward_key,
    period_grain,
    period_start,
    period_end,
    cast(sum(numerator) as bigint) as numerator,
    cast(sum(denominator) as bigint) as denominator
from sums
group by indicator_code, indicator_version, district_code, ward_key, period_grain, period_start, period_end
