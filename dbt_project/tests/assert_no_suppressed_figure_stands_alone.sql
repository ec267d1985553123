-- Of a line that adds up, never exactly one figure is suppressed: it would be the total less the others.
{{ config(tags='by_construction') }}

with figures as (
    {%- for indicators in ['indicator_breakdowns', 'reform_indicators'] %}
    select
        indicator_code || ':v' || indicator_version || {{ "':' || dimension" if loop.first else "':mode'" }} as of_what,
        ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        {{ 'member' if loop.first else "'all'" }} as member,
        value_note
    from {{ ref(indicators) }}
    {%- if not loop.first %}
    where indicator_code = 'satisfaction_rate' and period_grain in ('month', 'quarter', 'half_year', 'year')
    {%- endif %}
    union all
    {%- endfor %}
    select
        question as of_what,
        ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        mode as member,
        value_note
    from {{ ref('survey_statistics') }}
),

lines as (
    {%- for line in ['ward_key', 'member'] %}
    select
        of_what,
        district_code,
        period_grain,
        period_start,
        period_end,
        coalesce({{ line }}, 'district') as line_key,
        count(*) as figures,
        sum(case when value_note in ('suppressed_small_number', 'suppressed_secondary') then 1 else 0 end) as suppressed
    from figures
    group by of_what, district_code, period_grain, period_start, period_end, {{ line }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select *
from lines
where suppressed = 1 and figures > 1
