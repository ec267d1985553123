{{ config(severity='warn') }}

-- A dossier code stands in one record of a ward. Where it does not, both records count and somebody has to ask the
-- ward: a warning, which the build counts. A night looks at the codes of the dossiers that it computed.
-- depends_on: {{ ref_of_nights('int_dossiers__changed') }}
{%- set dossiers = ref('fct_dossiers') %}
{%- set changed = ref_of_nights('int_dossiers__changed') %}
select
    ward_key,
    dossier_code,
    count(*) as records
from {{ dossiers }}
{%- if only_changes() %}
where (ward_key, dossier_code) in (
    select
        of_the_night.ward_key,
        of_the_night.dossier_code
    from {{ dossiers }} as of_the_night
    where of_the_night.dossier_key in (select c.dossier_key from {{ changed }} as c)
)
{%- endif %}
group by ward_key, dossier_code
having count(*) > 1
