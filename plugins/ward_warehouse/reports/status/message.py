"""The message for a ward: what did not arrive or was refused, in words that its clerk can act on; no value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from ward_warehouse.night.counting import GOOD
from ward_warehouse.night.verdict import WardState
from ward_warehouse.reports.status.asked import Language
from ward_warehouse.reports.status.grid import Feed
from ward_warehouse.reports.status.words import KINDS, WORDS, advice, count, day, said


def message(name: str, night: date, rows: Sequence[Feed], refused: Sequence[dict[str, Any]], language: Language) -> str:
    """The text to send.

    Args:
        name: of the ward.
        night: the newest night.
        rows: of that night, as `grid.read_night` gives them.
        refused: as `refused.by_rule` gives them; those that are still open are named.
        language: of the text.
    """
    vi = language == "vi"
    lines = [f"Kính gửi {name}," if vi else f"Dear colleagues of {name},", ""]
    missing = [row.state for row in rows if row.state.state not in GOOD]
    left_out = [row.state for row in rows if row.state.state == "partly"]
    if missing:
        kinds = ", ".join(_kind(state, language) for state in missing)
        lines.append(
            f"Đêm {day(night)} kho dữ liệu của quận không nhận được: {kinds}."
            if vi
            else f"In the night of {day(night)} the district's warehouse did not get: {kinds}."
        )
    for state in (*missing, *left_out):
        lines.append(f"- {_kind(state, language)}: {advice(state, language)[0]}.")
        lines += [f"  {said(WORDS['detail'], language)}: {state.error}"] if state.error else []
    still_open = [rule for rule in refused if rule["still_open"]]
    if still_open:
        lines.append(
            "Các bản ghi sau chưa được nhận; đề nghị sửa trong phần mềm của phường, hệ thống tự nhận lại đêm sau:"
            if vi
            else "These records were refused; please correct them in your software, they are read again the next night:"
        )
        for rule in still_open:
            places = "; ".join(rule["places"] or [])
            lines.append(
                f"- {count(rule['still_open'], language)}: {said((rule['vi'], rule['en']), language)} ({places})"
            )
    if not missing and not left_out and not still_open:
        lines.append("Dữ liệu của đơn vị đã nhận đủ. Xin cảm ơn." if vi else "All of your data arrived. Thank you.")
    return "\n".join([*lines, "", "Trân trọng." if vi else "Kind regards."])


def _kind(state: WardState, language: Language) -> str:
    kind = str(state.record_kind)
    return said(KINDS.get(kind, (kind, kind)), language)
