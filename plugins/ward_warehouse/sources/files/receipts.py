"""The receipt beside a refused file, which tells its sender what to correct."""

from __future__ import annotations

import logging
from pathlib import PurePosixPath
from typing import Any
from uuid import uuid4

from ward_warehouse.core.names import shown_name
from ward_warehouse.sources.files.refusals import RefusedError

SUFFIX = ".receipt.txt"

UNWRITABLE = (OSError, NotImplementedError, ValueError)
"""What fsspec's file systems raise where nothing can be written."""

_log = logging.getLogger(__name__)


def receipt_text(refusals: list[tuple[str, RefusedError]]) -> str:
    """The receipt for a file, or for an archive with several refused members: pairs of file name and refusal."""
    vi: list[str] = []
    en: list[str] = []
    for name, refusal in refusals:
        for lines, labels, words in (
            (vi, ("Tệp", "Trang tính", "Dòng", "Cột"), refusal.words("vi")),
            (en, ("File", "Sheet", "Row", "Column"), refusal.words("en")),
        ):
            places = (name, refusal.sheet, refusal.row or "", refusal.column)
            lines += [f"{label}: {place}" for label, place in zip(labels, places, strict=True) if place]
            found, expected, do = ("Tìm thấy", "Cần có", "Cách sửa") if lines is vi else ("Found", "Expected", "To do")
            lines += [f"{found}: {words.found}", f"{expected}: {words.expected}", f"{do}: {words.do}", ""]
    head_vi = "TỆP BỊ TỪ CHỐI: không dòng nào của tệp được nạp."
    head_en = "FILE REFUSED: none of its rows was loaded."
    return "\n".join([head_vi, "", *vi, head_en, "", *en])


class Receipts:
    """The receipts in a folder. A folder that cannot be written only means that there are none.

    Args:
        fs: the fsspec file system of the folder.
        listed: names of everything that lies in the folder.
        errors: what the file system raises where something cannot be read.
        enabled: False where nothing may be written (a check with a sample).
    """

    def __init__(self, fs: Any, listed: set[str], errors: tuple[type[Exception], ...], *, enabled: bool = True) -> None:
        self._fs = fs
        self._listed = listed
        self._enabled = enabled
        self._errors: tuple[type[Exception], ...] = (*UNWRITABLE, *errors)

    def write(self, path: str, refusals: list[tuple[str, RefusedError]]) -> None:
        """Puts the receipt beside the file at `path`, in the place of an older one, all of it or nothing."""
        if not self._enabled:
            return
        content = receipt_text(refusals).encode()
        target = path + SUFFIX
        # Hidden and without the file's name in front: no pattern and no sender takes it for a file.
        part = str(PurePosixPath(path).parent / f".{uuid4().hex}{SUFFIX}")
        try:
            if PurePosixPath(target).name in self._listed and self._fs.cat_file(target) == content:
                return
            self._fs.pipe_file(part, content)
            self._fs.mv(part, target)
        except self._errors as error:
            _log.info("no receipt beside %s: %s", shown_name(PurePosixPath(path).name), type(error).__name__)
            self._discard(part)

    def remove(self, path: str) -> None:
        """Takes the receipt away once the file at `path` is accepted."""
        if self._enabled and PurePosixPath(path).name + SUFFIX in self._listed:
            self._discard(path + SUFFIX)

    def _discard(self, path: str) -> None:
        try:
            if self._fs.exists(path):
                self._fs.rm_file(path)
        except self._errors as error:
            _log.info("%s stays: %s", shown_name(PurePosixPath(path).name), type(error).__name__)
