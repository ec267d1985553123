"""The pages of the Data Docs, rendered by Great Expectations from a suite and from counts of records.

Great Expectations' renderers and templates are used as they are, inside a page of our own: theirs loads some twenty
scripts and style sheets from other hosts. Its `SiteBuilder` is not used: it needs stores of results, makes an index
that is empty without those scripts, and writes a blank page where it fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from great_expectations import __version__
from great_expectations.core import ExpectationSuite, ExpectationSuiteValidationResult, ExpectationValidationResult
from great_expectations.render.components import (
    RenderedDocumentContent,
    RenderedHeaderContent,
    RenderedSectionContent,
    RenderedStringTemplateContent,
    RenderedTableContent,
)
from great_expectations.render.renderer.content_block.validation_results_table_content_block import (
    ValidationResultsTableContentBlockRenderer,
)
from great_expectations.render.renderer.page_renderer import ExpectationSuitePageRenderer, ValidationResultsPageRenderer
from great_expectations.render.view.view import DefaultJinjaPageView

from ward_warehouse.validation.data_docs.findings import Finding, JudgedNight
from ward_warehouse.validation.judging import Rule, Suite, expectation

TEMPLATES = Path(__file__).resolve().parent / "templates"
TEMPLATE = "data_docs_page.html"


def suite_path(kind: str) -> str:
    """Where the page of a suite is below the site's folder."""
    return f"expectations/{kind}.html"


def night_path(judged: JudgedNight) -> str:
    """Where the page of a night's results is below the site's folder."""
    # As deep as in a site of Great Expectations: its link from the results to the suite goes up four folders.
    return f"validations/{judged.kind}/{judged.night}/all_wards/records.html"


def suite_page(suite: Suite) -> str:
    """The page of a suite: each rule's expectation, and as its notes the severity, the sentences and the reason."""
    expectations = [
        expectation(suite.kind, rule, {**configuration, "notes": _notes(rule)})
        for rule, configuration in zip(suite.rules, suite.configurations, strict=True)
    ]
    meta = {"great_expectations_version": __version__}
    renderer: Any = ExpectationSuitePageRenderer()
    document = renderer.render(ExpectationSuite(name=str(suite.kind), expectations=expectations, meta=meta))
    return _html(document, root="../")


def night_page(suite: Suite, judged: JudgedNight, published: datetime) -> str:
    """The page of what a suite's rules found in a night, in counts of records.

    Args:
        suite: the rules as they are now.
        judged: the night's findings about the suite's record kind.
        published: when the warehouse was published that the counts are from, in UTC.
    """
    results = [
        _result(suite, rule, configuration, found)
        for rule, configuration in zip(suite.rules, suite.configurations, strict=True)
        if (found := judged.of_rule(rule.rule))
    ]
    passed = sum(result.success for result in results)
    document = _results_renderer().render(
        ExpectationSuiteValidationResult(
            success=passed == len(results),
            results=results,
            suite_name=str(suite.kind),
            statistics={
                "evaluated_expectations": len(results),
                "successful_expectations": passed,
                "unsuccessful_expectations": len(results) - passed,
                "success_percent": 100 * passed / len(results) if results else None,
            },
            meta={
                "great_expectations_version": __version__,
                "run_id": {"run_name": f"night {judged.night}", "run_time": published.isoformat()},
                "batch_spec": _batch(suite, judged),
            },
        )
    )
    document.sections.append(_wards(judged))
    return _html(document, root="../../../../")


def index_page(suites: Sequence[Suite], nights: Sequence[JudgedNight]) -> str:
    """The page that leads to the others: a line for each night's results, and one for each suite."""
    by_kind = {str(suite.kind): suite for suite in suites}
    results = _table(
        ["Status", "Night", "Suite", "Wards", "Records judged", "Rules broken", "Broken, error", "Broken, warning"],
        [_line_of_night(by_kind[judged.kind], judged) for judged in nights],
    )
    listed = _table(["Suite", "Rules", "error", "warning"], [_line_of_suite(suite) for suite in suites])
    sections = [_section("Validation Results", results), _section("Expectation Suites", listed)]
    return _html(RenderedDocumentContent(renderer_type="SiteIndexPageRenderer", sections=sections), root="")


class RecordsTable(ValidationResultsTableContentBlockRenderer):
    """The table of results with what people ask besides: which rule, what it means to an officer, whose records."""

    # Great Expectations' own way to more columns, `meta_properties_to_render`, fails in 1.24: its expectations refuse
    # the field.
    @classmethod
    def _process_content_block(cls, content_block: Any, has_failed_evr: Any, render_object: Any = None) -> None:
        super()._process_content_block(content_block, has_failed_evr, render_object)
        content_block.header_row += ["Rule", "Meaning", "Wards"]
        for row, result in zip(content_block.table, render_object, strict=True):
            row += [_text(*cell) for cell in result.meta["cells"]]


def _results_renderer() -> Any:
    table = {"class_name": RecordsTable.__name__, "module_name": __name__}
    return ValidationResultsPageRenderer(
        column_section_renderer={"class_name": "ValidationResultsColumnSectionRenderer", "table_renderer": table}
    )


def _result(suite: Suite, rule: Rule, configuration: dict[str, Any], found: list[Finding]) -> Any:
    judged, broken = sum(one.judged for one in found), sum(one.broken for one in found)
    wards = "\n".join(f"{one.ward}: {one.broken:,} of {one.judged:,}" for one in found if one.broken)
    return ExpectationValidationResult(
        success=broken == 0,
        expectation_config=expectation(suite.kind, rule, configuration).configuration,
        # Of the fields that a result can have only the counts: the others hold values.
        result={
            "element_count": judged,
            "unexpected_count": broken,
            "unexpected_percent": 100 * broken / judged if judged else None,
        },
        meta={
            "cells": [
                (
                    f"$rule\n$column\n${rule.severity}",
                    {"rule": rule.rule, "column": rule.column, rule.severity: rule.severity},
                ),
                ("$vi\n$en\n$reason", {"vi": rule.vi, "en": rule.en, "reason": rule.reason}),
                ("$wards", {"wards": wards}),
            ]
        },
    )


def _batch(suite: Suite, judged: JudgedNight) -> dict[str, Any]:
    # A rule that was taken out of its suite since judged that night all the same.
    gone = sorted({found.rule for found in judged.findings} - {rule.rule for rule in suite.rules})
    return {
        "data_asset_name": f"{len(judged.wards)} wards",
        "records judged": f"{sum(judged.wards.values()):,}",
        **({"rules no longer in the suite": ", ".join(gone)} if gone else {}),
    }


def _wards(judged: JudgedNight) -> Any:
    rows = []
    for ward, count in judged.wards.items():
        broken = [found.broken for found in judged.findings if found.ward == ward and found.broken]
        rows.append([_text("$ward", {"ward": ward}), f"{count:,}", len(broken), f"{sum(broken):,}"])
    return _section("Wards", _table(["Ward", "Records judged", "Rules broken", "Broken, over all rules"], rows))


def _line_of_night(suite: Suite, judged: JudgedNight) -> list[Any]:
    broken = {rule: sum(found.broken for found in judged.of_rule(rule.rule)) for rule in suite.rules}
    rules = sum(count > 0 for count in broken.values())
    icon, colour = ("fa-times", "text-danger") if rules else ("fa-check-circle", "text-success")
    by_severity = [
        sum(count for rule, count in broken.items() if rule.severity == severity) for severity in ("error", "warning")
    ]
    return [
        _text("$icon", {"icon": ""}, classes=["fas", icon, colour]),
        _text("$night", {"night": str(judged.night)}, href=night_path(judged)),
        _text("$name", {"name": judged.kind}, href=suite_path(judged.kind)),
        len(judged.wards),
        *(f"{count:,}" for count in (sum(judged.wards.values()), rules, *by_severity)),
    ]


def _line_of_suite(suite: Suite) -> list[Any]:
    severities = [rule.severity for rule in suite.rules]
    link = _text("$name", {"name": str(suite.kind)}, href=suite_path(suite.kind))
    return [link, len(severities), severities.count("error"), severities.count("warning")]


def _notes(rule: Rule) -> list[str]:
    return [f"`{rule.rule}` · {rule.column} · **{rule.severity}**", rule.vi, rule.en, f"*{rule.reason}*"]


def _section(title: str, table: Any) -> Any:
    header = RenderedHeaderContent(
        header=_text("$title", {"title": title}), styling={"header": {"classes": ["alert", "alert-secondary"]}}
    )
    return RenderedSectionContent(section_name=title, content_blocks=[header, table])


def _table(header: list[str], rows: list[list[Any]]) -> Any:
    return RenderedTableContent(header_row=header, table=rows, styling={"body": {"classes": ["table", "numbers"]}})


def _text(template: str, params: dict[str, str], *, href: str = "", classes: Sequence[str] = ()) -> Any:
    """A text of Great Expectations, which escapes the params; each has the classes, and one of its own name.

    Args:
        template: the text, with `$name` for a param of that name.
        params: what stands there.
        href: where the params lead to, if anywhere.
        classes: of every param.
    """
    link = {"tag": "a", "attributes": {"href": href}} if href else {}
    styles = {name: {"classes": [name, *classes], **link} for name in params}
    return RenderedStringTemplateContent(
        string_template={"template": template, "params": dict(params), "styling": {"params": styles}}
    )


def _html(document: Any, root: str) -> str:
    # `root` leads from the page's folder to the site's: empty, or with a slash at its end.
    view: Any = DefaultJinjaPageView(custom_views_directory=str(TEMPLATES))
    html: str = view.render(document, TEMPLATE, root=root)
    return "\n".join(line.rstrip() for line in html.splitlines() if line.strip()) + "\n"
