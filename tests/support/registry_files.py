"""A small registry as files: a district of three wards, two kinds of software, a catalogue."""

from pathlib import Path

from ward_warehouse.core.settings import Settings
from ward_warehouse.registry import Registry, load_registry
from ward_warehouse.registry.procedures import COLUMNS

SYSTEM = """\
system: counter
name: {vi: Phần mềm, en: Software}
transport: sql
time_zone: Asia/Ho_Chi_Minh
record_kinds:
  dossiers:
    read: {table: HO_SO}
    key: [ID]
    cursor: {column: CHANGED, format: "%Y-%m-%d"}
    columns:
      dossier_code: CODE
      procedure_code: PROCEDURE
      channel: {from: CHANNEL, codes: channel}
      status: {from: STATUS, codes: status}
      received_at: {from: RECEIVED, formats: ["%Y-%m-%d"]}
      paid_online: {from: PAID, codes: flag}
      source_ward: UNIT
codes:
  channel: {1: in_person, 2: online}
  status: {9: resolved}
  flag: {yes: true, no: false}
"""
SURVEYS = """\
system: tablets
name: {vi: Máy tính bảng, en: Tablets}
transport: http
time_zone: Asia/Ho_Chi_Minh
record_kinds:
  survey_responses:
    read:
      path: /votes
      records: items
      pagination: {page_param: page, size_param: size, size: 100}
      since_param: since
      until_param: until
      time_format: "%Y%m%d"
    key: [ID]
    columns:
      answered_at: {from: AT, formats: ["%Y%m%d"]}
      mode: {constant: tablet}
      rating_overall: {from: RATING, codes: rating}
codes:
  rating: {1: satisfied}
"""
DISTRICT = """\
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
  - ward: p02
    code: "00002"
    name: {vi: Phường 2, en: Ward 2}
    system: counter
    aliases: [P02]
    record_kinds: {survey_responses: {system: tablets, connection: votes}}
  - ward: p03
    code: "00003"
    name: {vi: Phường 3, en: Ward 3}
    system: tablets
"""
CATALOGUE = (
    ",".join(COLUMNS) + "\n1.000656,Khai tử,Death,Hộ tịch,ward,3,1,working_days,true,true,true,true,2016-01-01,\n"
)
FILES = {"counter.yml": SYSTEM, "tablets.yml": SURVEYS, "quan.yml": DISTRICT, "quan.procedures.csv": CATALOGUE}


def write(folder: Path, **changed: str) -> Registry:
    """The registry above, with the text of some files changed (`quan_yml` stands for quan.yml)."""
    for name, text in FILES.items():
        place = folder / ("systems" if name in ("counter.yml", "tablets.yml") else "wards")
        place.mkdir(exist_ok=True)
        (place / name).write_text(changed.get(name.replace(".", "_"), text), encoding="utf-8")
    return load_registry(Settings(wards_dir=folder / "wards", systems_dir=folder / "systems"))
