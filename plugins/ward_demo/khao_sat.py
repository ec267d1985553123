"""A survey vendor's export of a unit's slips, for `dags/systems/khao_sat_csv.yml`: CSV with semicolons."""

from __future__ import annotations

import csv
import io
import os
from datetime import date
from pathlib import Path

import pandas as pd

from ward_demo.texts import coded, times, values

DOMAIN = {"counter": "Một cửa", "education": "Giáo dục", "health": "Y tế"}
RATING = {
    "very_satisfied": "5",
    "satisfied": "4",
    "neutral": "3",
    "dissatisfied": "2",
    "very_dissatisfied": "1",
    "dont_know": "9",
}
_ELEMENTS = {
    "rating_access": "Tiếp cận",
    "rating_procedure": "Thủ tục",
    "rating_staff": "Công chức",
    "rating_result": "Kết quả",
    "rating_feedback": "Phản ánh",
}
_MOMENT = "dd/mm/yyyy hh:mm"


def write(folder: Path, slips: pd.DataFrame, *, unit_name: str, night: date) -> None:
    """Writes the slips that a night's export is to hold; without any there is no file.

    Args:
        folder: the unit's folder.
        slips: paper slips, with the columns of `draw_survey_responses` and their domain.
        unit_name: where they were handed in, as the vendor names it.
        night: names the file.
    """
    if slips.empty:
        return
    columns = {
        "Mã lượt": [f"PK{number:05d}" for number in slips["record_id"]],
        "Số hồ sơ": values(slips["dossier_code"]),
        "Thời điểm": times(slips["answered_at"], _MOMENT),
        "Mã máy": values(slips["device_code"]),
        "Thang": ["Phiếu"] * len(slips),
        "Lĩnh vực": coded(slips["domain"], DOMAIN),
        "Chung": coded(slips["rating_overall"], RATING),
        **{header: coded(slips[name], RATING) for name, header in _ELEMENTS.items()},
        "Góp ý": values(slips["comment"]),
        "Điểm đặt": [unit_name] * len(slips),
    }
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    folder.mkdir(parents=True, exist_ok=True)
    # A reader that comes while the export runs must not see half of it.
    unfinished = folder / f"danh_gia_{night:%Y%m%d}.part"
    unfinished.write_bytes(text.getvalue().encode("utf-8"))
    os.replace(unfinished, folder / f"danh_gia_{night:%Y%m%d}.csv")
