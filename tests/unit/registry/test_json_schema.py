"""The schemas that editors read: they take what a load takes, and mark the mistakes that a person types."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.support.district import ROOT
from tests.support.registry_files import DISTRICT, SURVEYS, SYSTEM, write
from ward_warehouse.registry.json_schema import SCHEMAS

MARK = "# yaml-language-server: $schema="
FILES = {"systems": "system", "wards": "district"}
OF_THE_PROJECT = sorted(
    file
    for folder in FILES
    for place in ("dags", "bench", "examples/*")
    for file in ROOT.glob(f"{place}/{folder}/*.yml")
)
TEXTS = {"counter.yml": SYSTEM, "tablets.yml": SURVEYS, "quan.yml": DISTRICT}


class TextOfDates(yaml.SafeLoader):
    """As editors and the load read YAML: a date stays the text that it is."""


TextOfDates.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def marked(kind: str, text: str) -> list[str]:
    """What the schema says against a text, place by place."""
    data: Any = yaml.load(text, TextOfDates)  # noqa: S506 (a safe loader)
    found = Draft202012Validator(SCHEMAS[kind]()).iter_errors(data)
    return [f"{error.json_path}: {error.message}" for error in found]


def kind_of(name: str) -> str:
    return "district" if name == "quan.yml" else "system"


@pytest.mark.parametrize("file", OF_THE_PROJECT, ids=lambda file: str(file.relative_to(ROOT)))
def test_each_file_of_the_project_names_its_schema_and_fits_it(file: Path) -> None:
    kind = FILES[file.parent.name]
    text = file.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    assert first.startswith(MARK)
    named = (file.parent / first.removeprefix(MARK)).resolve()
    assert named == ROOT / "schemas" / f"{kind}.schema.json"
    assert marked(kind, text) == []


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_schema_is_a_schema(kind: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[kind]())
    # What editors cannot follow: a reference to something that is not there.
    text = json.dumps(SCHEMAS[kind]())
    named = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert named <= set(SCHEMAS[kind]()["$defs"])


GOOD = {
    "as it is": ("quan.yml", "", ""),
    "a code as a number": ("counter.yml", "9: resolved", "9: resolved, 8: 'returned'"),
    "a sign-in as a word": ("tablets.yml", "      records: items", "      records: items\n      auth: basic"),
    "a sign-in as keys": (
        "tablets.yml", "      records: items", "      records: items\n      auth: {type: api_key, header: X-Key}",
    ),
    "one form of numbers": ("counter.yml", "codes:\n", "numbers: {decimal: comma}\ncodes:\n"),
    "two forms of numbers": (
        "counter.yml", "codes:\n", "numbers: [{decimal: comma}, {decimal: dot, thousands: comma}]\ncodes:\n",
    ),
    "a key of each ward in the defaults": (
        "quan.yml", "defaults:\n", "defaults:\n  cadence: weekly\n  unit: district_counter\n",
    ),
    "no end": ("quan.yml", ", to: 2018-12-31}", ", to: null}"),
}  # fmt: skip


@pytest.mark.parametrize("good", GOOD.values(), ids=GOOD)
def test_what_a_load_takes_is_not_marked(tmp_path: Path, good: tuple[str, str, str]) -> None:
    name, old, new = good
    assert old in TEXTS[name]
    text = TEXTS[name].replace(old, new, 1) if old else TEXTS[name]
    assert write(tmp_path, **{name.replace(".", "_"): text}).problems == []
    assert marked(kind_of(name), text) == []


BAD = {
    "a misspelt key": ("quan.yml", "aliases: [P01]", "alias: [P01]", "alias"),
    "a code without quotes": ("quan.yml", '"00001"', "1", "$.wards[0].code"),
    "a ward without a name": ("quan.yml", "    name: {vi: Phường 1, en: Ward 1}\n", "", "'name' is a required"),
    "a key that neither ward nor defaults have": (
        "quan.yml", "defaults:\n  in_force: {from: 2018-01-01, to: 2018-12-31}\n", "", "'in_force' is a required",
    ),
    "an unknown record kind": ("quan.yml", "{survey_responses:", "{surveys:", "surveys"),
    "a district without wards": ("quan.yml", DISTRICT[DISTRICT.index("wards:") :], "", "'wards' is a required"),
    "an unknown transport": ("counter.yml", "transport: sql", "transport: oracle", "$.transport"),
    "a read block of another transport": ("counter.yml", "{table: HO_SO}", "{path: /ho_so}", "'path'"),
    "an unknown way of paging": ("tablets.yml", "{page_param: page,", "{style: pages, page_param: page,", "style"),
    "no column of the contract": ("counter.yml", "paid_online:", "paid_on_line:", "paid_on_line"),
    "a required column that is not mapped": (
        "counter.yml", "      dossier_code: CODE\n", "", "'dossier_code' is a required",
    ),
    "a column that the pipeline fills": (
        "counter.yml", "      dossier_code: CODE\n", "      dossier_code: CODE\n      source_record_id: ID\n",
        "source_record_id",
    ),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_mistake_is_marked_and_a_load_refuses_it_too(tmp_path: Path, bad: tuple[str, str, str, str]) -> None:
    name, old, new, said = bad
    assert old in TEXTS[name]
    text = TEXTS[name].replace(old, new, 1)
    assert [line for line in marked(kind_of(name), text) if said in line]
    assert write(tmp_path, **{name.replace(".", "_"): text}).problems


def test_an_editor_is_told_of_each_column_what_it_is() -> None:
    feeds = SCHEMAS["system"]()["properties"]["record_kinds"]["properties"]
    columns = feeds["dossiers"]["allOf"][1]["properties"]["columns"]["properties"]
    assert columns["received_at"]["description"] == "timestamp, keep"
    assert columns["applicant_key"]["description"] == "text, pseudonymise"
    assert not {"source_record_id", "source_changed_at"} & set(columns)


def test_the_schemas_stand_where_the_files_look_for_them() -> None:
    assert sorted(os.listdir(ROOT / "schemas")) == sorted(f"{kind}.schema.json" for kind in SCHEMAS)
