{# A night computes what changed. `raw.changed_records` names the records of which a version came, went or was replaced
   since the last build that passed; everything else stands in the build file as that build left it. The command says
   which of the two a build is (ward_warehouse.warehouse.changes); by itself dbt computes everything. Asked
   while a model runs and never while dbt reads the project: what it keeps of the project then serves both.

   A table that is kept up to date night by night is `kept_in_place` (engine/materializations.sql): its hook removes the
   rows that may be stale, and its query gives them again. #}
{% macro only_changes() %}{{ return(execute and env_var('DBT_BUILD_OF', 'all') == 'changes') }}{% endmacro %}

{# A model that is read on nights only: named while dbt reads the project, which has to know it either way. #}
{% macro ref_of_nights(name) %}
    {%- if only_changes() or not execute -%}{{ return(ref(name)) }}{%- endif -%}
{% endmacro %}

{# The hook before it: removes the rows that the query gives again. A build of everything makes the table anew. #}
{% macro forget_rows(stale) %}
    {%- if keeps_its_shape() -%} delete from {{ this }} where {{ stale }} {%- endif -%}
{% endmacro %}

{# The rows of a fact that a night computes. #}
{% macro forget_computed(fact) %}
    {%- set kept = var('facts')[fact.identifier] -%}
    {{- forget_rows(kept.key ~ ' in (select computed.' ~ kept.key ~ ' from ' ~ ref(kept.computed) ~ ' as computed)') -}}
{% endmacro %}

{# The rows of a kept table whose month, or whose period, is one that a change of its ward touches. #}
{% macro forget_touched_months(day) %}
    {{- forget_rows(is_touched('record_kind', 'ward_key', day)) -}}
{% endmacro %}

{% macro forget_touched_periods() %}
    {{- forget_rows(
        "exists (select 1 from " ~ ref('int_changed_months') ~ " as m where m.record_kind = " ~ this.identifier
        ~ ".record_kind and m.ward_key = " ~ this.identifier ~ ".ward_key and m.month_start <= period_end "
        ~ "and period_start < " ~ add_months('m.month_start', 1) ~ ")"
    ) -}}
{% endmacro %}

{# Whether a day is of the first month that a change of this record kind touches, or later; in a build of everything none
   is. A literal: by it the engine passes over what is older without a look at its other columns. #}
{% macro since_first_changed_month(day, months, record_kind) %}
    {%- if not only_changes() -%}{{ return('false') }}{%- endif -%}
    {%- set first -%}
    select coalesce(min(month_start), date '9999-01-01') from {{ months }} where record_kind = '{{ record_kind }}'
    {%- endset -%}
    {{ return(day ~ " >= date '" ~ run_query(first).columns[0][0] ~ "'") }}
{% endmacro %}

{# The first month of each ward that a change of this record kind touches, and the eve of its year: no period that ends
   after that month began looks at an earlier day. Only called where `only_changes`. #}
{% macro first_changed_months(record_kind) %}
    select
        ward_key,
        min(month_start) as month_start,
        {{ add_days(year_start('min(month_start)'), -1) }} as eve
    from {{ ref_of_nights('int_changed_months') }}
    where record_kind = '{{ record_kind }}'
    group by ward_key
{%- endmacro %}

{# The rows of the periods that end after it begins. #}
{% macro forget_since_first_change(record_kind) %}
    {{- forget_rows(
        "exists (select 1 from " ~ ref('int_changed_months') ~ " as m where m.record_kind = '" ~ record_kind ~ "' "
        ~ "and m.ward_key = " ~ this.identifier ~ ".ward_key and m.month_start <= period_end)"
    ) -}}
{% endmacro %}

{# The rows of the periods that a night computes again: those of which a sum may be another (int_stale_periods), or
   also those of which only a note is (int_noted_periods). #}
{% macro forget_periods(computed) %}
    {{- forget_rows(
        '(period_grain, period_start, period_end) in (select c.period_grain, c.period_start, c.period_end from '
        ~ ref(computed) ~ ' as c)'
    ) -}}
{% endmacro %}

{# Whether a night computes the sums of this day's month; without `only_changes` it computes all of them. #}
{% macro is_touched(record_kind, ward_key, day) -%}
    {%- set months = ref_of_nights('int_changed_months') -%}
    {%- if only_changes() -%}
    ({{ record_kind }}, {{ ward_key }}, {{ month_start(day) }}) in (
        select m.record_kind, m.ward_key, m.month_start from {{ months }} as m
    )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{# The periods of each ward and record kind of which a change touches a part: a night adds these up again. #}
{% macro touched_periods() -%}
    {%- set months = ref_of_nights('int_changed_months') -%}
    {%- set periods = ref_of_nights('int_periods') -%}
    {%- if only_changes() -%}
    select distinct
        m.record_kind,
        m.ward_key,
        q.district_code,
        q.period_grain,
        q.period_start,
        q.period_end
    from {{ months }} as m
    inner join {{ periods }} as q on m.month_start <= q.period_end and q.period_start < {{ add_months('m.month_start', 1) }}
    {%- endif -%}
{%- endmacro %}

{# Whether a night computes the figures of this period again; without `only_changes` every period is computed. #}
{% macro is_computed_period(of, computed) -%}
    {%- set periods = ref_of_nights(computed) -%}
    {%- if only_changes() -%}
    ({{ of }}.period_grain, {{ of }}.period_start, {{ of }}.period_end) in (
        select c.period_grain, c.period_start, c.period_end from {{ periods }} as c
    )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{% macro is_stale_period(of) %}{{ return(is_computed_period(of, 'int_stale_periods')) }}{% endmacro %}
{% macro is_noted_period(of) %}{{ return(is_computed_period(of, 'int_noted_periods')) }}{% endmacro %}

{# The same for a test, which looks at the figures that the build made. #}
{% macro is_audited_period(of) %}
    {%- set noted = is_noted_period(of) -%}
    {{ return('true' if audits_everything() else noted) }}
{% endmacro %}

{# Whether this build's audit looks at all figures: when it made them all, and on Sundays; else at those it computed. #}
{% macro audits_everything() -%}
    {{ return(not only_changes() or modules.datetime.date.fromisoformat(built_at()[:10]).isoweekday() == 7) }}
{%- endmacro %}

{# The records from which a night computes the kept sums of a record kind. #}
{% macro touched_records(record_kind) -%}
    {%- set kind = indicator_record_kinds()[record_kind] -%}
    {%- set every = ref(kind.mart) -%}
    {{ (ref_of_nights(kind.touched) if kind.touched) or every }}
{%- endmacro %}

{# The versions from which a night takes the newest one of each record. #}
{% macro of_changed_records(changed) -%}
    {%- set names = ref_of_nights(changed) -%}
    {%- if only_changes() -%}
    where (versions.ward_key, versions.source_record_id) in (
        select changed.ward_key, changed.source_record_id from {{ names }} as changed
    )
    {%- endif -%}
{%- endmacro %}

{# The alarms that a night raises again, or no longer: of the dossiers of the votes that it computes, as they are and as the
   last build left them, and of the nights in the months that they touch. #}
{% macro forget_vote_alarms() %}
    {{- forget_rows(
        has_changed_votes('dossier_code') ~ " or (alarm = 'votes_at_night' and " ~ has_changed_nights('answered_date') ~ ")"
    ) -}}
{% endmacro %}

{# Whether one of the votes for a dossier of this code is computed; without `only_changes` all are. A code, because a
   dossier that was handed over has the votes of two wards. #}
{% macro has_changed_votes(dossier_code) -%}
    {%- set replaced = ref_of_nights('int_survey_responses__replaced') -%}
    {%- set responses = ref_of_nights('fct_survey_responses') -%}
    {%- if only_changes() -%}
    coalesce({{ dossier_code }} in (
        select r.dossier_code from {{ replaced }} as r where r.dossier_code is not null
        union all
        select r.dossier_code from {{ computed_rows(responses) }} as r
        where r.dossier_code is not null
    ), false)
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{% macro has_changed_nights(answered_date) -%}
    {%- set months = ref_of_nights('int_changed_months') -%}
    {%- if only_changes() -%}
    {{ month_start(answered_date) }} in (select m.month_start from {{ months }} as m where m.record_kind = 'survey_responses')
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{# Every month in which a record counts, once per ward: all the dates that place it in a period. #}
{% macro record_months(relation, record_kind) %}
    {%- for day in indicator_days_of(record_kind) %}
    select
        '{{ record_kind }}' as record_kind,
        ward_key,
        {{ month_start(day) }} as month_start
    from {{ relation }}
    where {{ day }} is not null
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}
{% endmacro %}

{# The dates of a record kind, as SQL, by which any definition places its records. #}
{% macro indicator_days_of(record_kind) %}
    {%- set days = [] -%}
    {%- for definition in indicator_catalogue() -%}
        {%- for part in definition.parts if part.record_kind == record_kind -%}
            {%- if part.date in indicator_state_dates() -%}
                {%- do days.extend(indicator_state_bounds(part).values()) -%}
            {%- else -%}
                {%- do days.append(part.date) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(days | unique | list) }}
{% endmacro %}

{# The rows of a fact that this build computed: all of them, or those that a night did, which a hook of the fact has laid
   beside it. #}
{% macro computed_rows(fact) %}{{ return(computed_table(fact) if only_changes() else fact) }}{% endmacro %}

{# In a schema of their own, under the name of the fact: they are no model, and their columns are the fact's. #}
{% macro computed_table(fact) %}{{ return(fact.incorporate(path={'schema': 'computed'})) }}{% endmacro %}

{# The rows of a table of figures that this build computed, for its tests. The tables are those that publishing brings up
   to date as well: `figures` in dbt_project.yml. #}
{% macro computed_periods(table) -%}
    {%- if execute and table.identifier in var('figures') and not audits_everything() -%}
    {%- set computed = table.incorporate(path={'schema': 'intermediate', 'identifier': 'int_noted_periods'}) -%}
    (
        select *
        from {{ table }}
        where
            (period_grain, period_start, period_end) in (
                select c.period_grain, c.period_start, c.period_end from {{ computed }} as c
            )
    ) as computed_periods
    {%- else -%}
    {{ table }}
    {%- endif -%}
{%- endmacro %}
