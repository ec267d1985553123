"""Wards whose software lacks a column each, beside one that has them all: the same records in every one of them."""

from __future__ import annotations

from typing import Any

from tests.support.records import PROCEDURES
from ward_warehouse.core.contracts import CONTRACTS, RecordKind

ALL = "cot_all"
"""The ward whose software has all of them. These wards are in force from January to June 2024."""


def moment(day: int, hour: int = 9) -> str:
    return f"2024-05-{day:02d} {hour:02d}:00:00"


def plain_dossier(number: int, **changes: str | None) -> dict[str, str | None]:
    """Received and returned on time, with a value in every column."""
    return {
        "source_record_id": str(number), "dossier_code": f"HS-{number}", "procedure_code": PROCEDURES[0],
        "channel": "in_person", "status": "returned", "submitted_at": moment(5), "received_at": moment(6),
        "due_at": moment(20), "resolved_at": moment(14), "returned_at": moment(14, 10), "supplement_count": "0",
        "receiving_unit": "P", "resolving_unit": "P", "applicant_type": "citizen", "paid_online": "false",
        "result_electronic": "false", "digitised": "false", "reused": "false", "vneid": "false",
        "officer_key": "Cán bộ A", "applicant_key": f"07900000000{number}", "summary": "Tóm tắt",
        **changes,
    }  # fmt: skip


RECORDS: dict[str, list[dict[str, str | None]]] = {
    "dossiers": [
        plain_dossier(1),
        plain_dossier(2, channel="online", paid_online="true", result_electronic="true", digitised="true",
                      reused="true", vneid="true", notified_at=moment(13, 16), officer_key="Cán bộ B"),
        plain_dossier(3, resolved_at=moment(23), returned_at=moment(24), apology_at=moment(21),
                      repromised_due_at=moment(27), resolving_unit="Q"),
        plain_dossier(4, resolved_at=moment(23), returned_at=moment(24), explanation_at=moment(22)),
        plain_dossier(5, supplement_count="2", supplement_requested_at=moment(8), supplement_received_at=moment(10),
                      channel="postal"),
        plain_dossier(6, supplement_count="1", supplement_requested_at=moment(8), supplement_received_at=moment(13)),
        plain_dossier(7, status="stopped", resolved_at=None, returned_at=None, stopped_at=moment(15)),
        plain_dossier(8, status="in_process", resolved_at=None, returned_at=None, due_at=moment(16)),
        plain_dossier(9, status="resolved", returned_at=None),
    ],
    "survey_responses": [
        {
            "source_record_id": str(number), "dossier_code": code, "answered_at": moment(23, number), "mode": "tablet",
            "domain": "counter",
            "device_code": "MTB-1", "officer_key": "Cán bộ A", "rating_scale": "five_buttons", "rating_overall": rating,
            **{f"rating_{name}": rating for name in ("access", "procedure", "staff", "result", "feedback")},
            "reasons": "Chờ lâu", "comment": "Góp ý",
        }
        for number, (code, rating) in enumerate(
            [*((f"HS-{number}", "satisfied") for number in (1, 1, 1, 2, 2)), *(("HS-3", "dissatisfied"),) * 5,
             *(("HS-77", "neutral"),) * 2], start=7)
    ],
    "ward_returns": [
        {
            "source_record_id": item, "unit_code": "P", "period_grain": "month", "period_start": "2024-05-01",
            "period_end": "2024-05-31", "item_code": item, "numerator": "9", "denominator": "12", "value": None,
            "bound": "exact", "unit_of_measure": "units", "evidence_number": "12/BC", "submitted_at": moment(31),
        }
        for item in ("petitions_on_time", "devices_installed", "training_turns", "camera_coverage")
    ],
    "procedures": [
        {
            "source_record_id": code, "procedure_code": code, "name": "Thủ tục", "field": "Hộ tịch",
            "authority": "ward", "level_scheme": "one_to_four", "online_level": level, "published_web": "true",
            "published_counter": "true", "iso_process": "true", "one_stop": "true", "valid_from": "2020-01-01",
            "valid_to": None,
        }
        for code, level in zip(PROCEDURES, ("2", "3", "4"), strict=True)
    ],
}  # fmt: skip
COLUMNS = {kind: list(dict.fromkeys(name for row in rows for name in row)) for kind, rows in RECORDS.items()}
TAKEN = {
    kind: [column.name for column in CONTRACTS[RecordKind(kind)].stored
           if column.name in COLUMNS[kind] and not column.required]
    for kind in RECORDS
}  # fmt: skip
WITHOUT = {  # ward: the columns that its software lacks, of each record kind one
    f"cot_{number:02d}": {kind: names[number] for kind, names in TAKEN.items() if number < len(names)}
    for number in range(max(map(len, TAKEN.values())))
}


def system(lacking: dict[str, str], name: str) -> dict[str, Any]:
    """The description of a software that writes the contract's own words, without the columns that it lacks."""
    kinds = {}
    tables: dict[str, dict[str, str]] = {"truth": {"true": "true", "false": "false"}}
    for kind, names in COLUMNS.items():
        columns: dict[str, Any] = {}
        for column in CONTRACTS[RecordKind(kind)].stored:
            if column.name not in names or column.name in ("source_record_id", lacking.get(kind)):
                continue
            columns[column.name] = {"from": column.name}
            if column.type in ("timestamp", "date"):
                columns[column.name]["formats"] = ["%Y-%m-%d %H:%M:%S" if column.type == "timestamp" else "%Y-%m-%d"]
            elif column.type == "boolean":
                columns[column.name]["codes"] = "truth"
            elif column.values:
                tables[column.name] = {value: value for value in column.values}
                columns[column.name]["codes"] = column.name
        kinds[kind] = {"read": {"table": kind}, "key": ["source_record_id"], "columns": columns}
        if kind in lacking:
            kinds[kind]["ignore"] = [lacking[kind]]
    head = {"system": name, "name": {"vi": name, "en": name}, "transport": "sql", "time_zone": "Asia/Ho_Chi_Minh"}
    return {**head, "record_kinds": kinds, "codes": tables}
