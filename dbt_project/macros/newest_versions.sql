{# A record that is read again keeps its key. What a read with `full` states is what the source said then, also where it
   went back: it outranks what earlier nights brought. Otherwise the newest change wins, and of two reads of one change
   the later night; a change time after the night that read it counts as the night's end, so that a wrong clock or year
   hides no later correction. `ward_warehouse.night.versions` has the same order. The content hash only makes the choice
   repeatable. A record that a reconciliation found deleted is left out, until a later night brings it again.
   changed: the records of which a night computes the newest version; without it, all of them.
   key: the columns that name a record; changed_at: the columns that say when it changed, the weightiest first. #}
{% macro newest_versions(
    relation, record_kind, key=['ward_key', 'source_record_id'], changed_at=['source_changed_at'], changed=none
) %}
with dated as (
    select
        versions.*,
        read_nights.night_ends_at,
        max(versions.night) over (partition by versions.ward_key, versions.source_record_id) as newest_night,
        max(case when read_nights.is_full then versions.night end) over (
            partition by {% for column in key %}versions.{{ column }}{% if not loop.last %}, {% endif %}{% endfor %}

        ) as stated_night
    from {{ relation }} as versions
    left join {{ ref('int_read_nights') }} as read_nights
        on
            versions.ward_key = read_nights.ward_key
            and versions.night = read_nights.night
            and read_nights.record_kind = '{{ record_kind }}'
    {{ of_changed_records(changed) if changed }}
),

ranked as (
    select
        dated.*,
        row_number() over (
            partition by {% for column in key %}dated.{{ column }}{% if not loop.last %}, {% endif %}{% endfor %}

            order by
                case when dated.night < dated.stated_night then 1 else 0 end,
                {% for column in changed_at -%}
                least(dated.{{ column }}, dated.night_ends_at) desc nulls last,
                {% endfor -%}
                dated.night desc,
                dated.content_hash desc
        ) as version_rank
    from dated
)

select ranked.*
from ranked
left join {{ ref('int_deletions__newest') }} as deletions
    on
        ranked.ward_key = deletions.ward_key
        and ranked.source_record_id = deletions.source_record_id
        and deletions.record_kind = '{{ record_kind }}'
where
    ranked.version_rank = 1
    and not (coalesce(deletions.is_deleted, false) and ranked.newest_night <= deletions.night)
{% endmacro %}
