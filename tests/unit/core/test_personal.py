"""What is a number or a name of a person in a field of codes, and what offices number their records with."""

from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.counter import one
from ward_demo.districts import DISTRICTS
from ward_demo.dossiers import _codes
from ward_demo.golden_districts import GOLDEN_DISTRICTS
from ward_warehouse.core.personal import PERSONAL_CODE

SIGNS = ".-_/|:"
PERSONAL = (
    *("84-912-345-678", "84.912.345.678", "84_91_234_5678", "84912|345678", "00:84:9123:45678", "0084/912/345/678"),
    *("0084912345678", "0084 912 345 678", "84 912 345 678", "028.3812.3456", "028 38123456", "028-38123456"),
    *("02838123456", "0258.382.1234", "0258-3821234", "0084.28.3812.3456", "84-258-3821-234", "84 28 3812 3456"),
    *("091-2345678", "84.91.2345678", "079-000000001", "HS-0912_345_678", "84-9-1-2-3-4-5-6-7-8"),
    *("ĐANG TEO", "ĐINH TEO", "Đo Teo", "NGUYEN V TEO", "Nguyen V. Teo", "TRAN T B NGOC", "NGUYEN VAN A"),
    *("Nguyen/Van/Teo", "Nguyen|Van|Teo", "nguyen:van:teo", "Đoan.Van.Teo", "Nguyen_V_Teo"),
)
OFFICE_CODES = (
    *("000.00.17.H29-240301-0001", "H29.17-240304-0001", "2403-040-123", "01/2024/HS-TD", "0001/HT-2024"),
    *("20240304001", "240301-0001", "HO-TICH", "DO-DAC", "ĐO-ĐAC", "HO 12", "DO-DAC-01", "TO A", "TO/TRINH"),
    *(
        "024-20240304",
        "001-2403040",
        "001-240304-001",
        "02240304001",
        "02-240304-001",
        "84-2024-001",
        "84.00.12.H29-240301-1",
    ),
)
LEFT_OUT = ("Teo Nguyen", "0912.345-678", "84-912.345.678", "Nguyen-Teo")
"""They may be persons, and as well be codes."""


def is_personal(code: str) -> bool:
    (found,) = pc.match_substring_regex(pa.array([code]), PERSONAL_CODE).to_pylist()
    return bool(found)


@pytest.mark.parametrize("value", PERSONAL)
def test_a_phone_an_identity_number_or_a_name_is_no_code_however_it_is_written(value: str) -> None:
    record = one(CODE=value, ID=value)
    assert (record["dossier_code"], record["source_record_id"]) == (None, None)
    assert value not in str(record)


@pytest.mark.parametrize("code", [*OFFICE_CODES, *LEFT_OUT])
def test_a_code_of_an_office_is_no_person(code: str) -> None:
    assert not is_personal(code)


PHONES = ("4 3 3", "3 3 4", "3 4 3", "4 2 2 2", "5 5", "2 2 2 2 2", "4 6", "3 7")
IDENTITIES = (
    *("3 3 3 3", "4 4 4", "6 6", "4 3 5", "3 3 6", "4 8", "3 9", "2 2 2 2 2 2", "3 1 2 6"),
    "1 1 1 1 1 1 1 1 1 1 1 1",
)


def in_groups(digits: str, sizes: str, sign: str) -> str:
    ends = np.cumsum([int(size) for size in sizes.split()]).tolist()
    return sign.join(digits[start:end] for start, end in zip([0, *ends], ends, strict=False))


@given(st.sampled_from(PHONES), st.from_regex("[35789][0-9]{8}", fullmatch=True), st.sampled_from(SIGNS))
def test_a_phone_is_known_in_each_grouping_at_home_and_from_abroad(sizes: str, nine: str, sign: str) -> None:
    home = in_groups("0" + nine, sizes, sign)
    for phone in (
        home,
        *(f"{abroad}{home[1:]}" for abroad in ("84", f"84{sign}", "0084", f"0084{sign}", f"00{sign}84")),
    ):
        assert is_personal(phone)
        assert is_personal(f"HS{sign}{phone}{sign}x")


@given(st.sampled_from(IDENTITIES), st.integers(1, 96), st.integers(0, 10**9 - 1), st.sampled_from(SIGNS))
def test_an_identity_number_is_known_in_each_grouping(sizes: str, province: int, rest: int, sign: str) -> None:
    assert is_personal(in_groups(f"{province:03d}{rest:09d}", sizes, sign))


def test_no_code_of_the_demonstration_districts_is_refused() -> None:
    districts = [*DISTRICTS.values(), *GOLDEN_DISTRICTS.values()]
    days = np.repeat(np.arange("2018-01-01", "2019-01-01", dtype="datetime64[D]"), 3).astype("datetime64[s]")
    agencies = {site.agency(district) for district in districts for _, site in district.sites()}
    codes = pa.array(chain.from_iterable(_codes(agency, days) for agency in agencies), pa.string())
    assert len(codes) > 30_000
    assert not pc.any(pc.match_substring_regex(codes, PERSONAL_CODE)).as_py()
