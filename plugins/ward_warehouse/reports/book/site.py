"""Where the dictionary stands: `reports/dictionary/`, a page and a PDF to be printed, and the dbt docs beside."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from ward_warehouse.core.pages import templates_of
from ward_warehouse.core.settings import Settings
from ward_warehouse.registry.indicator_reader import read_indicators
from ward_warehouse.registry.indicators import Catalogue
from ward_warehouse.reports.book.example import month_of, work_out
from ward_warehouse.reports.book.pdf import Worked, book_pdf
from ward_warehouse.reports.book.words import amount, said, tables, working
from ward_warehouse.reports.dictionary import KINDS
from ward_warehouse.reports.folder import put, replace_text, writing
from ward_warehouse.warehouse.docs import dbt_docs
from ward_warehouse.warehouse.indicator_generation import DEFINITIONS
from ward_warehouse.warehouse.published import open_published

_TEMPLATES = templates_of(Path(__file__).resolve().parent / "templates")
PDF = "dictionary.pdf"
MADE_OF = "made_of"
"""Beside the pages: the digest of what they were made of."""


def dictionary_folder(settings: Settings) -> Path:
    """Where the dictionary stands."""
    return settings.home / "reports" / "dictionary"


def write_dictionary(settings: Settings, *, with_docs: bool = True) -> list[Path]:
    """Writes the dictionary as page and as PDF, and the dbt docs anew; gives the files, the first to begin with.

    Nothing that stood before is touched until all of it is written.

    Raises:
        WardWarehouseError: the disk refuses, another run writes the dictionary, or an indicator has no example.
        BuildError: there is no published warehouse, or dbt refuses.
    """
    catalogue = read_indicators(settings.dbt_project_dir / DEFINITIONS)
    folder = dictionary_folder(settings)
    with writing(folder, "dictionary") as fresh:
        worked = _worked(settings.published_file, catalogue)
        (fresh / PDF).write_bytes(book_pdf(worked, catalogue))
        (fresh / "index.html").write_text(book_page(worked, catalogue, with_docs), encoding="utf-8")
        names = ["index.html", PDF]
        if with_docs:
            (fresh / "warehouse.html").write_bytes(dbt_docs(settings, fresh / "dbt"))
            names.append("warehouse.html")
        written = [put(fresh / name, folder / name) for name in names]
        replace_text(folder / MADE_OF, _digest(settings.dbt_project_dir))
        return written


def renew_dictionary(settings: Settings, *, first: bool = False) -> list[Path]:
    """Writes a dictionary anew that stands there and was made of other definitions or models; gives the files.

    Args:
        settings: of the warehouse.
        first: write it where there is none as well, which takes half a minute.

    Raises:
        WardWarehouseError: as of `write_dictionary`.
        BuildError: as of `write_dictionary`.
    """
    folder = dictionary_folder(settings)
    made_of = folder / MADE_OF
    if not (folder / "index.html").is_file():
        return write_dictionary(settings) if first else []
    if made_of.is_file() and made_of.read_text("utf-8") == _digest(settings.dbt_project_dir):
        return []
    return write_dictionary(settings, with_docs=(folder / "warehouse.html").is_file())


def book_page(worked: Worked, catalogue: Catalogue, with_docs: bool) -> str:
    """The dictionary as one page, in Vietnamese and English."""
    return _TEMPLATES.get_template("book.html").render(
        themes=worked,
        pdf=PDF,
        sources=catalogue.sources,
        kinds=KINDS,
        with_docs=with_docs,
        tables=tables,
        working=working,
        said=said,
        month_of=month_of,
        amount=amount,
    )


def _worked(published: Path, catalogue: Catalogue) -> Worked:
    with open_published(published) as db:
        return [
            (theme, [(one, work_out(one, catalogue, db)) for one in theme.indicators]) for theme in catalogue.themes
        ]


def _digest(project: Path) -> str:
    """Of all texts of the dbt project that a page of the dictionary shows."""
    found = sha256()
    for place in ("indicators", "macros", "models", "seeds"):
        for file in sorted((project / place).rglob("*.*")):
            if file.suffix in (".yml", ".sql"):
                found.update(file.relative_to(project).as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()
