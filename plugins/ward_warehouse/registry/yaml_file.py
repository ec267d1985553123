"""YAML files read with their line numbers, so that an error can name the line to mend."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from ward_warehouse.registry.findings import Finding

Model = TypeVar("Model", bound=BaseModel)


class _Loader(yaml.CSafeLoader):
    """Leaves dates as text: an impossible one is then refused with its line, as any other wrong value is."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class YamlFile:
    """A parsed YAML file: plain data, and the nodes it came from with their lines."""

    path: Path
    data: Any
    root: yaml.Node | None

    def line(self, location: Sequence[str | int]) -> int:
        """Line (from 1) of the deepest part of `location` that the file has."""
        node, line = self.root, 1
        for key in location:
            found = _child(node, key)
            if found is None:
                break
            line, node = found
        return line

    def problem(self, location: Sequence[str | int], text: str, code: str = "value-wrong") -> Finding:
        """One line a person can act on: file, line, key, and what is wrong; `code` names the check."""
        key = ".".join(str(part) for part in location)
        return Finding(code, self.path, self.line(location), f"{key + ': ' if key else ''}{text}")


def read_yaml(path: Path) -> YamlFile | Finding:
    """The file, or one line that says why it cannot be read; the data is for reading only, others get it too."""
    try:
        seen = path.stat()
    except OSError as error:
        return Finding("file-unreadable", path, 1, f"cannot be read as UTF-8 text ({error}); check the file")
    return _read(path, seen.st_mtime_ns, seen.st_size)


# Each task of a night reads the whole registry: those that are forked from one process, or run in it, parse it once.
@lru_cache(maxsize=256)
def _read(path: Path, changed_at: int, size: int) -> YamlFile | Finding:
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
        for node in _repeated(root):
            line = node.start_mark.line + 1
            text = f"key {node.value!r} stands twice; the second would silently win: remove one"
            return Finding("yaml-key-twice", path, line, text)
        data = loader.construct_document(root) if root is not None else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "unreadable"
        line = mark.line + 1 if mark else 1
        return Finding("yaml-invalid", path, line, f"not valid YAML ({problem}); correct the file")
    except (OSError, UnicodeDecodeError) as error:
        return Finding("file-unreadable", path, 1, f"cannot be read as UTF-8 text ({error}); check the file")
    if not isinstance(data, dict):
        text = "found no keys, expected a mapping; see the other files in this folder"
        return Finding("yaml-no-mapping", path, 1, text)
    return YamlFile(path, data, root)


def _child(node: yaml.Node | None, key: str | int) -> tuple[int, yaml.Node] | None:
    """Line and value of a key of a mapping, or of an item of a sequence."""
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key].start_mark.line + 1, node.value[key]
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(key):
                return name.start_mark.line + 1, value
    return None


def _repeated(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """Keys that stand twice in one mapping; YAML forbids them and PyYAML lets them pass."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated(item)
    elif isinstance(node, yaml.MappingNode):
        seen: set[Any] = set()
        for name, value in node.value:
            if name.value in seen:
                yield name
            seen.add(name.value)
            yield from _repeated(value)


def validate(
    model: type[Model],
    file: YamlFile,
    data: Any,
    at: Sequence[str | int] = (),
    who: str = "",
    from_defaults: Collection[str] = (),
) -> Model | list[Finding]:
    """`data` as `model`, or one line for each fault: file, line, who (a ward, a system), key, found, expected.

    Keys in `from_defaults` stand under the file's `defaults` and not at `at`.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        return [
            file.problem(
                [*(["defaults"] if fault["loc"][:1] and fault["loc"][0] in from_defaults else at), *fault["loc"]],
                f"{who}{_wording(dict(fault))}",
                _code(fault["type"], [*at, *fault["loc"]]),
            )
            for fault in error.errors()
        ]


CODES = {
    "missing": "key-missing",
    "extra_forbidden": "key-unknown",
    "literal_error": "value-choice",
    "enum": "value-choice",
    "string_pattern_mismatch": "value-form",
}
"""Codes of pydantic's own faults; what is not here is told by the words in `_code`."""
CODES_OF_PLACES = {
    "time_zone": "time-zone-unknown",
    "pattern": "file-pattern",
    "encoding": "encoding-unknown",
    "footer": "regex-invalid",
    "pagination": "pagination-keys",
    "auth": "auth-keys",
    "read": "read-keys",
    "quiet_hours": "quiet-hours",
}
"""Codes of the rules that the models themselves hold, by the key they stand at."""
RENAMED = {"datasets": "record_kinds", "maintenance": "quiet_hours"}
"""Keys of older registries, with what they are called now."""


def _code(fault: str, location: Sequence[str | int]) -> str:
    if fault in CODES:
        return CODES[fault]
    if fault == "value_error":
        if "columns" in location[-2:-1]:
            return "column-origin"
        return CODES_OF_PLACES.get(str(location[-1]) if location else "", "value-wrong")
    if fault.startswith(("date", "time_")):
        return "date-impossible"
    if fault.startswith(("greater", "less", "too_")) or fault.startswith("string_too"):
        return "value-range"
    return "value-type"


def _wording(fault: dict[str, Any]) -> str:
    match fault["type"]:
        case "missing":
            return "is missing; add it"
        case "extra_forbidden" if fault["loc"][-1] in RENAMED:
            return f"is called {RENAMED[fault['loc'][-1]]} now; rename the key"
        case "extra_forbidden":
            return f"is not a known key (found {fault['input']!r}); correct its spelling or remove it"
        case "value_error":
            return str(fault["ctx"]["error"])
    return f"found {fault['input']!r}, {fault['msg'][0].lower()}{fault['msg'][1:]}"
