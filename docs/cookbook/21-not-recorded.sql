-- Phần mềm của phường không ghi được gì?
-- What can a ward's software not say?
--
-- Such a figure is no zero and not missing: it is not recorded. `missing` names what the software would have to record.
select
    units.ward_name_vi,
    missing.missing,
    count(distinct missing.indicator_code) as indicators
from marts.indicators_not_recorded as missing
inner join marts.dim_ward as units on missing.ward_key = units.ward_key
where missing.district_code = 'quan_11' and units.unit_kind = 'ward' and missing.missing like 'dossiers.%'
group by units.ward_name_vi, missing.missing
order by indicators desc, units.ward_name_vi, missing.missing
limit 6
