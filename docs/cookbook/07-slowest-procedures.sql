-- Thủ tục nào lâu nhất?
-- Which procedures take longest?
--
-- The median of the records themselves: half of the dossiers took no longer. Less than twenty are left out.
with procedures as (
    select
        procedure_code,
        min(name_vi) as name_vi
    from marts.dim_procedure
    where district_code = 'quan_11'
    group by procedure_code
)

select
    figures.member as procedure_code,
    procedures.name_vi,
    figures.denominator as dossiers,
    figures.value as median_working_days
from marts.indicator_breakdowns as figures
left join procedures on figures.member = procedures.procedure_code
where
    figures.district_code = 'quan_11'
    and figures.ward_key is null
    and figures.indicator_code = 'median_working_days'
    and figures.dimension = 'procedure'
    and figures.period_grain = 'year'
    and figures.denominator >= 20
order by figures.value desc, figures.member
limit 6
