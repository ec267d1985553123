"""What was refused, by rule and by ward: counts, the officer's sentence and where the records stand; no value."""

from __future__ import annotations

from typing import Any

import duckdb

_BY_RULE = """
    WITH entries AS (
        SELECT unnest(string_split(rules, ',')) AS rule, * FROM audit.quarantine
        WHERE ($ward IS NULL OR ward_key = $ward)
    ),
    sentences AS (
        SELECT rule, any_value(sentence_vi) AS vi, any_value(sentence_en) AS en FROM audit.validation_results GROUP BY 1
    )
    SELECT rule, coalesce(vi, rule) AS vi, coalesce(en, rule) AS en, count(*) FILTER (state = 'open') AS still_open,
        count(*) AS entries, count(DISTINCT ward_key) AS wards, max(last_seen) AS last_seen,
        list(source_position ORDER BY last_seen DESC, source_position) FILTER (state = 'open') [1:3] AS places
    FROM entries LEFT JOIN sentences USING (rule)
    GROUP BY ALL ORDER BY still_open DESC, entries DESC, rule"""

_BY_WARD = """
    SELECT ward_key, count(*) FILTER (state = 'open') AS still_open, count(*) AS entries, max(last_seen) AS last_seen
    FROM audit.quarantine WHERE list_contains(string_split(rules, ','), $rule)
    GROUP BY ALL ORDER BY still_open DESC, entries DESC, ward_key"""


def by_rule(db: duckdb.DuckDBPyConnection, ward: str | None = None) -> list[dict[str, Any]]:
    """A row for each rule that refused records, those with the most open ones first.

    Columns: rule, vi, en (the officer's sentence), still_open, entries, wards, last_seen, places (at most three of
    the open ones). A record that broke two rules counts in both.
    """
    return _rows(db.execute(_BY_RULE, {"ward": ward}))


def by_ward(db: duckdb.DuckDBPyConnection, rule: str) -> list[dict[str, Any]]:
    """Whose records broke a rule: ward_key, still_open, entries, last_seen."""
    return _rows(db.execute(_BY_WARD, {"rule": rule}))


def _rows(found: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
