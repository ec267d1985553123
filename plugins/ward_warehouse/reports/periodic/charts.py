"""Charts of a periodic report as plain SVG: figures in, markup out; a page, a PDF and a print show the same picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ward_warehouse.reports.periodic.model import Figure, TrendPoint
from ward_warehouse.reports.vietnamese import count_text, share_text, value_text

INK, ALARM, BAND, LINE = "#3d4a63", "#a31621", "#dbe3ee", "#1f3a5f"
"""Told apart by lightness as well as by hue, so that a copier and a colour-blind reader see the same."""

ENGLISH_MARKS = str.maketrans(".,", ",.")
"""From a number as Vietnamese writes it to one as English does."""


@dataclass(frozen=True)
class Scale:
    """Places a value between `low` and `high` on a length that begins at `start`."""

    low: float
    high: float
    start: float
    length: float

    def at(self, value: float) -> str:
        """The place, in SVG units."""
        share = (value - self.low) / (self.high - self.low)
        return f"{self.start + self.length * min(max(share, 0), 1):.1f}"


def interval_scale(figures: Sequence[Figure], width: float = 180) -> Scale:
    """One scale for all intervals of a table, with room on both sides."""
    bounds = [bound for one in figures for bound in (one.low, one.high) if bound is not None] or [0.0, 1.0]
    low, high = min(bounds), max(bounds)
    room = max((high - low) * 0.05, 0.002)
    return Scale(max(low - room, 0), min(high + room, 1), 4, width - 8)


def interval_chart(figure: Figure | None, district: float | None, scale: Scale) -> Markup:
    """A share with its interval, beside the district's as a dashed line; empty without an interval."""
    if figure is None or figure.value is None or figure.low is None or figure.high is None:
        return Markup()
    colour = ALARM if figure.differs else INK
    line = (
        Markup('<line x1="{0}" x2="{0}" y1="1" y2="15" stroke="#7b8794" stroke-dasharray="2 2"/>').format(
            scale.at(district)
        )
        if district is not None
        else Markup()
    )
    said = f"{share_text(figure.low)} đến {share_text(figure.high)}"
    return Markup(
        '<svg role="img" aria-label="Khoảng tin cậy 95 %: {said}" viewBox="0 0 {width:.0f} 16" width="{width:.0f}" '
        'height="16">{line}<line x1="{low}" x2="{high}" y1="8" y2="8" stroke="{colour}" stroke-width="3"/>'
        '<circle cx="{value}" cy="8" r="4" fill="{colour}"/></svg>'
    ).format(
        said=said,
        width=scale.start + scale.length + 4,
        line=line,
        low=scale.at(figure.low),
        high=scale.at(figure.high),
        value=scale.at(figure.value),
        colour=colour,
    )


def trend_chart(
    points: Sequence[TrendPoint],
    name: str,
    unit: str = "share",
    width: float = 620,
    height: float = 160,
    name_en: str = "",
) -> Markup:
    """An indicator month by month, its interval as a band; empty with fewer than two months.

    Args:
        points: the months; without an interval both bounds are the value.
        name: of the indicator, for who does not see the picture.
        unit: of the values.
        width: of the picture.
        height: of the picture.
        name_en: the name in English, for a page whose script puts English in the place of Vietnamese.
    """
    if len(points) < 2:
        return Markup()
    low, high = min(point.low for point in points), max(point.high for point in points)
    # A band of a tenth of a point drawn over the whole height would look like a storm.
    room = max((high - low) * 0.1, 0.01 if unit == "share" else 1)
    top = min(high + room, max(high, 1)) if unit == "share" else high + room
    up = Scale(top, max(low - room, 0), 10, height - 40)
    along = Scale(0, len(points) - 1, 60, width - 80)
    upper = [f"{along.at(place)},{up.at(point.high)}" for place, point in enumerate(points)]
    lower = [f"{along.at(place)},{up.at(point.low)}" for place, point in enumerate(points)]
    line = " ".join(f"{along.at(place)},{up.at(point.value)}" for place, point in enumerate(points))
    axis = Markup("").join(
        Markup(
            '<line x1="60" x2="{end}" y1="{y}" y2="{y}" stroke="#e3e8ef"/><text x="52" y="{y}" dy="4">{text}</text>'
        ).format(end=width - 20, y=up.at(value), text=_axis_text(value, unit))
        for value in (up.low, (up.low + up.high) / 2, up.high)
    )
    months = Markup("").join(
        Markup('<text x="{x}" y="{y:.0f}"{en}>{text}</text>').format(
            x=along.at(place), y=height - 8, text=point.label, en=_attribute("data-en", point.label_en)
        )
        for place, point in enumerate(points)
    )
    said, said_en = _said(points, name, name_en, unit)
    return Markup(
        '<svg role="img" aria-label="{said}"{en} viewBox="0 0 {width:.0f} {height:.0f}" class="trend">'
        '<g text-anchor="end">{axis}</g>'
        '<polygon points="{band}" fill="{fill}"/><polyline points="{line}" fill="none" stroke="{stroke}" '
        'stroke-width="2"/><g text-anchor="middle">{months}</g></svg>'
    ).format(
        said=said,
        en=_attribute("data-label-en", said_en),
        width=width,
        height=height,
        axis=axis,
        band=" ".join([*upper, *reversed(lower)]),
        fill=BAND,
        line=line,
        stroke=LINE,
        months=months,
    )


def _said(points: Sequence[TrendPoint], name: str, name_en: str, unit: str) -> tuple[str, str]:
    """The chart in a sentence, in Vietnamese and, where it has an English name, in English."""
    first, last = points[0], points[-1]
    ends = [value_text(one.value, unit) for one in (first, last)]
    said = f"{name} từng tháng, từ {ends[0]} ({first.label}) đến {ends[1]} ({last.label})"
    if not name_en:
        return said, ""
    ends = [text.translate(ENGLISH_MARKS) for text in ends]
    return said, f"{name_en} by month, from {ends[0]} ({first.label_en}) to {ends[1]} ({last.label_en})"


def _attribute(name: str, value: str) -> Markup:
    return Markup(' {}="{}"').format(name, value) if value else Markup()


def _axis_text(value: float, unit: str) -> str:
    """A share in per cent; of other values no more places than tell the lines apart."""
    return count_text(value) if unit != "share" and value >= 10 else value_text(round(value, 3), unit)
