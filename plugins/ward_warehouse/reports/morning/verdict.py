"""The verdict on a district's night in one sentence, in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from ward_warehouse.core.pages import number
from ward_warehouse.night.verdict import Standing
from ward_warehouse.reports.morning.model import Counts, Refused, Said, Unit, Warehouse

NAMED = 5
"""Missing units that are named; of more it is said how many."""


def sentence_on(
    standing: Standing,
    units: dict[str, Unit],
    missing: Sequence[Unit],
    late: Sequence[Unit],
    counts: Counts,
    refused: Sequence[Refused],
    warehouse: Warehouse,
) -> Said:
    """What a night is worth, and what follows from what is missing."""
    if standing == "not_run":
        return Said(
            f"Đêm này chưa chạy: chưa đọc đơn vị nào trong {len(units)} đơn vị.",
            f"This night was not run: none of {len(units)} units was read.",
        )
    arrived = len(units) - len(missing) - len(late)
    vi = [f"{arrived} trên {len(units)} đơn vị đã gửi."]
    en = [f"{arrived} of {len(units)} units arrived."]
    if missing:
        vi.append(f"Thiếu: {_named([one.name.vi for one in missing], 'và {} đơn vị khác')}.")
        en.append(f"Missing: {_named([one.name.en for one in missing], 'and {} more')}.")
    if late:
        vi.append(f"Đến muộn, đã lấy bù đêm sau: {_named([one.name.vi for one in late], 'và {} đơn vị khác')}.")
        en.append(f"Late, made up for by a later night: {_named([one.name.en for one in late], 'and {} more')}.")
    if counts.quarantined:
        still = sum(one.open for one in refused)
        vi.append(f"{number(counts.quarantined, 'vi')} bản ghi bị cách ly, {number(still, 'vi')} còn mở.")
        en.append(f"{number(counts.quarantined, 'en')} records refused, {number(still, 'en')} still open.")
    if missing:
        vi.append("Số liệu của đơn vị thiếu giữ như đêm trước và được đánh dấu.")
        en.append("The figures of what is missing stay as of the night before and are marked.")
    if warehouse.failed:
        vi.append("Lần dựng kho cuối không đạt; người phân tích vẫn thấy bản trước.")
        en.append("The last build failed; analysts still see the one before.")
    elif warehouse.behind or warehouse.published_at is None:
        vi.append("Kho dữ liệu chưa công bố đêm này.")
        en.append("The warehouse does not show this night yet.")
    return Said(" ".join(vi), " ".join(en))


def _named(names: Sequence[str], more: str) -> str:
    shown = ", ".join(names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} {more.format(len(names) - NAMED)}"
