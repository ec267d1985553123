"""The command that drafts a registry entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from ward_warehouse.cli.output import console
from ward_warehouse.core.connections import from_environment
from ward_warehouse.core.errors import RegistryError, SourceError, WardWarehouseError
from ward_warehouse.core.names import is_shown_whole, shown_name
from ward_warehouse.core.settings import Settings, load_settings
from ward_warehouse.registry import Registry, load_registry
from ward_warehouse.registry.strict import KEY_PATTERN

if TYPE_CHECKING:
    from ward_warehouse.onboarding.draft.guess import RecordKindGuess

MOST_ALIASES = 3
LONGEST_LIST = 300


@click.command()
@click.argument("ward")
@click.option("--district", required=True, help="Key of the district; its file is <district>.yml.")
@click.option("--district-name", help="Its Vietnamese name, to begin a district that has no file yet.")
@click.option("--code", required=True, help="Administrative code of the ward.")
@click.option("--name", required=True, help="Vietnamese name of the ward.")
@click.option("--name-en", help="English name of the ward.")
@click.option("--alias", "aliases", multiple=True, help="How its records spell the ward; may be given several times.")
@click.option("--system", required=True, help="Key of the software: one that is described, or a new one to draft.")
@click.option("--connection", help="Connection of the ward; default: the ward key. A database is looked into.")
@click.option("--schema", help="Schema of the database to look into.")
@click.option("--sample", type=click.Path(path_type=Path), help="A file of the ward's exports, to draft from.")
def add(
    ward: str, district: str, district_name: str | None, code: str, name: str, name_en: str | None,
    aliases: tuple[str, ...], system: str, connection: str | None, schema: str | None, sample: Path | None,
) -> None:  # fmt: skip
    """Draft the entry of a ward, and the file of a software nobody described yet; nothing there is overwritten."""
    from ward_warehouse.onboarding.draft.write import (
        WardDraft,
        add_system,
        add_ward,
        require_free,
        system_text,
        ward_text,
    )

    _require_keys(ward=ward, district=district, system=system)
    settings = load_settings()
    registry = load_registry(settings)
    _refuse_known(registry, ward, district)
    drafts: list[RecordKindGuess] = []
    if system not in registry.systems:
        require_free(settings.systems_dir / f"{system}.yml")
        drafts = _drafts(system, connection or ward, schema, sample)
    stated = list(aliases)
    found = stated or _spellings(drafts) or [name]
    entry = ward_text(
        WardDraft(ward, code, name, name_en, system, connection, found, bool(stated)),
        datetime.now(ZoneInfo(settings.time_zone)).date(),
    )
    place = settings.wards_dir / f"{district}.yml"
    head = None if district_name is None else _head(district, district_name, settings)
    with _writing(place):
        add_ward(place, head, entry)
    if drafts:
        path = settings.systems_dir / f"{system}.yml"
        text = system_text(system, f"Phần mềm {system}", _time_zone(registry, district, settings), drafts)
        with _writing(path):
            add_system(path, text)
        for draft in drafts:
            console.print(f"{path}: {draft.record_kind}: {len(draft.columns)} columns guessed")
    console.print(f"{place}: ward {ward} added; see `ward-warehouse wards check` for what is left")


def _require_keys(**keys: str) -> None:
    """Checks the keys before anything is read: two of them become names of files.

    Raises:
        RegistryError: a key is none that the registry takes.
    """
    wrong = [
        f"{name}: found {key!r}, expected a key of small letters, digits and _ that begins with a letter and has at "
        "most 63 of them; nothing was written"
        for name, key in keys.items()
        if not re.fullmatch(KEY_PATTERN, key)
    ]
    if wrong:
        raise RegistryError(wrong)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RegistryError(
            [
                f"{path}: cannot be written ({error.strerror or error}); check that its folder is there, and the "
                "rights of who runs the command"
            ]
        ) from None


def _refuse_known(registry: Registry, ward: str, district: str) -> None:
    if ward in registry.wards:
        known = registry.wards[ward].district
        raise RegistryError([f"ward {ward}: stands in district {known} already and is left as it is"])
    problems = [problem for problem in registry.problems if f"/{district}." in problem]
    if problems:
        raise RegistryError([*problems, f"district {district}: mend its file before a ward is added"])


def _drafts(system: str, connection: str, schema: str | None, sample: Path | None) -> list[RecordKindGuess]:
    from ward_warehouse.night.noting import unforeseen
    from ward_warehouse.onboarding.draft.discover import relation_of_file, relations_of_database
    from ward_warehouse.onboarding.draft.guess import best_guesses

    where = f"connection {connection}" if sample is None else shown_name(sample.name)
    try:
        if sample is None:
            relations = relations_of_database(from_environment(connection), schema)
        else:
            relations = [relation_of_file(sample)]
        drafts = best_guesses(relations)
    except WardWarehouseError:
        raise
    except Exception as error:
        raise SourceError(unforeseen(f"system {system}: {where}", "looking for its columns", error)) from None
    if not drafts:
        raise RegistryError(
            [
                f"system {system}: {where}: no table looks like dossiers or survey responses; found "
                f"{_said_of_columns([name for relation in relations for name in relation.columns])}; describe the "
                "system by hand after another file of dags/systems"
            ]
        )
    return drafts


def _said_of_columns(names: list[str]) -> str:
    """The names that may be shown, and how many others there are: a file without a header has people in their place."""
    told = [name for name in filter(None, names) if is_shown_whole(name)]
    others = sum(not is_shown_whole(name) for name in names)
    counted = f"{others} columns whose names may be persons'"
    if not told:
        return counted if others else "no columns"
    return f"the columns {', '.join(told)[:LONGEST_LIST]}" + (f" and {counted}" if others else "")


def _spellings(drafts: list[RecordKindGuess]) -> list[str]:
    """How the sample's records spell their ward, if they agree on a few spellings."""
    for draft in drafts:
        column = draft.columns.get("source_ward")
        values = list(dict.fromkeys(draft.relation.values[column.source])) if column else []
        if 0 < len(values) <= MOST_ALIASES:
            return values
    return []


def _time_zone(registry: Registry, district: str, settings: Settings) -> str:
    known = registry.districts.get(district)
    return known.time_zone if known else settings.time_zone


def _head(district: str, name: str, settings: Settings) -> str:
    from ward_warehouse.onboarding.draft.write import district_head

    return district_head(district, name, settings.time_zone)
