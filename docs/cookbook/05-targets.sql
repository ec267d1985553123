-- Có những mục tiêu nào, của ai và từ khi nào?
-- Which targets were set, for whom and from when?
--
-- A target counts for periods that start on or after its day, and for the wards of its province or district alone: then
-- `target` and `target_met` stand beside the figure in `analyst.indicators_named`.
select
    indicators.name_vi,
    targets.scope_kind,
    targets.scope_code,
    targets.applies_from,
    targets.comparison,
    targets.target,
    targets.source_vi
from marts.indicator_targets as targets
inner join marts.dim_indicator as indicators
    on
        targets.indicator_code = indicators.indicator_code
        and targets.indicator_version = indicators.indicator_version
order by indicators.display_order, targets.applies_from
