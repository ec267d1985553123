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
{%- set by_record = key == ['ward_key', 'source_record_id'] %}
{%- set among = of_changed_records(changed) | trim if changed else '' %}
{%- set read -%}
    from {{ 'changed_versions' if among else relation }} as versions
    left join {{ ref('int_read_nights') }} as read_nights
        on
            versions.ward_key = read_nights.ward_key
            and versions.night = read_nights.night
            and read_nights.record_kind = '{{ record_kind }}'
{%- endset %}
{%- set same -%}
    {% for column in key %}versions.{{ column }} is not distinct from repeated.{{ column }}{% if not loop.last %} and {% endif %}{% endfor %}
{%- endset %}
{%- set named -%}
    {%- if not by_record %}
    left join named
        on
            versions.ward_key = named.ward_key
            and versions.source_record_id is not distinct from named.source_record_id
    {%- endif %}
{%- endset %}
-- Nearly all records have one version: to rank those too would sort every column of them, half of the cost of a fact.
with
{%- if among %}
-- Read once: the engine would look for them among all versions wherever they are named.
changed_versions as materialized (
    select versions.*
    from {{ relation }} as versions
    {{ among }}
),
{%- endif %}
repeated as (
    select
        {% for column in key %}versions.{{ column }}, {% endfor %}

        max(versions.night) as newest_night,
        max(case when read_nights.is_full then versions.night end) as stated_night
    {{ read }}
    group by {% for column in key %}versions.{{ column }}{% if not loop.last %}, {% endif %}{% endfor %}

    having count(*) > 1
),
{%- if not by_record %}

named as (
    select
        ward_key,
        source_record_id,
        max(night) as newest_night
    from {{ relation }}
    group by ward_key, source_record_id
),
{%- endif %}

ranked as (
    select
        versions.*,
        read_nights.night_ends_at,
        {{ 'versions.night' if by_record else 'named.newest_night' }} as newest_night,
        case when read_nights.is_full then versions.night end as stated_night,
        cast(1 as bigint) as version_rank
    {{ read }}
    left join repeated on {{ same }}
    {{ named }}
    where repeated.{{ key[0] }} is null
    union all
    select
        versions.*,
        read_nights.night_ends_at,
        {{ 'repeated' if by_record else 'named' }}.newest_night,
        repeated.stated_night,
        row_number() over (
            partition by {% for column in key %}versions.{{ column }}{% if not loop.last %}, {% endif %}{% endfor %}

            order by
                case when versions.night < repeated.stated_night then 1 else 0 end,
                {% for column in changed_at -%}
                least(versions.{{ column }}, read_nights.night_ends_at) desc nulls last,
                {% endfor -%}
                versions.night desc,
                versions.content_hash desc
        ) as version_rank
    {{ read }}
    inner join repeated on {{ same }}
    {{ named }}
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
