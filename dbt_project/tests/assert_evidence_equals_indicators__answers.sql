-- The records of the evidence view add up to the value they stand behind: the indicators of answers to surveys. Which
-- months a build opens, and why the test is three: macros/indicators/evidence.sql.
-- depends_on: {{ ref_of_nights('int_noted_periods') }}
{{ evidence_differences(of=['survey_responses']) }}
