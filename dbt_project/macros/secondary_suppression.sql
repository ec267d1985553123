{# Secondary suppression of a table of wards by members beside its totals. A line is a ward's members with their total, or
   a member's wards with the district: of a line that lacks one figure, that figure is the total less the others. So the
   smallest other one goes with it. That may leave one alone in a crossing line, hence the rounds; of a table in which
   they leave one alone nothing is shown. The totals over all members are those of reform_indicators and decided there,
   so that every mart hides the same.
   relation: CTE with the columns of table_key, ward_key (null: the district), member, size, first_note (why a figure is
   null, or null) and is_total. Adds the CTE hidden_together: its columns and value_note. #}
{% macro secondary_suppression(relation, table_key, rounds=3) %}
{%- set ward_line = (table_key + ['ward_key']) | join(', ') -%}
{%- set member_line = (table_key + ['member']) | join(', ') -%}
{%- set last = rounds * 2 -%}
step_0 as (
    select
        {{ relation }}.*,
        first_note as note_0,
        -- A ward's only member is its total: hidden here and shown there, it would hide nothing.
        not is_total
        and not (
            sum(case when size > 0 and not is_total then 1 else 0 end) over (partition by {{ ward_line }}) = 1
            and sum(case when is_total and first_note is null then 1 else 0 end) over (partition by {{ ward_line }}) = 1
        ) as may_be_hidden
    from {{ relation }}
),
{% for line in [ward_line, member_line] * rounds %}
{%- set note = 'note_' ~ loop.index0 %}
ranked_{{ loop.index }} as (
    select
        step_{{ loop.index0 }}.*,
        {{ suppressed_in_line(note, line) }} as suppressed_{{ loop.index }},
        row_number() over (
            partition by {{ line }}
            order by case when {{ note }} is null and may_be_hidden then 0 else 1 end, size, ward_key, member
        ) as smallest_{{ loop.index }}
    from step_{{ loop.index0 }}
),

step_{{ loop.index }} as (
    select
        ranked_{{ loop.index }}.*,
        case
            when
                {{ note }} is null
                and may_be_hidden
                and suppressed_{{ loop.index }} = 1
                and smallest_{{ loop.index }} = 1
                then 'suppressed_secondary'
            else {{ note }}
        end as note_{{ loop.index }}
    from ranked_{{ loop.index }}
),
{% endfor %}
checked as (
    select
        step_{{ last }}.*,
        case
            when is_total then 0
            {%- for line in [ward_line, member_line] %}
            when
                {{ suppressed_in_line('note_' ~ last, line) }} = 1
                and count(*) over (partition by {{ line }}) > 1
                then 1
            {%- endfor %}
            else 0
        end as stands_alone
    from step_{{ last }}
),

hidden_together as (
    select
        checked.*,
        case
            when
                note_{{ last }} is null
                and may_be_hidden
                and max(stands_alone) over (partition by {{ table_key | join(', ') }}) = 1
                then 'suppressed_secondary'
            else note_{{ last }}
        end as value_note
    from checked
)
{%- endmacro %}

{% macro suppressed_in_line(note, line) -%}
    sum(case when {{ note }} in ('suppressed_small_number', 'suppressed_secondary') then 1 else 0 end)
        over (partition by {{ line }})
{%- endmacro %}
