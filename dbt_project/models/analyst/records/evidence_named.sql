-- The records behind a figure, with names. A ward's records stand twice: once for the ward's figure, once for the
-- district's, so that either opens by its unit_key. Name one unit and one period, or records count several times.
{%- set record_columns %}
    evidence.record_kind,
    evidence.record_key,
    evidence.source_record_id,
    evidence.dossier_code,
    evidence.in_numerator,
    evidence.numerator_quantity,
    evidence.in_denominator,
    evidence.denominator_quantity,
    evidence.counted_value,
    evidence.counted_date,
    evidence.received_date,
    evidence.due_date,
    evidence.end_date
{%- endset %}
{%- for unit_key in ['evidence.ward_key', 'evidence.district_code'] %}
select
    evidence.district_code,
    {{ unit_key }} as unit_key,
    evidence.ward_key as record_ward_key,
    wards.ward_name_vi as record_ward_name_vi,
    evidence.indicator_code,
    indicators.name_vi,
    indicators.name_en,
    evidence.period_grain,
    {{ period_label_vi('evidence.period_grain', 'evidence.period_start', 'evidence.period_end') }} as period_label_vi,
    evidence.period_start,
    evidence.period_end,
    {{- record_columns }}
from {{ mart('indicator_evidence') }} as evidence
inner join {{ mart('dim_ward') }} as wards on evidence.ward_key = wards.ward_key
inner join {{ mart('dim_indicator') }} as indicators
    on
        evidence.indicator_code = indicators.indicator_code
        and evidence.period_start between indicators.valid_from and indicators.valid_to
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
