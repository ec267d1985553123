"""A registry in which every check is silent, and a way to put one fault into it."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.district import ROOT
from ward_warehouse.core.connections import Connection, Resolver
from ward_warehouse.core.settings import Settings
from ward_warehouse.onboarding.checks import Report, check_all
from ward_warehouse.registry.procedures import COLUMNS

COUNTER = """\
system: counter
name: {vi: Phần mềm, en: Software}
transport: sql
time_zone: Asia/Ho_Chi_Minh
record_kinds:
  dossiers:
    read: {table: HO_SO}
    key: [ID]
    cursor: {column: CHANGED, format: "%Y-%m-%d %H:%M:%S"}
    overlap_hours: 48
    columns:
      dossier_code: CODE
      procedure_code: PROCEDURE
      channel: {from: CHANNEL, codes: channel}
      status: {from: STATUS, codes: status}
      received_at: {from: RECEIVED, formats: ["%Y-%m-%d"]}
      due_at: {from: DUE, formats: ["%d/%m/%Y", "%d/%m/%Y %H:%M"]}
      repromised_due_at: {from: SLIP, path: "$.due", formats: ["%Y-%m-%d"]}
      paid_online: {from: PAID, codes: flag}
      result_electronic: {expression: "FILES <> ''", uses: [FILES]}
      resolving_unit: {from: OFFICE, pattern: "[A-Z]+"}
      applicant_key: PAPER
      applicant_name: PERSON
      source_ward: UNIT
    ignore: [FAX]
codes:
  channel: {1: in_person, 2: online}
  status: {9: resolved}
  flag: {yes: true, no: false}
"""
TABLETS = """\
system: tablets
name: {vi: Máy tính bảng, en: Tablets}
transport: http
time_zone: Asia/Ho_Chi_Minh
record_kinds:
  survey_responses:
    read:
      path: /votes
      auth: basic
      pagination: {page_param: page, size_param: size, size: 100}
      since_param: since
      time_format: "%Y%m%d"
    key: [ID]
    cursor: {column: AT, format: "%Y%m%d"}
    columns:
      answered_at: {from: AT, formats: ["%Y%m%d"]}
      mode: {constant: tablet}
      rating_scale: {constant: five_buttons}
      rating_overall: {from: RATING, codes: rating}
      source_ward: UNIT
codes:
  rating: {1: satisfied}
"""
EXPORTS = """\
system: exports
name: {vi: Tệp kết xuất, en: Exports}
transport: files
time_zone: Asia/Ho_Chi_Minh
record_kinds:
  dossiers:
    read: {pattern: "{ward}_ho_so*.csv", encoding: utf-8}
    key: [ID]
    columns:
      dossier_code: CODE
      procedure_code: PROCEDURE
      status: {from: STATUS, codes: status}
      received_at: {from: RECEIVED, formats: ["%d/%m/%Y"]}
      source_ward: UNIT
  survey_responses:
    read: {pattern: "{ward}_phieu*.csv"}
    key: [ID]
    columns:
      answered_at: {from: AT, formats: ["%d/%m/%Y"]}
      mode: {constant: paper}
      rating_scale: {constant: one_to_five}
      rating_overall: {from: RATING, codes: rating}
      source_ward: UNIT
codes:
  status: {Xong: returned}
  rating: {1: satisfied}
"""
QUAN = """\
district: quan
name: {vi: Quận, en: District}
procedure_catalogue: quan.procedures.csv
defaults:
  in_force: {from: 2018-01-01, to: 2018-12-31}
wards:
  - ward: p01
    code: "00001"
    name: {vi: Phường 1, en: Ward 1}
    system: counter
    aliases: [P01]
    quiet_hours: {from: "04:00", to: "05:00", days: [sat]}
  - ward: p02
    code: "00002"
    name: {vi: Phường 2, en: Ward 2}
    system: counter
    aliases: [P02]
    record_kinds: {survey_responses: {system: tablets, connection: votes}}
  - ward: p03
    code: "00003"
    name: {vi: Phường 3, en: Ward 3}
    system: exports
    connection: share
    aliases: [P03]
"""
CATALOGUE = (
    ",".join(COLUMNS) + "\n"
    "1.000656,Khai tử,Death,Hộ tịch,ward,3,1,working_days,true,true,true,true,2016-01-01,2017-12-31\n"
    "1.000656,Khai tử,Death,Hộ tịch,ward,4,1,working_days,true,true,true,true,2018-01-01,\n"
)
FOLDERS = {
    "counter.yml": "systems",
    "tablets.yml": "systems",
    "exports.yml": "systems",
    "quan.yml": "wards",
    "quan.procedures.csv": "wards",
}
TEXTS = dict(zip(FOLDERS, (COUNTER, TABLETS, EXPORTS, QUAN, CATALOGUE), strict=True))
CONNECTIONS = {
    "p01": Connection("p01", "postgres", "10.0.0.1", login="reader", password="of the ward"),
    "p02": Connection("p02", "postgres", "10.0.0.2", login="reader", password="of the ward"),
    "votes": Connection("votes", "http", "votes.example", schema="https", login="reader", password="of the ward"),
    "share": Connection("share", "fs", extra={"path": "/share"}),
}


class GoodRegistry:
    """The registry in a folder of its own; tests change its files and connections and check it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connections = dict(CONNECTIONS)
        self.resolve: Resolver = self.connections.__getitem__
        self.dbt_project_dir = ROOT / "dbt_project"
        for name, text in TEXTS.items():
            self.write(name, text)
        shutil.copytree(ROOT / "expectations", folder / "expectations")

    @property
    def settings(self) -> Settings:
        return Settings(
            home=self.folder / "home",
            wards_dir=self.folder / "wards",
            systems_dir=self.folder / "systems",
            expectations_dir=self.folder / "expectations",
            dbt_project_dir=self.dbt_project_dir,
            pseudonym_key="a pseudonym key of the tests",
        )

    def place(self, name: str) -> Path:
        return self.folder / FOLDERS.get(name, "expectations") / name

    def write(self, name: str, text: str) -> None:
        self.place(name).parent.mkdir(parents=True, exist_ok=True)
        self.place(name).write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> str:
        """Replaces a text that the file holds exactly once; gives the file's new text."""
        before = self.place(name).read_text(encoding="utf-8")
        assert before.count(old) == 1, old
        self.write(name, before.replace(old, new))
        return before.replace(old, new)

    def check(self) -> Report:
        return check_all(self.settings, self.resolve)
