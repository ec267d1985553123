"""Reads the rules of scorecards and checks them as a whole; a fault is named by its file and line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from ward_warehouse.core.errors import RegistryError
from ward_warehouse.registry.findings import Finding
from ward_warehouse.registry.indicator_reader import SOURCES
from ward_warehouse.registry.indicators import Catalogue
from ward_warehouse.registry.scorecards import Block, Rules, Scorecard
from ward_warehouse.registry.yaml_file import YamlFile, read_yaml, validate

FOLDER = "scorecards"
"""The folder of the scorecards among the definitions of indicators."""

Location = tuple[str | int, ...]


def read_scorecards(folder: Path, catalogue: Catalogue) -> list[Scorecard]:
    """The scorecards in `folder`, by their names.

    Args:
        folder: `scorecards/` of the definitions.
        catalogue: the indicators and sources that the rules name.

    Raises:
        RegistryError: one line for each fault: file, line, what was found and what was expected.
    """
    found: list[Scorecard] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.yml")):
        file = read_yaml(path)
        if isinstance(file, Finding):
            problems.append(file)
            continue
        read = validate(Scorecard, file, file.data)
        if isinstance(read, list):
            problems += read
            continue
        problems += _problems(read, file, catalogue)
        found.append(read)
    if problems:
        raise RegistryError(problems)
    return found


def _problems(card: Scorecard, file: YamlFile, catalogue: Catalogue) -> Iterator[Finding]:
    if card.scorecard != file.path.stem:
        yield file.problem(["scorecard"], f"found {card.scorecard!r}, expected the file's name, {file.path.stem!r}")
    yield from _version_problems(card, file)
    for number, rules in enumerate(card.versions):
        at = ("versions", number)
        if rules.source not in catalogue.sources:
            yield file.problem(
                [*at, "source"], f"found {rules.source!r}, expected a key of {SOURCES}; add it there or correct it"
            )
        yield from _name_problems(rules, file, at)
        yield from _class_problems(rules, file, at)
        for place, block in enumerate(rules.blocks):
            yield from _block_problems(block, file, (*at, "blocks", place), catalogue)


def _version_problems(card: Scorecard, file: YamlFile) -> Iterator[Finding]:
    for number, (earlier, later) in enumerate(pairwise(card.versions)):
        if later.version != earlier.version + 1:
            text = f"found {later.version}, expected {earlier.version + 1}, the one after the version before it"
            yield file.problem(["versions", number + 1, "version"], text)
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            begins = f"{later.valid_from}, when version {later.version} begins"
            text = f"found {earlier.valid_to}, expected a day before {begins}"
            yield file.problem(["versions", number, "valid_to"], text)


def _name_problems(rules: Rules, file: YamlFile, at: Location) -> Iterator[Finding]:
    names = Counter(index.index for _, index in rules.indices())
    for name in (name for name, times in names.items() if times > 1):
        yield file.problem([*at, "blocks"], f"index {name} stands twice in version {rules.version}; rename one")


def _class_problems(rules: Rules, file: YamlFile, at: Location) -> Iterator[Finding]:
    for number, (higher, lower) in enumerate(pairwise(rules.classes)):
        if lower.from_ >= higher.from_:
            text = f"found {lower.from_:g} after {higher.from_:g}, expected the best class first"
            yield file.problem([*at, "classes", number + 1, "from"], text)
    if rules.classes and rules.classes[-1].from_ > 0:
        text = f"found {rules.classes[-1].from_:g}, expected 0: every total has a class"
        yield file.problem([*at, "classes", len(rules.classes) - 1, "from"], text)


def _block_problems(block: Block, file: YamlFile, at: Location, catalogue: Catalogue) -> Iterator[Finding]:
    together = sum(index.points or 0 for index in block.indices)
    if abs(together - block.points) > 1e-9:
        text = f"block {block.block}: found {block.points:g}, expected {together:g}, the points of its indices together"
        yield file.problem([*at, "points"], text)
    for place, index in enumerate(block.indices):
        for number, figure in enumerate(index.figures):
            for code in figure.indicators:
                if not catalogue.versions(code):
                    text = f"index {index.index}: found {code!r}, expected the code of an indicator"
                    yield file.problem([*at, "indices", place, "figures", number], text)
