"""What a report's figures show, in sentences that are computed and true.

A difference is named only where its interval says so: of a ward, where the district's share lies outside the ward's
95 % interval; of a period, where the share of the period before lies outside this period's.
"""

from __future__ import annotations

from dataclasses import replace

from ward_warehouse.reports.periodic.content import APOLOGIES, LATE, ON_TIME, OVERDUE, RECEIVED, RESOLVED, SATISFIED
from ward_warehouse.reports.periodic.model import Figure, PeriodicReport, UnitRow
from ward_warehouse.reports.vietnamese import SPACE, UNCHANGED, count_text, listed, share_text

MANY = 5
"""More units than this are counted, not named."""


def find(report: PeriodicReport) -> PeriodicReport:
    """The report with its paragraph of findings."""
    subject = report.subject
    sentences = [
        _volume(subject),
        _timeliness(report),
        _late(subject),
        *_differing(report),
        _satisfaction(subject, report.before_label),
    ]
    return replace(report, findings=[sentence for sentence in sentences if sentence])


def _known(unit: UnitRow, code: str) -> Figure | None:
    figure = unit.figures.get(code)
    return figure if figure is not None and figure.value is not None else None


def _volume(unit: UnitRow) -> str:
    received, resolved = _known(unit, RECEIVED), _known(unit, RESOLVED)
    if received is None:
        return f"{unit.name} chưa có số liệu hồ sơ trong kỳ."
    text = f"{unit.name} tiếp nhận {received.short_text} hồ sơ"
    return f"{text}, giải quyết {resolved.short_text}." if resolved else f"{text}."


def _timeliness(report: PeriodicReport) -> str:
    on_time = _known(report.subject, ON_TIME)
    return f"Đúng hạn {on_time.short_text}{_change(on_time, report.before_label)}." if on_time else ""


def _change(figure: Figure, before_label: str) -> str:
    """What became of a share since the period before; a change within its interval is called that."""
    if not figure.change or figure.before is None or figure.low is None or figure.high is None:
        return ""
    before = f"{before_label[0].lower()}{before_label[1:]}" if before_label else "kỳ trước"
    if figure.change == UNCHANGED:
        return f", {UNCHANGED} so với {before}"
    if figure.low <= figure.before <= figure.high:
        return f"; {before} là {share_text(figure.before)}, chênh lệch trong khoảng sai số"
    return f", {figure.change} so với {before}"


def _late(unit: UnitRow) -> str:
    late, apologies, overdue = (_known(unit, code) for code in (LATE, APOLOGIES, OVERDUE))
    parts = []
    if late is not None and late.value == 0:
        parts.append("Không có hồ sơ trễ hạn")
    elif late is not None:
        said = f", {apologies.short_text} đã có thư xin lỗi" if apologies else ""
        parts.append(f"Trễ hạn {late.short_text} hồ sơ{said}")
    if overdue is not None and overdue.value:
        parts.append(f"còn {overdue.short_text} hồ sơ quá hạn chưa xong" if parts else
                     f"Còn {overdue.short_text} hồ sơ quá hạn chưa xong")  # fmt: skip
    return f"{'; '.join(parts)}." if parts else ""


def _differing(report: PeriodicReport) -> list[str]:
    """Units that differ from the district beyond chance, below and above it."""
    district = _known(report.district, ON_TIME)
    if district is None or district.value is None:
        return []
    units = [(unit, figure) for unit in report.wards if (figure := _known(unit, ON_TIME)) and figure.differs]
    low = [unit.name for unit, figure in units if (figure.value or 0) < district.value]
    high = [unit.name for unit, figure in units if (figure.value or 0) > district.value]
    sentences = []
    for names, word in ((low, "Thấp"), (high, "Cao")):
        if names:
            named = listed(names) if len(names) <= MANY else f"{count_text(len(names))} đơn vị"
            sentences.append(f"{word} hơn mức chung của quận một cách rõ rệt về đúng hạn: {named}.")
    return sentences


def _satisfaction(unit: UnitRow, before_label: str) -> str:
    satisfied = _known(unit, SATISFIED)
    if satisfied is None:
        return ""
    text = f"Hài lòng {satisfied.short_text}"
    if satisfied.low is not None and satisfied.high is not None:
        text += f" (khoảng tin cậy 95{SPACE}%: {share_text(satisfied.low)} đến {share_text(satisfied.high)})"
    return f"{text}{_change(satisfied, before_label)}."
