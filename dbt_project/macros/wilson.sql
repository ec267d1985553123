{# The 95 % Wilson interval of a share, one bound: unlike the usual interval it stays within 0 and 1 and is not empty
   when everyone is satisfied. Source: Wilson, J. Am. Stat. Assoc. 22 (1927), 209-212; z is the normal 97.5 % point. #}
{% macro wilson_bound(successes, trials, sign) -%}
    {%- set z2 = '3.841458820694124' -%}
    (
        {{ successes }} + {{ z2 }} / 2
        {{ sign }} sqrt({{ z2 }} * (
            cast({{ successes }} as double precision) * ({{ trials }} - {{ successes }}) / {{ trials }} + {{ z2 }} / 4
        ))
    ) / ({{ trials }} + {{ z2 }})
{%- endmacro %}
