"""What a terminal would obey is written out, everywhere where text of wards comes through."""

import json
import pickle
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ward_warehouse.cli.output import Terminal
from ward_warehouse.core.errors import PostponedError, SourceError
from ward_warehouse.core.shown import UNSEEN, on_one_line, shown, shown_json
from ward_warehouse.lake.outcomes import Outcome


def unseen(text: str) -> list[str]:
    import unicodedata

    return [c for c in text if unicodedata.category(c) in UNSEEN and c not in "\n\t"]


@given(st.text())
def test_no_unseen_sign_is_left_and_what_is_seen_stays(text: str) -> None:
    assert unseen(shown(text)) == []
    assert unseen(on_one_line(text)) == []
    assert "\n" not in on_one_line(text)
    if not unseen(text):
        assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ghi chú [/khác]", "Ghi chú [/khác]"),
        ("\x1b[31mđỏ", "\\x1b[31mđỏ"),
        ("\x9b2J", "\\x9b2J"),
        ("a\rb", "a\\rb"),
        ("gpj.\u202eexe", "gpj.\\u202eexe"),
        ("a\u2028b", "a\\u2028b"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_how_they_are_written_out(text: str, expected: str) -> None:
    assert shown(text) == expected


@given(st.text())
def test_json_is_read_back_as_it_was(text: str) -> None:
    written = shown_json(json.dumps(text, ensure_ascii=False))
    assert unseen(written) == []
    assert json.loads(written) == text


def test_an_error_and_an_outcome_steer_nothing() -> None:
    error = SourceError("column \x1b[2J is missing")
    assert str(error) == "column \\x1b[2J is missing"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - what Celery does
    assert str(PostponedError("\x9b", datetime.now(UTC))) == "\\x9b"
    moment = datetime.now(UTC)
    outcome = Outcome(
        outcome_id="1", run_id="1", night=date(2024, 3, 6), step="extract", status="failed", started_at=moment,
        finished_at=moment, error="\x1b", warnings=("\x9b",), new_columns=("\u202e",),
    )  # fmt: skip
    assert (outcome.error, outcome.warnings, outcome.new_columns) == ("\\x1b", ("\\x9b",), ("\\u202e",))


@pytest.mark.parametrize("text", ["[/x]", "[bold]x[/]", ":smiley:", "\x1b[31mx", "[link=file:///etc/passwd]x[/link]"])
def test_the_console_prints_a_text_as_it_is(text: str) -> None:
    console = Terminal(width=200)
    with console.capture() as captured:
        console.print(text)
    assert captured.get() == shown(text) + "\n"
