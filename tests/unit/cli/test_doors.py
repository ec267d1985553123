"""What a newcomer uses: links of the documents, `make help`, hooks that run what `make lint` runs."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.district import ROOT

LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
NAMED = re.compile(r"`([\w.-]+(?:/[\w.-]+)+\.(?:py|yml|sql|md|sh|json|csv|txt))`")
DOCUMENTS = sorted(
    file for pattern in ("*.md", "docs/**/*.md", "examples/*/*.md", ".github/*.md") for file in ROOT.glob(pattern)
)
TEST = re.compile(r"`(tests/[\w/.]+\.py)::(\w+)`")
A_SITE_S_OWN = {"dags/messages.yml"}
"""Files that only a site has: who is told there."""


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(file: Path) -> None:
    links = LINK.findall(file.read_text(encoding="utf-8"))
    assert [link for link in links if not (file.parent / link).exists()] == []


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    return subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_file_that_a_document_names_is_there(file: Path, tracked: list[str]) -> None:
    """By its whole path, or by the end of it."""
    named = NAMED.findall(file.read_text(encoding="utf-8"))
    lost = [
        name
        for name in named
        if name not in A_SITE_S_OWN and not any(f"/{path}".endswith(f"/{name}") for path in tracked)
    ]
    assert [name for name in lost if not (file.parent / name).exists()] == []


def test_each_danger_of_the_threat_model_has_a_test_that_is_there() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| danger")]
    assert len(rows) > 30
    assert [row for row in rows if not TEST.search(row)] == []
    lost = [f"{file}::{name}" for file, name in TEST.findall(text) if f"def {name}(" not in (ROOT / file).read_text()]
    assert lost == []


def test_an_image_holds_only_what_is_listed(tracked: list[str]) -> None:
    """The first rule leaves everything out; what is let in again is tracked, so no state, key or environment is."""
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
    listed = [rule[1:] for rule in rules if rule.startswith("!")]
    assert listed
    assert [name for name in listed if not any(f"{path}/".startswith(f"{name}/") for path in tracked)] == []
    # A build argument or a variable of the image stays readable in its layers.
    assert re.findall(r"(?im)^(?:ARG|ENV).*(?:key|password|secret|token).*$", (ROOT / "Dockerfile").read_text()) == []


def test_every_document_is_found_from_the_index() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "docs" / "README.md"]
    while waiting:
        file = waiting.pop()
        if file in seen or file.suffix != ".md":
            continue
        seen.add(file)
        waiting += [(file.parent / link).resolve() for link in LINK.findall(file.read_text(encoding="utf-8"))]
    assert [str(file) for file in ROOT.glob("docs/**/*.md") if file not in seen] == []


READMES = ("README.md", "README.vi.md")
OF_MAINTAINERS = {"make compose-test", "make printed"}
"""What the Vietnamese README leaves to the English one."""


def commands(readme: str) -> set[str]:
    """What a README tells to type: commands with the words behind the program, and targets of make."""
    text = (ROOT / readme).read_text("utf-8")
    return set(
        re.findall(r"\bward-warehouse [a-z-]+(?: (?:add|book|check|show))?|(?<=[ `])make [a-z-]+(?=[`\n])", text)
    )


def test_both_readmes_tell_of_the_same_commands_and_sections() -> None:
    assert commands("README.md") - commands("README.vi.md") == OF_MAINTAINERS
    sections = {name: re.findall(r"^## ", (ROOT / name).read_text("utf-8"), re.MULTILINE) for name in READMES}
    # The Vietnamese one says who needs what in a section of its own.
    assert len(sections["README.vi.md"]) == len(sections["README.md"]) + 1


def test_each_decision_says_what_was_chosen_measured_and_would_change_it() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [int(page.name[:2]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for part in ("**Context.**", "**Choice.**", "**What was measured.**", "**What would change it.**"):
            assert part in text, (page.name, part)


def test_make_help_lists_every_command_in_a_group() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony
    assert sorted(re.findall(r"^  ([a-z-]+) ", listed, re.MULTILINE)) == sorted(phony[1].split())
    assert len(re.findall(r"^[A-Z].*$", listed, re.MULTILINE)) >= 3


def test_the_hooks_run_each_check_of_lint_once() -> None:
    lint = (ROOT / "scripts" / "lint.sh").read_text(encoding="utf-8")
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [repo["repo"] for repo in hooks] == ["local"], "nothing is fetched from a code host"
    words = [re.findall(r"'[^']+'|\S+", hook["entry"]) for repo in hooks for hook in repo["hooks"]]
    assert {first for first, *_ in words} == {"scripts/lint.sh"}
    run = [name.strip("'") for _, *names in words for name in names]
    assert sorted(run) == sorted(re.findall(r"^check '([^']+)'", lint, re.MULTILINE))


def test_a_check_that_lint_does_not_know_is_no_success() -> None:
    ended = subprocess.run(["scripts/lint.sh", "ruf"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, "0 of these are checks: ruf" in ended.stderr) == (1, True)
