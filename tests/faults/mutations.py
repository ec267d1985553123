"""Good records made wrong: types, lengths, encodings, dates, control characters, nulls and nested JSON, from a seed."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from typing import Any

from tests.support.records import SOFTWARE, Kind

Mutation = Callable[[random.Random, Any], Any]

DATES = (
    "0000-00-00 00:00:00", "0001-01-01 00:00:00", "1582-10-10 08:00:00", "1899-12-31 00:00:00", "2024-02-30 08:00:00",
    "2023-02-29 08:00:00", "2024-03-06 24:00:00", "2024-03-06 23:59:60", "2024-13-01 00:00:00", "2567-03-06 08:00:00",
    "9999-12-31 23:59:59", "10000-01-01 00:00:00", "-2024-03-06 08:00:00", "06/03/2024 08:30", "31/02/2024 08:30",
    "31/12/9999 23:59", "01/01/0001 00:00", "20240306083000", "99991231235959", "00010101000000", "45357.5",
    "1709690400", "2024-03-06T08:30:00+07:00", "2024-03-06T08:30:00Z", "Mar 6, 2024", "hôm qua", "06-Mar-24",
)  # fmt: skip
STRANGE = (
    "\x00", "\x01\x02\x03", "a\x00b", "\x1f", "|", "||", "\r\n", "\n\n", "\t", "\v\f", "\x7f", "\x85", "\u2028",
    "\ufeff", "\u200b\u200d", "\u202eabc", "e\u0301\u0323\u0301", "\ufb01", "İ", "ß", "\U0001d7d9", "🏠" * 5,
    "\U0010ffff", "\ufffd", "\uff1c\uff11\uff1e", "\u0661\u0662/\u0660\u0663", "'; drop table raw.dossiers; --",
    "{{ env_var('HOME') }}", "%s%n$1", "${x}", '"', '""', "\\", "\\N", "NULL", "null", "nan", "inf", "-0", "0x1F",
    "1e999", "true", "=cmd|'/c calc'!A0", "../../etc/passwd", "<b>x</b>", " ", "\u00a0",
)  # fmt: skip
NUMBERS = (0, 1, -1, 10, 2**31, 2**63 - 1, -(2**63), 0.1, -0.0, 1e308, 1.5)


def _text(chance: random.Random, value: Any) -> str:
    return chance.choice(STRANGE)


def _date(chance: random.Random, value: Any) -> str:
    return chance.choice(DATES)


def _null(chance: random.Random, value: Any) -> None:
    return None


def _empty(chance: random.Random, value: Any) -> str:
    return ""


def _long(chance: random.Random, value: Any) -> str:
    return chance.choice(["x", "9", "Đ", "🏠", " "]) * chance.choice([100, 1_000, 20_000])


def _cut(chance: random.Random, value: Any) -> Any:
    return value[: chance.randrange(len(value))] if isinstance(value, str) and value else value


def _mixed(chance: random.Random, value: Any) -> str:
    # Without line ends: a field that holds what looks like another record has its file refused, as it should be.
    letters = string.printable.replace("\n", "").replace("\r", "") + "ĂÂĐÊÔƠƯăâđêôơư\u0300\u0301"
    return "".join(chance.choice(letters) for _ in range(chance.randrange(1, 40)))


def _spliced(chance: random.Random, value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return value
    place = chance.randrange(len(value))
    return value[:place] + chance.choice(STRANGE) + value[place:]


def _number(chance: random.Random, value: Any) -> Any:
    return chance.choice(NUMBERS)


def _bytes(chance: random.Random, value: Any) -> bytes:
    return chance.choice([b"\xff\xfe", b"\x00", "Nguyễn".encode("utf-16"), b"Ph\xad\xeang", b""])


def _nested(chance: random.Random, value: Any) -> Any:
    deep: Any = value
    for _ in range(chance.choice([1, 2, 60])):
        deep = chance.choice([{"a": deep}, [deep], {"": [deep, None]}])
    return chance.choice([deep, [], {}, [[]], True, False, 10**400, "\ud800", {"\ud800": 1}, "a\udc00b", [1.5, None]])


EVERYWHERE: tuple[Mutation, ...] = (_text, _date, _null, _empty, _long, _cut, _mixed, _spliced)
MUTATIONS: dict[Kind, tuple[Mutation, ...]] = {
    "sql": (*EVERYWHERE, _number, _bytes),
    "http": (*EVERYWHERE, _number, _nested),
    "files": EVERYWHERE,
}


def mutated(chance: random.Random, transport: Kind, row: dict[str, Any]) -> dict[str, Any]:
    """The row with one to three of its values made wrong.

    But for a database's own column of changes: what is asked of a database is what changed in a window, and nonsense
    there is in no window. And but for the key of a service: one whose keys repeat from page to page is held.
    """
    changed = dict(row)
    names = sorted(
        set(row) - {SOFTWARE["sql"].dossier["source_changed_at"], SOFTWARE["http"].dossier["source_record_id"]}
    )
    for name in chance.sample(names, chance.randint(1, 3)):
        changed[name] = chance.choice(MUTATIONS[transport])(chance, row[name])
    return changed
