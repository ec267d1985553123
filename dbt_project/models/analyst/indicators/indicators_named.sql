-- A unit is a ward or, on a district row, the district itself: dim_ward holds both under one key.
select
    figures.district_code,
    units.district_name_vi,
    units.district_name_en,
    figures.ward_key,
    units.ward_key as unit_key,
    units.unit_kind,
    units.ward_name_vi as unit_name_vi,
    units.ward_name_en as unit_name_en,
    figures.indicator_code,
    figures.indicator_version,
    indicators.display_order,
    indicators.theme,
    indicators.name_vi,
    indicators.name_en,
    indicators.indicator_kind,
    indicators.unit,
    indicators.direction,
    figures.period_grain,
    {{ period_label_vi('figures.period_grain', 'figures.period_start', 'figures.period_end') }} as period_label_vi,
    {{ period_label_en('figures.period_grain', 'figures.period_start', 'figures.period_end') }} as period_label_en,
    figures.period_start,
    figures.period_end,
    figures.period_end <= units.district_as_of as is_complete,
    figures.numerator,
    figures.denominator,
    figures.value, -- noqa: RF04
    figures.value_note,
    notes.text_vi as value_note_vi,
    notes.text_en as value_note_en,
    figures.target,
    figures.target_met,
    figures.wards_reporting,
    figures.wards_expected,
    figures.is_provisional,
    figures.period_state
from {{ mart('reform_indicators') }} as figures
inner join {{ mart('dim_indicator') }} as indicators
    on
        figures.indicator_code = indicators.indicator_code
        and figures.indicator_version = indicators.indicator_version
inner join {{ mart('dim_ward') }} as units on coalesce(figures.ward_key, figures.district_code) = units.ward_key
left join {{ mart('dim_value_note') }} as notes on figures.value_note = notes.value_note
