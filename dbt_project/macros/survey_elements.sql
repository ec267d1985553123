{# The five elements of service that SIPAS asks about; a response has a rating_<element> for each. #}
{% macro survey_elements() %}{{ return(['access', 'procedure', 'staff', 'result', 'feedback']) }}{% endmacro %}
