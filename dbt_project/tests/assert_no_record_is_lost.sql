-- Every record of every ward that reached the warehouse is in its fact table, once, unless it is deleted at its source.
-- Both sides are first compared as a number of records and a sum of hashes, which takes a fraction of the time of
-- comparing millions of keys; the keys are compared, and named, where those differ.
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

sums as (
    {%- for kind, names in kinds.items() %}
    select
        '{{ kind }}' as record_kind,
        count(*) as records,
        coalesce(sum(loaded.key_hash), 0) as key_hashes
    from (
        select distinct {{ text_hash(names.key) }} as key_hash
        from {{ names.staging }}
        where {{ names.key }} not in (
            select d.record_key
            from deleted as d
            where d.record_kind = '{{ kind }}'
        )
    ) as loaded
    union all
    select
        '{{ kind }}' as record_kind,
        -count(*) as records,
        -coalesce(sum({{ text_hash(names.key) }}), 0) as key_hashes
    from {{ names.fact }}
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
