"""Drafts as text, added to the registry without touching what stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import yaml

from ward_warehouse.core.errors import RegistryError
from ward_warehouse.core.names import is_shown_whole, names_shown
from ward_warehouse.core.settings import PROJECT_ROOT
from ward_warehouse.onboarding.draft.guess import ColumnGuess, RecordKindGuess

SHARED = 0o644
"""The mode of a file of the registry: it is no state but under version control, and the services' user reads it."""


@dataclass(frozen=True)
class WardDraft:
    """What is known of a new ward; aliases that nobody stated are guesses."""

    ward: str
    code: str
    name_vi: str
    name_en: str | None
    system: str
    connection: str | None
    aliases: list[str]
    aliases_stated: bool


def system_text(system: str, name: str, time_zone: str, drafts: list[RecordKindGuess]) -> str:
    """A system file; each guessed line says so."""
    label = _flow({"vi": name, "en": name})
    lines = [
        f"# {name}: drafted from what was found; confirm each guess and take its comment away.",
        f"system: {system}",
        f"name: {label}  # guess: the name was taken from the command",
        f"transport: {drafts[0].relation.transport}",
        f"time_zone: {time_zone}  # guess: the district's",
        "",
        "record_kinds:",
    ]
    for draft in drafts:
        lines += _feed(draft)
    lines += ["", "codes:", *_code_tables(drafts)]
    return "\n".join(lines) + "\n"


def _feed(draft: RecordKindGuess) -> Iterator[str]:
    yield f"  {draft.record_kind}:"
    yield f"    read: {_flow(draft.relation.read)}  # guess: the columns of this kind were found here"
    yield f"    key: [{_scalar(draft.key)}]  # guess: by its name"
    if draft.cursor:
        form = {"format": draft.cursor_format} if draft.cursor_format else {}
        yield f"    cursor: {_flow({'column': draft.cursor, **form})}  # guess: by its name"
        yield "    overlap_hours: 48"
    yield "    columns:"
    for name, guess in draft.columns.items():
        yield f"      {name}: {_column(guess)}  # guess: by the name of the column"
    if "rating_overall" in draft.columns:
        yield "      rating_scale: {constant: one_to_five}  # guess: nothing in the sample tells the scale"
    for name in draft.missing:
        yield f"      # {name}: required, and no column was recognised; map it"
    yield from _ignored(draft.unmapped)


def _ignored(names: list[str]) -> Iterator[str]:
    """The columns that the draft does not use; of a name that may be a person's only the form is written."""
    written = [name for name in names if is_shown_whole(name)]
    if written:
        yield f"    ignore: {_flow(written)}  # guess: no contract column was recognised in them"
    for form in names_shown([name for name in names if name not in written]).values():
        yield f"    # {form}: a column whose name may be a person's; name it under ignore if it is none"


def _column(guess: ColumnGuess) -> str:
    if guess.formats:
        return _flow({"from": guess.source, "formats": guess.formats})
    return _flow({"from": guess.source, "codes": guess.codes}) if guess.codes else _scalar(guess.source)


def _code_tables(drafts: list[RecordKindGuess]) -> Iterator[str]:
    tables: dict[str, dict[str, str]] = {}
    unknown: dict[str, int] = {}
    for draft in drafts:
        for name, table in draft.tables.items():
            tables.setdefault(name, {}).update(table)
        unknown |= draft.untranslated
    for name, table in tables.items():
        rest = f"; {unknown[name]} values of the sample are not translated" if name in unknown else ""
        yield f"  {name}:  # guess: what such values usually mean{rest}"
        for code, word in table.items():
            yield f"    {json.dumps(code, ensure_ascii=False)}: {json.dumps(word)}"


def ward_text(draft: WardDraft, today: date) -> str:
    """One entry of a district's list of wards."""
    guessed_name = "" if draft.name_en else "  # guess: no English name was given"
    label = _flow({"vi": draft.name_vi, "en": draft.name_en or draft.name_vi})
    lines = [
        f"  - ward: {draft.ward}",
        f"    code: {json.dumps(draft.code)}",
        f"    name: {label}{guessed_name}",
        f"    system: {draft.system}",
    ]
    if draft.connection and draft.connection != draft.ward:
        lines.append(f"    connection: {draft.connection}")
    lines.append(
        f"    aliases: {_flow(draft.aliases)}" + ("" if draft.aliases_stated else "  # guess: as its records spell it")
    )
    lines.append(f"    in_force: {{from: {today.isoformat()}}}  # guess: expected from today on")
    return "\n".join(lines) + "\n"


def require_free(path: Path) -> None:
    """Refuses a place where a system file stands.

    Raises:
        RegistryError: there is one already; it is left as it is.
    """
    if path.exists():
        raise RegistryError([f"{path}: exists already and is left as it is; choose another --system"])


def add_system(path: Path, text: str) -> None:
    """Writes a new system file where none stands."""
    with path.open("x", encoding="utf-8") as handle:
        handle.write(_schema_line(path, "system") + text)
    path.chmod(SHARED)


def add_ward(path: Path, head: str | None, entry: str) -> None:
    """Adds an entry to a district's file, or makes the file from `head`; what stands there stays letter by letter.

    Raises:
        RegistryError: there is no such file and no head, or the file does not end in its list of wards.
    """
    if not path.is_file():
        if head is None:
            raise RegistryError([f"{path}: there is no such district; give --district-name to begin one"])
        with path.open("x", encoding="utf-8") as handle:
            handle.write(_schema_line(path, "district") + head + entry)
        path.chmod(SHARED)
        return
    before = path.read_text(encoding="utf-8")
    indents = re.findall(r"^( *)- ward:", before, re.MULTILINE)
    after = before.rstrip("\n") + "\n" + indent(dedent(entry), indents[-1] if indents else "  ")
    if not _only_added(before, after):
        raise RegistryError([f"{path}: does not end in a list of wards as `- ward: ...`; add by hand:\n{entry}"])
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(after, encoding="utf-8")
    shutil.copymode(path, temporary)
    os.replace(temporary, path)


def _schema_line(path: Path, record_kind: str) -> str:
    """The first line of a file of the registry: editors find by it what may stand there."""
    schema = PROJECT_ROOT / "schemas" / f"{record_kind}.schema.json"
    return f"# yaml-language-server: $schema={os.path.relpath(schema, path.resolve().parent)}\n"


def _only_added(before: str, after: str) -> bool:
    try:
        old, new = yaml.safe_load(before), yaml.safe_load(after)
        return bool(
            new == {**old, "wards": [*old["wards"], new["wards"][-1]]} and len(new["wards"]) > len(old["wards"])
        )
    except (yaml.YAMLError, TypeError, KeyError):
        return False


def _flow(value: Any) -> str:
    """A value on one line of YAML."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000)
    return str(text).strip()


def _scalar(text: str) -> str:
    return _flow([text])[1:-1]


def district_head(district: str, name: str, time_zone: str) -> str:
    """The head of a new district's file, up to its list of wards."""
    label = _flow({"vi": name, "en": name})
    return (
        f"district: {district}\nname: {label}  # guess: no English name was given\ntime_zone: {time_zone}\n\nwards:\n"
    )
