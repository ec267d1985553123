-- A record broken in the same way on several nights is one case. A record without an id is a case of its own.
with last_decisions as (
    select *
    from (
        select
            decisions.*,
            row_number() over (
                partition by decisions.entry_id
                order by decisions.decision_number desc
            ) as recency
        from {{ ref('stg_decisions') }} as decisions
    ) as numbered
    where recency = 1
),

-- A version of a record that was rejected stays rejected, whatever night reads it again.
rejections as (
    select
        record_kind,
        ward_key,
        coalesce(source_record_id, source_position) as record_key,
        content_hash,
        min(decision_number) as decision_number
    from {{ ref('stg_decisions') }}
    where action = 'rejected'
    group by record_kind, ward_key, coalesce(source_record_id, source_position), content_hash
),

entries as (
    select
        quarantined.*,
        decided.action,
        decided.decided_by,
        decided.reason,
        decided.decided_at
    from {{ ref('stg_quarantine') }} as quarantined
    left join rejections
        on
            quarantined.record_kind = rejections.record_kind
            and quarantined.ward_key = rejections.ward_key
            and coalesce(quarantined.source_record_id, quarantined.source_position) = rejections.record_key
            and quarantined.content_hash = rejections.content_hash
    left join last_decisions as decided
        on
            rejections.record_kind = decided.record_kind
            and rejections.ward_key = decided.ward_key
            and rejections.decision_number = decided.decision_number
            and rejections.record_key = coalesce(decided.source_record_id, decided.source_position)
            and rejections.content_hash = decided.content_hash
    union all
    -- What a decision let in is in quarantine no longer; the log remembers it.
    select
        decided.entry_id,
        decided.record_kind,
        decided.ward_key,
        decided.district_code,
        decided.night,
        decided.source_record_id,
        decided.source_position,
        decided.received,
        decided.rules,
        decided.rule_codes,
        decided.content_hash,
        decided.quarantined_at,
        decided.action,
        decided.decided_by,
        decided.reason,
        decided.decided_at
    from last_decisions as decided
    left join {{ ref('stg_quarantine') }} as waiting on decided.entry_id = waiting.entry_id
    where waiting.entry_id is null
),

identified as (
    select
        entries.*,
        entries.ward_key
        || ':' || entries.record_kind
        || ':' || coalesce(entries.source_record_id, entries.entry_id)
        || ':' || entries.rule_codes as quarantine_key
    from entries
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
    ranked.rules as rule_details,
    {{ json_list_texts('ranked.rules', 'vi') }} as sentences_vi,
    {{ json_list_texts('ranked.rules', 'en') }} as sentences_en,
    ranked.received,
    ranked.source_position,
    ranked.first_seen,
    ranked.night as last_seen,
    cast(ranked.times_seen as integer) as times_seen,
    closings.closed_on,
    case
        when ranked.action is not null then ranked.action
        when closings.closed_on is null then 'open'
        else 'closed_by_source'
    end as state,
    ranked.decided_by,
    ranked.reason as decision_reason,
    ranked.decided_at
from ranked
left join closings on ranked.quarantine_key = closings.quarantine_key
where ranked.recency = 1
