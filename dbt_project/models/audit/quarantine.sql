-- A record broken in the same way on several nights is one case. A record without an id is a case of its own.
with identified as (
    select
        entries.*,
        entries.ward_key
        || ':' || entries.record_kind
        || ':' || coalesce(entries.source_record_id, entries.entry_id)
        || ':' || entries.rule_codes as quarantine_key
    from {{ ref('stg_quarantine') }} as entries
),

ranked as (
    select
        identified.*,
        min(identified.night) over (partition by identified.quarantine_key) as first_seen,
        count(*) over (partition by identified.quarantine_key) as times_seen,
        row_number() over (
            partition by identified.quarantine_key
            order by identified.night desc, identified.quarantined_at desc, identified.entry_id desc
        ) as recency
    from identified
),

closings as (
    select
        ranked.quarantine_key,
        min(accepted.night) as closed_on
    from ranked
    inner join {{ ref('stg_accepted_records') }} as accepted
        on
            ranked.record_kind = accepted.record_kind
            and ranked.ward_key = accepted.ward_key
            and ranked.source_record_id = accepted.source_record_id
            and ranked.night <= accepted.night
    where ranked.recency = 1
    group by ranked.quarantine_key
)

select
    ranked.quarantine_key,
    ranked.record_kind,
    ranked.ward_key,
    ranked.district_code,
    ranked.source_record_id,
    ranked.rule_codes as rules,
    {{ json_list_texts('ranked.rules', 'vi') }} as sentences_vi,
    {{ json_list_texts('ranked.rules', 'en') }} as sentences_en,
    ranked.received,
    ranked.source_position,
    ranked.first_seen,
    ranked.night as last_seen,
    cast(ranked.times_seen as integer) as times_seen,
    closings.closed_on,
    case when closings.closed_on is null then 'open' else 'closed_by_source' end as state
from ranked
left join closings on ranked.quarantine_key = closings.quarantine_key
where ranked.recency = 1
