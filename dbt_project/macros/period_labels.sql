{# The name of a period as an office writes it. A label names its grain, so that a month and the year to date that ends with
   it are never read as one. #}
{% macro period_label_vi(grain, first_day, last_day) -%}
    case {{ grain }}
        when 'day' then 'Ngày ' || {{ two_digits('day', first_day) }} || '/' || {{ month_of_year(first_day) }}
        when 'month' then 'Tháng ' || {{ month_of_year(first_day) }}
        when 'quarter' then 'Quý ' || {{ quarter_number(first_day) }} || '/' || {{ year_number(first_day) }}
        when 'half_year' then
            case when extract(month from {{ first_day }}) <= 6 then '6 tháng đầu năm ' else '6 tháng cuối năm ' end
            || {{ year_number(first_day) }}
        when 'year' then 'Năm ' || {{ year_number(first_day) }}
        when 'year_to_date' then 'Từ đầu năm đến hết tháng ' || {{ month_of_year(last_day) }}
        else cast({{ first_day }} as varchar) || ' - ' || cast({{ last_day }} as varchar)
    end
{%- endmacro %}

{% macro period_label_en(grain, first_day, last_day) -%}
    case {{ grain }}
        when 'day' then cast({{ first_day }} as varchar)
        when 'month' then {{ year_number(first_day) }} || '-' || {{ two_digits('month', first_day) }}
        when 'quarter' then {{ year_number(first_day) }} || ' Q' || cast(extract(quarter from {{ first_day }}) as varchar)
        when 'half_year' then
            {{ year_number(first_day) }} || case when extract(month from {{ first_day }}) <= 6 then ' H1' else ' H2' end
        when 'year' then {{ year_number(first_day) }}
        when 'year_to_date' then
            {{ year_number(first_day) }} || ' to the end of ' || {{ year_number(last_day) }}
            || '-' || {{ two_digits('month', last_day) }}
        else cast({{ first_day }} as varchar) || ' to ' || cast({{ last_day }} as varchar)
    end
{%- endmacro %}

{% macro year_number(date) %}cast(extract(year from {{ date }}) as varchar){% endmacro %}
{% macro two_digits(part, date) %}lpad(cast(extract({{ part }} from {{ date }}) as varchar), 2, '0'){% endmacro %}
{% macro month_of_year(date) %}{{ two_digits('month', date) }} || '/' || {{ year_number(date) }}{% endmacro %}
{% macro quarter_number(date) -%}
    case cast(extract(quarter from {{ date }}) as integer) when 1 then 'I' when 2 then 'II' when 3 then 'III' else 'IV' end
{%- endmacro %}
