-- A view for each theme, and in it a branch for each indicator: a query for one indicator reads its branch alone.
{% for theme in indicator_definitions() | map(attribute='theme') | unique -%}
select * from {{ mart('indicator_evidence__' ~ theme) }}
{% if not loop.last -%}
union all
{% endif %}
{%- endfor %}
