{%- set models = [
    'reform_indicators', 'indicator_breakdowns', 'indicator_rollup_now', 'survey_statistics', 'decision_766_scorecard',
    'circular_01_2018_form'
] %}
-- Whatever a figure says of itself can be read in both languages: a code without a text is a riddle.
{%- for model in models %}
select distinct
    '{{ model }}' as table_name,
    value_note
from {{ ref(model) }}
where value_note is not null and value_note not in (select notes.value_note from {{ ref('dim_value_note') }} as notes)
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
