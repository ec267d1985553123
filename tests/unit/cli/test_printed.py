"""The files of the tree that a command prints are as printed, and a change of what they describe is noticed."""

import shutil
from pathlib import Path

from click.testing import CliRunner

from scripts.printed import PRINTED, stale
from tests.support.district import ROOT
from ward_warehouse.cli import main
from ward_warehouse.core.settings import Settings
from ward_warehouse.registry.check_table import CHECKS


def test_the_files_are_as_printed() -> None:
    assert stale(ROOT, write=False) == []


def test_an_older_or_missing_file_is_named_and_written_anew(tmp_path: Path) -> None:
    for name in PRINTED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    older = tmp_path / "docs" / "settings.md"
    older.write_text(older.read_text(encoding="utf-8").replace("| `4` |", "| `5` |"), encoding="utf-8")
    (tmp_path / "schemas" / "system.schema.json").unlink()
    found = stale(tmp_path, write=True)
    assert [line.split(":")[0] for line in found] == ["docs/settings.md", "schemas/system.schema.json"]
    assert "ward-warehouse settings" in found[0]
    assert stale(tmp_path, write=False) == []


def test_every_setting_and_every_check_is_printed() -> None:
    settings = CliRunner().invoke(main, ["settings"]).stdout
    assert [name for name in Settings.model_fields if f"`WARD_WAREHOUSE_{name.upper()}`" not in settings] == []
    checks = CliRunner().invoke(main, ["wards", "check", "--list", "--markdown"]).stdout
    assert [code for code in CHECKS if f"| `{code}` |" not in checks] == []


def test_what_is_printed_does_not_hang_on_who_prints_it() -> None:
    runner = CliRunner(env={"WARD_WAREHOUSE_HOME": "/elsewhere", "WARD_WAREHOUSE_PARALLEL_WARDS": "7"})
    printed = runner.invoke(main, ["settings"]).stdout
    assert printed == (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert str(ROOT) not in printed
