-- Phường nào phục vụ sáng thứ Bảy, và bao nhiêu hồ sơ?
-- Who serves on Saturdays, and how many dossiers end then?
with saturdays as (
    select
        ward_key,
        count(*) filter (where is_held) as held,
        count(*) as in_all
    from marts.fct_service_saturdays
    group by ward_key
)

select
    figures.unit_name_vi,
    saturdays.held as saturdays_held,
    saturdays.in_all as saturdays_in_all,
    figures.numerator as ended_on_a_saturday,
    round(figures.value, 3) as share_of_ended
from analyst.indicators_year as figures
left join saturdays on figures.ward_key = saturdays.ward_key
where
    figures.district_code = 'quan_11'
    and figures.unit_kind = 'ward'
    and figures.indicator_code = 'saturday_share'
order by figures.value desc, figures.unit_name_vi
limit 5
