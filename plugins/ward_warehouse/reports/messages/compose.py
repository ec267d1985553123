"""A message composed from the verdict, for one role in one language: a subject, a text and a page of HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ward_warehouse.core.pages import number
from ward_warehouse.core.shown import on_one_line
from ward_warehouse.night.advice import ADVICE, Reason, Role
from ward_warehouse.night.verdict import Todo, Verdict
from ward_warehouse.night.wording import NAMED, Language, nights_missing, unit_name
from ward_warehouse.reports.quarantined import OpenBefore

RULES_NAMED = 10
"""Rules by which records were refused that a message names, the most broken first."""
DETAILS = 3
"""Lines of the steps themselves that stand below a cause, for the engineer on duty."""
LONGEST_DETAIL = 300

_FOLDER = FileSystemLoader(Path(__file__).resolve().parent / "templates")
_PAGES = Environment(loader=_FOLDER, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
# Plain text: what stands in it is on one line each and steers nothing.
_TEXTS = Environment(loader=_FOLDER, autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701

WORDS: dict[Language, dict[str, str]] = {
    "vi": {
        "todo": "Việc cần làm", "do": "Cách xử lý", "who": "Người làm", "refused": "Bản ghi bị cách ly",
        "districts": "Theo quận", "more": "và {0} đơn vị khác", "rules": "và {0} lý do khác", "all": "Toàn hệ thống",
        "duty": "cán bộ trực", "ward": "phường", "officials": "lãnh đạo quận", "nothing": "Không có việc gì phải làm.",
        "rule": "và 1 lý do khác",
        "waiting": "còn bản ghi bị cách ly từ các đêm trước chờ sửa (số bản ghi trong ngoặc)",
        "of_ward": "{0}, đêm {1:%d/%m/%Y}: dữ liệu gửi về quận cần được xem lại.",
    },
    "en": {
        "todo": "To do", "do": "What to do", "who": "Who", "refused": "Refused records",
        "districts": "By district", "more": "and {0} more", "rules": "and {0} more reasons", "all": "The whole site",
        "duty": "the engineer on duty", "ward": "the ward", "officials": "the district", "nothing": "Nothing to do.",
        "rule": "and 1 more reason",
        "waiting": "refused records of nights before wait for a correction (how many in brackets)",
        "of_ward": "{0}, night {1}: something of what is sent to the district needs a look.",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Message:
    """What is sent: one line, a text, the same as a page, and files by name (by mail alone)."""

    subject: str
    text: str
    html: str
    files: tuple[tuple[str, bytes], ...] = ()


def compose(
    verdict: Verdict,
    role: Role,
    language: Language,
    ward: str = "",
    *,
    good_news: bool = False,
    waiting: Sequence[OpenBefore] = (),
) -> Message | None:
    """The message of a night, or None when there is nothing to say to that role.

    Args:
        verdict: on the night, or on one district's part of it.
        role: to whom; a ward reads of itself alone, and only what it has to do.
        language: of every word.
        ward: the ward's key, for that role.
        good_news: whether there is something to say also when nobody has to do anything.
        waiting: what is open still of nights before: a message says it too, and none is sent for it alone.
    """
    todos = [todo for todo in verdict.todos if role != "ward" or (todo.unit == ward and todo.who == "ward")]
    if role == "ward" and not todos:
        return None
    if not (verdict.needs_a_person or good_news):
        return None
    words = WORDS[language]
    if role == "ward":
        headline = words["of_ward"].format(unit_name(verdict, ward, language), verdict.night)
    else:
        headline = verdict.sentence(language)
    refused = [one for one in verdict.refused if role != "ward" or one.ward == ward]
    parts = {
        "headline": headline,
        "language": language,
        "words": words,
        "districts": _districts(verdict, language) if role != "ward" else [],
        "causes": [
            *(_cause(verdict, reason, group, language, role) for reason, group in _grouped(todos)),
            *_waiting(verdict, [one for one in waiting if role != "ward" or one.ward == ward], language),
        ],
        "refused": _refused(refused, language),
    }
    text = _TEXTS.get_template("message.txt.j2").render(parts)
    return Message(on_one_line(headline), text, _PAGES.get_template("message.html.j2").render(parts))


def _grouped(todos: Iterable[Todo]) -> list[tuple[Reason, list[Todo]]]:
    """The same cause over many wards is one line."""
    found: dict[Reason, list[Todo]] = {}
    for todo in todos:
        found.setdefault(todo.reason, []).append(todo)
    return list(found.items())


def _cause(verdict: Verdict, reason: Reason, todos: list[Todo], language: Language, role: Role) -> dict[str, Any]:
    words, advice = WORDS[language], ADVICE[reason]
    missing = {one.ward: nights_missing(one, language) for one in verdict.missing}
    arrived = reason in ("refused", "warned", "new_columns", "file_refused")
    units = []
    for todo in todos[:NAMED]:
        name = unit_name(verdict, todo.unit, language) if todo.unit else words["all"]
        units.append(f"{name} ({missing[todo.unit]})" if todo.unit in missing and not arrived else name)
    if len(todos) > NAMED:
        units.append(words["more"].format(len(todos) - NAMED))
    lines = dict.fromkeys(line for todo in todos for line in todo.detail if line)
    details = [on_one_line(line)[:LONGEST_DETAIL] for line in lines]
    return {
        "units": ", ".join(units),
        "what": getattr(advice.what, language),
        "do": getattr(advice.do, language),
        "who": words[advice.who],
        "details": details[:DETAILS] if role == "duty" else [],
    }


def _waiting(verdict: Verdict, waiting: Iterable[OpenBefore], language: Language) -> list[dict[str, Any]]:
    """What is open still of nights before as one cause more, the unit with the most first."""
    wards = {state.ward for state in verdict.states}
    found = sorted((one for one in waiting if one.ward in wards), key=lambda one: -one.records)
    if not found:
        return []
    words, advice = WORDS[language], ADVICE["refused"]
    units = [f"{unit_name(verdict, one.ward, language)} ({number(one.records, language)})" for one in found[:NAMED]]
    if len(found) > NAMED:
        units.append(words["more"].format(len(found) - NAMED))
    do, who = getattr(advice.do, language), words[advice.who]
    return [{"units": ", ".join(units), "what": words["waiting"], "do": do, "who": who, "details": []}]


def _districts(verdict: Verdict, language: Language) -> list[str]:
    """A sentence for each district, where there are several."""
    keys = list(dict.fromkeys(state.district for state in verdict.states))
    if len(keys) < 2:
        return []
    return [
        f"{on_one_line(getattr(verdict.name(key), language))}: {verdict.of(key).sentence(language)}" for key in keys
    ]


def _refused(refused: Iterable[Any], language: Language) -> list[str]:
    """The reasons with their records added up over the wards, the most first."""
    counts: dict[tuple[str, str], int] = {}
    for one in refused:
        place = (one.rule, on_one_line(getattr(one.label, language)))
        counts[place] = counts.get(place, 0) + one.rows
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    lines = [f"{rows}: {label}" for (_, label), rows in ranked[:RULES_NAMED]]
    more = len(ranked) - RULES_NAMED
    return [*lines, WORDS[language]["rule" if more == 1 else "rules"].format(more)] if more > 0 else lines
