"""Why a database could not be read, in the driver's own words as far as they may be shown."""

from __future__ import annotations

import re

from sqlalchemy.exc import SQLAlchemyError

STATEMENT = re.compile(r"( LINE \d+:| DETAIL:| CONTEXT:| HINT:|\. Query was:).*")
VALUE = re.compile(r""": (["']).*\1""")
"""What drivers add to an error: the statement, and the value of a record (`invalid input syntax: "..."`)."""
TIME_OUT = re.compile(
    r"statement timeout|max_statement_time|max_execution_time|maximum statement execution time|not finished within|"
    r"\binterrupted\b|DPY-4024|call timeout|lock request time ?out|lock wait timeout|query timed out",
    re.IGNORECASE,
)
"""How each database says that a statement took too long."""
LOGIN = re.compile(
    r"authentication failed|no pg_hba\.conf entry|access denied|ORA-010(05|17)|login failed|permission denied",
    re.IGNORECASE,
)
"""How each database says that it does not know a login, or does not let it read."""


def reason_of(error: Exception, timeout_seconds: int) -> str:
    """The driver's own words, without the statement and without a value that it stumbled over.

    Args:
        error: what the driver or SQLAlchemy raised.
        timeout_seconds: after which a statement is given up; such an end is said in our words alone.
    """
    original = getattr(error, "orig", None)
    if original is None and isinstance(error, SQLAlchemyError):
        return type(error).__name__
    said = " ".join(str(original or error).split())
    if TIME_OUT.search(said):
        return (
            f"not finished within {timeout_seconds} s (time-out; timeout_seconds in the system's file): ask the ward "
            "for an index on the time of change, or raise the limit"
        )
    return VALUE.sub("", STATEMENT.sub("", said))
