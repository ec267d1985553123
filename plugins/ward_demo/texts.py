"""Writes columns of a frame as the texts that ward software stores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

# Positions in 2018-12-27T08:21:37; a letter stands for itself.
_LAYOUTS: dict[str, list[int | str]] = {
    "yyyy-mm-dd hh:mm:ss": [*range(10), " ", *range(11, 19)],
    "yyyymmddhhmmss": [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18],
    "dd/mm/yyyy hh:mm": [8, 9, "/", 5, 6, "/", 0, 1, 2, 3, " ", *range(11, 16)],
    "dd/mm/yyyy hh:mm:ss": [8, 9, "/", 5, 6, "/", 0, 1, 2, 3, " ", *range(11, 19)],
    "dd/mm/yyyy": [8, 9, "/", 5, 6, "/", 0, 1, 2, 3],
}


def times(column: pd.Series, layout: str) -> list[str | None]:
    """A column of times in one of the layouts above; None where it is missing."""
    moments = column.to_numpy().astype("datetime64[s]")
    letters = np.datetime_as_string(moments, unit="s").astype("U19").view("U1").reshape(len(moments), 19)
    places = _LAYOUTS[layout]
    written = np.empty((len(moments), len(places)), dtype="U1")
    for index, place in enumerate(places):
        written[:, index] = place if isinstance(place, str) else letters[:, place]
    joined: list[str] = written.view(f"U{len(places)}").ravel().tolist()
    return [text if there else None for text, there in zip(joined, (~np.isnat(moments)).tolist(), strict=True)]


def values(column: pd.Series) -> list[Any]:
    """A column as Python values; None where it is missing."""
    found = column.to_numpy(dtype=object, copy=True)
    found[column.isna().to_numpy()] = None
    return list(found)


def coded(column: pd.Series, table: dict[str, Any]) -> list[Any]:
    """A column of words, each in the code that `table` gives it; None where it is missing."""
    return [None if word is None else table[word] for word in values(column)]


def flags(column: pd.Series) -> list[int]:
    """A column of truth values as 1 and 0."""
    return [int(value) for value in column]
