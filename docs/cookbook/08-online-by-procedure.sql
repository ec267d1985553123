-- Thủ tục nào nộp trực tuyến nhiều, ít?
-- Which procedures are filed online, and which are not?
--
-- Only procedures that can be filed online: where the level is 1 or 2 nobody could.
with procedures as (
    select
        procedure_code,
        min(name_vi) as name_vi,
        max(online_level::integer) as online_level
    from marts.dim_procedure
    where district_code = 'quan_11'
    group by procedure_code
)

select
    figures.member as procedure_code,
    procedures.name_vi,
    procedures.online_level,
    figures.denominator as received,
    figures.numerator as filed_online,
    round(figures.value, 3) as share
from marts.indicator_breakdowns as figures
inner join procedures on figures.member = procedures.procedure_code
where
    figures.district_code = 'quan_11'
    and figures.ward_key is null
    and figures.indicator_code = 'online_filing_rate'
    and figures.dimension = 'procedure'
    and figures.period_grain = 'year'
    and procedures.online_level >= 3
order by figures.value desc, figures.member
limit 8
