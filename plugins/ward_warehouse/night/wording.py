"""The verdict in words: one sentence in each language, and the engineer's lines below it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from ward_warehouse.core.shown import on_one_line

if TYPE_CHECKING:
    from ward_warehouse.night.verdict import Kind, Missing, Verdict

Language = Literal["vi", "en"]
NAMED = 5
"""Wards that a sentence names; of more it says how many there are besides."""

LONGEST_NOTE = 1000
"""Characters that Airflow keeps of a note on a run."""
MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|~])")
"""Signs that mean something in the middle of a line of Markdown."""

WORTH: dict[Language, dict[Kind, str]] = {
    "en": {
        "complete": "is complete",
        "late": "is late",
        "held": "is held: a batch waits for a decision",
        "partial": "is partial",
        "not_run": "was not run",
    },
    "vi": {
        "complete": "đầy đủ",
        "late": "bị chậm",
        "held": "bị giữ lại: có lô dữ liệu chờ quyết định",
        "partial": "chưa đủ",
        "not_run": "chưa được chạy",
    },
}


def sentence(verdict: Verdict, language: Language) -> str:
    """What the night is worth, which wards are missing for how many nights, and how many records were refused."""
    arrived, expected = len(verdict.expected) - len(verdict.missing_wards), len(verdict.expected)
    refused = verdict.count("quarantined")
    missing = _missing(verdict, language)
    if language == "vi":
        counted = f"{arrived}/{expected} đơn vị đã gửi"
        told = [f"thiếu {missing}"] if missing else []
        told += [f"{_number(refused, language)} bản ghi bị cách ly"] if refused else []
        return f"Đêm {verdict.night:%d/%m/%Y} {'; '.join([f'{WORTH[language][verdict.kind]}: {counted}', *told])}."
    counted = f"{arrived} of {expected} units arrived"
    told = [f"missing: {missing}"] if missing else []
    told += [f"{_number(refused, language)} records refused"] if refused else []
    return f"Night {verdict.night} {'; '.join([f'{WORTH[language][verdict.kind]}: {counted}', *told])}."


def nights_missing(missing: Missing, language: Language) -> str:
    """For how many nights a unit has been missing, in words."""
    if missing.nights is None:
        return "chưa gửi lần nào" if language == "vi" else "never arrived"
    if language == "vi":
        return f"{missing.nights} đêm"
    return "1 night" if missing.nights == 1 else f"{missing.nights} nights"


def unit_name(verdict: Verdict, unit: str, language: Language) -> str:
    """What a unit is called, with its district where there are several of them; on one line."""
    name = getattr(verdict.name(unit), language)
    ward = verdict.wards.get(unit)
    districts = {state.district for state in verdict.states}
    if ward is not None and len(districts) > 1:
        name = f"{name}, {getattr(verdict.name(ward.district), language)}"
    return on_one_line(name)


def _missing(verdict: Verdict, language: Language) -> str:
    if verdict.kind == "not_run":
        return ""
    # Longest first: who has been missing for weeks must not be behind "and 195 more".
    missing = sorted(verdict.missing, key=lambda one: -(one.nights if one.nights is not None else 10**6))
    named = [f"{unit_name(verdict, one.ward, language)} ({nights_missing(one, language)})" for one in missing[:NAMED]]
    more = len(missing) - NAMED
    if more > 0:
        named.append(f"và {more} đơn vị khác" if language == "vi" else f"and {more} more")
    return ", ".join(named)


def _number(value: int, language: Language) -> str:
    return f"{value:,}".replace(",", ".") if language == "vi" else f"{value:,}"


def message(verdict: Verdict) -> str:
    """A line that counts, and one for each thing that the engineer should look at."""
    states, bad = verdict.states, verdict.missing_wards
    wards = dict.fromkeys(state.ward for state in states)
    accepted = sum(s.rows_accepted or 0 for s in states)
    quarantined = sum(s.rows_quarantined or 0 for s in states)
    lines = [
        f"night {verdict.night}: {len(wards) - len(bad)} of {len(wards)} wards loaded; "
        f"{accepted} records accepted, {quarantined} quarantined"
    ]
    lines += [f"- {s.ward} {s.record_kind} {s.state}: {s.error}" for s in states if s.error]
    lines += [f"- {s.ward} {s.record_kind} warning: {warning}" for s in states for warning in s.warnings]
    lines += [
        f"- {s.ward} {s.record_kind}: new columns {', '.join(s.new_columns)} are kept in extras; map or ignore them"
        for s in states
        if s.new_columns
    ]
    lines += [f"- registry: {problem}" for problem in verdict.problems]
    if verdict.behind:
        lines.append(f"- {verdict.behind}")
    if verdict.widespread:
        lines.append("Too many wards are missing: look for a common cause (network, share, key) first.")
    elif bad:
        lines.append(
            "The night counts: the figures of the wards above stay as of their last night and are marked; each ward "
            "catches up by itself on its first night back."
        )
    return "\n".join(lines)


def report(verdict: Verdict) -> str:
    """The sentence, and below it the engineer's lines: what the log of the verdict says."""
    return f"{verdict.sentence()}\n{message(verdict)}"


def figures(verdict: Verdict) -> dict[str, Any]:
    """The night in numbers and keys: what the events of the lake's asset say."""
    return {
        "night": str(verdict.night),
        "verdict": verdict.kind,
        "wards_expected": len(verdict.expected),
        "wards_arrived": len(verdict.expected) - len(verdict.missing_wards),
        "wards_missing": verdict.missing_wards,
        "read": verdict.count("read"),
        "accepted": verdict.count("accepted"),
        "quarantined": verdict.count("quarantined"),
        "unchanged": verdict.count("unchanged"),
    }


def run_note(verdict: Verdict, places: Mapping[str, str], language: Language) -> str:
    """The sentence, and a line for each missing ward that leads to its task; in Markdown, as long as a note may be.

    Args:
        verdict: on the night.
        places: addresses of the wards' tasks.
        language: of the sentence.
    """
    note = _escaped(sentence(verdict, language))
    for one in verdict.missing:
        name = _escaped(unit_name(verdict, one.ward, language))
        named = f"[{name}]({places[one.ward]})" if one.ward in places else name
        what = "; ".join(getattr(todo.what, language) for todo in verdict.todos if todo.unit == one.ward)
        line = f"\n- {named}: {_escaped(what)}"
        if len(note) + len(line) > LONGEST_NOTE:
            break
        note += line
    return note[:LONGEST_NOTE]


def _escaped(text: str) -> str:
    """Text as Markdown shows it: a ward's name is data."""
    return MARKDOWN.sub(r"\\\1", text)
