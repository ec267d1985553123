"""A district's whole list of procedures: those that its counters take in, and the many that hardly anybody asks for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Literal

from ward_demo.procedures import PROCEDURES, Authority, Procedure, has_iso_process, is_one_stop


@dataclass(frozen=True)
class Listed:
    """A procedure as a district's list has it."""

    code: str
    name_vi: str
    field_vi: str
    authority: Authority
    level: int
    limit: int
    unit: Literal["days", "working_days"]
    one_stop: bool
    iso: bool
    valid_from: date


_ACTS = (
    "Cấp", "Cấp lại", "Cấp đổi", "Gia hạn", "Điều chỉnh", "Thu hồi theo đề nghị", "Xác nhận", "Chấm dứt hiệu lực",
)  # fmt: skip
_PAPERS = (
    ("Lao động", "giấy phép sử dụng lao động"),
    ("Lao động", "giấy xác nhận nội quy lao động"),
    ("Người có công", "sổ ưu đãi giáo dục"),
    ("Người có công", "giấy chứng nhận thương binh"),
    ("Bảo trợ xã hội", "giấy phép hoạt động cơ sở trợ giúp xã hội"),
    ("Xây dựng", "giấy phép xây dựng công trình không theo tuyến"),
    ("Xây dựng", "giấy phép di dời công trình"),
    ("Hạ tầng kỹ thuật", "giấy phép đào đường"),
    ("Hạ tầng kỹ thuật", "giấy phép chặt hạ cây xanh"),
    ("Quy hoạch", "chứng chỉ quy hoạch"),
    ("Đất đai", "giấy xác nhận hạn mức đất ở"),
    ("Đất đai", "giấy phép chuyển mục đích sử dụng đất"),
    ("Môi trường", "giấy xác nhận kế hoạch bảo vệ môi trường"),
    ("Tài nguyên nước", "giấy xác nhận khai thác nước dưới đất"),
    ("Lưu thông hàng hóa", "giấy phép bán buôn rượu"),
    ("Lưu thông hàng hóa", "giấy chứng nhận đủ điều kiện kinh doanh khí"),
    ("An toàn thực phẩm", "giấy xác nhận kiến thức an toàn thực phẩm"),
    ("Nông nghiệp", "giấy chứng nhận trang trại"),
    ("Thú y", "giấy chứng nhận vệ sinh thú y"),
    ("Văn hóa", "giấy phép quảng cáo"),
    ("Văn hóa", "giấy công nhận khu phố văn hóa"),
    ("Thư viện", "giấy đăng ký thư viện tư nhân"),
    ("Giáo dục và Đào tạo", "quyết định thành lập trường mầm non"),
    ("Giáo dục và Đào tạo", "quyết định cho phép dạy thêm"),
    ("Hợp tác xã", "giấy chứng nhận đăng ký hợp tác xã"),
    ("Tôn giáo", "văn bản chấp thuận hoạt động tôn giáo"),
    ("Hội và quỹ", "quyết định công nhận điều lệ hội"),
    ("Thi đua, khen thưởng", "danh hiệu tập thể lao động tiên tiến"),
)


def listed_procedures(year: int, levels: dict[int, int], *, with_wards: bool) -> tuple[Listed, ...]:
    """A list with so many procedures at each online service level as `levels` says.

    Args:
        year: the year whose levels the counters' own procedures have.
        levels: online service level to number of procedures.
        with_wards: whether the wards' procedures are in the list; the district's always are.
    """
    own = [_listed(p, year) for p in PROCEDURES if with_wards or p.authority == "district"]
    missing = Counter(levels)
    missing.subtract(entry.level for entry in own)
    wanted = [level for level in sorted(missing) for _ in range(missing[level])]
    rare = zip(wanted, product(_ACTS, _PAPERS), strict=False)
    others = [
        Listed(
            code=f"3.{number:06d}",
            name_vi=f"{act} {paper}",
            field_vi=field_vi,
            authority="district",
            level=level,
            limit=3 + number % 13,
            unit="working_days",
            one_stop=True,
            iso=has_iso_process(field_vi),
            valid_from=date(2010, 1, 1),
        )
        for number, (level, (act, (field_vi, paper))) in enumerate(rare, 1)
    ]
    return (*own, *others)


def _listed(procedure: Procedure, year: int) -> Listed:
    return Listed(
        code=procedure.code,
        name_vi=procedure.name_vi,
        field_vi=procedure.field_vi,
        authority=procedure.authority,
        level=procedure.level(year),
        limit=procedure.limit,
        unit=procedure.unit,
        one_stop=is_one_stop(procedure.field_vi),
        iso=has_iso_process(procedure.field_vi),
        valid_from=date.fromisoformat(procedure.in_force_from(year)),
    )
