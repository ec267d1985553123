"""How a criterion of a scorecard is counted, in a sentence for a clerk."""

from __future__ import annotations

from ward_warehouse.registry.indicators import Catalogue
from ward_warehouse.registry.scorecards import Empty, Figure, Index
from ward_warehouse.reports.vietnamese import number_text, share_text

EMPTY: dict[Empty, str] = {
    "no_value": "không có việc nào (0/0): không có điểm",
    "zero": "không có việc nào (0/0): Cổng cho 0 điểm",
    "full": "không có việc nào (0/0): Cổng cho điểm tối đa",
}


def rule_text(index: Index, catalogue: Catalogue) -> str:
    """What gives how many points."""
    if index.points is None or index.empty is None:
        return "Chỉ để tham khảo, không có điểm."
    weights = index.figures[0].weights
    if weights:
        each = "; ".join(f"{number_text(points)} điểm: {name_of(code, catalogue)}" for code, points in weights.items())
        return f"Trung bình điểm của các hồ sơ ({each}); {EMPTY[index.empty]}."
    # A share that may be more than one is a mean of points already.
    if index.full_from > 1:
        return f"Trung bình điểm của các lượt đánh giá, từ 0 đến {number_text(index.points)}; {EMPTY[index.empty]}."
    full = "" if index.full_from == 1 else f"; đủ điểm từ {share_text(index.full_from)}"
    return f"Điểm = {number_text(index.points)} × tỷ lệ{full}; {EMPTY[index.empty]}."


def origin_text(index: Index, catalogue: Catalogue) -> str:
    """Which indicators or items of returns its share comes from; the first that is known counts."""
    return "; nếu không có: ".join(_origin(figure, catalogue) for figure in index.figures)


def indicators_of(index: Index) -> list[str]:
    """The codes of the indicators whose records stand behind it."""
    return list(dict.fromkeys(code for figure in index.figures for code in figure.indicators))


def items_of(index: Index) -> list[str]:
    """The items of ward returns behind it."""
    found = [item for figure in index.figures for item in (figure.item, figure.less_item) if item]
    return list(dict.fromkeys(found))


def name_of(code: str, catalogue: Catalogue) -> str:
    """The newest name of an indicator in Vietnamese."""
    versions = catalogue.versions(code)
    return versions[-1].name.vi if versions else code


def _origin(figure: Figure, catalogue: Catalogue) -> str:
    if figure.item:
        return f"chỉ tiêu báo cáo {figure.item}"
    names = ", ".join(f"{name_of(code, catalogue)} ({code})" for code in figure.indicators)
    less = f", trừ chỉ tiêu báo cáo {figure.less_item}" if figure.less_item else ""
    return f"chỉ số {names}{less}"
