"""The status pages: which path is which page, and what each shows."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ward_warehouse.core.connections import Resolver, from_environment
from ward_warehouse.core.errors import BuildError, WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.core.shown import shown
from ward_warehouse.decisions.period_round import Round, look
from ward_warehouse.lake.access import open_lake
from ward_warehouse.lake.outcomes import Outcome
from ward_warehouse.lake.period_log import parse_period
from ward_warehouse.lake.store import Lake
from ward_warehouse.registry import Registry, load_registry
from ward_warehouse.reports.scorecard import cell
from ward_warehouse.reports.status import closing, refused, words
from ward_warehouse.reports.status.asked import Answer, Asked, Language, NotFoundError
from ward_warehouse.reports.status.files import find_file, loose_pages, shelves, with_script
from ward_warehouse.reports.status.grid import DistrictGrid, fresh_outcomes, read_grid, read_names, read_night
from ward_warehouse.reports.status.message import message
from ward_warehouse.warehouse.published import open_published

TaskLinks = Callable[[date], Mapping[str, str]]
"""Gives, for a night, the address of each ward's task by its key, as far as they are known."""

MOST_NIGHTS = 60
STEPS: tuple[Round, ...] = ("review", "close")

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    # No control character of a ward's text reaches a page.
    finalize=lambda value: shown(value) if type(value) is str else value,
)


class Site:
    """The pages over a state folder.

    Args:
        settings: of the warehouse.
        root: path under which the pages are served, with a slash at its end.
        secret: what the forms' tokens are made with.
        task_links: see `TaskLinks`.
        resolve: gives the connection of the lake, if it has one.
    """

    def __init__(
        self,
        settings: Settings,
        root: str,
        secret: bytes,
        task_links: TaskLinks = lambda _: {},
        resolve: Resolver = from_environment,
    ) -> None:
        self.settings, self.root, self.secret, self.task_links = settings, root, secret, task_links
        self._resolve = resolve
        self.routes: tuple[tuple[re.Pattern[str], Callable[..., str]], ...] = (
            (re.compile(r""), self._nights),
            (re.compile(r"night/(\d{4}-\d\d-\d\d)"), self._night),
            (re.compile(r"ward/(\w+)"), self._ward),
            (re.compile(r"quarantine"), self._quarantine),
            (re.compile(r"quarantine/(\w+)"), self._rule),
            (re.compile(r"periods"), self._periods),
            (re.compile(r"pages"), self._pages),
        )

    @cached_property
    def lake(self) -> Lake:
        """The lake; a page that needs none is there also when its connection is not."""
        return open_lake(self.settings, self._resolve)

    def answer(self, asked: Asked) -> Answer:
        """The page that is asked for, or one that says why there is none."""
        try:
            if "read" not in asked.reader.rights:
                return self._error(asked, 403)
            return self._decide(asked) if asked.method == "POST" else self._show(asked)
        except NotFoundError:
            return self._error(asked, 404)
        except BuildError as error:
            return self._error(asked, 503, str(error))
        except WardWarehouseError as error:
            return self._error(asked, 400, str(error))

    def _show(self, asked: Asked) -> Answer:
        file = re.fullmatch(r"pages/([^/]+)/(.*)", asked.path, re.DOTALL)
        if file:
            found_file = find_file(self.settings, file[1], file[2])
            return Answer(200, with_script(found_file), file=found_file)
        for pattern, page in self.routes:
            found = pattern.fullmatch(asked.path)
            if found:
                return Answer(200, page(asked, *found.groups()))
        raise NotFoundError(asked.path)

    def _error(self, asked: Asked, status: int, said: str = "") -> Answer:
        return Answer(status, self._page(asked, "error.html", word=f"error_{status}", said=said))

    def _page(self, asked: Asked, template: str, **parts: Any) -> str:
        language = asked.language
        there = [one for one in shelves(self.settings) if one.is_there]
        return _TEMPLATES.get_template(template).render(
            t=lambda key: words.said(words.WORDS[key], language),
            name_of=lambda table, key: words.said(table.get(key, (key, key)), language),
            count=lambda value: words.count(value, language),
            day=words.day,
            moment=lambda value: words.moment(value, self.settings.time_zone),
            words=words,
            advice_on=lambda state: words.advice(state, language),
            language=language,
            root=self.root,
            path=asked.path,
            reader=asked.reader,
            menu=there,
            **parts,
        )

    @contextmanager
    def _open(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[Outcome]]]:
        """The published warehouse, and what came to the lake since."""
        with open_published(self.settings.published_file) as db:
            yield db, fresh_outcomes(db, self.lake)

    def _nights(self, asked: Asked) -> str:
        asked_for = asked.query.get("nights", "")
        most = min(max(int(asked_for), 1), MOST_NIGHTS) if re.fullmatch(r"\d{1,3}", asked_for) else MOST_NIGHTS
        with self._open() as (db, fresh):
            grids, names = read_grid(db, fresh, most), read_names(db, asked.language)
        grids.sort(key=lambda grid: grid.nights[:1], reverse=True)
        parts = [(grid, names.get(grid.district, grid.district), _newest(grid)) for grid in grids]
        return self._page(asked, "nights.html", grids=parts, names=names)

    def _night(self, asked: Asked, text: str) -> str:
        night = _day(text)
        with self._open() as (db, fresh):
            wards, names = read_night(db, self.lake, fresh, night), read_names(db, asked.language)
        if not wards:
            raise NotFoundError(text)
        return self._page(asked, "night.html", night=night, wards=wards, names=names, links=self.task_links(night))

    def _ward(self, asked: Asked, ward: str) -> str:
        registry = load_registry(self.settings)
        if ward not in registry.wards:
            raise NotFoundError(ward)
        with self._open() as (db, fresh):
            marks = {grid.district: grid.marks.get(ward, {}) for grid in read_grid(db, fresh, MOST_NIGHTS)}
            nights = marks.get(registry.wards[ward].district, {})
            newest = max(nights, default=None)
            rows = read_night(db, self.lake, fresh, newest).get(ward, []) if newest else []
            rules = refused.by_rule(db, ward)
        name = _names(registry, asked.language)[ward]
        said = message(name, newest, rows, rules, asked.language) if newest else ""
        return self._page(
            asked, "ward.html", ward=registry.wards[ward], name=name, nights=dict(sorted(nights.items(), reverse=True)),
            newest=newest, rows=rows, rules=rules, message=said, links=self.task_links(newest) if newest else {},
        )  # fmt: skip

    def _quarantine(self, asked: Asked) -> str:
        with self._open() as (db, _):
            return self._page(asked, "quarantine.html", rules=refused.by_rule(db))

    def _rule(self, asked: Asked, rule: str) -> str:
        with self._open() as (db, _):
            rows, names = refused.by_ward(db, rule), read_names(db, asked.language)
        if not rows:
            raise NotFoundError(rule)
        return self._page(asked, "rule.html", rule=rule, rows=rows, names=names)

    def _pages(self, asked: Asked) -> str:
        return self._page(asked, "pages.html", loose=list(loose_pages(self.settings)))

    def _periods(self, asked: Asked, done: closing.Decided | None = None) -> str:
        registry = load_registry(self.settings)
        district, text = asked.query.get("district", ""), asked.query.get("period", "")
        names = {key: _district(registry, key, asked.language) for key in registry.districts}
        looks = tokens = None
        if district and text:
            if district not in names:
                raise NotFoundError(district)
            period = parse_period(text)
            desk = closing.desk_of(self.settings, registry, self.lake, asked.reader.name)
            looks = look(desk, district, period)
            tokens = {
                step: closing.token(self.secret, asked.reader.name, step, district, period)
                for step in STEPS
                if step in asked.reader.rights and closing.can_begin(looks, step)
            }
        return self._page(
            asked, "periods.html", districts=names, district=district, period=text, looks=looks, tokens=tokens,
            done=done, names=_names(registry, asked.language), cell=cell, field_of=closing.field_of, steps=STEPS,
        )  # fmt: skip

    def _decide(self, asked: Asked) -> Answer:
        """A press of a button of the page of a period."""
        step = next((one for one in STEPS if asked.path == f"periods/{one}"), None)
        if step is None:
            raise NotFoundError(asked.path)
        period = parse_period(asked.form.get("period", ""))
        district = asked.form.get("district", "")
        wanted = closing.token(self.secret, asked.reader.name, step, district, period)
        given = asked.form.get("token", "")
        if step not in asked.reader.rights or not asked.same_site or not hmac.compare_digest(wanted, given):
            return self._error(asked, 403)
        registry = load_registry(self.settings)
        if district not in registry.districts:
            raise NotFoundError(district)
        desk = closing.desk_of(self.settings, registry, self.lake, asked.reader.name, asked.form.get("reason", ""))
        done = closing.take(desk, district, period, step, asked.form)
        again = Asked(
            "periods", asked.reader, query={"district": district, "period": period.name}, language=asked.language
        )
        return Answer(200, self._periods(again, done))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFoundError(text) from None


def _names(registry: Registry, language: Language) -> dict[str, str]:
    return {key: getattr(ward.name, language) for key, ward in registry.wards.items()}


def _district(registry: Registry, key: str, language: Language) -> str:
    return str(getattr(registry.districts[key].name, language)) if key in registry.districts else key


def _newest(grid: DistrictGrid) -> tuple[int, int]:
    """How many wards of the newest night arrived, of how many that were wanted."""
    found = [marks[grid.nights[0]] for marks in grid.marks.values() if grid.nights[0] in marks] if grid.nights else []
    return sum(mark in ("loaded", "refused", "partly") for mark in found), len(found)


__all__ = ["Answer", "Asked", "Site", "TaskLinks"]
