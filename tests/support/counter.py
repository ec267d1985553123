"""A kind of software with a column for each way in which a value can be mapped, and one good record of it."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from typing import Any

import pyarrow as pa

from tests.support.district import text_batch
from tests.support.feeds import feed
from ward_warehouse.mapping.mapper import Mapper
from ward_warehouse.registry import Feed

KEY = b"a pseudonym key of the tests"
NIGHT = date(2018, 12, 27)
SYSTEM: dict[str, Any] = {
    "system": "counter",
    "name": {"vi": "x", "en": "x"},
    "transport": "files",
    "time_zone": "Asia/Ho_Chi_Minh",
    "record_kinds": {
        "dossiers": {
            "read": {"pattern": "*.csv"},
            "key": ["ID"],
            "cursor": {"column": "CHANGED", "format": "%Y-%m-%d %H:%M:%S"},
            "columns": {
                "dossier_code": "CODE",
                "procedure_code": "PROCEDURE",
                "channel": {"from": "CHANNEL", "codes": "channel"},
                "status": {"from": "STATUS", "codes": "status"},
                "received_at": {"from": "RECEIVED", "formats": ["%d/%m/%Y %H:%M", "%d/%m/%Y"]},
                "due_at": {"from": "DUE", "formats": ["%d/%m/%Y %H:%M", "%d/%m/%Y"]},
                "resolved_at": {"from": "RESOLVED", "formats": ["%d/%m/%Y %H:%M", "%d/%m/%Y"]},
                "supplement_requested_at": {"from": "SUPPLEMENTS", "path": "$[0].asked", "formats": ["%Y%m%d"]},
                "supplement_count": {"expression": "json_array_length(SUPPLEMENTS)", "uses": ["SUPPLEMENTS"]},
                "applicant_type": {"constant": "citizen"},
                "paid_online": {"from": "PAID", "codes": "flag"},
                "officer_key": "OFFICER",
                "summary": "SUMMARY",
                "applicant_name": "NAME",
                "source_ward": "UNIT",
            },
            "ignore": ["FAX"],
        }
    },
    "codes": {
        "channel": {"Trực tiếp": "in_person", "Trực tuyến": "online"},
        "status": {"Đã trả kết quả": "returned", "Đang xử lý": "in_process"},
        "flag": {"Có": "true", "Không": "false"},
    },
}
GOOD = {
    "ID": "BN1",
    "CODE": "H29-18-0001",
    "PROCEDURE": "1.000656",
    "CHANNEL": "Trực tuyến",
    "STATUS": "Đã trả kết quả",
    "RECEIVED": "26/12/2018 08:15",
    "DUE": "27/12/2018",
    "RESOLVED": "27/12/2018 09:00",
    "SUPPLEMENTS": None,
    "PAID": "Có",
    "OFFICER": "Cán bộ Một",
    "SUMMARY": "Sao y",
    "NAME": "Người Nộp",
    "UNIT": "P01",
    "CHANGED": "2018-12-27 10:00:00",
}


def system(**changes: Any) -> dict[str, Any]:
    """The system above with other parts of its dossier feed; a column of None is no longer mapped."""
    whole = json.loads(json.dumps(SYSTEM))
    part = whole["record_kinds"]["dossiers"]
    for name, value in changes.items():
        if name in ("key", "cursor", "ignore"):
            part[name] = value
        elif name == "time_zone":
            whole[name] = value
        elif value is None:
            del part["columns"][name]
        else:
            part["columns"][name] = value
    return whole


def mapped(rows: list[dict[str, Any]], ward: Feed | None = None, new: list[str] | None = None) -> pa.Table:
    with closing(Mapper(ward or feed(SYSTEM), NIGHT, KEY)) as mapper:
        return mapper.map(text_batch(rows), new or [])


def one(ward: Feed | None = None, **changes: Any) -> dict[str, Any]:
    """The good record above with some columns changed, mapped."""
    record: dict[str, Any] = mapped([{**GOOD, **changes}], ward).to_pylist()[0]
    return record
