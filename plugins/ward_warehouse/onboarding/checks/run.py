"""All checks of a registry, in the order in which a person would mend them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ward_warehouse.core.connections import Resolver
from ward_warehouse.core.settings import Settings
from ward_warehouse.onboarding.checks.catalogues import catalogue_findings
from ward_warehouse.onboarding.checks.connections import connection_findings
from ward_warehouse.onboarding.checks.guesses import guess_findings
from ward_warehouse.onboarding.checks.past import past_findings
from ward_warehouse.onboarding.checks.suites import suite_findings
from ward_warehouse.onboarding.checks.systems import system_findings
from ward_warehouse.onboarding.checks.wards import ward_findings
from ward_warehouse.registry import Registry, load_registry
from ward_warehouse.registry.check_table import CHECKS
from ward_warehouse.registry.findings import Finding, Severity

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "hint")


@dataclass(frozen=True)
class Report:
    """The registry that was checked, and what was found, errors first."""

    registry: Registry
    findings: list[Finding]

    def of(self, severity: Severity) -> list[Finding]:
        """The findings of one severity."""
        return [finding for finding in self.findings if CHECKS[finding.code].severity == severity]


def check_all(settings: Settings, resolve: Resolver) -> Report:
    """Every check that needs no ward system: registry, systems, catalogues, connections, suites."""
    registry = load_registry(settings)
    found = [as_finding(problem, settings) for problem in registry.problems]
    looks: list[Callable[[], Iterator[Finding]]] = [
        lambda: system_findings(registry),
        lambda: ward_findings(registry, settings),
        lambda: past_findings(registry, settings),
        lambda: catalogue_findings(registry),
        lambda: connection_findings(registry, resolve),
        lambda: suite_findings(settings),
        lambda: guess_findings(settings),
    ]
    for look in looks:
        found.extend(look())
    return Report(registry, in_order(found))


def as_finding(problem: str, settings: Settings) -> Finding:
    """A problem of the load; one that names no check of its own breaks a rule of its key."""
    return problem if isinstance(problem, Finding) else Finding("value-wrong", settings.wards_dir, 0, problem)


def in_order(found: list[Finding]) -> list[Finding]:
    """Errors first, then by file and line; a line that two checks of one load name alike stands once."""
    unique = list(dict.fromkeys(found))
    return sorted(unique, key=lambda f: (SEVERITIES.index(CHECKS[f.code].severity), str(f.path), f.line, f.code))
