{{ config(access='protected') }}

{%- set figures = [
    'family', 'district_code', 'ward_key', 'period_grain', 'period_start', 'period_end', 'dimension', 'member', 'note'
] | join(', ') %}
-- The periods whose published figures a night makes again: those whose sums it computed, and those in which a figure is
-- hidden, or no longer hidden, beside one of another period.
with now as (
    select {{ figures }}
    from {{ ref('int_suppressed_figures') }}
    where period_start is not null
),

before as (
    select {{ figures }}
    from {{ ref('int_suppressed_figures__before') }}
),

hidden_since as (
    select * from now
    except
    select * from before
),

shown_since as (
    select * from before
    except
    select * from now
)

select
    period_grain,
    period_start,
    period_end
from {{ ref('int_stale_periods') }}
union
select
    period_grain,
    period_start,
    period_end
from hidden_since
union
select
    period_grain,
    period_start,
    period_end
from shown_since
