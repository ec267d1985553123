"""An indicator as one statement over the published warehouse, by ward and month, written from its definition alone.

The build adds up days and keeps the sums of the nights before; this statement goes from the records to the figure. An
analyst can run and change it, and the tests hold the build's figures against it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ward_warehouse.registry.indicator_needs import needs_of
from ward_warehouse.registry.indicators import (
    PERIOD_END,
    Catalogue,
    Concentration,
    CountedKind,
    Distinct,
    Indicator,
    Median,
    Part,
)

LINE_LENGTH = 110
_LITERAL = re.compile(r"('[^']*')")
_CASES = re.compile(r"\s(?=(?:when|else|end)\b)")
_CONDITIONS = re.compile(r"\s(?=(?:and|or|then)\b)")

MONTHS = """\
with months as (
    select
        wards.ward_key as ward,
        dates.month_start as period_start,
{period_end}        least(last_day(dates.month_start), wards.district_as_of) as effective_end
    from (select * from marts.dim_ward where unit_kind <> 'district') as wards
    inner join marts.dim_date as dates
        on dates.calendar_date between date_trunc('month', wards.in_force_from) and wards.district_as_of
    where {in_validity}
)"""


NOT_RECORDED = """
        and (wards.ward_key, '{code}', {version}) not in
            (select ward_key, indicator_code, indicator_version from marts.indicators_not_recorded)"""


@dataclass(frozen=True)
class _Counted:
    """A part with the records that it counts."""

    part: Part
    kind: CountedKind

    @property
    def records(self) -> list[str]:
        """The months (p) joined with the records (r) that count in each."""
        first, *others = ["r.ward_key = p.ward", *self._placement()]
        lines = ["from months as p", f"inner join {self.kind.schema_}.{self.kind.mart} as r", f"    on {first}"]
        return lines + [piece for condition in others for piece in _folded(f"    and {condition}", 8)]

    def _placement(self) -> list[str]:
        part, kind = self.part, self.kind
        if part.is_state:
            # What is open before a month starts, counted for who is in charge when it does.
            day, owner_day = {
                "at_period_end": ("p.effective_end", "p.effective_end"),
                "at_period_start": ("p.period_start - 1", "p.period_start"),
            }[part.date]
            opened, closed = part.opened or kind.opened, part.closed or kind.closed
            conditions = [f"{opened} <= {day}", f"({closed} is null or {closed} > {day})"]
        else:
            owner_day = f"r.{part.date}"
            conditions = [f"{owner_day} between p.period_start and p.effective_end"]
        if kind.counted_within:
            first, last = kind.counted_within
            conditions.append(
                f"{owner_day} between coalesce(r.{first}, {owner_day}) and coalesce(r.{last}, {owner_day})"
            )
        return [*conditions, *([kind.within] if kind.within else [])]

    @property
    def condition(self) -> str:
        """Which of those records count; empty for all of them."""
        return (self.part.where or "").replace(PERIOD_END, "p.effective_end")

    def amount(self, condition: str = "", *, may_be_unknown: bool = True) -> str:
        """What they add up to, or those of them that fulfil a condition; null where no record says it."""
        chosen = f" filter (where {condition})" if condition else ""
        if self.kind.absent_is_unknown and may_be_unknown:
            return f"sum({self.part.sum_of or 1}){chosen}"
        return f"coalesce(sum({self.part.sum_of}){chosen}, 0)" if self.part.sum_of else f"count(*){chosen}"


def standalone_sql(indicator: Indicator, catalogue: Catalogue) -> str:
    """The indicator's numerator and denominator by ward and month, in DuckDB's SQL over the published warehouse.

    A month in which nothing counts has no row. What is suppressed in `marts.reform_indicators` stands here as it is,
    and so does a month that a ward has not reported to its end.

    Returns:
        A statement with the columns `ward_key`, `month` (its first day) and, as the kind of indicator has them,
        `numerator`, `denominator` and `value` (a median).
    """
    parts: dict[str, _Counted] = {
        role: _Counted(part, catalogue.record_kinds[part.record_kind]) for role, part in indicator.parts
    }
    first = next(iter(parts.values()))
    if isinstance(indicator, Median | Distinct | Concentration):
        query = _of_values(indicator.kind, indicator.value_of, first)
    elif len(parts) == 1:
        query = _select({"numerator": first.amount()}, first, first.condition)
    elif len({(one.part.record_kind, one.part.date, one.part.opened, one.part.closed) for one in parts.values()}) == 1:
        # A share whose denominator is known is of nothing, where its numerator is not.
        amounts = {role: one.amount(one.condition, may_be_unknown=role == "denominator") for role, one in parts.items()}
        query = _select(amounts, first)
    else:
        query = _of_two(parts)
    return f"{_months(indicator, catalogue, query)}{query}\norder by all\n"


def _months(indicator: Indicator, catalogue: Catalogue, query: str) -> str:
    validity = "dates.calendar_date = dates.month_start"
    if indicator.valid_from:
        validity += f" and dates.month_start >= date '{indicator.valid_from}'"
    if indicator.valid_to:
        validity += f" and dates.month_start <= date '{indicator.valid_to}'"
    if needs_of(indicator, catalogue):
        validity += NOT_RECORDED.format(code=indicator.code, version=indicator.version)
    period_end = "        last_day(dates.month_start) as period_end,\n" if "p.period_end" in query else ""
    months = MONTHS.format(in_validity=validity, period_end=period_end)
    return f"{months},\n\n" if query.startswith("numerators") else f"{months}\n\n"


def _select(columns: dict[str, str], counted: _Counted, condition: str = "") -> str:
    selected = ["p.ward as ward_key", "p.period_start as month"]
    selected += [f"{amount} as {name}" for name, amount in columns.items()]
    lines = ["select " + ", ".join(selected)]
    if len(columns) > 1 or len(lines[0]) > LINE_LENGTH:
        listed = [f"    {text}," for text in selected[:-1]] + [f"    {selected[-1]}"]
        lines = ["select", *(piece for line in listed for piece in _folded(line, 8))]
    lines += counted.records
    if condition:
        lines += _folded(f"where {condition}", 4)
    return "\n".join([*lines, "group by all"])


def _of_two(parts: dict[str, _Counted]) -> str:
    """Numerator and denominator of different records or dates: each by itself, then side by side."""
    queries = []
    for role, one in parts.items():
        query = _select({role: one.amount()}, one, one.condition)
        queries.append(f"{role}s as (\n{_indented(query)}\n)")
    known = [role if one.kind.absent_is_unknown else f"coalesce({role}, 0) as {role}" for role, one in parts.items()]
    # What nobody reported makes the figure unknown, whatever the other part says.
    unknown = {role for role, one in parts.items() if one.kind.absent_is_unknown}
    join = "right" if "denominator" in unknown else "left" if unknown else "full outer"
    return ",\n\n".join(queries) + (
        f"\n\nselect ward_key, month, {', '.join(known)}\n"
        f"from numerators\n{join} join denominators using (ward_key, month)"
    )


def _of_values(kind: str, value: str, counted: _Counted) -> str:
    known = counted.condition
    if f"{value} is not null" not in known:
        known = " and ".join(filter(None, [known, f"{value} is not null"]))
    if kind == "median":
        return _select({"denominator": "count(*)", "value": f"median({value})"}, counted, known)
    if kind == "distinct":
        return _select({"numerator": f"count(distinct {value})"}, counted, known)
    groups = _select({"grouped_by": value, "records": "count(*)"}, counted, known)
    return (
        "select ward_key, month, max(records) as numerator, sum(records) as denominator\n"
        f"from (\n{_indented(groups)}\n)\ngroup by all"
    )


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _folded(line: str, indent: int) -> list[str]:
    """A line that is too long in pieces, broken before a word of SQL and never inside a literal."""
    if len(line) <= LINE_LENGTH:
        return [line]
    cases = _broken(line, _CASES)
    pieces = [cases[0], *(" " * indent + piece for piece in cases[1:])]
    return [part for piece in pieces for part in _filled(piece, indent + 4 * (len(cases) > 1))]


def _filled(line: str, indent: int) -> list[str]:
    filled = [""]
    for piece in _broken(line, _CONDITIONS):
        if not filled[-1]:
            filled[-1] = piece
        elif len(filled[-1]) + len(piece) < LINE_LENGTH:
            filled[-1] += f" {piece}"
        else:
            filled.append(" " * indent + piece)
    return filled


def _broken(line: str, at: re.Pattern[str]) -> list[str]:
    return "".join(text if text.startswith("'") else at.sub("\n", text) for text in _LITERAL.split(line)).split("\n")
