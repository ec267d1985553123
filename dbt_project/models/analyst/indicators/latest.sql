-- Of each grain the newest period that is over and that the district's data reach: never a month that is half read.
select named.*
from {{ mart('indicators_named') }} as named
where
    named.is_complete
    and named.period_end = (
        select max(newest.period_end)
        from {{ mart('reform_indicators') }} as newest
        inner join {{ mart('dim_ward') }} as district on newest.district_code = district.ward_key
        where
            newest.district_code = named.district_code
            and newest.ward_key is null
            and newest.period_grain = named.period_grain
            and newest.period_end <= district.district_as_of
    )
