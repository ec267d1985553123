-- A figure that differs from what its period was closed with. What an earlier build saw is kept in the lake and stays a
-- row for good; what this build sees first is explained here, and kept by the loader when the build has passed.
with kept as (
    -- Two builds at once may both have been the first to see it.
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

details as (
    select
        restatement_key,
        sum(case when change = 'added' then 1 else 0 end) as records_added,
        sum(case when change = 'removed' then 1 else 0 end) as records_removed,
        sum(case when change = 'changed' then 1 else 0 end) as records_changed,
        {{ json_objects(['record_kind', 'record_key', 'change', 'reason'], 'record_kind, record_key') }} as records,
        {{ joined_texts('reason') }} as reasons
    from {{ ref('int_restatements__changes') }}
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
    restatement_key in (
        select differing.restatement_key from {{ ref('int_restatements__differing') }} as differing
    ) as is_current
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
    cast('{{ built_at() }}' as timestamp with time zone) as first_seen_at,
    true as is_current
from {{ ref('int_restatements__differing') }} as fresh
left join details on fresh.restatement_key = details.restatement_key
where not fresh.is_kept
