"""What all pages share: a frame that loads and runs nothing, two languages by one switch, a phone's width and paper."""

from __future__ import annotations

from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

SHARED = Path(__file__).resolve().parent / "templates"


def templates_of(folder: Path) -> Environment:
    """The templates of a folder and the shared ones; every value is escaped, and one that is not given is an error.

    Shared are `frame.html`, which pages extend, and the macros of `words.html`.
    """
    return Environment(
        loader=ChoiceLoader([FileSystemLoader(folder), FileSystemLoader(SHARED)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


NO_BREAK = "\N{NO-BREAK SPACE}"


def percent(value: float, language: str) -> str:
    """A part of a hundred with two places: 1,25 % in Vietnamese, 1.25 % in English; on one line."""
    text = f"{value:.2f}{NO_BREAK}%"
    return text.replace(".", ",") if language == "vi" else text


def number(value: int, language: str) -> str:
    """A count as it is written: 1.234 in Vietnamese, 1,234 in English."""
    return f"{value:,}".replace(",", ".") if language == "vi" else f"{value:,}"
