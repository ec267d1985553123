-- Every record of every ward that reached the warehouse is in its fact table, once, unless it is deleted at its source.
-- Both sides are first compared as a number of records and a sum of hashes, which takes a fraction of the time of
-- comparing millions of keys; the keys are compared, and named, where those differ. A record comes again whenever it
-- changes, and to count the records is to look for those that came twice. Most came in one night of their ward, its
-- largest: there each key stands once, so a night looks for those of the other nights alone. Where a key does stand
-- there twice, and once in its fact, the sums differ, and the keys are compared. An audit of everything looks for those
-- that came twice in all nights.
{%- set kinds = {} %}
{%- for name, fact in var('facts').items() %}
{%- do kinds.update({fact.record_kind: {
    'staging': ref('stg_' ~ fact.record_kind), 'fact': ref(name), 'key': fact.key
}}) %}
{%- endfor %}
with deleted as (
    select
        record_kind,
        ward_key || ':' || source_record_id as record_key
    from {{ ref('deleted_records') }}
    where state = 'deleted'
),

{% for kind, names in kinds.items() %}
{{ kind }}_largest_nights as (
    select
        ward_key,
        max_by(night, versions) as night
    from (
        select
            ward_key,
            night,
            count(*) as versions
        from {{ names.staging }}
        group by ward_key, night
    ) as nights
    group by ward_key
),

{{ kind }}_versions as (
    select
        {{ text_hash('v.' ~ names.key) }} as key_hash,
        {{ 'false' if audits_everything() else 'l.night is not null' }} as is_of_largest
    from {{ names.staging }} as v
    left join {{ kind }}_largest_nights as l on v.ward_key = l.ward_key and v.night = l.night
    where v.{{ names.key }} not in (
        select d.record_key
        from deleted as d
        where d.record_kind = '{{ kind }}'
    )
),

{{ kind }}_of_other_nights as (
    select distinct key_hash
    from {{ kind }}_versions
    where not is_of_largest
),

{{ kind }}_of_both as (
    select distinct key_hash
    from {{ kind }}_versions
    where is_of_largest and key_hash in (select o.key_hash from {{ kind }}_of_other_nights as o)
),
{% endfor %}
sums as (
    {%- for kind, names in kinds.items() %}
    {%- set signed = [
        (1, kind ~ '_versions where is_of_largest', 'key_hash'),
        (1, kind ~ '_of_other_nights', 'key_hash'),
        (-1, kind ~ '_of_both', 'key_hash'),
        (-1, names.fact, text_hash(names.key)),
    ] %}
    {%- for sign, counted, key_hash in signed %}
    select
        '{{ kind }}' as record_kind,
        {{ sign }} * count(*) as records,
        {{ sign }} * coalesce(sum({{ key_hash }}), 0) as key_hashes
    from {{ counted }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

differing as (
    select record_kind
    from sums
    group by record_kind
    having sum(records) <> 0 or sum(key_hashes) <> 0
),

expected as (
    {%- for kind, names in kinds.items() %}
    select distinct
        '{{ kind }}' as record_kind,
        {{ names.key }} as record_key
    from {{ names.staging }}
    where
        '{{ kind }}' in (select d.record_kind from differing as d)
        and {{ names.key }} not in (
            select d.record_key
            from deleted as d
            where d.record_kind = '{{ kind }}'
        )
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

published as (
    {%- for kind, names in kinds.items() %}
    select
        '{{ kind }}' as record_kind,
        {{ names.key }} as record_key,
        count(*) as times
    from {{ names.fact }}
    where '{{ kind }}' in (select d.record_kind from differing as d)
    group by {{ names.key }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select
    coalesce(expected.record_kind, published.record_kind) as record_kind,
    coalesce(expected.record_key, published.record_key) as record_key,
    coalesce(published.times, 0) as times
from expected
full outer join published
    on expected.record_kind = published.record_kind and expected.record_key = published.record_key
where expected.record_key is null or published.record_key is null or published.times > 1
