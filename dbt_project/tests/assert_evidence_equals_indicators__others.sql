-- The records of the evidence view add up to the value they stand behind, for every ward and month. All grains come
-- from the same text, and opening each day of each year every night would cost more than the build. A night opens the
-- months that it computed, a build of everything and a night of each week all of them: that finds a kept sum that is
-- stale. Here the indicators of everything else.
-- depends_on: {{ ref_of_nights('int_noted_periods') }}
{{ evidence_differences(not_of=['dossiers', 'survey_responses']) }}
