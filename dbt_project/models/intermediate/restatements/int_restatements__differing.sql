{{ config(group='records') }}

-- The figures that are not what their period was closed with, as this build sees them; of a period that was closed
-- twice the last closing counts.
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

kept as (
    select distinct restatement_key from {{ source('raw', 'restatements') }}
)

select
    differing.*,
    -- An earlier build saw it and explained it then.
    kept.restatement_key is not null as is_kept
from differing
left join kept on differing.restatement_key = kept.restatement_key
