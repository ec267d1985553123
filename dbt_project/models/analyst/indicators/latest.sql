-- Of each grain the newest period that is over and that the district's data reach: never a month that is half read.
with newest as (
    select
        figures.district_code,
        figures.period_grain,
        max(figures.period_end) as period_end
    from {{ mart('reform_indicators') }} as figures
    inner join {{ mart('dim_ward') }} as district on figures.district_code = district.ward_key
    where figures.ward_key is null and figures.period_end <= district.district_as_of
    group by figures.district_code, figures.period_grain
)

select named.*
from {{ mart('indicators_named') }} as named
inner join newest
    on
        named.district_code = newest.district_code
        and named.period_grain = newest.period_grain
        and named.period_end = newest.period_end
where named.is_complete
