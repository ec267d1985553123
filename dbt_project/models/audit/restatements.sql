-- A figure that differs from what its period was closed with. What an earlier build saw is kept in the lake and stays a
-- row for good; what this build sees first is explained here, and kept by the loader when the build has passed.
{%- set evidence = ref('indicator_evidence') %}
{#- Nothing can differ while nothing is closed, and opening a view of all records would cost more than most models. #}
{%- set nothing_is_closed = env_var('DBT_CLOSED_PERIODS', 'some') == 'none' %}
with differing as (
    select
        closed.closing_key
        || ':' || closed.indicator_code
        || ':v' || coalesce(cast(figures.indicator_version as varchar), '-')
        || ':' || coalesce(cast(figures.numerator as varchar), '-')
        || '/' || coalesce(cast(figures.denominator as varchar), '-')
        || '=' || coalesce(cast(figures.value as varchar), figures.value_note, '-') as restatement_key,
        closed.closing_key,
        closings.snapshot_id,
        -- What the lake got after that build is not in the closed figures.
        coalesce(closings.built_at, closings.decided_at) as known_until,
        closed.indicator_code,
        closed.indicator_version as indicator_version_before,
        figures.indicator_version as indicator_version_after,
        closed.ward_key,
        closed.district_code,
        closed.period_grain,
        closed.period_start,
        closed.period_end,
        closed.numerator as numerator_before,
        closed.denominator as denominator_before,
        closed.value as value_before,
        closed.value_note as value_note_before,
        figures.numerator as numerator_after,
        figures.denominator as denominator_after,
        figures.value as value_after,
        figures.value_note as value_note_after,
        -- Why, when it is not its records; then they are not compared either: one side shows none of them.
        case
            when closed.indicator_version <> coalesce(figures.indicator_version, 0) then 'definition_changed'
            when 'not_reported' in (closed.value_note, figures.value_note) then 'reporting_changed'
            when
                coalesce(closed.value_note, '') like 'suppressed%'
                or coalesce(figures.value_note, '') like 'suppressed%'
                then 'suppression_changed'
        end as other_reason
    from {{ ref('closed_indicators') }} as closed
    inner join {{ ref('period_decisions') }} as closings on closed.closing_key = closings.decision_key
    left join {{ ref('reform_indicators') }} as figures
        on
            closed.indicator_code = figures.indicator_code
            and closed.district_code = figures.district_code
            and coalesce(closed.ward_key, '') = coalesce(figures.ward_key, '')
            and closed.period_grain = figures.period_grain
            and closed.period_start = figures.period_start
            and closed.period_end = figures.period_end
    where
        closed.is_last_closing
        and (
            closed.indicator_version is distinct from figures.indicator_version
            or closed.numerator is distinct from figures.numerator
            or closed.denominator is distinct from figures.denominator
            or closed.value is distinct from figures.value
            or closed.value_note is distinct from figures.value_note
        )
),

-- Two builds at once may both have been the first to see it.
kept as (
    select *
    from (
        select
            restatements.*,
            row_number() over (
                partition by restatements.restatement_key
                order by restatements.first_seen_at, restatements.kept_in
            ) as recency
        from {{ source('raw', 'restatements') }} as restatements
    ) as numbered
    where recency = 1
),

fresh as (
    select differing.*
    from differing
    left join kept on differing.restatement_key = kept.restatement_key
    where kept.restatement_key is null
),

evidence_before as (
    select
        fresh.restatement_key,
        evidence.record_kind,
        evidence.record_key,
        evidence.in_numerator,
        evidence.in_denominator,
        evidence.numerator_quantity,
        evidence.denominator_quantity
    from fresh
    inner join {{ source('raw', 'closed_evidence') }} as evidence
        on fresh.snapshot_id = evidence.snapshot_id and fresh.indicator_code = evidence.indicator_code
    where fresh.other_reason is null
),

evidence_after as (
    {%- if nothing_is_closed %}
    select * from evidence_before
    {%- else %}
    select
        fresh.restatement_key,
        evidence.record_kind,
        evidence.record_key,
        bool_or(evidence.in_numerator) as in_numerator,
        bool_or(evidence.in_denominator) as in_denominator,
        max(evidence.numerator_quantity) as numerator_quantity,
        max(evidence.denominator_quantity) as denominator_quantity
    from fresh
    inner join {{ evidence }} as evidence
        on
            fresh.indicator_code = evidence.indicator_code
            and fresh.district_code = evidence.district_code
            and fresh.period_grain = evidence.period_grain
            and fresh.period_start = evidence.period_start
            and fresh.period_end = evidence.period_end
    where fresh.other_reason is null and (fresh.ward_key is null or fresh.ward_key = evidence.ward_key)
    group by fresh.restatement_key, evidence.record_kind, evidence.record_key
    {%- endif %}
),

changes as (
    select
        coalesce(evidence_before.restatement_key, evidence_after.restatement_key) as restatement_key,
        coalesce(evidence_before.record_kind, evidence_after.record_kind) as record_kind,
        coalesce(evidence_before.record_key, evidence_after.record_key) as record_key,
        case
            when evidence_before.record_key is null then 'added'
            when evidence_after.record_key is null then 'removed'
            else 'changed'
        end as change -- noqa: RF04
    from evidence_before
    full outer join evidence_after
        on
            evidence_before.restatement_key = evidence_after.restatement_key
            and evidence_before.record_kind = evidence_after.record_kind
            and evidence_before.record_key = evidence_after.record_key
    where
        evidence_before.record_key is null
        or evidence_after.record_key is null
        or evidence_before.in_numerator is distinct from evidence_after.in_numerator
        or evidence_before.in_denominator is distinct from evidence_after.in_denominator
        or evidence_before.numerator_quantity is distinct from evidence_after.numerator_quantity
        or evidence_before.denominator_quantity is distinct from evidence_after.denominator_quantity
),

versions as (
    select
        accepted.record_kind,
        accepted.ward_key || ':' || accepted.source_record_id as record_key,
        min(partitions.committed_at) as first_committed_at,
        max(partitions.committed_at) as last_committed_at
    from {{ ref('stg_accepted_records') }} as accepted
    inner join {{ ref('stg_partitions') }} as partitions
        on
            accepted.record_kind = partitions.record_kind
            and accepted.ward_key = partitions.ward_key
            and accepted.night = partitions.night
    where accepted.ward_key || ':' || accepted.source_record_id in (select changes.record_key from changes)
    group by accepted.record_kind, accepted.ward_key || ':' || accepted.source_record_id
),

let_in as (
    select
        record_kind,
        ward_key || ':' || source_record_id as record_key,
        max(decided_at) as decided_at
    from {{ ref('stg_decisions') }}
    where action in ('replayed', 'accepted')
    group by record_kind, ward_key || ':' || source_record_id
),

explained as (
    select
        changes.*,
        case
            when changes.change = 'removed' and deleted.is_deleted then 'deleted_at_source'
            when let_in.decided_at > fresh.known_until then 'let_in_from_quarantine'
            when changes.change = 'added' and versions.first_committed_at > fresh.known_until then 'arrived_late'
            when versions.last_committed_at > fresh.known_until then 'corrected_late'
            -- The record is the same and counts otherwise: a rule, a catalogue, a calendar or another record changed.
            else 'recomputed'
        end as reason
    from changes
    inner join fresh on changes.restatement_key = fresh.restatement_key
    left join versions
        on changes.record_kind = versions.record_kind and changes.record_key = versions.record_key
    left join let_in
        on changes.record_kind = let_in.record_kind and changes.record_key = let_in.record_key
    left join {{ ref('int_deletions__newest') }} as deleted
        on
            changes.record_kind = deleted.record_kind
            and changes.record_key = deleted.ward_key || ':' || deleted.source_record_id
),

details as (
    select
        restatement_key,
        sum(case when change = 'added' then 1 else 0 end) as records_added,
        sum(case when change = 'removed' then 1 else 0 end) as records_removed,
        sum(case when change = 'changed' then 1 else 0 end) as records_changed,
        {{ json_objects(['record_kind', 'record_key', 'change', 'reason'], 'record_kind, record_key') }} as records,
        {{ joined_texts('reason') }} as reasons
    from explained
    group by restatement_key
)

select
    restatement_key,
    closing_key,
    indicator_code,
    indicator_version_before,
    indicator_version_after,
    ward_key,
    district_code,
    period_grain,
    period_start,
    period_end,
    numerator_before,
    numerator_after,
    denominator_before,
    denominator_after,
    value_before,
    value_after,
    value_note_before,
    value_note_after,
    records_added,
    records_removed,
    records_changed,
    records,
    reasons,
    first_seen_at,
    -- No row is taken back: a figure that became again what was reported shows as one that is no longer restated.
    restatement_key in (select differing.restatement_key from differing) as is_current
from kept
union all
select
    fresh.restatement_key,
    fresh.closing_key,
    fresh.indicator_code,
    fresh.indicator_version_before,
    fresh.indicator_version_after,
    fresh.ward_key,
    fresh.district_code,
    fresh.period_grain,
    fresh.period_start,
    fresh.period_end,
    fresh.numerator_before,
    fresh.numerator_after,
    fresh.denominator_before,
    fresh.denominator_after,
    fresh.value_before,
    fresh.value_after,
    fresh.value_note_before,
    fresh.value_note_after,
    cast(coalesce(details.records_added, 0) as bigint) as records_added,
    cast(coalesce(details.records_removed, 0) as bigint) as records_removed,
    cast(coalesce(details.records_changed, 0) as bigint) as records_changed,
    details.records,
    coalesce(fresh.other_reason, details.reasons, 'recomputed') as reasons,
    current_timestamp as first_seen_at,
    true as is_current
from fresh
left join details on fresh.restatement_key = details.restatement_key
