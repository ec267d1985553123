{# A record that is read again keeps its key: the newest change wins, and of two reads of one change the later night.
   The content hash only makes the choice repeatable.
   key: the columns that name a record; changed_at: the columns that say when it changed, the weightiest first. #}
{% macro newest_versions(relation, key=['ward_key', 'source_record_id'], changed_at=['source_changed_at']) %}
with ranked as (
    select
        versions.*,
        row_number() over (
            partition by {% for column in key %}versions.{{ column }}{% if not loop.last %}, {% endif %}{% endfor %}

            order by
                {% for column in changed_at %}versions.{{ column }} desc nulls last, {% endfor %}
                versions.night desc, versions.content_hash desc
        ) as version_rank
    from {{ relation }} as versions
)

select * from ranked
where version_rank = 1
{% endmacro %}
