"""Pages that other steps wrote, served as they are: from these folders, and from nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ward_warehouse.core.settings import Settings
from ward_warehouse.reports.status.asked import NotFoundError

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".csv": "text/csv; charset=utf-8",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What is served, by its ending; state that lies beside the pages is not."""

_SCRIPT = re.compile(r'<script src="(?P<name>[a-z]+\.js)"(?P<mark> nonce="[\w-]+")></script>')

FIRST = "index.html"
NOT_SERVED = ("letters",)
"""Folders of the reports that hold values as wards sent them: the pages show none."""


@dataclass(frozen=True)
class Shelf:
    """A folder of pages."""

    name: str
    folder: Path

    @property
    def is_there(self) -> bool:
        """Whether the page to begin with was written."""
        return (self.folder / FIRST).is_file()


def shelves(settings: Settings) -> list[Shelf]:
    """The folders of the reports that are served; those with a first page stand in a menu."""
    reports = settings.home.resolve() / "reports"
    found = sorted(path for path in reports.iterdir() if path.is_dir()) if reports.is_dir() else []
    return [Shelf(path.name, path) for path in found if not path.name.startswith(".") and path.name not in NOT_SERVED]


def find_file(settings: Settings, shelf: str, path: str) -> Path:
    """The file of a shelf.

    Raises:
        NotFoundError: there is none, it is of no kind that is served, or it lies outside the shelf.
    """
    wanted = next((one for one in shelves(settings) if one.name == shelf), None)
    if wanted is None or "\0" in path:
        raise NotFoundError(shelf)
    root = wanted.folder.resolve()
    # Resolved, so that neither dots nor a link lead out of it.
    file = (root / (path or FIRST)).resolve()
    if not file.is_relative_to(root) or file.suffix not in TYPES or not file.is_file() or _hidden(file, root):
        raise NotFoundError(path)
    return file


def with_script(file: Path) -> str:
    """A page with the script that stands beside it inside it; nothing where the page asks for none.

    What is served is of no origin, and a browser sends nobody's login with what such a page asks for: a page that is
    served must be whole. On a file share the script stands once beside a hundred pages.
    """
    if file.suffix != ".html":
        return ""
    page = file.read_text(encoding="utf-8")
    asked = _SCRIPT.search(page)
    if asked is None or not (beside := file.parent / asked["name"]).is_file():
        return ""
    script = f"<script{asked['mark']}>{beside.read_text(encoding='utf-8')}</script>"
    return f"{page[: asked.start()]}{script}{page[asked.end() :]}"


def _hidden(file: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(root).parts)


def loose_pages(settings: Settings) -> Iterator[tuple[str, str]]:
    """Pages of folders without a first page: shelf and path, the newest names first, at most 60 of a shelf."""
    for shelf in shelves(settings):
        if not shelf.is_there:
            pages = sorted((file for file in shelf.folder.rglob("*.html") if file.is_file()), reverse=True)
            yield from ((shelf.name, page.relative_to(shelf.folder).as_posix()) for page in pages[:60])
