-- The periods whose figures a night computes again: those of which a change touches a month, and those of which a sum
-- is another for a reason that no month says: a stock after a late end, a night made up for, a return, a decision.
with months as (
    select distinct month_start
    from {{ ref('int_changed_months') }}
)

select
    periods.period_grain,
    periods.period_start,
    periods.period_end
from {{ ref('int_periods') }} as periods
inner join months
    on
        months.month_start <= periods.period_end
        and periods.period_start < {{ add_months('months.month_start', 1) }}
union
select
    period_grain,
    period_start,
    period_end
from {{ ref('int_period_digests') }}
group by period_grain, period_start, period_end
having count(*) <> 2 or min(digest) <> max(digest)
