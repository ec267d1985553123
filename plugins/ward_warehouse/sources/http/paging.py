"""How a set of records is walked page by page, and how a walk that would lose records is noticed.

A page that is shorter than it was asked for is never taken for the last one: servers cap the page. The walk ends where
the server says so (`next`, `more`, or a `total` that different keys have reached), or at an empty page. `total` is
compared with different keys, because a record that moves while it is read is counted twice and hides one that is lost.
A server may also hold two records of one key: what moved does not come again, so a second reading of the same records
shows that, and they are given as they are for the rules to judge. Copies that are alike count as two only where one
page holds both: on two pages they are as well the sign of an order that the requests do not share. The next reading
then asks for pages of another size: an order that is shared puts copies that lay at a page's edge on one page, and one
that is not gives another record twice, or the one that was hidden.

What each style promises about records that share one change time, or that move while they are read:

- `cursor` and `link`: the server says where the next page starts, so a record is read once as long as the server's own
  marker tells records with one change time apart. `total` shows when it does not. Without `total`, a marker that is the
  last record's time of change alone holds the batch back, unless the next page starts with that time again.
- `offset`: every page reads the last `overlap` records of the page before it again. If they are not the same ones in
  the same place, records before them came or went, and the read starts over: records are repeated, never lost.
  `overlap: 0` gives this promise up.
- `page`: numbered pages cannot overlap. State `total` where the server has one: it falls when a record that changes
  leaves the window, and then the read starts over. Without `total`, a read of several pages is done again until a
  reading brings nothing new: a record that slipped over a page's edge is in the next reading. `confirm: false` gives
  this promise up, and halves the requests. Where the server caps the page, the next reading asks for no more than it
  gives: a server that counts its pages by the size asked for would leave out what lies between.

All four need an order that two requests share; a server that does not sort on its own is told how in `params`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from ward_warehouse.registry.http_reads import Pagination
from ward_warehouse.sources.http.answers import Answer, RefusedError, origin

_sorted = json.JSONEncoder(sort_keys=True).encode
MAX_PAGES = 100_000
MAX_BARREN_PAGES = 100
"""So many pages in a row may lead on without a record that was not read before: some servers filter what they page."""
TRUTH = {"true": True, "1": True, "false": False, "0": False}


class MovedError(Exception):
    """The set of records changed while it was read; the text says how that was seen."""


@dataclass(frozen=True)
class Ask:
    """A page to ask for.

    Attributes:
        number: the page's number as people see it.
        position: records before the page (offset style).
        repeats: identities of the records of the page before it that the page must start with.
    """

    number: int
    url: httpx.URL
    position: int = 0
    repeats: tuple[str, ...] = ()


@dataclass
class Walk:
    """One walk over all pages; says which page is next, and refuses a server that leads in a circle.

    Attributes:
        paging: how the pages are asked for.
        base: the endpoint.
        key: the fields that identify a record.
        changed: the field that says when a record changed.
        size: records asked for on a page.
        given_size: records that the server gives on a page, as far as was seen: no more than were asked for.
    """

    paging: Pagination
    base: httpx.URL
    key: tuple[str, ...]
    changed: str | None = None
    size: int = 0
    given_size: int = field(init=False)
    _edge: str | None = None
    _asked: dict[str, int] = field(default_factory=dict)
    _pages: dict[int, int] = field(default_factory=dict)
    _keys: set[int] = field(default_factory=set)
    _total: int | None = None
    _count: int = 0
    _barren: int = 0
    _longest: int = 0
    _before: int = 0
    _ended: bool = False

    def __post_init__(self) -> None:
        self.size = self.given_size = self.size or self.paging.size

    def first(self, params: dict[str, str]) -> Ask:
        """The first page of a window."""
        paging = self.paging
        sent: dict[str, str | int] = dict(params)
        if paging.size_param:
            sent[paging.size_param] = self.size
        if paging.style == "page":
            sent[paging.page_param] = paging.first_page
        if paging.style == "offset":
            sent[paging.offset_param] = 0
        url = self.base.copy_merge_params(sent) if sent else self.base
        return self._noted(Ask(paging.first_page if paging.style == "page" else 1, url))

    def take(self, ask: Ask, answer: Answer, records: Sequence[Any]) -> int:
        """How many records at the start of the page were given before; the page is noted.

        Raises:
            RefusedError: the page has been read before, or too many pages held nothing new.
            MovedError: the page shows that records came or went.
        """
        if records:
            # A page is told by its ends: they cannot be the same on two pages of records that have keys.
            ends = hash((len(records), *(json.dumps(record, sort_keys=True) for record in (records[0], records[-1]))))
            earlier = self._pages.setdefault(ends, ask.number)
            if earlier != ask.number:
                what = "the page before it" if earlier == ask.number - 1 else f"page {earlier}"
                raise RefusedError(
                    f"repeats {what}, expected other records or none; the server ignores the page parameter or leads "
                    "in a circle, and the batch is held back: ask the vendor, or say under pagination how it tells the "
                    "last page (total, more); one that knows no pages is walked by style: link"
                )
        again = len(ask.repeats)
        if tuple(self._identity(record) for record in records[:again]) != ask.repeats:
            raise MovedError(f"page {ask.number} does not start where page {ask.number - 1} ended")
        self._compare_total(answer)
        self._check_edge(records)
        self._note_length(len(records))
        self._note_keys(records[again:])
        return again

    def next(self, ask: Ask, answer: Answer, records: Sequence[Any]) -> Ask | None:
        """The page after this one; None when this was the last.

        Raises:
            RefusedError: the next page cannot be told, has been asked for before, or is on another server.
            MovedError: the pages together do not hold what the server says there is.
        """
        following = NEXT[self.paging.style](self, ask, answer, records)
        if following is not None:
            return self._noted(following)
        self._ended = True
        if self._total not in (None, len(self._keys)):
            raise self._other_total()
        return None

    def is_whole(self, different: int) -> bool:
        """Whether the last page was read, and the server's total is that of the `different` records that were found."""
        return self._ended and self._total == different

    def next_size(self, different: int) -> int:
        """Records to ask for on a page of the next reading, after `different` ones were found in this one."""
        some_alike = self._ended and self._total == self._count > different
        return max(1, self.given_size - 1) if some_alike else self.given_size

    def _other_total(self) -> MovedError:
        return MovedError(
            f"found {len(self._keys)} different keys in {self._count} records, expected the {self._total} of "
            f"{self.paging.total}"
        )

    def _note_length(self, length: int) -> None:
        self._longest = max(self._longest, length)
        if length and 0 < self._before < self.size:
            self.given_size = min(self.size, self._longest)
        self._before = length

    def _note_keys(self, records: Sequence[Any]) -> None:
        before = len(self._keys)
        self._keys.update(hash(self._entry(record)) for record in records)
        self._count += len(records)
        if self._total is not None and len(self._keys) > self._total:
            raise self._other_total()
        self._barren = self._barren + 1 if len(self._keys) == before else 0
        if self._barren > MAX_BARREN_PAGES:
            raise RefusedError(
                f"found more than {MAX_BARREN_PAGES} pages in a row without a new record, expected records or an end; "
                "ask the vendor, the batch is held back"
            )

    def _noted(self, ask: Ask) -> Ask:
        earlier = self._asked.setdefault(str(ask.url), ask.number)
        if earlier != ask.number:
            raise RefusedError(
                f"the server repeats the way to page {earlier}, expected the way to a new page; it leads in a circle: "
                "ask the vendor, the batch is held back"
            )
        if len(self._asked) > MAX_PAGES:
            raise RefusedError(
                f"found more than {MAX_PAGES} pages, expected an end; ask the vendor, or for larger pages"
            )
        return ask

    def _compare_total(self, answer: Answer) -> None:
        if not self.paging.total:
            return
        try:
            total = int(str(answer.find(self.paging.total)))
        except (KeyError, ValueError):
            raise RefusedError(
                f"the answer has no number at {self.paging.total!r} (total); ask the vendor whether its shape changed"
            ) from None
        if self._total not in (None, total):
            raise MovedError(f"{self.paging.total} was {self._total} and is {total}")
        self._total = total

    @property
    def needs_confirmation(self) -> bool:
        """Whether nothing proves that the pages read are complete."""
        paging = self.paging
        return paging.style == "page" and paging.confirm and not paging.total and len(self._asked) > 1

    def _note_edge(self, marker: str, records: Sequence[Any]) -> None:
        """Takes note of a page whose marker is the time of change of its last record, unless it is seen to be short."""
        self._edge = None
        if self.paging.confirm and not self.paging.total and self.changed and 0 < len(records) >= self._longest:
            time = records[-1].get(self.changed)
            self._edge = marker if time is not None and str(time) == marker else None

    def _check_edge(self, records: Sequence[Any]) -> None:
        if self._edge is None or (records and str(records[0].get(str(self.changed))) == self._edge):
            return
        raise RefusedError(
            f"the way to this page is the last {self.changed} of the page before it, expected a marker that tells "
            "records of one time apart: those that share it may be left out. The batch is held back: set total in the "
            "system's file, or ask the vendor for such a marker"
        )

    def _is_last(self, ask: Ask, answer: Answer, records: Sequence[Any]) -> bool:
        more = self._more(answer)
        if more is not None:
            return not more
        # A full page may be the last as well, but a total that is capped or of the page alone is reached by it too.
        reached = self._total is not None and len(self._keys) >= self._total and len(records) < self.size
        return reached or len(records) <= len(ask.repeats)

    def _more(self, answer: Answer) -> bool | None:
        """Whether the server says that there are more pages; None where it is not asked."""
        path = self.paging.more
        if not path:
            return None
        try:
            return TRUTH[str(answer.find(path)).lower()]
        except KeyError:
            raise RefusedError(
                f"the answer has neither true nor false at {path!r} (more); ask the vendor whether its shape changed"
            ) from None

    def _entry(self, record: Any) -> str:
        """What tells a record from others: its key, or all of it where a part of the key is missing."""
        key = [record.get(name) for name in self.key]
        return _sorted(record if None in key else key)

    def _identity(self, record: Any) -> str:
        return json.dumps([record.get(name) for name in self.key])

    def next_number(self, ask: Ask, answer: Answer, records: Sequence[Any]) -> Ask | None:
        """The page with the next number."""
        if self._is_last(ask, answer, records):
            return None
        number = ask.number + 1
        return Ask(number, ask.url.copy_set_param(self.paging.page_param, number))

    def next_offset(self, ask: Ask, answer: Answer, records: Sequence[Any]) -> Ask | None:
        """The page that starts with the last records of this one, as many as the overlap."""
        if self._is_last(ask, answer, records):
            return None
        # A page of one record cannot be overlapped: the walk would stand still.
        again = min(self.paging.overlap, len(records) - 1)
        position = ask.position + len(records) - again
        url = ask.url.copy_set_param(self.paging.offset_param, position)
        repeats = tuple(self._identity(record) for record in records[len(records) - again :])
        return Ask(ask.number + 1, url, position, repeats)

    def next_cursor(self, ask: Ask, answer: Answer, records: Sequence[Any]) -> Ask | None:
        """The page after the marker that the answer gives."""
        more = self._more(answer)
        marker = self._at_next(answer) if more is not False else None
        if marker is None and more:
            raise RefusedError(
                f"{self.paging.more!r} says that there are more pages, and {self.paging.next!r} names no way to the "
                "next; ask the vendor, the batch is held back"
            )
        if marker is None:
            return None
        self._note_edge(marker, records)
        return Ask(ask.number + 1, ask.url.copy_set_param(self.paging.cursor_param, marker))

    def next_link(self, ask: Ask, answer: Answer, _: Sequence[Any]) -> Ask | None:
        """The page at the address that the answer gives, if it is on the same server."""
        found = self._at_next(answer) if self.paging.next else answer.links.get("next")
        if found is None:
            return None
        try:
            url = ask.url.join(found)
        except httpx.InvalidURL:
            raise RefusedError("the link to the next page is no address; ask the vendor") from None
        if origin(url) != origin(self.base) or url.userinfo:
            raise RefusedError(
                f"the link to the next page leads to {origin(url)}, expected {origin(self.base)}; it was not followed, "
                "for the credentials would go there: ask the vendor, the batch is held back"
            )
        return Ask(ask.number + 1, url)

    def _at_next(self, answer: Answer) -> str | None:
        path = self.paging.next
        try:
            found = answer.find(path)
        except KeyError:
            if self.paging.next_optional:
                return None
            raise RefusedError(
                f"the answer has nothing at {path!r}, expected the way to the next page, or null on the last; ask the "
                "vendor whether its shape changed, or set next_optional in the system's file"
            ) from None
        if found is None or found == "":
            return None
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise RefusedError(
                f"found {type(found).__name__} at {path!r}, expected text, a number or null; ask the vendor"
            )
        return str(found)


NEXT: dict[str, Callable[[Walk, Ask, Answer, Sequence[Any]], Ask | None]] = {
    "page": Walk.next_number,
    "offset": Walk.next_offset,
    "cursor": Walk.next_cursor,
    "link": Walk.next_link,
}
