"""What stands in a letter: each open case of a ward, one line for each rule that it broke."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import unwritable
from ward_warehouse.core.settings import Settings
from ward_warehouse.mapping.privacy import PSEUDONYM, TEXT_GIVEN
from ward_warehouse.registry import Feed, Registry
from ward_warehouse.reports.letters.mending import how_to_mend, source_columns
from ward_warehouse.reports.letters.workbook import Row, write_workbook
from ward_warehouse.reports.morning.refused import split_position
from ward_warehouse.reports.quarantined import Wanted, find_cases, short_entry

HIDDEN = "(đã che)"
GONE = "(không còn lưu)"
EMPTY = "(để trống)"


@dataclass(frozen=True)
class Letter:
    """A letter that was written: where it is, to whom, and how many records and lines it has."""

    file: Path
    ward: str
    records: int
    lines: int


def write_letter(settings: Settings, registry: Registry, wanted: Wanted, target: Path | None = None) -> Letter:
    """Writes the workbook of a ward's open cases, to be sent to it.

    Args:
        settings: where the published warehouse is, and the folder of the letters.
        registry: the ward's name and the columns of its software.
        wanted: the ward, and what else narrows.
        target: the file; `reports/letters/<ward>_<night or "open">.xlsx` without it.

    Raises:
        RegistryError: the ward has no valid entry.
        WardWarehouseError: nothing is published yet, or the file cannot be written.
    """
    if wanted.ward is None:
        raise ValueError("a letter goes to one ward")
    feeds = {feed.record_kind: feed for feed in registry.feeds(wanted.ward)}
    cases = find_cases(settings, replace(wanted, limit=None))
    rows = [row for case in cases for row in _rows(case, feeds.get(RecordKind(case["record_kind"])))]
    rows.sort(key=lambda row: (row.night.toordinal(), row.file, row.row or 0, row.entry))
    file = target or _own_place(settings, wanted.ward, wanted.night)
    name = registry.wards[wanted.ward].name.vi
    night = f", đêm {wanted.night:%d/%m/%Y}" if wanted.night else ""
    write_workbook(
        file,
        f"{name}: {len(cases)} bản ghi cần sửa{night}",
        (
            "Đề nghị sửa trong phần mềm của đơn vị rồi lưu lại: đêm sau bản ghi đúng được nhận, không gửi lại tệp này.",
            "Mã số dùng khi trao đổi với quận về một bản ghi. Dữ liệu cá nhân đã được che.",
        ),
        rows,
    )
    return Letter(file, wanted.ward, len(cases), len(rows))


def _own_place(settings: Settings, ward: str, night: date | None) -> Path:
    """The place of the letter, in the project's own folder; only that is made where there is none."""
    file = letter_file(settings, ward, night)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(file, error) from None
    return file


def letter_file(settings: Settings, ward: str, night: date | None) -> Path:
    """Where a ward's letter is written when nobody says another place."""
    return settings.home.resolve() / "reports" / "letters" / f"{ward}_{night or 'open'}.xlsx"


def _rows(case: dict[str, Any], feed: Feed | None) -> Iterator[Row]:
    received: dict[str, Any] | None = json.loads(case["received"]) if case["received"] else None
    place, number = split_position(case["source_position"])
    for rule in json.loads(case["rule_details"]):
        if rule["severity"] != "error":
            continue
        names = source_columns(feed, rule["column"]) if feed is not None else []
        values = [_value(received, name) for name in names]
        yield Row(
            entry=short_entry(case["quarantine_key"]),
            file=place,
            row=number,
            dossier_code=_dossier_code(received, feed),
            column=", ".join(names) or "(cả bản ghi)",
            value="; ".join(values),
            wrong=rule["vi"],
            mend=how_to_mend(rule["rule"], feed, rule["column"]),
            night=case["last_seen"],
        )


def _value(received: dict[str, Any] | None, name: str) -> str:
    """A value as it was received, as far as a clerk may be sent it."""
    if received is None:
        return GONE
    value = received.get(name)
    if value is None or value == "":
        return EMPTY
    text = str(value)
    return HIDDEN if text == TEXT_GIVEN or re.search(PSEUDONYM, text) else text


def _dossier_code(received: dict[str, Any] | None, feed: Feed | None) -> str:
    names = source_columns(feed, "dossier_code") if feed is not None else []
    found = [_value(received, name) for name in names]
    return "" if not found or found[0] in (EMPTY, GONE) else found[0]
