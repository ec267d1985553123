"""The printed dictionary of indicators: what each figure means, counts and comes from, as its definition says."""

from __future__ import annotations

from collections.abc import Iterator

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.registry.indicators import Catalogue, Indicator, Part
from ward_warehouse.warehouse.indicator_sql import standalone_sql

KINDS = {
    "count": "số đếm / count",
    "stock": "trạng thái / state",
    "ratio": "tỷ lệ / ratio",
    "median": "trung vị / median",
    "distinct": "số giá trị khác nhau / distinct count",
    "concentration": "tỷ trọng nhóm lớn nhất / share of the largest group",
}


def dictionary(catalogue: Catalogue) -> str:
    """Every definition as Markdown, in order of display, in Vietnamese and English."""
    definitions = list(catalogue.definitions())
    lines = [
        "# Indicators",
        "",
        "Generated from the definitions in `dbt_project/indicators/` by `ward-warehouse indicators`; a test compares "
        "the two. How to add one: `how-to/add-an-indicator.md`.",
        "",
        f"{len(definitions)} definitions. `marts.dim_indicator` says the same in the warehouse, and `ward-warehouse "
        "indicators show CODE` one of them with its SQL.",
        "",
        "Hồ sơ mà phường kế tục tiếp nhận được tính một lần: mỗi ngày của hồ sơ tính cho phường có hiệu lực ngày đó. / "
        "A dossier that a later ward took over counts once: each of its dates in the ward in force on that date "
        '(`operations.md`, "When wards are merged").',
        "",
        "Số liệu dưới ngưỡng bị ẩn, và những số mà từ đó tính ngược ra được cũng bị ẩn: theo kỳ, theo phường, theo "
        "chiều. / A figure below its threshold is hidden, and so is what would give it back by adding and subtracting "
        "periods, wards and breakdowns, from readers who do not read the records "
        "(`decisions/15-what-is-hidden-stays-hidden.md`).",
    ]
    for theme in catalogue.themes:
        lines += ["", f"## {theme.title.vi} / {theme.title.en}"]
        for indicator in theme.indicators:
            lines += ["", *_entry(indicator, catalogue)]
    return "\n".join(lines) + "\n"


def describe(catalogue: Catalogue, code: str, version: int | None = None) -> str:
    """One definition as Markdown and its statement over the published warehouse; the newest version by default.

    Raises:
        WardWarehouseError: there is no such definition.
    """
    indicator = find_definition(catalogue, code, version)
    sql = standalone_sql(indicator, catalogue)
    return "\n".join([*_entry(indicator, catalogue), "", "```sql", sql.rstrip(), "```"]) + "\n"


def find_definition(catalogue: Catalogue, code: str, version: int | None = None) -> Indicator:
    """A definition by its code, the newest version by default.

    Raises:
        WardWarehouseError: there is no such definition.
    """
    versions = catalogue.versions(code)
    if not versions:
        known = [indicator.code for _, indicator in catalogue.definitions()]
        near = [other for other in known if code in other or other in code]
        raise WardWarehouseError(
            f"indicator {code}: no definition has this code; "
            + (f"near it: {', '.join(near)}" if near else "`ward-warehouse indicators` lists them")
        )
    for indicator in reversed(versions):
        if version in (None, indicator.version):
            return indicator
    there = ", ".join(str(indicator.version) for indicator in versions)
    raise WardWarehouseError(f"indicator {code}: has no version {version}; expected one of {there}")


def _entry(indicator: Indicator, catalogue: Catalogue) -> Iterator[str]:
    yield f"### `{indicator.code}` version {indicator.version}"
    yield ""
    yield f"**{indicator.name.vi}** / **{indicator.name.en}**"
    yield ""
    yield f"- {indicator.description.vi.strip()}"
    yield f"- {indicator.description.en.strip()}"
    until = f" to {indicator.valid_to}" if indicator.valid_to else ""
    meaning = f"{KINDS[indicator.kind]}, unit {indicator.unit}, {indicator.direction}"
    since = f"from {indicator.valid_from}" if indicator.valid_from else "since there are records"
    yield f"- {meaning}, valid {since}{until}"
    for role, part in indicator.parts:
        yield f"- {role}: {_part(part)}"
    yield from _states(indicator)
    if value_of := getattr(indicator, "value_of", None):
        yield f"- of: `{value_of}`"
    if indicator.breakdowns:
        yield f"- by {', '.join(indicator.breakdowns)} in `marts.indicator_breakdowns`"
    if empty_note := getattr(indicator, "empty_note", None):
        yield f"- empty denominator: null, `{empty_note}`"
    if indicator.small_number_threshold:
        beside = f", and where `{indicator.hidden_with}` is" if indicator.hidden_with else ""
        yield f"- suppressed below {indicator.small_number_threshold}{beside}; not by day"
    if indicator.grains:
        yield f"- by {', '.join(indicator.grains)} only: of shorter sums small numbers would hide most"
    for target in indicator.targets:
        comparison = target.comparison.replace("_", " ")
        source = catalogue.sources[target.source]
        until = f" to {target.to}" if target.to else ""
        yield f"- target for {target.for_} from {target.from_}{until}: {comparison} {target.value:g} ({source.en})"
    source = catalogue.sources[indicator.source]
    yield f"- {source.vi} / {source.en}"


def _part(part: Part) -> str:
    text = f"{part.record_kind} by `{part.date}`"
    if part.sum_of:
        text = f"sum of `{part.sum_of}` over {text}"
    if part.where:
        text += f" where `{' '.join(part.where.split())}`"
    return text


def _states(indicator: Indicator) -> Iterator[str]:
    for role, part in indicator.parts:
        if role == "numerator" and (part.opened or part.closed):
            bounds = (part.opened, part.closed)
            yield f"- state: from {' to '.join(f'`{bound}`' if bound else 'the usual date' for bound in bounds)}"
