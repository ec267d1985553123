import pandas as pd
import pytest

from ward_demo import texts


@pytest.mark.parametrize(
    ("layout", "pattern"),
    [
        ("yyyy-mm-dd hh:mm:ss", "%Y-%m-%d %H:%M:%S"),
        ("yyyymmddhhmmss", "%Y%m%d%H%M%S"),
        ("dd/mm/yyyy hh:mm", "%d/%m/%Y %H:%M"),
        ("dd/mm/yyyy hh:mm:ss", "%d/%m/%Y %H:%M:%S"),
        ("dd/mm/yyyy", "%d/%m/%Y"),
    ],
)
def test_layouts_write_what_strftime_writes(layout: str, pattern: str) -> None:
    column = pd.Series(pd.to_datetime(["2018-12-27 08:05:09", None, "2016-01-02 17:00:00"]))
    assert texts.times(column, layout) == [column[0].strftime(pattern), None, column[2].strftime(pattern)]


def test_no_times_give_no_texts() -> None:
    assert texts.times(pd.Series([], dtype="datetime64[s]"), "dd/mm/yyyy") == []


def test_a_word_without_a_code_is_refused() -> None:
    assert texts.coded(pd.Series(["online", None]), {"online": 1}) == [1, None]
    with pytest.raises(KeyError, match="fax"):
        texts.coded(pd.Series(["fax"]), {"online": 1})
