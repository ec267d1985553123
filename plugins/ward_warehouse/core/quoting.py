"""Names and texts in SQL that is written out: the one place where they are quoted.

Values are bound as parameters; this is for what cannot be: names of columns and tables, and texts of our own.
"""

from __future__ import annotations


def identifier(name: str) -> str:
    """A name of a column, table or schema, quoted."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
