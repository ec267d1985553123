"""The mail to a ward, with the workbook of what it has to correct."""

from __future__ import annotations

from pathlib import Path

import yaml
from python_calamine import CalamineWorkbook

from tests.conftest import MakeDistrict
from tests.support.mornings import publish
from tests.support.receivers import mail_server
from tests.support.records import NIGHT, dossier
from ward_warehouse.night.steps import Night
from ward_warehouse.reports.messages import tell


def test_a_ward_is_sent_the_records_it_has_to_correct(make_district: MakeDistrict, tmp_path: Path) -> None:
    district = make_district(tmp_path, {"a_sql": "sql", "b_sql": "sql"})
    registry = district.wards_dir / "mini.yml"
    head = yaml.safe_load(registry.read_text(encoding="utf-8"))
    for entry in head["wards"]:
        entry["mail"] = [f"{entry['ward']}@example.org"]
    registry.write_text(yaml.safe_dump(head, allow_unicode=True), encoding="utf-8")
    (tmp_path / "messages.yml").write_text(yaml.safe_dump({"lists": [{"role": "ward"}]}), encoding="utf-8")
    district["a_sql"].send([dossier("good"), dossier("broken", received_at=None)])
    district["b_sql"].send([dossier("good")])
    district.play(record_kinds=["dossiers"])
    publish(district)
    settings = district.settings.model_copy(update={"messages_file": tmp_path / "messages.yml"})
    with mail_server() as mail:
        (told,) = tell(Night(settings), lambda _: mail.connection, [NIGHT])
    assert told.errors == []
    to_a, *others = [one for one in mail.taken if one["To"] == "a_sql@example.org"]
    assert others == []
    (attached,) = to_a.iter_attachments()
    assert attached.get_filename() == f"a_sql_{NIGHT}.xlsx"
    file = tmp_path / "attached.xlsx"
    file.write_bytes(attached.get_content())
    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    assert "1 bản ghi cần sửa" in str(rows[0])
    assert [one for one in mail.taken if one["To"] == "b_sql@example.org"] == [], "it has nothing to correct"
