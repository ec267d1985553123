"""A program: opens the workbook of the old binary format that it is given, within limits of memory and time.

The readers follow the numbers a file holds: chains of sectors that run in a circle, lengths and extents of gigabytes.
A damaged file so takes all memory or never ends, which no error of the reader tells; here it ends this process alone.

It runs by its path, with nothing loaded but the readers, so that a trial costs what opening the file does.
"""

from __future__ import annotations

import io
import resource
import sys
from collections.abc import Callable

import xlrd
from python_calamine import CalamineWorkbook

MEMORY_BYTES = 2 * 1024**3
"""What the readers may reserve; a sheet of the most cells that are allowed takes half of it."""
CPU_SECONDS = 60
"""What both readers may compute; such a sheet takes them about eight seconds."""


def read_values(content: bytes) -> None:
    """Reads the workbook as `spreadsheets` does."""
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        for name in workbook.sheet_names:
            workbook.get_sheet_by_name(name)


def read_marks(content: bytes) -> None:
    """Reads the workbook as `workbook_marks` does."""
    xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())


def ends(read: Callable[[bytes], None], content: bytes) -> bool:
    """Whether a reader comes to an end within the limits, be it with an error: who reads it next meets that again."""
    try:
        read(content)
    except MemoryError:
        return False
    # The reader that is Rust raises its panic, which is no Exception.
    except BaseException:  # noqa: S110
        pass
    return True


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    given = sys.stdin.buffer.read()
    sys.exit(not all(ends(read, given) for read in (read_values, read_marks)))
