"""The administrative procedures of the demonstration districts, as plain data.

Codes, names and limits follow the national database of administrative procedures (civil status, certification,
social protection and the other fields of a ward's one-stop counter). The share of each procedure is the
demonstration's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

Authority = Literal["ward", "district"]


@dataclass(frozen=True)
class Procedure:
    """One administrative procedure.

    Attributes:
        limit: statutory time, in `unit`.
        working_days: the time that the counter promises on the appointment slip, in working days.
        levels: online service level (1 to 4) in 2016 and in 2018.
        weight: share among the dossiers of a counter, relative to the others.
        fee: in đồng, 0 for none.
        purpose: what the officer writes as the dossier's summary.
    """

    code: str
    name_vi: str
    name_en: str
    field_vi: str
    authority: Authority
    limit: int
    unit: Literal["days", "working_days"]
    levels: tuple[int, int]
    weight: float
    fee: int
    purpose: str
    valid_from: str

    @property
    def working_days(self) -> int:
        """Promise in working days; five sevenths of a limit in calendar days, so that it never ends after it."""
        return self.limit if self.unit == "working_days" else max(1, self.limit * 5 // 7)

    def level(self, year: int) -> int:
        """Online service level in `year`."""
        return self.levels[0] if year < 2018 else self.levels[1]

    def in_force_from(self, year: int) -> str:
        """First day of validity in a catalogue of `year`: codes of today stand for the procedures of before."""
        return self.valid_from if int(self.valid_from[:4]) <= year else f"{year - 1}-01-01"


def _field(
    authority: Authority, field_vi: str, valid_from: str, rows: list[tuple[str, str, str, int, str, float, int, str]]
) -> list[Procedure]:
    return [
        Procedure(
            code=code,
            name_vi=name_vi,
            name_en=name_en,
            field_vi=field_vi,
            authority=authority,
            limit=limit,
            unit="days" if marks.endswith("d") else "working_days",
            levels=(int(marks[0]), int(marks[1])),
            weight=weight,
            fee=fee,
            purpose=purpose,
            valid_from=valid_from,
        )
        for code, name_vi, name_en, limit, marks, weight, fee, purpose in rows
    ]


# Columns: code, names, statutory time, levels in 2016 and 2018 (and "d" for calendar days), weight, fee, purpose.
_CIVIL_STATUS = _field(
    "ward",
    "Hộ tịch",
    "2016-01-01",
    [
        ("2.000635", "Cấp bản sao trích lục hộ tịch", "Copy of a civil status extract", 1, "33", 13.0, 8000,
         "Cấp bản sao trích lục khai sinh"),
        ("1.001193", "Đăng ký khai sinh", "Birth registration", 1, "33", 8.0, 0, "Đăng ký khai sinh cho con"),
        ("1.004873", "Cấp Giấy xác nhận tình trạng hôn nhân", "Certificate of marital status", 3, "23", 9.0, 15000,
         "Xác nhận tình trạng hôn nhân để bổ túc hồ sơ nhà đất"),
        ("1.000894", "Đăng ký kết hôn", "Marriage registration", 1, "23", 4.2, 0, "Đăng ký kết hôn"),
        ("1.000656", "Đăng ký khai tử", "Death registration", 1, "23", 3.4, 0, "Đăng ký khai tử cho cha"),
        ("1.004859", "Thay đổi, cải chính, bổ sung thông tin hộ tịch", "Change or correction of civil status", 3, "23",
         2.4, 15000, "Cải chính ngày tháng năm sinh"),
        ("1.004884", "Đăng ký lại khai sinh", "Repeated birth registration", 5, "23", 1.5, 8000,
         "Đăng ký lại khai sinh do mất bản chính"),
        ("1.004772", "Đăng ký khai sinh cho người đã có hồ sơ, giấy tờ cá nhân",
         "Birth registration of a person with papers", 5, "22", 0.6, 8000, "Đăng ký khai sinh cho người đã có giấy tờ"),
        ("1.001022", "Đăng ký nhận cha, mẹ, con", "Recognition of parent or child", 3, "22", 0.5, 15000,
         "Nhận cha cho con"),
        ("1.000689", "Đăng ký khai sinh kết hợp đăng ký nhận cha, mẹ, con", "Birth registration with recognition", 3,
         "22", 0.4, 15000, "Khai sinh kết hợp nhận cha cho con"),
        ("1.004746", "Đăng ký lại kết hôn", "Repeated marriage registration", 5, "22", 0.3, 30000,
         "Đăng ký lại kết hôn do mất sổ gốc"),
        ("1.005461", "Đăng ký lại khai tử", "Repeated death registration", 5, "22", 0.2, 8000, "Đăng ký lại khai tử"),
        ("1.004837", "Đăng ký giám hộ", "Registration of guardianship", 3, "22", 0.2, 0, "Cử người giám hộ cho cháu"),
        ("1.004845", "Đăng ký chấm dứt giám hộ", "End of guardianship", 2, "22", 0.1, 0, "Chấm dứt việc giám hộ"),
        ("2.001023", "Liên thông đăng ký khai sinh, cấp thẻ bảo hiểm y tế cho trẻ em dưới 6 tuổi",
         "Birth registration and health insurance in one", 10, "23", 3.0, 0, "Khai sinh và thẻ BHYT cho trẻ"),
        ("2.000986", "Liên thông đăng ký khai sinh, đăng ký thường trú, cấp thẻ bảo hiểm y tế cho trẻ em dưới 6 tuổi",
         "Birth, residence and health insurance in one", 15, "23", 2.2, 0, "Khai sinh, nhập khẩu và thẻ BHYT cho trẻ"),
    ],
)  # fmt: skip
_CERTIFICATION = _field(
    "ward",
    "Chứng thực",
    "2015-04-10",
    [
        ("2.000815", "Chứng thực bản sao từ bản chính", "Certified copy of an original", 1, "22", 33.0, 2000,
         "Chứng thực bản sao bằng tốt nghiệp"),
        ("2.000884", "Chứng thực chữ ký", "Certification of a signature", 1, "22", 9.5, 10000,
         "Chứng thực chữ ký trên sơ yếu lý lịch"),
        ("2.001035", "Chứng thực hợp đồng, giao dịch về động sản, quyền sử dụng đất, nhà ở",
         "Certification of a contract", 2, "22", 1.6, 50000, "Chứng thực hợp đồng ủy quyền"),
        ("2.001019", "Chứng thực di chúc", "Certification of a will", 2, "22", 0.2, 50000, "Chứng thực di chúc"),
        ("2.001016", "Chứng thực văn bản từ chối nhận di sản", "Certified waiver of an inheritance", 2, "22", 0.4,
         50000, "Từ chối nhận di sản thừa kế"),
        ("2.001406", "Chứng thực văn bản thỏa thuận phân chia di sản", "Certified division of an inheritance", 2, "22",
         0.3, 50000, "Thỏa thuận phân chia di sản"),
        ("2.001009", "Chứng thực văn bản khai nhận di sản", "Certified claim to an inheritance", 2, "22", 0.3, 50000,
         "Khai nhận di sản thừa kế"),
        ("2.000913", "Chứng thực việc sửa đổi, bổ sung, hủy bỏ hợp đồng, giao dịch", "Change of a certified contract",
         2, "22", 0.2, 30000, "Sửa đổi hợp đồng đã chứng thực"),
        ("2.000942", "Cấp bản sao có chứng thực từ bản chính hợp đồng, giao dịch", "Copy of a certified contract", 1,
         "22", 0.3, 2000, "Cấp bản sao hợp đồng đã chứng thực"),
    ],
)  # fmt: skip
_SOCIAL = _field(
    "ward",
    "Bảo trợ xã hội",
    "2015-01-01",
    [
        ("1.001776", "Thực hiện, điều chỉnh, thôi hưởng trợ cấp xã hội hàng tháng", "Monthly social allowance", 15,
         "22", 0.7, 0, "Đề nghị hưởng trợ cấp xã hội hàng tháng"),
        ("1.001699", "Xác định, xác định lại mức độ khuyết tật", "Assessment of a disability", 25, "22", 0.4, 0,
         "Xác định mức độ khuyết tật"),
        ("1.001653", "Cấp đổi, cấp lại Giấy xác nhận khuyết tật", "Renewed certificate of disability", 5, "22", 0.2, 0,
         "Cấp lại Giấy xác nhận khuyết tật"),
        ("1.001731", "Hỗ trợ chi phí mai táng cho đối tượng bảo trợ xã hội", "Funeral support", 3, "22", 0.3, 0,
         "Hỗ trợ chi phí mai táng"),
        ("1.001758", "Chi trả trợ cấp xã hội khi thay đổi nơi cư trú trong quận", "Allowance after a move", 6, "22",
         0.1, 0, "Chuyển nơi nhận trợ cấp xã hội"),
    ],
)  # fmt: skip
_OTHER_WARD = [
    *_field("ward", "Nuôi con nuôi", "2011-01-01", [
        ("2.001263", "Đăng ký việc nuôi con nuôi trong nước", "Adoption within the country", 30, "22d", 0.1, 400000,
         "Đăng ký nhận con nuôi"),
        ("2.001255", "Đăng ký lại việc nuôi con nuôi trong nước", "Repeated adoption registration", 5, "22", 0.05, 0,
         "Đăng ký lại việc nuôi con nuôi"),
    ]),
    *_field("ward", "Phổ biến giáo dục pháp luật", "2014-01-01", [
        ("1.002211", "Công nhận hòa giải viên", "Recognition of a mediator", 5, "22", 0.08, 0,
         "Công nhận hòa giải viên tổ dân phố"),
        ("2.000950", "Công nhận tổ trưởng tổ hòa giải", "Recognition of a mediation leader", 5, "22", 0.05, 0,
         "Công nhận tổ trưởng tổ hòa giải"),
        ("2.000930", "Thôi làm hòa giải viên", "End of a mediator's office", 5, "22", 0.03, 0,
         "Thôi làm hòa giải viên"),
    ]),
    *_field("ward", "Đất đai", "2014-07-01", [
        ("1.003554", "Hòa giải tranh chấp đất đai", "Mediation of a land dispute", 45, "22d", 0.12, 0,
         "Hòa giải tranh chấp ranh đất"),
    ]),
    *_field("ward", "Giáo dục và Đào tạo", "2013-01-01", [
        ("1.004492", "Thành lập nhóm trẻ, lớp mẫu giáo độc lập", "New independent nursery group", 20, "23", 0.08, 0,
         "Thành lập nhóm trẻ tư thục"),
        ("1.004443", "Cho phép nhóm trẻ, lớp mẫu giáo độc lập hoạt động trở lại", "Reopening of a nursery group", 20,
         "22", 0.04, 0, "Hoạt động trở lại nhóm trẻ"),
    ]),
    *_field("ward", "Thi đua, khen thưởng", "2014-06-01", [
        ("1.000775", "Tặng Giấy khen của Chủ tịch Ủy ban nhân dân cấp xã", "Commendation by the chairman", 15, "22",
         0.15, 0, "Đề nghị tặng Giấy khen"),
    ]),
    *_field("ward", "Thể dục thể thao", "2012-01-01", [
        ("2.000794", "Công nhận câu lạc bộ thể thao cơ sở", "Recognition of a sports club", 7, "23", 0.05, 0,
         "Công nhận câu lạc bộ cờ tướng"),
    ]),
    *_field("ward", "Khiếu nại, tố cáo", "2014-01-01", [
        ("2.001801", "Xử lý đơn tại cấp xã", "Handling of a petition", 10, "11", 0.3, 0,
         "Đơn kiến nghị về trật tự đô thị"),
    ]),
]  # fmt: skip
_DISTRICT = [
    *_field("district", "Hộ kinh doanh", "2015-11-01", [
        ("1.001612", "Đăng ký thành lập hộ kinh doanh", "Registration of a household business", 3, "34", 26.0, 100000,
         "Đăng ký thành lập hộ kinh doanh"),
        ("2.000720", "Đăng ký thay đổi nội dung đăng ký hộ kinh doanh", "Change of a household business", 3, "33", 9.0,
         50000, "Thay đổi ngành nghề kinh doanh"),
        ("1.001266", "Chấm dứt hoạt động hộ kinh doanh", "End of a household business", 3, "33", 5.0, 0,
         "Chấm dứt hoạt động hộ kinh doanh"),
        ("1.001570", "Tạm ngừng hoạt động hộ kinh doanh", "Pause of a household business", 3, "33", 2.5, 0,
         "Tạm ngừng kinh doanh"),
        ("2.000575", "Cấp lại Giấy chứng nhận đăng ký hộ kinh doanh", "Renewed business certificate", 3, "23", 1.5,
         30000, "Cấp lại Giấy chứng nhận đăng ký hộ kinh doanh"),
    ]),
    *_field("district", "Hộ tịch", "2016-01-01", [
        ("2.000748", "Thay đổi, cải chính, bổ sung thông tin hộ tịch, xác định lại dân tộc",
         "Change of civil status (district)", 3, "23", 7.0, 28000, "Cải chính họ, chữ đệm"),
        ("2.000806", "Đăng ký kết hôn có yếu tố nước ngoài", "Marriage with a foreign element", 15, "22d", 2.6, 1000000,
         "Đăng ký kết hôn với người nước ngoài"),
        ("2.000528", "Đăng ký khai sinh có yếu tố nước ngoài", "Birth with a foreign element", 1, "22", 1.4, 75000,
         "Đăng ký khai sinh có yếu tố nước ngoài"),
        ("2.002189", "Ghi vào Sổ hộ tịch việc kết hôn đã giải quyết tại nước ngoài", "Record of a marriage abroad", 12,
         "22", 0.6, 75000, "Ghi chú kết hôn ở nước ngoài"),
        ("2.000554", "Ghi vào Sổ hộ tịch việc ly hôn, hủy việc kết hôn", "Record of a divorce abroad", 12, "22", 0.5,
         75000, "Ghi chú ly hôn ở nước ngoài"),
    ]),
    *_field("district", "Chứng thực", "2015-04-10", [
        ("2.000843", "Chứng thực bản sao giấy tờ do cơ quan nước ngoài cấp", "Copy of a foreign document", 1, "22",
         11.0, 2000, "Chứng thực bản sao giấy tờ nước ngoài"),
        ("2.001008", "Chứng thực chữ ký người dịch", "Certified translator's signature", 1, "22", 6.0, 10000,
         "Chứng thực bản dịch"),
    ]),
    *_field("district", "Xây dựng", "2015-01-01", [
        ("1.009994", "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ", "Building permit for a house", 15, "23", 6.0,
         75000, "Cấp phép xây dựng nhà ở riêng lẻ"),
        ("1.009997", "Cấp giấy phép sửa chữa, cải tạo nhà ở riêng lẻ", "Renovation permit for a house", 15, "22", 1.2,
         75000, "Cấp phép sửa chữa nhà ở"),
    ]),
    *_field("district", "Đất đai", "2014-07-01", [
        ("2.000889", "Đăng ký biến động quyền sử dụng đất, quyền sở hữu nhà ở", "Registration of a land transfer", 10,
         "22", 7.0, 28000, "Đăng ký chuyển nhượng quyền sử dụng đất"),
        ("1.003003", "Đăng ký và cấp Giấy chứng nhận quyền sử dụng đất lần đầu", "First land use certificate", 30, "22",
         2.0, 100000, "Cấp Giấy chứng nhận quyền sử dụng đất lần đầu"),
    ]),
    *_field("district", "Lưu thông hàng hóa", "2013-01-01", [
        ("2.000620", "Cấp Giấy phép bán lẻ rượu", "Licence to retail liquor", 10, "23", 1.4, 1200000,
         "Cấp phép bán lẻ rượu"),
        ("2.000181", "Cấp Giấy phép bán lẻ sản phẩm thuốc lá", "Licence to retail tobacco", 15, "22", 1.0, 1200000,
         "Cấp phép bán lẻ thuốc lá"),
    ]),
    *_field("district", "An toàn thực phẩm", "2011-07-01", [
        ("1.002425", "Cấp Giấy chứng nhận cơ sở đủ điều kiện an toàn thực phẩm", "Food safety certificate", 20, "22d",
         4.5, 700000, "Cấp Giấy chứng nhận ATTP cho quán ăn"),
    ]),
    *_field("district", "Văn hóa", "2013-01-01", [
        ("1.000903", "Cấp Giấy phép đủ điều kiện kinh doanh karaoke", "Licence for a karaoke house", 10, "22", 0.6,
         4000000, "Cấp phép kinh doanh karaoke"),
    ]),
    *_field("district", "Giáo dục và Đào tạo", "2013-01-01", [
        ("1.005092", "Cấp bản sao văn bằng, chứng chỉ từ sổ gốc", "Copy of a diploma from the register", 1, "22", 3.0,
         0, "Cấp bản sao bằng tốt nghiệp"),
        ("2.001914", "Chỉnh sửa nội dung văn bằng, chứng chỉ", "Correction of a diploma", 5, "22", 1.2, 0,
         "Chỉnh sửa ngày sinh trên văn bằng"),
    ]),
]  # fmt: skip

PROCEDURES: tuple[Procedure, ...] = (*_CIVIL_STATUS, *_CERTIFICATION, *_SOCIAL, *_OTHER_WARD, *_DISTRICT)
"""Every procedure of the demonstration."""

_OUTSIDE_ONE_STOP = {"Khiếu nại, tố cáo"}
_WITH_ISO_PROCESS = {"Hộ tịch", "Chứng thực", "Bảo trợ xã hội", "Hộ kinh doanh", "Xây dựng", "Đất đai"}


def at_counter(authority: Authority) -> tuple[Procedure, ...]:
    """The procedures that a ward's, or the district's own, counter takes in."""
    return tuple(procedure for procedure in PROCEDURES if procedure.authority == authority)


def catalogue(year: int, *, with_district: bool) -> pd.DataFrame:
    """The procedure catalogue of a demonstration district: the columns of a registry's catalogue file, as text.

    Args:
        year: the year whose online service levels hold.
        with_district: whether the district's own counter is part of the demonstration.
    """
    chosen = [procedure for procedure in PROCEDURES if with_district or procedure.authority == "ward"]
    return pd.DataFrame(
        {
            "procedure_code": [p.code for p in chosen],
            "name_vi": [p.name_vi for p in chosen],
            "name_en": [p.name_en for p in chosen],
            "field_vi": [p.field_vi for p in chosen],
            "authority": [p.authority for p in chosen],
            "online_level": [str(p.level(year)) for p in chosen],
            "statutory_time": [str(p.limit) for p in chosen],
            "statutory_unit": [p.unit for p in chosen],
            "published_web": ["true"] * len(chosen),
            "published_counter": ["true"] * len(chosen),
            "one_stop": [_flag(is_one_stop(p.field_vi)) for p in chosen],
            "iso_process": [_flag(has_iso_process(p.field_vi)) for p in chosen],
            "valid_from": [p.in_force_from(year) for p in chosen],
            "valid_to": [""] * len(chosen),
        }
    )


def is_one_stop(field_vi: str) -> bool:
    """Whether the procedures of a field go through the one-stop shop."""
    return field_vi not in _OUTSIDE_ONE_STOP


def has_iso_process(field_vi: str) -> bool:
    """Whether the procedures of a field have a process under ISO 9001."""
    return field_vi in _WITH_ISO_PROCESS


def _flag(value: bool) -> str:
    return "true" if value else "false"
