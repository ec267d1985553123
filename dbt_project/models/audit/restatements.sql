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
    kept.restatement_key,
    kept.closing_key,
    kept.indicator_code,
    kept.indicator_version_before,
    kept.indicator_version_after,
    kept.ward_key,
    kept.district_code,
    kept.period_grain,
    kept.period_start,
    kept.period_end,
    kept.numerator_before,
    kept.numerator_after,
    kept.denominator_before,
    kept.denominator_after,
    kept.value_before,
    kept.value_after,
    kept.value_note_before,
    kept.value_note_after,
    kept.records_added,
    kept.records_removed,
    kept.records_changed,
    kept.records,
    kept.reasons,
    kept.first_seen_at,
    -- No row is taken back: a figure that became again what was reported shows as one that is no longer restated.
    differing.restatement_key is not null as is_current
from kept
left join {{ ref('int_restatements__differing') }} as differing on kept.restatement_key = differing.restatement_key
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
