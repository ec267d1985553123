"""How much a dropped file may ask of the machine: what lies above is refused, so that memory stays bounded."""

from __future__ import annotations

MIB = 1024 * 1024

MAX_FILE_BYTES = 256 * MIB
"""Largest file as it lies in the folder; it is held in memory while it is read."""
MAX_UNPACKED_BYTES = 512 * MIB
"""Largest text after unpacking; the text itself streams, its records are held until the whole file is checked."""
MAX_RATIO = 200
"""Most unpacked bytes for one packed byte, above `FREE_BYTES`. Exports reach about 60, a bomb about 1000."""
FREE_BYTES = 16 * MIB
MAX_MEMBERS = 1000
"""Most files in one zip archive."""
MAX_WHOLE_BYTES = 64 * MIB
"""Largest JSON document and largest workbook file: neither format can be read piece by piece."""
MAX_WORKBOOK_BYTES = 512 * MIB
"""Largest workbook after unpacking."""
MAX_CELLS = 10_000_000
"""Most cells between the first and the last filled one of a sheet: the reader reserves memory for all of them."""
MAX_RECORD_CHARS = MIB
"""Longest record of a delimited file, and longest line of JSON lines."""
MAX_FIELD_CHARS = 128 * 1024
"""Longest field of a delimited file."""
HEADER_SEARCH_ROWS = 50
"""Rows at the top among which the header is looked for."""
