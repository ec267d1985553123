"""A column called plain is one that cleaning would not change."""

import unicodedata

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from ward_warehouse.mapping.duckdb_memory import open_cursor
from ward_warehouse.mapping.plain_text import plain_columns

TEXTS = st.text(
    alphabet=st.sampled_from(" \tab9.é\u0301\u00a0\u3000ệeđ°\u02ff\u1dff\u1e00\u1eff\u1f71\u212b\u1100\u1161"),
    max_size=4,
)
PLAIN = st.text(alphabet=st.sampled_from("ab9. -ệĐươ"), min_size=1, max_size=4).map(lambda text: f"x{text}x")


def cleaned(column: pa.ChunkedArray) -> list[str | None]:
    with open_cursor() as db:
        db.register("batch", pa.table({"a": column}))
        found = db.execute("SELECT nullif(trim(nfc_normalize(CAST(a AS VARCHAR))), '') AS a FROM batch")
        return found.to_arrow_table()["a"].to_pylist()


@given(
    chunks=st.lists(st.lists(st.none() | TEXTS | PLAIN, max_size=4), min_size=1, max_size=3),
    cut=st.integers(0, 2),
    type_=st.sampled_from([pa.string(), pa.large_string()]),
)
def test_cleaning_leaves_a_plain_column_as_it_is(chunks: list[list[str | None]], cut: int, type_: pa.DataType) -> None:
    column = pa.chunked_array([pa.array(chunk, type_).slice(cut) for chunk in chunks], type_)
    if plain_columns(pa.table({"a": column})):
        assert cleaned(column) == column.to_pylist()


@given(st.lists(st.none() | PLAIN, max_size=5), st.integers(0, 2))
def test_plain_values_are_recognised(values: list[str | None], cut: int) -> None:
    batch = pa.table(
        {"a": pa.array(values, pa.string()).slice(cut), "n": pa.array(range(len(values)), pa.int64()).slice(cut)}
    )
    assert plain_columns(batch) == {"a", "n"}


def test_one_odd_value_makes_a_column_one_to_clean() -> None:
    for odd in ("", " a", "a ", " ", "\u00a0ệ", "ệ\u0323", "a\u0301", "\u1f71", "\u212b"):
        assert plain_columns(pa.table({"a": pa.array(["x", None, odd, "y"])})) == frozenset()


def test_no_letter_that_is_taken_for_composed_is_changed() -> None:
    letters = [chr(code) for code in range(1, 0x11000) if not 0xD800 <= code < 0xE000]
    plain = [letter for letter in letters if plain_columns(pa.table({"a": [letter]}))]
    assert cleaned(pa.chunked_array([plain])) == plain
    assert all(unicodedata.is_normalized("NFC", letter) and not unicodedata.combining(letter) for letter in plain)
    assert set("ăâđêôơưàảãáạẰẨẪẮẬỲỶỸÝỴ") <= set(plain)


def test_numbers_with_a_fraction_are_no_plain_text() -> None:
    assert plain_columns(pa.table({"a": pa.array([1.5]), "b": pa.array([True])})) == frozenset()
