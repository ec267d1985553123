"""Where periodic reports stand: written beside their place and put there in one step, listed, and removed with age."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ward_warehouse.core.checked import REPORT_FORMATS
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.reports.folder import alone, put, replace_text, writing
from ward_warehouse.reports.periodic.document import LETTERHEAD, report_document
from ward_warehouse.reports.periodic.evidence import read_evidence
from ward_warehouse.reports.periodic.model import CLOSED, PeriodicReport
from ward_warehouse.reports.periodic.page import index_page, report_page
from ward_warehouse.reports.periodic.pdf import report_pdf
from ward_warehouse.reports.periodic.workbook import write_workbook
from ward_warehouse.reports.vietnamese import name_order
from ward_warehouse.warehouse.published import open_published


def reports_folder(settings: Settings) -> Path:
    """Where periodic reports and their index stand."""
    return settings.home / "reports" / "periodic"


def write_report(settings: Settings, report: PeriodicReport, formats: Sequence[str] = REPORT_FORMATS) -> list[Path]:
    """Writes a report in some formats and the index anew; gives the files.

    Nothing that stood before is touched until every format is written: on a full disk yesterday's reports stay.

    Raises:
        WardWarehouseError: a format is unknown, the letterhead is no template of a report, the disk refuses, or another
            run writes reports at the moment.
    """
    unknown = sorted(set(formats) - set(REPORT_FORMATS))
    if unknown:
        raise WardWarehouseError(
            f"report: found format {', '.join(unknown)}, expected some of {', '.join(REPORT_FORMATS)}"
        )
    folder = reports_folder(settings)
    report = replace(report, built_at=report.built_at.astimezone(ZoneInfo(settings.time_zone)))
    with writing(folder, "report") as fresh:
        names = [f"{report_name(report)}.{format_}" for format_ in REPORT_FORMATS if format_ in formats]
        for name in names:
            _write(settings, report, fresh / name, names)
        written = [put(fresh / name, folder / report.district_code / name) for name in names]
        _note(folder, report)
        _write_index(folder)
    return written


def report_name(report: PeriodicReport) -> str:
    """The name of a report's files, without their suffix."""
    return f"{report.unit_key}_{report.period.name}"


def stands_as(settings: Settings, report: PeriodicReport) -> bool:
    """Whether this very closing of the report's period was written already."""
    note = _notes(reports_folder(settings)).get(f"{report.district_code}/{report_name(report)}", {})
    return note.get("state") == report.state and note.get("closed_at") == str(report.closed_at)


def remove_old(settings: Settings, days: int, now: datetime | None = None) -> int:
    """Removes provisional reports that nobody wrote anew for so many days; gives how many files went.

    A report of a closed period stays: it is what was signed.
    """
    folder, before = reports_folder(settings), (now or datetime.now(UTC)) - timedelta(days=days)
    gone = 0
    if not folder.is_dir():
        return 0
    with alone(folder, "report"):
        notes = _notes(folder)
        for key, note in list(notes.items()):
            if note["state"] != CLOSED and datetime.fromisoformat(note["written_at"]) < before:
                for file in _files_of(folder, key):
                    file.unlink()
                    gone += 1
                del notes[key]
        _write_notes(folder, notes)
        _write_index(folder)
    return gone


def _write(settings: Settings, report: PeriodicReport, file: Path, names: Sequence[str]) -> None:
    match file.suffix:
        case ".html":
            file.write_text(report_page(report, [name for name in names if name != file.name]), encoding="utf-8")
        case ".pdf":
            file.write_bytes(report_pdf(report))
        case ".docx":
            file.write_bytes(report_document(report, settings.letterhead or LETTERHEAD))
        case ".xlsx":
            with open_published(settings.published_file) as db:
                write_workbook(report, file, lambda codes: read_evidence(db, report, codes))


def _notes(folder: Path) -> dict[str, dict[str, str]]:
    """What the index says of each report, by its place below the folder without suffix."""
    file = folder / "reports.json"
    if not file.is_file():
        return {}
    try:
        found: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8"))
    except ValueError:
        return {}
    return found


def _note(folder: Path, report: PeriodicReport) -> None:
    notes = _notes(folder)
    notes[f"{report.district_code}/{report_name(report)}"] = {
        "unit": report.unit_name,
        "period": report.period_label,
        "end": report.period.end.isoformat(),
        "state": report.state,
        "closed_at": str(report.closed_at),
        "written_at": datetime.now(UTC).isoformat(),
    }
    _write_notes(folder, notes)


def _write_notes(folder: Path, notes: dict[str, dict[str, str]]) -> None:
    replace_text(folder / "reports.json", json.dumps(notes, ensure_ascii=False, indent=1, sort_keys=True))


def _files_of(folder: Path, key: str) -> list[Path]:
    return [file for format_ in REPORT_FORMATS if (file := folder / f"{key}.{format_}").is_file()]


def _write_index(folder: Path) -> None:
    """The newest period first; of one period, units by name."""
    notes = sorted(_notes(folder).items(), key=lambda item: name_order(item[1]["unit"]))
    notes.sort(key=lambda item: item[1]["end"], reverse=True)
    page = index_page(
        [
            (note["unit"], note["period"], note["state"],
             [str(file.relative_to(folder)) for file in _files_of(folder, key)])
            for key, note in notes
        ]
    )  # fmt: skip
    replace_text(folder / "index.html", page)
