-- A dossier that a ward received and the ward after it took over: one dossier with a record in each. Which days of it
-- count where, and one account of it for all its records: the reception is the first record's, the end the last one's.
-- What the last one does not say of the promise, supplements and letters counts as the first one has it.
--
-- Each candidate is paired with one other at most, the closest: wards that were merged may have used one short code.
-- Where a ward was split, what another of its successors has of the same dossier is a second copy of it, and counts
-- nowhere; the copy that goes on is the one that ended.
with candidates as (
    {{ handover_candidates() }}
),

ordered as (
    select
        candidates.*,
        row_number() over (
            order by
                candidates.is_same_reception desc,
                candidates.is_same_procedure desc,
                candidates.is_ended desc,
                candidates.from_received_at desc,
                candidates.to_received_at desc,
                candidates.from_key desc,
                candidates.to_key desc
        ) as place
    from candidates
),

placed as (
    select
        ordered.*,
        min(ordered.place) over (partition by ordered.from_key) as closest_to_former,
        min(ordered.place) over (partition by ordered.to_key) as closest_to_later
    from ordered
),

handovers as (
    select
        from_key,
        to_key,
        to_ward_key,
        succession_date
    from placed
    where place = closest_to_former and place = closest_to_later
),

second_copies as (
    select distinct
        candidates.to_key,
        handovers.to_key as counted_key
    from candidates
    inner join handovers
        on
            candidates.from_key = handovers.from_key
            and candidates.succession_date = handovers.succession_date
            and candidates.to_ward_key <> handovers.to_ward_key
    left join handovers as own on candidates.to_key = own.to_key
    where own.to_key is null
),

-- What was taken over from a second copy is one too.
copies as (
    select
        to_key,
        counted_key
    from second_copies
    union
    select
        handovers.to_key,
        second_copies.counted_key
    from second_copies
    inner join handovers on second_copies.to_key = handovers.from_key
),

-- Through at most two changes, as int_ward_now.
taken_over as (
    select
        records.dossier_key,
        records.ward_key,
        records.source_record_id,
        came.succession_date as counted_from,
        {{ add_days('went.succession_date', -1) }} as counted_to,
        coalesce(came_before.from_key, came.from_key, records.dossier_key) as first_key,
        coalesce(went_on.to_key, went.to_key, records.dossier_key) as last_key
    from {{ ref('int_dossiers__shared') }} as records
    left join handovers as came on records.dossier_key = came.to_key
    left join handovers as came_before on came.from_key = came_before.to_key
    left join handovers as went on records.dossier_key = went.from_key
    left join handovers as went_on on went.to_key = went_on.from_key
    where came.to_key is not null or went.from_key is not null
),

chains as (
    select
        dossier_key,
        ward_key,
        source_record_id,
        counted_from,
        counted_to,
        first_key,
        last_key
    from taken_over
    where dossier_key not in (select copies.to_key from copies)
    union all
    -- Its days are none: it would count from after its last one.
    select
        records.dossier_key,
        records.ward_key,
        records.source_record_id,
        date '9999-12-31' as counted_from,
        date '1900-01-01' as counted_to,
        counted.first_key,
        counted.last_key
    from copies
    inner join {{ ref('int_dossiers__shared') }} as records on copies.to_key = records.dossier_key
    inner join taken_over as counted on copies.counted_key = counted.dossier_key
)

select
    chains.dossier_key,
    chains.ward_key,
    chains.source_record_id,
    chains.counted_from,
    chains.counted_to,
    first_records.received_at,
    first_records.received_date,
    {%- for column in ['resolved', 'returned', 'stopped'] %}
    last_records.{{ column }}_at,
    last_records.{{ column }}_date,
    {%- endfor %}
    {%- for column in ['due', 'repromised_due', 'apology', 'explanation', 'notified'] %}
    coalesce(last_records.{{ column }}_at, first_records.{{ column }}_at) as {{ column }}_at,
    coalesce(last_records.{{ column }}_date, first_records.{{ column }}_date) as {{ column }}_date,
    {%- endfor %}
    {%- for column in ['requested_at', 'requested_date', 'received_at', 'received_date', 'count'] %}
    case
        when last_records.supplement_requested_at is null and coalesce(last_records.supplement_count, 0) = 0
            then first_records.supplement_{{ column }}
        else last_records.supplement_{{ column }}
    end as supplement_{{ column }},
    {%- endfor %}
    last_records.status
from chains
inner join {{ ref('int_dossiers__shared') }} as first_records on chains.first_key = first_records.dossier_key
inner join {{ ref('int_dossiers__shared') }} as last_records on chains.last_key = last_records.dossier_key
