{# The definitions as rows: one per indicator and version. #}
{% macro indicator_rows() %}
    {%- set sources = indicator_sources() -%}
    {%- for definition in indicator_catalogue() -%}
    {%- set numerator = definition.numerator or {} -%}
    {%- set denominator = definition.denominator or {} -%}
select
    {{ sql_text(definition.code) }} as indicator_code,
    {{ definition.version }} as indicator_version,
    {{ loop.index }} as display_order,
    date '{{ definition.valid_from }}' as valid_from,
    date '{{ definition.valid_to or "9999-12-31" }}' as valid_to,
    {{ sql_text(definition.theme) }} as theme,
    {{ sql_text(definition.name.vi) }} as name_vi,
    {{ sql_text(definition.name.en) }} as name_en,
    {{ sql_text(definition.description.vi) }} as description_vi,
    {{ sql_text(definition.description.en) }} as description_en,
    {{ sql_text(definition.kind) }} as indicator_kind,
    {{ sql_text(definition.unit) }} as unit,
    {{ sql_text(definition.direction) }} as direction,
    {{ sql_text(numerator.record_kind) }} as numerator_record_kind,
    {{ sql_text(numerator.date) }} as numerator_date,
    {{ sql_text(numerator.where) }} as numerator_predicate,
    {{ sql_text(numerator.sum_of) }} as numerator_sum_of,
    {{ sql_text(numerator.opened) }} as state_from,
    {{ sql_text(numerator.closed) }} as state_to,
    {{ sql_text(denominator.record_kind) }} as denominator_record_kind,
    {{ sql_text(denominator.date) }} as denominator_date,
    {{ sql_text(denominator.where) }} as denominator_predicate,
    {{ sql_text(denominator.sum_of) }} as denominator_sum_of,
    {{ sql_text(definition.value_of) }} as value_of,
    {{ sql_text(definition.breakdowns | join(', ') if definition.breakdowns else none) }} as breakdowns,
    {{ sql_text(definition.empty_note) }} as empty_note,
    {{ 'true' if definition.scorecard else 'false' }} as is_on_scorecard,
    cast({{ definition.small_number_threshold or 'null' }} as integer) as small_number_threshold,
    {{ sql_text(sources[definition.source].vi) }} as source_vi,
    {{ sql_text(sources[definition.source].en) }} as source_en
{% if not loop.last %}union all{% endif %}
    {% endfor -%}
{% endmacro %}

{# One row per step of an indicator's target series. #}
{% macro indicator_target_rows() %}
    {%- set sources = indicator_sources() -%}
    {%- set rows = [] -%}
    {%- for definition in indicator_catalogue() -%}
        {%- for target in definition.targets or [] -%}
            {%- set row -%}
select
    {{ sql_text(definition.code) }} as indicator_code,
    {{ definition.version }} as indicator_version,
    date '{{ target.from }}' as applies_from,
    cast({{ target.value }} as double precision) as target,
    {{ sql_text(target.comparison) }} as comparison,
    {{ sql_text(sources[target.source].vi) }} as source_vi,
    {{ sql_text(sources[target.source].en) }} as source_en
            {%- endset -%}
            {%- do rows.append(row) -%}
        {%- endfor -%}
    {%- endfor -%}
{{ rows | join('\nunion all\n') }}
{% endmacro %}

{# One row per indicator, version and record kind that it needs. #}
{% macro indicator_record_kind_rows() %}
    {%- set rows = [] -%}
    {%- for definition in indicator_catalogue() -%}
        {%- set kinds = indicator_part_kinds(definition) -%}
        {%- set covered_by = [] -%}
        {%- for kind in kinds -%}
            {%- do covered_by.append(indicator_record_kinds()[kind].covered_by or kind) -%}
        {%- endfor -%}
        {%- set kinds = covered_by | unique | list -%}
        {%- for kind in kinds -%}
            {%- set row -%}
select
    {{ sql_text(definition.code) }} as indicator_code,
    {{ definition.version }} as indicator_version,
    {{ sql_text(kind) }} as record_kind,
    {{ kinds | length }} as record_kinds_needed
            {%- endset -%}
            {%- do rows.append(row) -%}
        {%- endfor -%}
    {%- endfor -%}
{{ rows | join('\nunion all\n') }}
{% endmacro %}
