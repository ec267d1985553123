-- Bản ghi bị giữ lại vì sao?
-- Why were records refused?
--
-- A record that broke several rules is counted with each of them.
with broken as (
    select
        quarantine_key,
        record_kind,
        ward_key,
        unnest(string_split(rules, ',')) as rule
    from audit.quarantine
    where state = 'open'
),

sentences as (
    select distinct
        record_kind,
        rule,
        sentence_vi
    from audit.validation_results
)

select
    broken.rule,
    min(sentences.sentence_vi) as sentence_vi,
    count(distinct broken.quarantine_key) as records,
    count(distinct broken.ward_key) as wards
from broken
left join sentences on broken.record_kind = sentences.record_kind and broken.rule = sentences.rule
group by broken.rule
order by records desc, broken.rule
limit 6
