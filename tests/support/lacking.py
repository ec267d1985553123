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
        "shared_for_reuse": "false", "population_data": "false",
        "officer_key": "Cán bộ A", "applicant_key": f"07900000000{number}", "summary": "Tóm tắt",
        **changes,
    }  # fmt: skip


RECORDS: dict[str, list[dict[str, str | None]]] = {
    "dossiers": [
        plain_dossier(1),
        plain_dossier(2, channel="online", paid_online="true", result_electronic="true", digitised="true",
                      reused="true", vneid="true", shared_for_reuse="true", population_data="true",
                      notified_at=moment(13, 16), officer_key="Cán bộ B"),
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
        for item in ("petitions_on_time", "devices_installed", "training_turns", "camera_coverage",
                     "decision_766_shared_for_reuse", "decision_766_announced_on_time",
                     "decision_766_petitions_on_time")
    ],
    "procedures": [
        {
            "source_record_id": code, "procedure_code": code, "name": "Thủ tục", "field": "Hộ tịch",
            "authority": "ward", "level_scheme": "one_to_four", "online_level": level, "published_web": "true",
            "published_counter": "true", "iso_process": "true", "one_stop": "true", "valid_from": "2020-01-01",
            "announcement_due": "2024-05-10", "announced_on": "2024-05-10" if level < "4" else "2024-05-11",
            "update_due": "2024-05-20" if level > "2" else None, "updated_on": "2024-05-20" if level < "4" else None,
            "content_complete": str(level == "2").lower(), "has_fee": "true",
            "payment_connected": str(level > "2").lower(), "population_data": str(level == "3").lower(),
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


SCORES: dict[str, tuple[int, int, float, float]] = {
    # By hand, of May 2024: numerator, denominator, points without any for 0/0, points as the portal gives them.
    "announced_on_time": (2, 3, 4.0, 4.0),  # 6 x 2/3
    "updated_on_time": (1, 2, 2.0, 2.0),  # 4 x 1/2
    "complete_content": (1, 3, 0.67, 0.67),  # 2 x 1/3
    "procedures_connected": (2, 3, 1.67, 1.67),  # 2.5 x 2/3
    "electronic_result": (1, 8, 0.75, 0.75),  # 6 x 1/8 of those that ended
    "digitised": (1, 9, 0.44, 0.44),  # 4 x 1/9 of those received
    "reused": (1, 9, 0.28, 0.28),  # 2 x 1/9 / 0.8
    "shared_for_reuse": (1, 9, 0.44, 0.44),  # 4 x 1/9
    "population_data_dossiers": (1, 9, 0.22, 0.22),  # 2 x 1/9
    "population_data_procedures": (1, 3, 0.67, 0.67),  # 2 x 1/3
    "petitions_on_time": (9, 12, 4.5, 4.5),  # of the return: 6 x 9/12
}
"""Index of Decision 766 -> the figures of a ward that records every column."""
OTHER_SCORES: dict[str, dict[str, tuple[int, int, float, float]]] = {
    "shared_for_reuse": {"shared_for_reuse": (9, 12, 3.0, 3.0)},  # 4 x 9/12
    "announcement_due": {"announced_on_time": (9, 12, 4.5, 4.5)},  # 6 x 9/12
    "announced_on": {"announced_on_time": (9, 12, 4.5, 4.5)},
    "resolved_at": {"electronic_result": (1, 7, 0.86, 0.86)},  # the ninth, resolved and not returned, is open
}
"""A column that a ward lacks -> what its return says in its place, or what then follows from another column."""
NO_SCORES: dict[str, set[str]] = {
    "result_electronic": {"electronic_result"}, "stopped_at": {"electronic_result"},
    "digitised": {"digitised"}, "reused": {"reused"},
    "dossiers.population_data": {"population_data_dossiers"},
    "procedures.population_data": {"population_data_procedures"},
    "update_due": {"updated_on_time"}, "updated_on": {"updated_on_time"},
    "published_web": {"complete_content"}, "content_complete": {"complete_content"},
    "has_fee": {"procedures_connected"}, "payment_connected": {"procedures_connected"},
    "ward_returns.denominator": {"petitions_on_time"},
    "numerator": {"petitions_on_time"},
}  # fmt: skip
"""A column that a ward lacks -> the indices of which nobody can tell without it."""
