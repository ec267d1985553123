"""Programs of others that read what the warehouse gives away, where a machine has them; a test is skipped elsewhere."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ODBC_DRIVER = "PostgreSQL Unicode"
_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"
"""Comma, quotation mark, UTF-8, and cells as they are shown."""


def by_odbc(statement: str, *, port: int, database: str, login: str, password: str) -> list[list[str]]:
    """The rows that PostgreSQL gives through unixODBC and psqlODBC, or the one line of what was refused.

    Skips the test on a machine without them (Debian: `unixodbc`, `odbc-postgresql`).
    """
    isql, listed = shutil.which("isql"), shutil.which("odbcinst")
    if isql is None or listed is None or ODBC_DRIVER not in _said([listed, "-q", "-d"]):
        pytest.skip(f"no ODBC driver {ODBC_DRIVER!r} on this machine: install unixodbc and odbc-postgresql")
    parts = {"Driver": f"{{{ODBC_DRIVER}}}", "Server": "127.0.0.1", "Port": port, "Database": database,
             "UID": login, "PWD": f"{{{password}}}", "SSLmode": "disable"}  # fmt: skip
    way_in = ";".join(f"{name}={value}" for name, value in parts.items())
    return [line.split("|") for line in _said([isql, "-b", "-v", "-d|", "-k", way_in], statement).splitlines()]


def as_calc_reads(file: Path, scratch: Path) -> list[list[str]]:
    """The cells of a workbook's first sheet, or of a CSV file, as LibreOffice Calc shows them.

    Skips the test on a machine without it (Debian: `libreoffice-calc-nogui`).
    """
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice on this machine: install libreoffice-calc-nogui")
    options = ["--infilter=CSV:44,34,76,1"] if file.suffix == ".csv" else []
    profile = f"-env:UserInstallation={(scratch / 'profile').as_uri()}"
    target = scratch / "shown"
    _said([office, "--headless", profile, *options, "--convert-to", _CSV, "--outdir", str(target), str(file)])
    with next(target.iterdir()).open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


def _said(command: list[str], given: str = "") -> str:
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    return done.stdout + done.stderr
