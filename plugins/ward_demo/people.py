"""Composes applicants who do not exist from lists of common names: what the pipeline has to drop."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np

_SURNAMES = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Hoàng", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương",
    "Lý", "Lưu", "Trịnh", "Đinh", "Lâm", "Mai", "Châu", "Quách", "Tạ",
)  # fmt: skip
_MIDDLE = (
    ("Văn", "Hữu", "Đức", "Minh", "Quốc", "Thanh", "Công", "Gia", "Xuân", "Ngọc"),
    ("Thị", "Ngọc", "Thanh", "Kim", "Mỹ", "Thu", "Bích", "Hoài", "Xuân", "Minh"),
)
_GIVEN = (
    ("An", "Bảo", "Cường", "Dũng", "Hải", "Hiếu", "Hùng", "Khoa", "Long", "Nam", "Phúc", "Quân", "Sơn", "Tâm", "Thành",
     "Tuấn", "Vinh", "Vũ"),
    ("Anh", "Châu", "Dung", "Giang", "Hà", "Hạnh", "Hoa", "Hương", "Lan", "Linh", "Loan", "Mai", "Nga", "Nhung", "Oanh",
     "Phương", "Thảo", "Yến"),
)  # fmt: skip
_MOBILE = ("090", "091", "093", "097", "098", "086", "088", "032", "070", "079")
_COMPANY = ("Công ty TNHH", "Công ty Cổ phần", "Hộ kinh doanh", "Doanh nghiệp tư nhân")
_COMPANY_FIELD = ("Thương mại", "Dịch vụ", "May mặc", "Cơ khí", "Thực phẩm", "Vận tải")


def full_names(rng: np.random.Generator, count: int) -> list[str]:
    """`count` full names: surname, middle name, given name."""
    gender = rng.integers(0, 2, count).tolist()
    surname = rng.integers(0, len(_SURNAMES), count).tolist()
    middle = rng.integers(0, 10, count).tolist()
    given = rng.integers(0, 18, count).tolist()
    return [
        f"{_SURNAMES[s]} {_MIDDLE[g][m]} {_GIVEN[g][n]}"
        for g, s, m, n in zip(gender, surname, middle, given, strict=True)
    ]


def companies(rng: np.random.Generator, owners: list[str]) -> list[str]:
    """A company for each owner, named after the owner's given name."""
    form = rng.integers(0, len(_COMPANY), len(owners)).tolist()
    field = rng.integers(0, len(_COMPANY_FIELD), len(owners)).tolist()
    return [
        f"{_COMPANY[k]} {_COMPANY_FIELD[f]} {owner.split()[-1]} {owner.split()[0]}"
        for k, f, owner in zip(form, field, owners, strict=True)
    ]


def identity_numbers(rng: np.random.Generator, count: int) -> list[str]:
    """Identity numbers: the old nine digits, or the twelve of the citizen card that came in 2016."""
    old = (rng.random(count) < 0.6).tolist()
    nine = rng.integers(20_000_000, 29_999_999, count).tolist()
    twelve = rng.integers(79_000_000_000, 79_999_999_999, count).tolist()
    return [f"0{n}" if is_old else f"0{t}" for is_old, n, t in zip(old, nine, twelve, strict=True)]


def phones(rng: np.random.Generator, count: int) -> list[str]:
    """Mobile numbers of ten digits."""
    prefix = rng.integers(0, len(_MOBILE), count).tolist()
    rest = rng.integers(0, 10_000_000, count).tolist()
    return [f"{_MOBILE[p]}{r:07d}" for p, r in zip(prefix, rest, strict=True)]


def emails(rng: np.random.Generator, names: list[str]) -> list[str]:
    """An address for each name, at the domain that is reserved for examples."""
    number = rng.integers(1, 999, len(names)).tolist()
    return [f"{ascii_text(name.split()[-1]).lower()}.{n}@example.com" for name, n in zip(names, number, strict=True)]


def addresses(rng: np.random.Generator, count: int, streets: tuple[str, ...], place: str) -> list[str]:
    """House number and street in a ward or district."""
    street = rng.integers(0, len(streets), count).tolist()
    house = rng.integers(1, 480, count).tolist()
    lane = rng.integers(0, 60, count).tolist()
    return [
        f"{h}/{n} {streets[s]}, {place}" if n < 25 else f"{h} {streets[s]}, {place}"
        for s, h, n in zip(street, house, lane, strict=True)
    ]


@lru_cache(maxsize=1024)
def ascii_text(text: str) -> str:
    """Vietnamese text without its marks."""
    plain = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
