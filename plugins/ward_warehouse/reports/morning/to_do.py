"""What needs a person: one entry for each unit and cause, one for many units of which the same is true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from ward_warehouse.core.pages import number
from ward_warehouse.core.shown import on_one_line
from ward_warehouse.night.advice import Advice, Reason, spoken
from ward_warehouse.night.verdict import WardState
from ward_warehouse.reports.morning.model import Held, Refused, Said, ToDo, Unit, Waiting, Warehouse
from ward_warehouse.reports.morning.words import KINDS, joined

TOGETHER = 4
"""Units with the same cause from which on one entry stands for all of them."""

SEND = Said(
    "Gửi phường danh sách; phường sửa trong phần mềm, đêm sau tự nhận lại",
    "Send the ward its list; it corrects them in its system, the next night takes them in",
)
SEND_EACH = Said("Gửi từng phường danh sách cần sửa", "Send each ward its list")
EXPORT_EACH = "ward-warehouse quarantine export --for-ward --ward W"

LONGEST = 300
"""Characters of a step's own line that are shown."""


def list_to_do(
    night: date,
    states: Sequence[WardState],
    units: dict[str, Unit],
    refused: Sequence[Refused],
    waiting: Sequence[Waiting],
    held: Sequence[Held],
    warehouse: Warehouse,
    problems: Sequence[str],
) -> tuple[ToDo, ...]:
    """Everything that somebody has to do about a night: what is missing first, then what was refused."""
    return (
        *_missing(night, states, units),
        *_of_registry(problems),
        *_of_warehouse(warehouse),
        *_held_before(night, held),
        *_refused(night, refused),
        *_waiting(waiting),
    )


def _missing(night: date, states: Sequence[WardState], units: dict[str, Unit]) -> list[ToDo]:
    by_cause: dict[Reason, dict[str, list[WardState]]] = defaultdict(lambda: defaultdict(list))
    for state in states:
        if state.is_missing or state.state == "partly":
            by_cause[state.cause or "unreadable"][state.ward].append(state)
    found = []
    for cause, wards in by_cause.items():
        advice = spoken(cause)
        do, command = _do(advice), None
        if len(wards) >= TOGETHER:
            what = Said(advice.what.vi, advice.what.en)
            found.append(ToDo(tuple(units[ward] for ward in wards), what, do, advice.who))
            continue
        for ward, failed in wards.items():
            since = _since(failed)
            kinds = [str(state.record_kind) for state in failed]
            if cause == "held":
                command = release_command(night, ward, kinds[0])
            elif advice.who == "duty" and cause not in ("quiet_hours", "not_run"):
                command = f"ward-warehouse run --night {night} --ward {ward}"
            what = Said(
                f"{advice.what.vi}: {joined([KINDS[kind].vi for kind in kinds], 'vi')}" + since.vi,
                f"{advice.what.en}: {joined([KINDS[kind].en for kind in kinds], 'en')}" + since.en,
            )
            found.append(ToDo((units[ward],), what, do, advice.who, command, _detail(failed)))
    return found


def _of_registry(problems: Sequence[str]) -> list[ToDo]:
    if not problems:
        return []
    advice = spoken("registry")
    more = f" (+{len(problems) - 1})" if len(problems) > 1 else ""
    what = Said(advice.what.vi, advice.what.en)
    return [ToDo((), what, _do(advice), advice.who, "ward-warehouse wards check", problems[0][:LONGEST] + more)]


def _of_warehouse(warehouse: Warehouse) -> list[ToDo]:
    advice = spoken("not_published")
    do = _do(advice)
    if warehouse.failed:
        what = Said(f"Lần dựng kho cuối không đạt: {warehouse.failed}", f"The last build failed: {warehouse.failed}")
        return [ToDo((), what, do, advice.who, "ward-warehouse build && ward-warehouse publish")]
    if warehouse.behind:
        what = Said(advice.what.vi, advice.what.en)
        return [ToDo((), what, do, advice.who, "ward-warehouse build && ward-warehouse publish")]
    return []


def _held_before(night: date, held: Sequence[Held]) -> list[ToDo]:
    advice = spoken("held")
    return [
        ToDo(
            (one.unit,),
            Said(
                f"Còn giữ lại từ đêm {one.night:%d/%m}: {KINDS[one.record_kind].vi}",
                f"Held since night {one.night}: {KINDS[one.record_kind].en}",
            ),
            _do(advice),
            advice.who,
            one.command,
        )
        for one in held
        if one.night != night
    ]


def _refused(night: date, refused: Sequence[Refused]) -> list[ToDo]:
    by_unit: dict[Unit, list[Refused]] = defaultdict(list)
    for one in refused:
        if one.open:
            by_unit[one.unit].append(one)
    advice = spoken("refused")
    if len(by_unit) >= TOGETHER:
        count = sum(one.open for one in refused)
        what = Said(f"{number(count, 'vi')} bản ghi chờ sửa", f"{number(count, 'en')} records wait for a correction")
        return [ToDo(tuple(by_unit), what, SEND_EACH, advice.who, EXPORT_EACH)]
    found = []
    for unit, ones in by_unit.items():
        count, rules = sum(one.open for one in ones), len({rule for one in ones for rule in one.rules})
        places = list(dict.fromkeys(one.place for one in ones))
        where = f", {places[0]}" if len(places) == 1 and ones[0].row is not None else ""
        found.append(
            ToDo(
                (unit,),
                Said(
                    f"{number(count, 'vi')} bản ghi chờ sửa, {rules} quy tắc{where}",
                    f"{number(count, 'en')} records to correct, {rules} rules{where}",
                ),
                SEND,
                advice.who,
                f"ward-warehouse quarantine export --ward {unit.key} --night {night} --for-ward",
            )
        )
    return found


def _waiting(waiting: Sequence[Waiting]) -> list[ToDo]:
    who = spoken("refused").who
    if len(waiting) >= TOGETHER:
        what = _still(sum(one.records for one in waiting), min(one.first for one in waiting), None)
        return [ToDo(tuple(one.unit for one in waiting), what, SEND_EACH, who, EXPORT_EACH)]
    return [
        ToDo((one.unit,), _still(one.records, one.first, one.last), SEND, who,
             f"ward-warehouse quarantine export --ward {one.unit.key} --for-ward")
        for one in waiting
    ]  # fmt: skip


def _still(records: int, first: date, last: date | None) -> Said:
    """How many records wait since when."""
    since = Said(f"từ đêm {first:%d/%m/%Y}", f"since the night of {first}")
    if first != last:
        since = Said(f"từ các đêm trước, cũ nhất {first:%d/%m/%Y}", f"since nights before, the oldest {first}")
    vi, en = number(records, "vi"), number(records, "en")
    return Said(f"{vi} bản ghi cách ly {since.vi} còn chờ sửa", f"{en} refused still wait for a correction, {since.en}")


def release_command(night: date, ward: str, record_kind: str) -> str:
    """What lets in a batch that a guard holds back."""
    return f"ward-warehouse release --night {night} --ward {ward} --record-kind {record_kind} --by ... --reason ..."


def _since(failed: Sequence[WardState]) -> Said:
    """For how many nights it is missing, by the record kind that is missing longest."""
    nights = [state.nights for state in failed if state.is_missing]
    if not nights or max(one or 0 for one in nights) == 1:
        return Said("", "")
    if None in nights:
        return Said(", chưa gửi lần nào", ", it never arrived")
    count = max(one or 0 for one in nights)
    return Said(f", đêm thứ {count} liên tiếp", f", for {count} nights in a row")


def _do(advice: Advice) -> Said:
    return Said(advice.do.vi, advice.do.en)


def _detail(failed: Sequence[WardState]) -> str | None:
    """What the steps said: the first of their lines, which mostly is that of all of them."""
    said = next((state.error for state in failed if state.error), None)
    return on_one_line(said)[:LONGEST] if said else None
