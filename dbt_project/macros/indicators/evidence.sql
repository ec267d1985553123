{# The records behind every value of a theme, from the definitions that the sums come from. One branch per indicator, with
   a constant code, so that a query for one indicator reads that branch alone. A value that is suppressed, not recorded or not
   reported has no evidence. #}
{% macro indicator_evidence(theme) %}
    {%- set branches = [] -%}
    {%- for definition in indicator_catalogue() if definition.theme == theme -%}
        {%- do branches.extend(indicator_evidence_branches(definition, mart('reform_indicators'))) -%}
    {%- endfor -%}
{{ branches | join('\nunion all\n') }}
{% endmacro %}

{# The records behind the values of an indicator; `figures` is the relation of the values. #}
{% macro indicator_evidence_branches(definition, figures) %}
    {%- set parts = definition.parts -%}
    {%- if parts | map(attribute='record_kind') | unique | list | length == 1
        and parts | map(attribute='date') | unique | list | length == 1 -%}
        {{ return([indicator_evidence_branch(definition, parts, figures)]) }}
    {%- endif -%}
    {#- Numerator and denominator are different records: each has a branch of its own. -#}
    {%- set branches = [] -%}
    {%- for part in parts -%}
        {%- do branches.append(indicator_evidence_branch(definition, [part], figures)) -%}
    {%- endfor -%}
    {{ return(branches) }}
{% endmacro %}

{# The values whose records of the evidence view do not add up to them, for every ward and month: of the indicators of
   these record kinds, or of all but these. All grains come from the same text, and opening each day of each year every
   night would cost more than the build. A night opens the months that it computed, a build of everything and a night of
   each week all of them: that finds a kept sum that is stale. A test for some record kinds at a time, because a branch
   of the view holds its memory until all have ended.

   A night takes the branches that the view is made of, over the figures of its months alone: to read the whole view, and
   the table of all figures once for every branch, takes half of the time. #}
{% macro evidence_differences(of=none, not_of=[]) %}
    {%- set chosen = [] -%}
    {%- for definition in indicator_catalogue() -%}
        {%- set kind = definition.parts[0].record_kind -%}
        {%- if kind not in not_of and kind in (of or [kind]) -%}{%- do chosen.append(definition.code) -%}{%- endif -%}
    {%- endfor -%}
    {%- set opened = indicators_to_open(chosen) -%}
    {%- set codes = opened | join(', ') -%}
    {%- set months = months_to_open() -%}
    {%- set view = ref('indicator_evidence') -%}
    {%- set branches = [] -%}
    {#- While dbt reads the project it learns here what the branches read. -#}
    {%- if not execute or not audits_everything() -%}
        {%- for definition in indicator_catalogue() if sql_text(definition.code) in opened -%}
            {%- do branches.extend(indicator_evidence_branches(definition, 'indicators')) -%}
        {%- endfor -%}
    {%- endif -%}
with indicators as (
    select *
    from {{ ref('reform_indicators') }}
    where ward_key is not null and period_grain = 'month' and indicator_code in ({{ codes }}) and {{ months }}
),

evidence as (
    select
        indicator_code,
        ward_key,
        period_grain,
        period_start,
        period_end,
        sum(case when in_numerator then numerator_quantity else 0 end) as numerator,
        sum(case when in_denominator then denominator_quantity else 0 end) as denominator
    {%- if branches %}
    from (
        {{ branches | join('\nunion all\n') }}
    ) as records
    {%- else %}
    from {{ view }}
    where period_grain = 'month' and indicator_code in ({{ codes }}) and {{ months }}
    {%- endif %}
    group by indicator_code, ward_key, period_grain, period_start, period_end
)

select
    coalesce(indicators.indicator_code, evidence.indicator_code) as indicator_code,
    coalesce(indicators.ward_key, evidence.ward_key) as ward_key,
    coalesce(indicators.period_grain, evidence.period_grain) as period_grain,
    coalesce(indicators.period_start, evidence.period_start) as period_start,
    coalesce(indicators.period_end, evidence.period_end) as period_end,
    indicators.numerator,
    evidence.numerator as numerator_records,
    indicators.denominator,
    evidence.denominator as denominator_records
from indicators
full outer join evidence
    on
        indicators.indicator_code = evidence.indicator_code
        and indicators.ward_key = evidence.ward_key
        and indicators.period_grain = evidence.period_grain
        and indicators.period_start = evidence.period_start
        and indicators.period_end = evidence.period_end
where
    indicators.indicator_code is null
    -- A distinct count and a largest group are fewer than their records: only their records' number is compared.
    or (
        coalesce(indicators.numerator, 0) <> coalesce(evidence.numerator, 0)
        and indicators.indicator_code not in (
            select kinds.indicator_code
            from {{ ref('dim_indicator') }} as kinds
            where kinds.indicator_kind in ('distinct', 'concentration')
        )
    )
    or coalesce(indicators.denominator, 0) <> coalesce(evidence.denominator, 0)
{%- endmacro %}

{# Of these codes those, as literals of SQL, whose records a build adds up again: all of them; on a night over more
   dossiers than the variable says, where that takes longer than the night itself, every fiftieth in turn. #}
{% macro indicators_to_open(chosen) %}
    {%- set dossiers = ref('fct_dossiers') -%}
    {%- set some = execute and only_changes()
        and run_query('select count(*) from ' ~ dossiers).columns[0][0] > var('dossiers_opened_each_night') -%}
    {#- The empty one is no indicator's: a list of SQL is never empty. -#}
    {%- set codes = ["''"] -%}
    {%- for code in indicator_catalogue() | map(attribute='code') | unique -%}
        {%- if not some or loop.index0 % 50 == modules.datetime.date.fromisoformat(built_at()[:10]).toordinal() % 50 -%}
            {%- if code in chosen -%}{%- do codes.append(sql_text(code)) -%}{%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(codes) }}
{% endmacro %}

{# The codes, as literals of SQL, of the indicators of which a closed figure is another one for its records' sake: for
   them alone the view is opened, where a join would open it for every indicator first. #}
{% macro indicators_restated() %}
    {%- set differing = ref('int_restatements__differing') -%}
    {%- set codes = [] -%}
    {#- Whoever only compiles has no such table. -#}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- for row in run_query(
            'select distinct indicator_code from ' ~ differing ~ ' where not is_kept and other_reason is null order by 1'
        ).rows -%}
            {%- do codes.append(sql_text(row[0])) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(codes) }}
{% endmacro %}

{# SQL of the condition of the months whose records a build adds up again: as literals, which every branch of the view
   takes over, where a query for them would open everything first. #}
{% macro months_to_open() %}
    {%- if not execute or audits_everything() -%}{{ return('true') }}{%- endif -%}
    {%- set months = ["date '0001-01-01'"] -%}
    {%- for row in run_query(
        "select period_start from " ~ ref('int_noted_periods') ~ " where period_grain = 'month' order by period_start"
    ).rows -%}
        {%- do months.append("date '" ~ row[0] ~ "'") -%}
    {%- endfor -%}
    {{ return('period_start in (' ~ months | join(', ') ~ ')') }}
{% endmacro %}

{% macro indicator_evidence_branch(definition, parts, figures) %}
    {%- set record_kind = parts[0].record_kind -%}
    {%- set kind = indicator_record_kinds()[record_kind] -%}
    {%- set evidence = kind.evidence or {} -%}
    {%- set roles = definition.parts | map(attribute='role') | list -%}
    {%- set predicates = {} -%}
    {%- set quantities = {} -%}
    {%- for part in parts -%}
        {%- do predicates.update({part.role: indicator_predicate(part, 'p.effective_end')}) -%}
        {%- do quantities.update({part.role: part.sum_of or 1}) -%}
    {%- endfor -%}
    {%- if definition.kind == 'median' -%}
        {%- do quantities.update({'numerator': definition.value_of}) -%}
    {%- endif -%}
select
    {{ sql_text(definition.code) }} as indicator_code,
    p.period_ward_key as ward_key,
    p.period_district_code as district_code,
    p.period_grain,
    p.period_start,
    p.period_end,
    {{ sql_text(record_kind) }} as record_kind,
    r.{{ kind.key }} as record_key,
    {%- for column in ['source_record_id', 'dossier_code'] %}
    {{ 'r.' ~ evidence[column] if column in evidence else 'cast(null as varchar)' }} as {{ column }},
    {%- endfor %}
    {%- for role in ['numerator', 'denominator'] %}
        {%- if role in predicates %}
    coalesce({{ predicates[role] }}, false) as in_{{ role }},
        {%- else %}
    {{ 'false' if role in roles else 'cast(null as boolean)' }} as in_{{ role }},
        {%- endif %}
    cast({{ quantities[role] or 'null' }} as bigint) as {{ role }}_quantity,
    {%- endfor %}
    {%- set counts_values = definition.kind in ['distinct', 'concentration'] %}
    cast({{ definition.value_of if counts_values else 'null' }} as varchar) as counted_value,
    {{ indicator_state_dates()[parts[0].date] or 'r.' ~ parts[0].date }} as counted_date,
    {%- for column in ['received_date', 'due_date', 'end_date'] %}
    {{ 'r.' ~ evidence[column] if column in evidence else 'cast(null as date)' }} as {{ column }}
        {%- if not loop.last %},{% endif %}
    {%- endfor %}
from (
    select
        i.ward_key as period_ward_key,
        i.district_code as period_district_code,
        i.period_grain,
        i.period_start,
        i.period_end,
        least(i.period_end, w.district_as_of) as effective_end
    from {{ figures }} as i
    inner join {{ mart('dim_ward') }} as w on i.ward_key = w.ward_key
    where
        i.indicator_code = {{ sql_text(definition.code) }}
        and i.indicator_version = {{ definition.version }}
        and coalesce(i.value_note, '') not in ('not_recorded', 'not_reported', 'suppressed_small_number', 'suppressed_secondary')
) as p
inner join {{ mart(kind.mart) }} as r
    on p.period_ward_key = r.ward_key and {{ indicator_placement(parts[0]) }}
where {{ predicates.values() | unique | join(' or ') }}
{%- endmacro %}

{# A relation of the published file: without the name of the database that it was built in. #}
{% macro mart(name) %}{{ return(ref(name).include(database=false)) }}{% endmacro %}
