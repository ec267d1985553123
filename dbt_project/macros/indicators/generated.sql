{# Made by `ward-warehouse indicators generate` from indicators/: change it there. #}

{% macro indicator_definitions() %}
{{ return([
    {"code": "dossiers_received", "version": 1, "theme": "volume", "kind": "count", "breakdowns": ["channel", "procedure", "field", "authority"], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "dossiers_received_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date"}
    ]},
    {"code": "dossiers_resolved", "version": 1, "theme": "volume", "kind": "count", "breakdowns": ["channel", "procedure", "field", "authority"], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "dossiers_resolved_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date"}
    ]},
    {"code": "dossiers_open", "version": 1, "theme": "volume", "kind": "stock", "breakdowns": [], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "dossiers_open_v1_numerator", "summed": "by_state", "record_kind": "dossiers", "date": "at_period_end", "opened": "received_date", "closed": "end_date"}
    ]},
    {"code": "dossiers_overdue", "version": 1, "theme": "volume", "kind": "stock", "breakdowns": [], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "dossiers_overdue_v1_numerator", "summed": "by_state", "record_kind": "dossiers", "date": "at_period_end", "where": "overdue_date is not null", "opened": "greatest(received_date, overdue_date)", "closed": "end_date"}
    ]},
    {"code": "resolved_early", "version": 1, "theme": "timeliness", "kind": "count", "breakdowns": [], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "resolved_early_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "timeliness = 'early'"}
    ]},
    {"code": "resolved_on_time", "version": 1, "theme": "timeliness", "kind": "count", "breakdowns": [], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "resolved_on_time_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "timeliness = 'on_time'"}
    ]},
    {"code": "resolved_late", "version": 1, "theme": "timeliness", "kind": "count", "breakdowns": ["channel", "procedure", "field", "authority"], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "resolved_late_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "timeliness = 'late'"}
    ]},
    {"code": "on_time_of_resolved", "version": 1, "theme": "timeliness", "kind": "ratio", "breakdowns": ["channel", "procedure", "field", "authority"], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "on_time_of_resolved_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "timeliness in ('early', 'on_time')"},
        {"role": "denominator", "measure": "on_time_of_resolved_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "timeliness in ('early', 'on_time', 'late')"}
    ]},
    {"code": "on_time_of_received", "version": 1, "theme": "timeliness", "kind": "ratio", "breakdowns": [], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "on_time_of_received_v1_numerator", "summed": "as_of_end", "record_kind": "dossiers", "date": "received_date", "where": "timeliness in ('early', 'on_time') and end_date <= {period_end}"},
        {"role": "denominator", "measure": "on_time_of_received_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date"}
    ]},
    {"code": "on_time_of_due", "version": 1, "theme": "timeliness", "kind": "ratio", "breakdowns": [], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "on_time_of_due_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "deadline_date", "where": "timeliness in ('early', 'on_time')"},
        {"role": "denominator", "measure": "on_time_of_due_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "deadline_date"}
    ]},
    {"code": "on_time_decision_766", "version": 1, "theme": "timeliness", "kind": "ratio", "breakdowns": [], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "on_time_decision_766_v1_numerator", "summed": "as_of_end", "record_kind": "dossiers", "date": "received_date", "where": "case when supplement_requests > 1 then false when supplement_requested_date <= {period_end} and (supplement_received_date is null or supplement_received_date > {period_end}) then supplement_requested_date <= decision_766_due_date when supplement_received_date <= {period_end} then least(coalesce(end_date, {period_end}), {period_end}) <= decision_766_extended_due_date else least(coalesce(end_date, {period_end}), {period_end}) <= decision_766_due_date end"},
        {"role": "denominator", "measure": "on_time_decision_766_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date"}
    ]},
    {"code": "median_working_days", "version": 1, "theme": "timeliness", "kind": "median", "value_of": "working_days", "breakdowns": ["channel", "procedure", "field", "authority"], "on_scorecard": true, "parts": [
        {"role": "denominator", "measure": "median_working_days_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "working_days is not null"}
    ]},
    {"code": "apology_coverage", "version": 1, "theme": "timeliness", "kind": "ratio", "breakdowns": [], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "apology_coverage_v1_numerator", "summed": "as_of_end", "record_kind": "dossiers", "date": "end_date", "where": "timeliness = 'late' and apology_date <= {period_end}"},
        {"role": "denominator", "measure": "apology_coverage_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "timeliness = 'late'"}
    ]},
    {"code": "overdue_1_to_3_days", "version": 1, "theme": "progress", "kind": "stock", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "overdue_1_to_3_days_v1_numerator", "summed": "by_state", "record_kind": "dossiers", "date": "at_period_end", "where": "overdue_date is not null", "opened": "greatest(received_date, overdue_date)", "closed": "least(end_date, greatest(received_date, overdue_4_date))"}
    ]},
    {"code": "overdue_4_to_7_days", "version": 1, "theme": "progress", "kind": "stock", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "overdue_4_to_7_days_v1_numerator", "summed": "by_state", "record_kind": "dossiers", "date": "at_period_end", "where": "overdue_4_date is not null", "opened": "greatest(received_date, overdue_4_date)", "closed": "least(end_date, greatest(received_date, overdue_8_date))"}
    ]},
    {"code": "overdue_8_days_or_more", "version": 1, "theme": "progress", "kind": "stock", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "overdue_8_days_or_more_v1_numerator", "summed": "by_state", "record_kind": "dossiers", "date": "at_period_end", "where": "overdue_8_date is not null", "opened": "greatest(received_date, overdue_8_date)", "closed": "end_date"}
    ]},
    {"code": "carried_over", "version": 1, "theme": "progress", "kind": "stock", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "carried_over_v1_numerator", "summed": "by_state", "record_kind": "dossiers", "date": "at_period_start", "opened": "received_date", "closed": "end_date"}
    ]},
    {"code": "results_not_collected", "version": 1, "theme": "progress", "kind": "stock", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "results_not_collected_v1_numerator", "summed": "by_state", "record_kind": "dossiers", "date": "at_period_end", "where": "resolved_date is not null and stopped_date is null", "opened": "resolved_date", "closed": "returned_date"}
    ]},
    {"code": "clearance_rate", "version": 1, "theme": "progress", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "clearance_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date"},
        {"role": "denominator", "measure": "clearance_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date"}
    ]},
    {"code": "backlog_ratio", "version": 1, "theme": "progress", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "backlog_ratio_v1_numerator", "summed": "by_state", "record_kind": "dossiers", "date": "at_period_end", "opened": "received_date", "closed": "end_date"},
        {"role": "denominator", "measure": "backlog_ratio_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date"}
    ]},
    {"code": "mean_working_days", "version": 1, "theme": "progress", "kind": "ratio", "breakdowns": ["channel", "procedure", "field", "authority"], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "mean_working_days_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "working_days is not null", "sum_of": "working_days"},
        {"role": "denominator", "measure": "mean_working_days_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "working_days is not null"}
    ]},
    {"code": "mean_net_working_days", "version": 1, "theme": "progress", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "mean_net_working_days_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "net_working_days is not null", "sum_of": "net_working_days"},
        {"role": "denominator", "measure": "mean_net_working_days_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "net_working_days is not null"}
    ]},
    {"code": "same_day_share", "version": 1, "theme": "progress", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "same_day_share_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "end_date = received_date"},
        {"role": "denominator", "measure": "same_day_share_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date"}
    ]},
    {"code": "month_end_bunching", "version": 1, "theme": "progress", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "month_end_bunching_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "is_month_end_resolution"},
        {"role": "denominator", "measure": "month_end_bunching_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date"}
    ]},
    {"code": "early_return_rate", "version": 1, "theme": "progress", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "early_return_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "timeliness = 'early'"},
        {"role": "denominator", "measure": "early_return_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "timeliness in ('early', 'on_time', 'late')"}
    ]},
    {"code": "median_days_early", "version": 1, "theme": "progress", "kind": "median", "value_of": "days_early", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "denominator", "measure": "median_days_early_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "days_early is not null"}
    ]},
    {"code": "early_return_called_rate", "version": 1, "theme": "progress", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "early_return_called_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "timeliness = 'early' and notified_date < deadline_date"},
        {"role": "denominator", "measure": "early_return_called_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "timeliness = 'early'"}
    ]},
    {"code": "median_days_early_when_called", "version": 1, "theme": "progress", "kind": "median", "value_of": "days_early", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "denominator", "measure": "median_days_early_when_called_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "days_early is not null and notified_date < deadline_date"}
    ]},
    {"code": "on_time_by_current_promise", "version": 1, "theme": "quality", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "on_time_by_current_promise_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "current_timeliness in ('early', 'on_time')"},
        {"role": "denominator", "measure": "on_time_by_current_promise_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "current_timeliness in ('early', 'on_time', 'late')"}
    ]},
    {"code": "repromise_rate", "version": 1, "theme": "quality", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "repromise_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "repromised_due_date is not null"},
        {"role": "denominator", "measure": "repromise_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date"}
    ]},
    {"code": "repromise_kept", "version": 1, "theme": "quality", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "repromise_kept_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "repromised_due_at is not null and end_at <= repromised_due_at"},
        {"role": "denominator", "measure": "repromise_kept_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "repromised_due_at is not null"}
    ]},
    {"code": "explanation_coverage", "version": 1, "theme": "quality", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "explanation_coverage_v1_numerator", "summed": "as_of_end", "record_kind": "dossiers", "date": "end_date", "where": "timeliness = 'late' and (apology_date is null or apology_date > {period_end}) and explanation_date <= {period_end}"},
        {"role": "denominator", "measure": "explanation_coverage_v1_denominator", "summed": "as_of_end", "record_kind": "dossiers", "date": "end_date", "where": "timeliness = 'late' and (apology_date is null or apology_date > {period_end})"}
    ]},
    {"code": "supplement_rate", "version": 1, "theme": "quality", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "supplement_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "supplement_requests > 0"},
        {"role": "denominator", "measure": "supplement_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date"}
    ]},
    {"code": "repeated_supplement_rate", "version": 1, "theme": "quality", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "repeated_supplement_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "supplement_requests > 1"},
        {"role": "denominator", "measure": "repeated_supplement_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date"}
    ]},
    {"code": "rejection_rate", "version": 1, "theme": "quality", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "rejection_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "status in ('not_accepted', 'stopped')"},
        {"role": "denominator", "measure": "rejection_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date"}
    ]},
    {"code": "first_time_right", "version": 1, "theme": "quality", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "first_time_right_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "supplement_requests = 0 and repromised_due_date is null and status in ('resolved', 'returned')"},
        {"role": "denominator", "measure": "first_time_right_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date"}
    ]},
    {"code": "late_outside_share", "version": 1, "theme": "quality", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "late_outside_share_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "timeliness = 'late' and is_resolved_elsewhere"},
        {"role": "denominator", "measure": "late_outside_share_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "timeliness = 'late' and resolving_unit is not null and receiving_unit is not null"}
    ]},
    {"code": "officer_load_top_share", "version": 1, "theme": "quality", "kind": "concentration", "value_of": "officer_key", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "denominator", "measure": "officer_load_top_share_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "officer_key is not null"}
    ]},
    {"code": "officers_at_work", "version": 1, "theme": "quality", "kind": "distinct", "value_of": "officer_key", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "officers_at_work_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "officer_key is not null"}
    ]},
    {"code": "saturday_dossiers", "version": 1, "theme": "service", "kind": "count", "breakdowns": [], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "saturday_dossiers_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "is_saturday_resolution"}
    ]},
    {"code": "saturday_share", "version": 1, "theme": "service", "kind": "ratio", "breakdowns": [], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "saturday_share_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "is_saturday_resolution"},
        {"role": "denominator", "measure": "saturday_share_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date"}
    ]},
    {"code": "online_filing_rate", "version": 1, "theme": "service", "kind": "ratio", "breakdowns": ["procedure", "field", "authority"], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "online_filing_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "channel = 'online'"},
        {"role": "denominator", "measure": "online_filing_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date"}
    ]},
    {"code": "online_filing_rate_level_3_4", "version": 1, "theme": "service", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "online_filing_rate_level_3_4_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "channel = 'online' and procedure_online_level in ('3', '4', 'partial', 'full')"},
        {"role": "denominator", "measure": "online_filing_rate_level_3_4_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "procedure_online_level in ('3', '4', 'partial', 'full')"}
    ]},
    {"code": "online_filing_rate_full", "version": 1, "theme": "service", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "online_filing_rate_full_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "channel = 'online' and procedure_online_level in ('4', 'full')"},
        {"role": "denominator", "measure": "online_filing_rate_full_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "procedure_online_level in ('4', 'full')"}
    ]},
    {"code": "saturday_service_held", "version": 1, "theme": "service", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "saturday_service_held_v1_numerator", "summed": "by_date", "record_kind": "service_saturdays", "date": "service_date", "where": "is_held"},
        {"role": "denominator", "measure": "saturday_service_held_v1_denominator", "summed": "by_date", "record_kind": "service_saturdays", "date": "service_date"}
    ]},
    {"code": "in_person_filing_rate", "version": 1, "theme": "digital", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "in_person_filing_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "channel = 'in_person'"},
        {"role": "denominator", "measure": "in_person_filing_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date"}
    ]},
    {"code": "postal_filing_rate", "version": 1, "theme": "digital", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "postal_filing_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "channel = 'postal'"},
        {"role": "denominator", "measure": "postal_filing_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date"}
    ]},
    {"code": "online_payment_rate", "version": 1, "theme": "digital", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "online_payment_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "paid_online"},
        {"role": "denominator", "measure": "online_payment_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "paid_online is not null"}
    ]},
    {"code": "electronic_result_rate", "version": 1, "theme": "digital", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "electronic_result_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "result_electronic"},
        {"role": "denominator", "measure": "electronic_result_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "end_date", "where": "result_electronic is not null"}
    ]},
    {"code": "digitisation_rate", "version": 1, "theme": "digital", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "digitisation_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "digitised"},
        {"role": "denominator", "measure": "digitisation_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "digitised is not null"}
    ]},
    {"code": "reuse_rate", "version": 1, "theme": "digital", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "reuse_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "reused"},
        {"role": "denominator", "measure": "reuse_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "reused is not null"}
    ]},
    {"code": "vneid_rate", "version": 1, "theme": "digital", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "vneid_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "vneid"},
        {"role": "denominator", "measure": "vneid_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "vneid is not null"}
    ]},
    {"code": "shared_for_reuse_rate", "version": 1, "theme": "digital", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "shared_for_reuse_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "shared_for_reuse"},
        {"role": "denominator", "measure": "shared_for_reuse_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "shared_for_reuse is not null"}
    ]},
    {"code": "population_data_rate", "version": 1, "theme": "digital", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "population_data_rate_v1_numerator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "population_data"},
        {"role": "denominator", "measure": "population_data_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "received_date", "where": "population_data is not null"}
    ]},
    {"code": "survey_volume", "version": 1, "theme": "survey", "kind": "count", "breakdowns": ["mode"], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "survey_volume_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter'"}
    ]},
    {"code": "satisfaction_rate", "version": 1, "theme": "survey", "kind": "ratio", "breakdowns": ["mode"], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "satisfaction_rate_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and is_satisfied"},
        {"role": "denominator", "measure": "satisfaction_rate_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and is_valid"}
    ]},
    {"code": "response_rate", "version": 1, "theme": "survey", "kind": "ratio", "breakdowns": [], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "response_rate_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter'"},
        {"role": "denominator", "measure": "response_rate_v1_denominator", "summed": "by_date", "record_kind": "dossiers", "date": "returned_date"}
    ]},
    {"code": "dont_know_share", "version": 1, "theme": "survey", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "dont_know_share_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and not is_valid"},
        {"role": "denominator", "measure": "dont_know_share_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter'"}
    ]},
    {"code": "dissatisfaction_reason_share", "version": 1, "theme": "survey", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "dissatisfaction_reason_share_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and is_dissatisfied and has_reasons"},
        {"role": "denominator", "measure": "dissatisfaction_reason_share_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and is_dissatisfied"}
    ]},
    {"code": "paper_share", "version": 1, "theme": "survey", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "paper_share_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and mode = 'paper'"},
        {"role": "denominator", "measure": "paper_share_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter'"}
    ]},
    {"code": "tablet_votes", "version": 1, "theme": "survey", "kind": "count", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "tablet_votes_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and mode = 'tablet'"}
    ]},
    {"code": "paper_slips", "version": 1, "theme": "survey", "kind": "count", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "paper_slips_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and mode = 'paper'"}
    ]},
    {"code": "votes_per_baseline_slip", "version": 1, "theme": "survey", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "votes_per_baseline_slip_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter'"},
        {"role": "denominator", "measure": "votes_per_baseline_slip_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'paper_slips_before'", "sum_of": "quantity"}
    ]},
    {"code": "devices_with_a_vote", "version": 1, "theme": "survey", "kind": "distinct", "value_of": "ward_key || ':' || device_code", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "devices_with_a_vote_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and device_code is not null"}
    ]},
    {"code": "units_with_a_live_device", "version": 1, "theme": "survey", "kind": "distinct", "value_of": "ward_key", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "units_with_a_live_device_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and device_code is not null"}
    ]},
    {"code": "satisfaction_of_early", "version": 1, "theme": "survey", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "satisfaction_of_early_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and is_satisfied and dossier_timeliness = 'early'"},
        {"role": "denominator", "measure": "satisfaction_of_early_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and is_valid and dossier_timeliness = 'early'"}
    ]},
    {"code": "satisfaction_of_on_time", "version": 1, "theme": "survey", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "satisfaction_of_on_time_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and is_satisfied and dossier_timeliness = 'on_time'"},
        {"role": "denominator", "measure": "satisfaction_of_on_time_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and is_valid and dossier_timeliness = 'on_time'"}
    ]},
    {"code": "satisfaction_of_late", "version": 1, "theme": "survey", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "satisfaction_of_late_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and is_satisfied and dossier_timeliness = 'late'"},
        {"role": "denominator", "measure": "satisfaction_of_late_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and is_valid and dossier_timeliness = 'late'"}
    ]},
    {"code": "education_satisfaction", "version": 1, "theme": "survey", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "education_satisfaction_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'education' and is_satisfied"},
        {"role": "denominator", "measure": "education_satisfaction_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'education' and is_valid"}
    ]},
    {"code": "health_satisfaction", "version": 1, "theme": "survey", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "health_satisfaction_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'health' and is_satisfied"},
        {"role": "denominator", "measure": "health_satisfaction_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'health' and is_valid"}
    ]},
    {"code": "access_satisfaction", "version": 1, "theme": "elements", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "access_satisfaction_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and rating_access in ('very_satisfied', 'satisfied')"},
        {"role": "denominator", "measure": "access_satisfaction_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and rating_access is not null and rating_access <> 'dont_know'"}
    ]},
    {"code": "procedure_satisfaction", "version": 1, "theme": "elements", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedure_satisfaction_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and rating_procedure in ('very_satisfied', 'satisfied')"},
        {"role": "denominator", "measure": "procedure_satisfaction_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and rating_procedure is not null and rating_procedure <> 'dont_know'"}
    ]},
    {"code": "staff_satisfaction", "version": 1, "theme": "elements", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "staff_satisfaction_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and rating_staff in ('very_satisfied', 'satisfied')"},
        {"role": "denominator", "measure": "staff_satisfaction_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and rating_staff is not null and rating_staff <> 'dont_know'"}
    ]},
    {"code": "result_satisfaction", "version": 1, "theme": "elements", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "result_satisfaction_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and rating_result in ('very_satisfied', 'satisfied')"},
        {"role": "denominator", "measure": "result_satisfaction_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and rating_result is not null and rating_result <> 'dont_know'"}
    ]},
    {"code": "feedback_satisfaction", "version": 1, "theme": "elements", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "feedback_satisfaction_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and rating_feedback in ('very_satisfied', 'satisfied')"},
        {"role": "denominator", "measure": "feedback_satisfaction_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and rating_feedback is not null and rating_feedback <> 'dont_know'"}
    ]},
    {"code": "votes_before_return_share", "version": 1, "theme": "integrity", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "votes_before_return_share_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and is_before_return"},
        {"role": "denominator", "measure": "votes_before_return_share_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and dossier_key is not null"}
    ]},
    {"code": "burst_share", "version": 1, "theme": "integrity", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "burst_share_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and is_burst"},
        {"role": "denominator", "measure": "burst_share_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and mode = 'tablet'"}
    ]},
    {"code": "straight_line_share", "version": 1, "theme": "integrity", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "straight_line_share_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and is_straight_line"},
        {"role": "denominator", "measure": "straight_line_share_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and elements_rated >= 3"}
    ]},
    {"code": "out_of_hours_share", "version": 1, "theme": "integrity", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "out_of_hours_share_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and is_out_of_hours"},
        {"role": "denominator", "measure": "out_of_hours_share_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and mode = 'tablet'"}
    ]},
    {"code": "orphan_vote_share", "version": 1, "theme": "integrity", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "orphan_vote_share_v1_numerator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and is_orphan"},
        {"role": "denominator", "measure": "orphan_vote_share_v1_denominator", "summed": "by_date", "record_kind": "survey_responses", "date": "answered_date", "where": "domain = 'counter' and dossier_code is not null"}
    ]},
    {"code": "procedures_level_1_2", "version": 1, "theme": "procedures", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedures_level_1_2_v1_numerator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "where": "online_level in ('1', '2')", "opened": "valid_from", "closed": "out_of_force_date"},
        {"role": "denominator", "measure": "procedures_level_1_2_v1_denominator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "opened": "valid_from", "closed": "out_of_force_date"}
    ]},
    {"code": "procedures_level_2", "version": 1, "theme": "procedures", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedures_level_2_v1_numerator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "where": "online_level = '2'", "opened": "valid_from", "closed": "out_of_force_date"},
        {"role": "denominator", "measure": "procedures_level_2_v1_denominator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "opened": "valid_from", "closed": "out_of_force_date"}
    ]},
    {"code": "procedures_level_3", "version": 1, "theme": "procedures", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedures_level_3_v1_numerator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "where": "online_level = '3'", "opened": "valid_from", "closed": "out_of_force_date"},
        {"role": "denominator", "measure": "procedures_level_3_v1_denominator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "opened": "valid_from", "closed": "out_of_force_date"}
    ]},
    {"code": "procedures_level_4", "version": 1, "theme": "procedures", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedures_level_4_v1_numerator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "where": "online_level = '4'", "opened": "valid_from", "closed": "out_of_force_date"},
        {"role": "denominator", "measure": "procedures_level_4_v1_denominator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "opened": "valid_from", "closed": "out_of_force_date"}
    ]},
    {"code": "procedures_partly_online", "version": 1, "theme": "procedures", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedures_partly_online_v1_numerator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "where": "online_level = 'partial'", "opened": "valid_from", "closed": "out_of_force_date"},
        {"role": "denominator", "measure": "procedures_partly_online_v1_denominator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "opened": "valid_from", "closed": "out_of_force_date"}
    ]},
    {"code": "procedures_fully_online", "version": 1, "theme": "procedures", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedures_fully_online_v1_numerator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "where": "online_level = 'full'", "opened": "valid_from", "closed": "out_of_force_date"},
        {"role": "denominator", "measure": "procedures_fully_online_v1_denominator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "opened": "valid_from", "closed": "out_of_force_date"}
    ]},
    {"code": "procedures_published", "version": 1, "theme": "procedures", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedures_published_v1_numerator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "where": "published_web and published_counter", "opened": "valid_from", "closed": "out_of_force_date"},
        {"role": "denominator", "measure": "procedures_published_v1_denominator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "opened": "valid_from", "closed": "out_of_force_date"}
    ]},
    {"code": "procedures_one_stop", "version": 1, "theme": "procedures", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedures_one_stop_v1_numerator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "where": "one_stop", "opened": "valid_from", "closed": "out_of_force_date"},
        {"role": "denominator", "measure": "procedures_one_stop_v1_denominator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "opened": "valid_from", "closed": "out_of_force_date"}
    ]},
    {"code": "procedures_iso", "version": 1, "theme": "procedures", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedures_iso_v1_numerator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "where": "iso_process", "opened": "valid_from", "closed": "out_of_force_date"},
        {"role": "denominator", "measure": "procedures_iso_v1_denominator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "opened": "valid_from", "closed": "out_of_force_date"}
    ]},
    {"code": "procedures_announced_on_time", "version": 1, "theme": "procedures", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedures_announced_on_time_v1_numerator", "summed": "by_date", "record_kind": "procedures", "date": "announcement_due", "where": "announced_on <= announcement_due"},
        {"role": "denominator", "measure": "procedures_announced_on_time_v1_denominator", "summed": "by_date", "record_kind": "procedures", "date": "announcement_due"}
    ]},
    {"code": "procedures_updated_on_time", "version": 1, "theme": "procedures", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedures_updated_on_time_v1_numerator", "summed": "by_date", "record_kind": "procedures", "date": "update_due", "where": "updated_on <= update_due"},
        {"role": "denominator", "measure": "procedures_updated_on_time_v1_denominator", "summed": "by_date", "record_kind": "procedures", "date": "update_due"}
    ]},
    {"code": "procedures_content_complete", "version": 1, "theme": "procedures", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedures_content_complete_v1_numerator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "where": "published_web and content_complete", "opened": "valid_from", "closed": "out_of_force_date"},
        {"role": "denominator", "measure": "procedures_content_complete_v1_denominator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "where": "published_web and content_complete is not null", "opened": "valid_from", "closed": "out_of_force_date"}
    ]},
    {"code": "procedures_payment_connected", "version": 1, "theme": "procedures", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedures_payment_connected_v1_numerator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "where": "has_fee and payment_connected", "opened": "valid_from", "closed": "out_of_force_date"},
        {"role": "denominator", "measure": "procedures_payment_connected_v1_denominator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "where": "has_fee and payment_connected is not null", "opened": "valid_from", "closed": "out_of_force_date"}
    ]},
    {"code": "procedures_population_data", "version": 1, "theme": "procedures", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedures_population_data_v1_numerator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "where": "population_data", "opened": "valid_from", "closed": "out_of_force_date"},
        {"role": "denominator", "measure": "procedures_population_data_v1_denominator", "summed": "by_state", "record_kind": "procedures", "date": "at_period_end", "where": "population_data is not null", "opened": "valid_from", "closed": "out_of_force_date"}
    ]},
    {"code": "task_completion", "version": 1, "theme": "organisation", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "task_completion_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'task_completion' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "quantity"},
        {"role": "denominator", "measure": "task_completion_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'task_completion' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "base"}
    ]},
    {"code": "focus_tasks", "version": 1, "theme": "organisation", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "focus_tasks_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'focus_tasks' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "quantity"},
        {"role": "denominator", "measure": "focus_tasks_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'focus_tasks' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "base"}
    ]},
    {"code": "registered_initiatives_at_least", "version": 1, "theme": "organisation", "kind": "count", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "registered_initiatives_at_least_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'registered_initiatives'", "sum_of": "least_quantity"}
    ]},
    {"code": "departments_with_regulation", "version": 1, "theme": "organisation", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "departments_with_regulation_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'departments_with_regulation' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "quantity"},
        {"role": "denominator", "measure": "departments_with_regulation_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'departments_with_regulation' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "base"}
    ]},
    {"code": "administrative_posts_cut", "version": 1, "theme": "organisation", "kind": "count", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "administrative_posts_cut_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'administrative_posts_cut'", "sum_of": "quantity"}
    ]},
    {"code": "service_posts_cut", "version": 1, "theme": "organisation", "kind": "count", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "service_posts_cut_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'service_posts_cut'", "sum_of": "quantity"}
    ]},
    {"code": "staff_rotated", "version": 1, "theme": "organisation", "kind": "count", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "staff_rotated_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'staff_rotated'", "sum_of": "quantity"}
    ]},
    {"code": "training_turns_at_least", "version": 1, "theme": "organisation", "kind": "count", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "training_turns_at_least_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'training_turns'", "sum_of": "least_quantity"}
    ]},
    {"code": "persons_trained", "version": 1, "theme": "organisation", "kind": "count", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "persons_trained_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'persons_trained'", "sum_of": "quantity"}
    ]},
    {"code": "commendations", "version": 1, "theme": "organisation", "kind": "count", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "commendations_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'commendations'", "sum_of": "quantity"}
    ]},
    {"code": "devices_installed", "version": 1, "theme": "organisation", "kind": "count", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "devices_installed_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'devices_installed' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "quantity"}
    ]},
    {"code": "camera_coverage", "version": 1, "theme": "organisation", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "camera_coverage_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'camera_coverage' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "quantity"},
        {"role": "denominator", "measure": "camera_coverage_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'camera_coverage' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "base"}
    ]},
    {"code": "conduct_items_posted", "version": 1, "theme": "organisation", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "conduct_items_posted_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'conduct_items_posted' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "quantity"},
        {"role": "denominator", "measure": "conduct_items_posted_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'conduct_items_posted' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "base"}
    ]},
    {"code": "conduct_items_each", "version": 1, "theme": "organisation", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "conduct_items_each_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code like 'conduct_item.%' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "quantity"},
        {"role": "denominator", "measure": "conduct_items_each_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code like 'conduct_item.%' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "base"}
    ]},
    {"code": "work_plans_submitted", "version": 1, "theme": "organisation", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "work_plans_submitted_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'work_plans_submitted'", "sum_of": "quantity"},
        {"role": "denominator", "measure": "work_plans_submitted_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'work_plans_submitted'", "sum_of": "base"}
    ]},
    {"code": "monthly_evaluations_by_heads", "version": 1, "theme": "organisation", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "monthly_evaluations_by_heads_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'monthly_evaluations_by_heads'", "sum_of": "quantity"},
        {"role": "denominator", "measure": "monthly_evaluations_by_heads_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'monthly_evaluations_by_heads'", "sum_of": "base"}
    ]},
    {"code": "units_with_portal", "version": 1, "theme": "organisation", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "units_with_portal_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'units_with_portal' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "quantity"},
        {"role": "denominator", "measure": "units_with_portal_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'units_with_portal' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "base"}
    ]},
    {"code": "units_on_shared_infrastructure", "version": 1, "theme": "organisation", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "units_on_shared_infrastructure_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'units_on_shared_infrastructure' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "quantity"},
        {"role": "denominator", "measure": "units_on_shared_infrastructure_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'units_on_shared_infrastructure' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "base"}
    ]},
    {"code": "procedure_review_departments", "version": 1, "theme": "oversight", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedure_review_departments_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'procedure_review.department.done' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "quantity"},
        {"role": "denominator", "measure": "procedure_review_departments_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'procedure_review.department.done' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "base"}
    ]},
    {"code": "procedure_review_under_way", "version": 1, "theme": "oversight", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedure_review_under_way_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'procedure_review.department.under_way' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "quantity"},
        {"role": "denominator", "measure": "procedure_review_under_way_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'procedure_review.department.under_way' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "base"}
    ]},
    {"code": "procedure_review_wards", "version": 1, "theme": "oversight", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "procedure_review_wards_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'procedure_review.ward.done' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "quantity"},
        {"role": "denominator", "measure": "procedure_review_wards_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'procedure_review.ward.done' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "base"}
    ]},
    {"code": "milestones_met", "version": 1, "theme": "oversight", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "milestones_met_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code like 'milestone.%' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "quantity"},
        {"role": "denominator", "measure": "milestones_met_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code like 'milestone.%' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "base"}
    ]},
    {"code": "inspection_findings_closed", "version": 1, "theme": "oversight", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "inspection_findings_closed_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'inspection_findings_closed'", "sum_of": "quantity"},
        {"role": "denominator", "measure": "inspection_findings_closed_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'inspection_findings_closed'", "sum_of": "base"}
    ]},
    {"code": "letters_on_time", "version": 1, "theme": "oversight", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "letters_on_time_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'letters_on_time'", "sum_of": "quantity"},
        {"role": "denominator", "measure": "letters_on_time_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'letters_on_time'", "sum_of": "base"}
    ]},
    {"code": "petitions_on_time", "version": 1, "theme": "oversight", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "petitions_on_time_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'petitions_on_time'", "sum_of": "quantity"},
        {"role": "denominator", "measure": "petitions_on_time_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'petitions_on_time'", "sum_of": "base"}
    ]},
    {"code": "evaluations_on_schedule", "version": 1, "theme": "oversight", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "evaluations_on_schedule_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'evaluations_on_schedule'", "sum_of": "quantity"},
        {"role": "denominator", "measure": "evaluations_on_schedule_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'evaluations_on_schedule'", "sum_of": "base"}
    ]},
    {"code": "roadmap_level_3", "version": 1, "theme": "oversight", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "roadmap_level_3_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'roadmap_level_3' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "quantity"},
        {"role": "denominator", "measure": "roadmap_level_3_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'roadmap_level_3' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "base"}
    ]},
    {"code": "roadmap_level_4", "version": 1, "theme": "oversight", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "roadmap_level_4_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'roadmap_level_4' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "quantity"},
        {"role": "denominator", "measure": "roadmap_level_4_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'roadmap_level_4' and coalesce(next_counted_date > {period_end}, true)", "sum_of": "base"}
    ]},
    {"code": "dialogue_opinions_at_least", "version": 1, "theme": "oversight", "kind": "count", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "dialogue_opinions_at_least_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'dialogue_opinions'", "sum_of": "least_quantity"}
    ]},
    {"code": "dialogue_satisfied_at_least", "version": 1, "theme": "oversight", "kind": "count", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "dialogue_satisfied_at_least_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'dialogue_satisfied'", "sum_of": "least_quantity"}
    ]},
    {"code": "directives_issued", "version": 1, "theme": "oversight", "kind": "count", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "directives_issued_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code like 'directive/%'"}
    ]},
    {"code": "directives_followed_up", "version": 1, "theme": "oversight", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "directives_followed_up_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code like 'directive/%'", "sum_of": "quantity"},
        {"role": "denominator", "measure": "directives_followed_up_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code like 'directive/%'", "sum_of": "base"}
    ]},
    {"code": "briefing_items_closed", "version": 1, "theme": "oversight", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "briefing_items_closed_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'briefing_items'", "sum_of": "quantity"},
        {"role": "denominator", "measure": "briefing_items_closed_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'briefing_items'", "sum_of": "base"}
    ]},
    {"code": "briefing_items_open", "version": 1, "theme": "oversight", "kind": "count", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "briefing_items_open_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "item_code = 'briefing_items'", "sum_of": "greatest(base - quantity, 0)"}
    ]},
    {"code": "contradicting_bases", "version": 1, "theme": "oversight", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "contradicting_bases_v1_numerator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "base_contradicts"},
        {"role": "denominator", "measure": "contradicting_bases_v1_denominator", "summed": "as_of_end", "record_kind": "ward_returns", "date": "counted_date", "where": "base is not null"}
    ]},
    {"code": "reporting_completeness", "version": 1, "theme": "reporting", "kind": "ratio", "breakdowns": [], "on_scorecard": true, "parts": [
        {"role": "numerator", "measure": "reporting_completeness_v1_numerator", "summed": "by_date", "record_kind": "reporting_nights", "date": "night", "where": "is_reported"},
        {"role": "denominator", "measure": "reporting_completeness_v1_denominator", "summed": "by_date", "record_kind": "reporting_nights", "date": "night"}
    ]},
    {"code": "reporting_catch_up", "version": 1, "theme": "reporting", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "reporting_catch_up_v1_numerator", "summed": "by_date", "record_kind": "reporting_nights", "date": "night", "where": "is_covered"},
        {"role": "denominator", "measure": "reporting_catch_up_v1_denominator", "summed": "by_date", "record_kind": "reporting_nights", "date": "night"}
    ]},
    {"code": "mean_nights_late", "version": 1, "theme": "reporting", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "mean_nights_late_v1_numerator", "summed": "by_date", "record_kind": "reporting_nights", "date": "night", "sum_of": "nights_late"},
        {"role": "denominator", "measure": "mean_nights_late_v1_denominator", "summed": "by_date", "record_kind": "reporting_nights", "date": "night"}
    ]},
    {"code": "quarantined_share", "version": 1, "theme": "reporting", "kind": "ratio", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "quarantined_share_v1_numerator", "summed": "by_date", "record_kind": "reporting_nights", "date": "night", "where": "is_reported", "sum_of": "rows_quarantined"},
        {"role": "denominator", "measure": "quarantined_share_v1_denominator", "summed": "by_date", "record_kind": "reporting_nights", "date": "night", "where": "is_reported", "sum_of": "rows_read"}
    ]},
    {"code": "reporting_units", "version": 1, "theme": "reporting", "kind": "distinct", "value_of": "ward_key", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "reporting_units_v1_numerator", "summed": "by_date", "record_kind": "reporting_nights", "date": "night", "where": "is_reported"}
    ]},
    {"code": "unmapped_codes", "version": 1, "theme": "reporting", "kind": "count", "breakdowns": [], "on_scorecard": false, "parts": [
        {"role": "numerator", "measure": "unmapped_codes_v1_numerator", "summed": "by_date", "record_kind": "rule_results", "date": "night", "where": "rule like '%_known'", "sum_of": "rows_broken"}
    ]}
]) }}
{% endmacro %}

{% macro indicator_record_kinds() %}
{{ return({
    "dossiers": {"mart": "fct_dossiers", "key": "dossier_key", "touched": "int_dossiers__touched", "opened": "received_date", "closed": "end_date", "counted_within": ["counted_from", "counted_to"], "dimensions": {"channel": "channel", "procedure": "procedure_code", "field": "field_vi", "authority": "authority"}, "evidence": {"source_record_id": "source_record_id", "dossier_code": "dossier_code", "received_date": "received_date", "due_date": "deadline_date", "end_date": "end_date"}},
    "survey_responses": {"mart": "fct_survey_responses", "key": "response_key", "touched": "int_survey_responses__touched", "counted_within": ["counted_from", "counted_to"], "dimensions": {"mode": "mode"}, "evidence": {"source_record_id": "source_record_id", "dossier_code": "dossier_code"}},
    "reporting_nights": {"mart": "reporting_completeness", "key": "reporting_night_key"},
    "rule_results": {"mart": "validation_results", "key": "validation_result_key", "covered_by": "reporting_nights"},
    "ward_returns": {"mart": "fct_ward_returns", "key": "return_key", "counted_within": ["counted_from", "counted_to"], "within": "r.period_start >= p.period_start and r.period_end <= p.period_end and (r.wider_start is null or r.wider_start < p.period_start or r.wider_end > p.period_end)", "absent_is_unknown": true, "evidence": {"source_record_id": "source_record_id"}},
    "procedures": {"mart": "dim_procedure", "key": "procedure_key", "opened": "valid_from", "closed": "out_of_force_date"},
    "service_saturdays": {"mart": "fct_service_saturdays", "key": "service_saturday_key", "covered_by": "dossiers"}
}) }}
{% endmacro %}
