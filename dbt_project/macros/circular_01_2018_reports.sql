{# CTEs of what is known of each criterion of Circular 01/2018 in a ward and quarter: `counted` from its dossiers, `returned`
   from its quarterly return. They read the CTE `rules`. #}
{% macro circular_01_2018_reports() %}
counted as (
    select
        figures.ward_key,
        figures.period_start,
        rules.scorecard_version,
        rules.index_code as criterion,
        sum(figures.numerator * rules.weight) as numerator,
        sum(figures.numerator) as denominator
    from {{ ref('reform_indicators') }} as figures
    inner join rules
        on
            figures.indicator_code = rules.indicator_code
            and figures.period_end between rules.applies_from and rules.valid_to
    where figures.period_grain = 'quarter' and figures.ward_key is not null
    group by figures.ward_key, figures.period_start, rules.scorecard_version, rules.index_code
),

-- More points an assessment than the full mark is a slip, and no score.
returned as (
    select
        items.ward_key,
        items.period_start,
        rules.scorecard_version,
        rules.index_code as criterion,
        sum(items.quantity) as numerator,
        sum(items.base) as denominator,
        count(items.quantity) = count(*)
        and count(items.base) = count(*)
        and sum(items.quantity) between 0 and max(rules.full_from) * sum(items.base) as is_usable
    from {{ ref('fct_ward_returns') }} as items
    inner join rules
        on
            items.item_code = rules.item_code
            and items.period_end between rules.applies_from and rules.valid_to
    where items.period_grain = 'quarter'
    group by items.ward_key, items.period_start, rules.scorecard_version, rules.index_code
)
{% endmacro %}
