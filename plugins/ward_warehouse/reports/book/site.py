"""Where the dictionary stands: `reports/dictionary/`, a page and a PDF to be printed, and the dbt docs beside."""

from __future__ import annotations

from pathlib import Path

from ward_warehouse.core.pages import templates_of
from ward_warehouse.core.settings import Settings
from ward_warehouse.registry.indicator_reader import read_indicators
from ward_warehouse.registry.indicators import Catalogue
from ward_warehouse.reports.book.example import month_of, work_out
from ward_warehouse.reports.book.pdf import Worked, book_pdf
from ward_warehouse.reports.book.words import amount, said, tables, working
from ward_warehouse.reports.dictionary import KINDS
from ward_warehouse.reports.folder import put, writing
from ward_warehouse.warehouse.docs import dbt_docs
from ward_warehouse.warehouse.indicator_generation import DEFINITIONS
from ward_warehouse.warehouse.published import open_published

_TEMPLATES = templates_of(Path(__file__).resolve().parent / "templates")
PDF = "dictionary.pdf"


def write_dictionary(settings: Settings, *, with_docs: bool = True) -> list[Path]:
    """Writes the dictionary as page and as PDF, and the dbt docs anew; gives the files, the first to begin with.

    Nothing that stood before is touched until all of it is written.

    Raises:
        WardWarehouseError: the disk refuses, another run writes the dictionary, or an indicator has no example.
        BuildError: there is no published warehouse or no build, or dbt refuses.
    """
    catalogue = read_indicators(settings.dbt_project_dir / DEFINITIONS)
    folder = settings.home / "reports" / "dictionary"
    with writing(folder, "dictionary") as fresh:
        worked = _worked(settings.published_file, catalogue)
        (fresh / PDF).write_bytes(book_pdf(worked, catalogue))
        (fresh / "index.html").write_text(book_page(worked, catalogue, with_docs), encoding="utf-8")
        names = ["index.html", PDF]
        if with_docs:
            (fresh / "warehouse.html").write_bytes(dbt_docs(settings, fresh / "dbt"))
            names.append("warehouse.html")
        return [put(fresh / name, folder / name) for name in names]


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
