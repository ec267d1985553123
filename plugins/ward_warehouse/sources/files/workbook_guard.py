"""What a workbook would unfold to, measured before the reader opens it, and its XML without declarations.

The reader reserves memory for every cell between the first and the last filled one, and ends the whole process when
there is not enough. The XML of a workbook never has a document type declaration (ECMA-376 part 2, 8.2; ODF 1.3 part 2):
one that has is there to expand entities or to open files, so every member is read with defusedxml and refused for it.
The old binary format cannot be measured without opening it, so a process of its own opens it first.
"""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import create_parser

from ward_warehouse.sources.files.limits import FREE_BYTES, MAX_MEMBERS, MAX_RATIO, MAX_WORKBOOK_BYTES, MIB
from ward_warehouse.sources.files.refusals import RefusedError
from ward_warehouse.sources.files.unpacking import DAMAGE

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How workbooks begin: XLSX and ODS are zip archives, the old binary format is an OLE file."""
TRIAL = Path(__file__).with_name("workbook_trial.py")
TRIAL_SECONDS = 600
"""How long a trial may take on a machine that is busy; its own limit counts the time it computes."""


class Elements(Protocol):
    """What takes the elements of a member; names stand without their prefix, attributes with it."""

    def start(self, name: str, attrs: Any) -> None:
        """An element begins."""

    def text(self, content: str) -> None:
        """A piece of text."""

    def end(self, name: str) -> None:
        """An element ends."""


class _RootReachedError(Exception):
    """The first element of a document: no declaration comes after it."""


class _ToRoot:
    def start(self, name: str, attrs: Any) -> None:
        raise _RootReachedError

    def text(self, content: str) -> None:
        """Nothing stands before the root that matters."""

    end = text


def check_workbook(content: bytes) -> None:
    """Refuses a workbook that unfolds beyond the limits or declares entities; its sheets are measured by their marks.

    Raises:
        RefusedError: it does, it is damaged, or it is neither XLSX nor ODS nor in the old binary format.
    """
    if content.startswith(OLE):
        _try_to_open(content)
    if not content.startswith(ZIP):
        return
    with damage(), zipfile.ZipFile(io.BytesIO(content)) as archive:
        _check_members(archive, len(content))
        names = archive.namelist()
        if not {"xl/workbook.xml", "content.xml"} & set(names):
            raise RefusedError("workbook_damaged")
        for name in names:
            if name.lower().endswith((".xml", ".rels")):
                _refuse_declarations(archive, name)


@contextmanager
def damage() -> Iterator[None]:
    """What reading the XML of a workbook can raise, as the refusal of the file."""
    try:
        yield
    except DefusedXmlException:
        raise RefusedError("workbook_declares") from None
    except (*DAMAGE, SAXException, ElementTree.ParseError):
        raise RefusedError("workbook_damaged") from None


def walk(archive: zipfile.ZipFile, name: str, elements: Elements) -> None:
    """Gives a member's elements, as they are read; a declaration ends it with defusedxml's error."""
    parser = create_parser(forbid_dtd=True)
    handler: Any = ContentHandler()
    handler.startElement = lambda name, attrs: elements.start(name.rpartition(":")[2], attrs)
    handler.characters = elements.text
    handler.endElement = lambda name: elements.end(name.rpartition(":")[2])
    parser.setContentHandler(handler)
    with archive.open(name) as stream:
        while chunk := stream.read(MIB):
            parser.feed(chunk)
    parser.close()


def _try_to_open(content: bytes) -> None:
    # -P: the modules beside the program are none of the names it imports.
    command = [sys.executable, "-P", str(TRIAL)]
    try:
        subprocess.run(  # noqa: S603 - this project's own program, no shell
            command, input=content, capture_output=True, check=True, timeout=TRIAL_SECONDS
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise RefusedError("workbook_damaged") from None


def _refuse_declarations(archive: zipfile.ZipFile, name: str) -> None:
    try:
        walk(archive, name, _ToRoot())
    except _RootReachedError:
        return


def _check_members(archive: zipfile.ZipFile, packed: int) -> None:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise RefusedError("archive_members", count=len(members), limit=MAX_MEMBERS)
    unpacked = sum(member.file_size for member in members)
    if unpacked > max(FREE_BYTES, packed * MAX_RATIO):
        raise RefusedError("archive_ratio", limit=MAX_RATIO)
    if unpacked > MAX_WORKBOOK_BYTES:
        raise RefusedError("too_large", limit=MAX_WORKBOOK_BYTES)
