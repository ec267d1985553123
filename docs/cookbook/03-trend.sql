-- Ba tháng gần nhất so với tháng trước đó
-- Are we better or worse than in the months before?
--
-- Beside the month before stands the same month a year before, where there are records; a series never crosses two
-- versions of a definition.
select
    name_en,
    period_label_vi,
    round(value, 3) as value,
    before_label_vi,
    round(value_before, 3) as value_before,
    round(change, 3) as change
from analyst.indicators_change
where
    unit_key = 'quan_11'
    and indicator_code in ('on_time_of_resolved', 'online_filing_rate', 'satisfaction_rate')
    and period_grain = 'month'
    and period_start between date '2018-09-01' and date '2018-11-01'
order by indicator_code, period_start
