{{ config(materialized='table_in_place') }}

-- Each ward that ever was beside what it is today, by the shares that the resolutions state.
select
    units.ward_code as ward_code_before,
    units.name_vi as ward_name_before_vi,
    units.district_name_vi as district_name_before_vi,
    units.valid_from as before_valid_from,
    units.valid_to as before_valid_to,
    today.ward_code as ward_code_now,
    today.name_vi as ward_name_now_vi,
    case when today.ward_code is not null then now.share end as share_now,
    now.note as now_note
from {{ ref('int_ward_now') }} as now
inner join {{ ref('dim_ward_history') }} as units on now.ward_history_key = units.ward_history_key
left join {{ ref('dim_ward_history') }} as today on now.now_key = today.ward_history_key
