{# A record that is read again keeps its id: the newest change wins, and of two reads of one change the later night.
   The content hash only makes the choice repeatable. #}
{% macro newest_versions(relation) %}
with ranked as (
    select
        versions.*,
        row_number() over (
            partition by versions.ward_key, versions.source_record_id
            order by versions.source_changed_at desc nulls last, versions.night desc, versions.content_hash desc
        ) as version_rank
    from {{ relation }} as versions
)

select * from ranked
where version_rank = 1
{% endmacro %}
