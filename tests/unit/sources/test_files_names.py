"""Names of files, sheets and members hold people: what is stored, shown and sent back shows only their shape."""

import json
from pathlib import Path

import pytest

from tests.faults.canaries import Person, people
from tests.support.dropped_files import COLUMNS, Folder, row, xlsx, zipped

ONE: Person = people()[7]
TEXTS = (*ONE.values, *ONE.spellings)
CSV = ",".join(COLUMNS) + "\nA-1,01/03/2024,x\n"
SHEET = row(1, *COLUMNS) + row(2, "A-1", "01/03/2024", "x")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def told(folder: Folder, rows: list[dict[str, object]]) -> str:
    """All that a night says of its files: positions, what was loaded, what was refused, receipts."""
    receipts = [path.read_text(encoding="utf-8") for path in folder.path.glob("*.receipt.txt")]
    return "\n".join([str(rows), str(folder.loaded), *folder.refused, *receipts])


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "zip"])
def test_a_file_that_is_read_shows_nobody(folder: Folder, text: str, form: str) -> None:
    named = text.replace("/", "_")
    json_text = json.dumps([dict(zip(COLUMNS, ("A-1", "01/03/2024", "x"), strict=True))])
    content = {
        "csv": CSV.encode(), "xlsx": xlsx(**{named[:31]: SHEET}), "json": json_text.encode(),
        "zip": zipped({f"{named}.csv": CSV.encode()}),
    }[form]  # fmt: skip
    folder.put(f"{named}.{form}", content)
    rows = folder.night()
    assert len(rows) == 1
    found = told(folder, rows)
    assert named not in found
    assert named[:31] not in found
    assert len(folder.loaded) in (1, 2)
    assert folder.night() == [], "what was taken is not taken again"


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "content",
    [
        b"", b"a,b\n1,2\n", b"\xff\xfe,", CSV.encode()[:-6] + b'"', xlsx(Sheet=row(1, "a", "b")), b"PK\x03\x04 torn",
        zipped({"../out.csv": b"x"}),
    ],
    ids=["empty", "no column", "no text", "cut", "sheet", "torn", "escapes"],
)  # fmt: skip
def test_a_file_that_is_refused_shows_nobody(folder: Folder, text: str, content: bytes) -> None:
    for ending in ("csv", "xlsx", "json", "zip"):
        folder.put(f"{text}.{ending}", content)
    rows = folder.night()
    assert rows == []
    assert folder.refused
    assert text not in told(folder, rows)


def test_two_files_of_one_shape_are_two_files(folder: Folder) -> None:
    for name, key in (("Lê An", "A-1"), ("Lê Ân", "A-2")):
        folder.put(f"{name}.csv", CSV.replace("A-1", key))
    assert sorted(str(entry["__position"])[:9] for entry in folder.night()) == ["xx xx.csv", "xx xx.csv"]
    assert len(folder.loaded) == 2
    assert folder.night() == []


def test_a_column_twice_is_named_by_its_shape(folder: Folder) -> None:
    folder.put("a.csv", f"{','.join(COLUMNS)},{ONE.name},{ONE.name}\nA-1,01/03/2024,x,1,2\n")
    folder.night()
    assert "stands twice" in folder.refused[0]
    assert ONE.name not in told(folder, [])
