-- Hồ sơ chia cho cán bộ có đều không?
-- Is the work shared evenly among officers?
--
-- An officer is a keyed hash here: how many there are and how much the busiest has can be said, who it is cannot.
with loads as (
    select
        ward_name_vi,
        officer_key,
        count(*) as dossiers
    from analyst.dossiers_named
    where
        district_code = 'quan_11'
        and officer_key is not null
        and received_date between date '2018-11-01' and date '2018-11-30'
    group by ward_name_vi, officer_key
)

select
    ward_name_vi,
    count(*) as officers,
    sum(dossiers)::bigint as dossiers,
    max(dossiers) as of_the_busiest,
    round(max(dossiers) / sum(dossiers), 3) as share_of_the_busiest
from loads
group by ward_name_vi
order by share_of_the_busiest desc, ward_name_vi
limit 6
