"""Values of people who do not exist, planted in ward systems, and the search for them in whatever was written."""

from __future__ import annotations

import base64
import json
import subprocess
import unicodedata
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from urllib.parse import quote

import duckdb
import pyarrow.ipc as ipc

FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Đặng")
MIDDLES = ("Văn", "Thị", "Kiều", "Đức", "Ngọc")
GIVEN = ("Khuếch", "Thuyền", "Nghiễm", "Quỳnh", "Đoàn")


DIGITS = "không một hai ba bốn năm sáu bảy tám chín".split()


def without_accents(text: str) -> str:
    plain = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "D")
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@dataclass(frozen=True)
class Person:
    """What a ward knows of somebody."""

    name: str
    phone: str
    identity: str
    email: str

    @property
    def values(self) -> tuple[str, ...]:
        return (self.name, self.phone, self.identity, self.email)

    @property
    def spellings(self) -> tuple[str, ...]:
        """The same as people type it where no rule looks: small, without accents, spread, wide and in words."""
        wide = self.phone.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
        words = " ".join(DIGITS[int(digit)] for digit in self.phone)
        address = f"số {self.phone[-4:]} hẻm canh nậu thử"
        plain = without_accents(self.name)
        return (
            self.name.lower(), plain, plain.lower(), plain.lower().replace(" ", "_"), "*".join(self.phone),
            "-".join((self.identity[:4], self.identity[4:8], self.identity[8:])), wide, words, address,
        )  # fmt: skip


def people() -> list[Person]:
    """A hundred and fifty persons, no two of whom share a value."""
    names = [" ".join(parts) for parts in product(FAMILIES, MIDDLES, GIVEN)]
    return [
        Person(name, f"09{71_000_000 + 7_919 * n:08d}", f"0790{88_000_000 + 6_577 * n:08d}", f"canary.{n}x@thu.example")
        for n, name in enumerate(names)
    ]


def written_ways(value: str) -> set[bytes]:
    """The value as UTF-8, in both Unicode forms, in capitals, encoded and escaped, and with its digits spaced."""
    forms = {unicodedata.normalize(form, text) for form in ("NFC", "NFD") for text in (value, value.upper())}
    digits = value if value.isdigit() else ""
    if digits:
        forms |= {
            " ".join(digits),
            f"{digits[:4]} {digits[4:7]} {digits[7:]}",
            f"{digits[:4]}.{digits[4:7]}.{digits[7:]}",
        }
    plain = [form.encode() for form in forms]
    ways = {*plain, *(quote(form).encode() for form in forms), *(one.hex().encode() for one in plain)}
    # As JSON in ASCII, which Airflow keeps results in.
    ways |= {json.dumps(form)[1:-1].encode() for form in forms}
    ways |= {form.encode(encoding) for form in forms for encoding in ("utf-16-le", "utf-16-be")}
    for one in plain:
        # In the middle of a longer text the value stands at one of three places of base64's groups.
        for place in range(3):
            ways.add(base64.b64encode(b"\0" * place + one)[4 if place else 0 : -4])
    return {way for way in ways if b"\n" not in way and b"\0\n" not in way}


def search(found: list[Person], folders: list[Path], scratch: Path) -> list[str]:
    """The files below the folders that hold a value of somebody, in whatever way it is written."""
    scratch.mkdir(exist_ok=True)
    ways = {way for person in found for value in (*person.values, *person.spellings) for way in written_ways(value)}
    listing = scratch / "patterns"
    # A UTF-16 text is looked for without its zero bytes, in copies without theirs: grep takes no zero in a pattern.
    listing.write_bytes(b"\n".join({way.replace(b"\0", b"") for way in ways}) + b"\n")
    places = [*folders, _without_zeros(folders, scratch / "no zeros")]
    finished = subprocess.run(
        ["grep", "-rlaF", "-f", str(listing), *map(str, places)],
        capture_output=True, text=True, check=False, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert finished.returncode in (0, 1), finished.stderr
    return finished.stdout.splitlines()


def _without_zeros(folders: list[Path], target: Path) -> Path:
    target.mkdir(exist_ok=True)
    for number, path in enumerate(p for folder in folders for p in sorted(folder.rglob("*")) if p.is_file()):
        (target / f"{number}-{path.name}").write_bytes(path.read_bytes().replace(b"\0", b""))
    return target


def tell(home: Path, target: Path) -> Path:
    """Every text of the Parquet, Arrow and DuckDB files below a folder, as plain text: their bytes are packed."""
    target.mkdir()
    with duckdb.connect() as db:
        for number, path in enumerate(sorted((home / "lake").rglob("*.parquet"))):
            _copy(db, f"read_parquet('{path}')", target / f"{number}-parquet.csv")
        for number, path in enumerate(sorted((home / "lake").rglob("*.arrow"))):
            db.register("landed", ipc.open_file(path).read_all())
            _copy(db, "landed", target / f"{number}-arrow.csv")
        for number, path in enumerate(sorted(home.rglob("*.duckdb"))):
            db.execute(f"ATTACH '{path}' AS told (READ_ONLY)")
            tables = db.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'told'"
            ).fetchall()
            for schema, name in tables:
                _copy(db, f'told."{schema}"."{name}"', target / f"{number}-{schema}-{name}.csv")
            db.execute("DETACH told")
    return target


def _copy(db: duckdb.DuckDBPyConnection, relation: str, target: Path) -> None:
    db.execute(f"COPY (SELECT * FROM {relation}) TO '{target}' (FORMAT csv)")  # noqa: S608 - files of this test
