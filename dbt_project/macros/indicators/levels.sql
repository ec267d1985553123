{# What is open on the days on which a period ends, or before it starts: arrivals and departures per day, summed. A
   change shows in every later level: a night gives those of the periods from a ward's first changed month on, and what
   came and went before them at once. #}
{% macro indicator_levels(record_kind, measures, kept) %}

arrivals_and_departures as (
    {{- indicator_kept_or_made('int_indicator_level_changes__' ~ record_kind, record_kind, measures, indicator_level_changes) }}
),

days_looked_at as (
    select
        district_code,
        effective_end as calendar_date
    from {{ ref('int_periods') }}
    union
    select
        district_code,
        {{ add_days('period_start', -1) }} as calendar_date
    from {{ ref('int_periods') }}
),

changes as (
    select
        measure,
        district_code,
        ward_key,
        calendar_date,
        change
    {%- if kept %}
    from (
        select
            moved.measure,
            moved.district_code,
            moved.ward_key,
            greatest(moved.calendar_date, first_changes.eve) as calendar_date,
            moved.change
        from arrivals_and_departures as moved
        inner join first_changes on moved.ward_key = first_changes.ward_key
    ) as moved
    {%- else %}
    from arrivals_and_departures
    {%- endif %}
    union all
    select
        units.measure,
        units.district_code,
        units.ward_key,
        days_looked_at.calendar_date,
        0 as change
    from (select distinct measure, district_code, ward_key from arrivals_and_departures) as units
    inner join days_looked_at on units.district_code = days_looked_at.district_code
    {%- if kept %}
    inner join first_changes
        on units.ward_key = first_changes.ward_key and days_looked_at.calendar_date >= first_changes.eve
    {%- endif %}
),

daily_levels as (
    select
        measure,
        district_code,
        ward_key,
        calendar_date,
        sum(sum(change)) over (partition by measure, district_code, ward_key order by calendar_date) as level
    from changes
    group by measure, district_code, ward_key, calendar_date
),

levels as (
    {%- for date, day in indicator_state_dates().items() %}
    select
        l.measure,
        l.district_code,
        l.ward_key,
        p.period_grain,
        p.period_start,
        p.period_end,
        l.level
    from daily_levels as l
    inner join {{ ref('int_periods') }} as p
        on l.district_code = p.district_code and l.calendar_date = {{ day }}
    {%- if kept %}
    inner join first_changes on l.ward_key = first_changes.ward_key and p.period_end >= first_changes.month_start
    {%- endif %}
    where
        l.level > 0
        and l.measure in (
            ''
            {%- for measure in measures if measure.date == date %}, '{{ measure.measure }}'{% endfor -%}
        )
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),
{% endmacro %}

{# What each state gains and loses per ward and day: those that begin and end alike in one pass. #}
{% macro indicator_level_changes(record_kind, measures) %}
    {%- set alike = {} %}
    {%- for measure in measures %}
        {%- set bounds = indicator_state_bounds(measure) %}
        {%- do alike.setdefault((bounds.opened, bounds.closed), []).append(measure) %}
    {%- endfor %}
    {%- for (opened, closed), states in alike.items() %}
        {{- indicator_movements(record_kind, states, opened, closed, 'arrivals', opened, '') }}
    union all
        {{- indicator_movements(record_kind, states, opened, closed, 'departures', closed, '-') }}
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
{%- endmacro %}

{# What states that begin and end alike gain, or lose, per ward and day. #}
{% macro indicator_movements(record_kind, states, opened, closed, movement, day, sign) %}
    select
        measure,
        '{{ movement }}' as movement,
        '{{ record_kind }}' as record_kind,
        district_code,
        ward_key,
        calendar_date,
        {{ sign }}moved as change
    from (
        select
            district_code,
            ward_key,
            {{ day }} as calendar_date,
            {%- for state in states %}
            count(case when {{ indicator_predicate(state, none) }} then 1 end) as {{ state.measure }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ touched_records(record_kind) }}
        where
            {{ day }} is not null
            -- A procedure of the registry's catalogue is no unit's.
            and ward_key is not null
            and ({{ closed }} is null or {{ closed }} > {{ opened }})
            {%- if indicator_record_kinds()[record_kind].touched %}
            and {{ is_touched("'" ~ record_kind ~ "'", 'ward_key', day) }}
            {%- endif %}
        group by district_code, ward_key, {{ day }}
    )
    unpivot (
        moved for measure in ({{ states | map(attribute='measure') | join(', ') }})
    )
    where moved > 0
{%- endmacro %}
