{# A record that is read again keeps its key: the newest change wins, and of two reads of one change the later night.
   The content hash only makes the choice repeatable. A record that a reconciliation found deleted is left out, until a
   later night brings it again.
   changed: the records of which a night computes the newest version; without it, all of them.
   key: the columns that name a record; changed_at: the columns that say when it changed, the weightiest first. #}
{% macro newest_versions(
    relation, record_kind, key=['ward_key', 'source_record_id'], changed_at=['source_changed_at'], changed=none
) %}
with ranked as (
    select
        versions.*,
        max(versions.night) over (partition by versions.ward_key, versions.source_record_id) as newest_night,
        row_number() over (
            partition by {% for column in key %}versions.{{ column }}{% if not loop.last %}, {% endif %}{% endfor %}

            order by
                {% for column in changed_at %}versions.{{ column }} desc nulls last, {% endfor %}
                versions.night desc, versions.content_hash desc
        ) as version_rank
    from {{ relation }} as versions
    {{ of_changed_records(changed) if changed }}
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
