-- What the figures of a district were as of when the last build had passed.
{%- set built = source('kept', 'int_districts') %}
{%- set districts = ref('stg_districts') %}
{%- if only_changes() %}
select
    district_code,
    as_of,
    first_period_date
from {{ built }}
{%- else %}
select
    district_code,
    cast(null as date) as as_of,
    cast(null as date) as first_period_date
from {{ districts }}
where false
{%- endif %}
