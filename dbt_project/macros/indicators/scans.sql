{# Ways of counting -> by_date and as_of_end: name of a scan -> its record kind, date and measures; states: measures.
   Distributions are no sums and have their own model. #}
{% macro indicator_scans() %}
    {% set scans = {'by_date': {}, 'as_of_end': {}, 'states': []} %}
    {% for definition in indicator_catalogue() if definition.kind in ['count', 'stock', 'ratio'] %}
        {% for part in indicator_parts(definition) %}
            {% set measure = {
                'code': definition.code,
                'version': definition.version,
                'on_scorecard': definition.scorecard or false,
                'part': part,
                'column': definition.code ~ '_v' ~ definition.version ~ '_' ~ part.role,
            } %}
            {% if part.date in indicator_state_dates() %}
                {% do scans.states.append(measure) %}
            {% else %}
                {% set whole_periods = indicator_record_kinds()[part.record_kind].within %}
                {% set way = 'as_of_end' if whole_periods or '{period_end}' in (part.where or '') else 'by_date' %}
                {% set name = part.record_kind ~ '__' ~ part.date ~ ('__as_of_end' if way == 'as_of_end' else '') %}
                {% if name not in scans[way] %}
                    {% do scans[way].update(
                        {name: {'record_kind': part.record_kind, 'date': part.date, 'measures': []}}
                    ) %}
                {% endif %}
                {% do scans[way][name].measures.append(measure) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {{ return(scans) }}
{% endmacro %}
