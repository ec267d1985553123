{{ config(group='records') }}

-- Which records make a closed figure another one, and why: those behind the figure then and now, compared. A figure
-- that differs for another reason has none: one side shows none of them.
{%- set evidence = ref('indicator_evidence') %}
{%- set restated = indicators_restated() %}
with fresh as (
    select *
    from {{ ref('int_restatements__differing') }}
    where not is_kept and other_reason is null
),

evidence_before as (
    select
        fresh.restatement_key,
        evidence.record_kind,
        evidence.record_key,
        evidence.in_numerator,
        evidence.in_denominator,
        evidence.numerator_quantity,
        evidence.denominator_quantity,
        evidence.counted_value
    from fresh
    inner join {{ source('raw', 'closed_evidence') }} as evidence
        on fresh.snapshot_id = evidence.snapshot_id and fresh.indicator_code = evidence.indicator_code
),

evidence_after as (
    {%- if not restated %}
    select * from evidence_before
    {%- else %}
    select
        fresh.restatement_key,
        evidence.record_kind,
        evidence.record_key,
        bool_or(evidence.in_numerator) as in_numerator,
        bool_or(evidence.in_denominator) as in_denominator,
        max(evidence.numerator_quantity) as numerator_quantity,
        max(evidence.denominator_quantity) as denominator_quantity,
        max(evidence.counted_value) as counted_value
    from fresh
    inner join {{ evidence }} as evidence
        on
            fresh.indicator_code = evidence.indicator_code
            and fresh.district_code = evidence.district_code
            and fresh.period_grain = evidence.period_grain
            and fresh.period_start = evidence.period_start
            and fresh.period_end = evidence.period_end
    where
        evidence.indicator_code in ({{ restated | join(', ') }})
        and (fresh.ward_key is null or fresh.ward_key = evidence.ward_key)
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
        -- Null: the closing is older than the column, or the indicator counts records and no values.
        or (
            evidence_before.counted_value is not null
            and evidence_before.counted_value is distinct from evidence_after.counted_value
        )
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
)

select
    changes.restatement_key,
    changes.record_kind,
    changes.record_key,
    changes.change,
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
