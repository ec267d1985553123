"""The dbt project as dbt read it, ahead of the builds: its nodes, and their texts and macros compiled.

Reading it costs dbt a second of each build, and compiling what it says another: a process that forks those which build
does both for them. Bench keys `night_s` and `night_100k_build_s`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ward_warehouse.core.settings import Settings
from ward_warehouse.warehouse.changes import digest_of_project
from ward_warehouse.warehouse.dbt_command import QUIET, run_dbt, target_dir

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest


@dataclass(frozen=True)
class _Prepared:
    """A project that was read: its texts, the build file that its nodes name, and the nodes."""

    digest: str
    build_file: Path
    manifest: Manifest


_prepared: list[_Prepared] = []


def read_project(settings: Settings) -> dbtRunnerResult:
    """Reads the project; the `result` is its manifest, if it can be read."""
    return run_dbt(settings, [*QUIET, "parse"], target_dir(settings), whole=False)


def prepare_project(settings: Settings) -> None:
    """Reads the project for the builds of the processes that this one forks, where dbt has read it before.

    A project that dbt never read takes it many seconds, for which nobody who starts a service waits; of what stands in
    the way the build tells.
    """
    from dbt.clients.jinja import MacroGenerator
    from dbt.contracts.graph.manifest import Manifest
    from dbt.contracts.project import Project
    from dbt_common.clients.jinja import get_environment
    from jinja2 import TemplateSyntaxError

    # How dbt checks a project file is worked out by its first command in a process.
    Project.json_schema()
    _prepared.clear()
    if not (target_dir(settings) / "partial_parse.msgpack").is_file():
        return
    try:
        digest = digest_of_project(settings.dbt_project_dir)
        manifest = read_project(settings).result
    except OSError:
        return
    if not isinstance(manifest, Manifest):
        return
    for macro in manifest.macros.values():
        # Kept by its text in dbt's own cache, where every build of this process and of its forks finds it.
        MacroGenerator(macro).get_template()
    keep_compiled()
    for node in manifest.nodes.values():
        # Of what cannot be compiled the build tells.
        with suppress(TemplateSyntaxError):
            get_environment().from_string(node.raw_code)
    _prepared.append(_Prepared(digest, settings.build_file, manifest))


@cache
def keep_compiled() -> None:
    """Has dbt compile each text once in a process; it does so with macros, and not with models and tests.

    What Jinja compiles a text to depends on the class of its environment alone, which is told when it is run.
    """
    from dbt_common.clients.jinja import MacroFuzzEnvironment

    compile_text = MacroFuzzEnvironment.compile
    compiled: dict[tuple[type, str], Any] = {}

    def compile_once(environment: MacroFuzzEnvironment, source: Any, *args: Any, **options: Any) -> Any:
        if not isinstance(source, str) or args or options:
            return compile_text(environment, source, *args, **options)
        key = type(environment), source
        if key not in compiled:
            compiled[key] = compile_text(environment, source)
        return compiled[key]

    MacroFuzzEnvironment.compile = compile_once  # type: ignore[assignment, method-assign]


def take_prepared(settings: Settings) -> Manifest | None:
    """The manifest of `prepare_project`, once, for a build writes into it; None when the project is another by now."""
    if not _prepared:
        return None
    prepared = _prepared.pop()
    same = (prepared.build_file, prepared.digest) == (settings.build_file, digest_of_project(settings.dbt_project_dir))
    return prepared.manifest if same else None
