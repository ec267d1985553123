"""Ward systems behind a paged, token-protected JSON endpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pyarrow as pa
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from ward_warehouse.connections import Connection
from ward_warehouse.errors import SourceError
from ward_warehouse.registry import Dataset, HttpRead
from ward_warehouse.sources.base import BATCH_ROWS, ReadReport, Window, compare_columns, text_table

ATTEMPTS = 4
TIMEOUT = httpx.Timeout(30.0, connect=5.0)
MAX_PAGES = 100_000
TRANSIENT = frozenset({429, 500, 502, 503, 504})


class _TransientError(Exception):
    """An answer that may be different a moment later."""


class HttpSource:
    """A ward's JSON endpoint; TLS certificates are verified, redirects are not followed."""

    def __init__(self, dataset: Dataset, connection: Connection, first_wait: float = 0.2) -> None:
        self.report = ReadReport()
        self._dataset = dataset
        self._connection = connection
        self._first_wait = first_wait
        spec = dataset.system.read_spec(dataset.kind)
        assert isinstance(spec, HttpRead)  # noqa: S101 - narrows the type; the transport was checked on load
        self._spec = spec
        scheme = connection.schema or "https"
        port = f":{connection.port}" if connection.port else ""
        base = str(connection.extra.get("base_path", "")).rstrip("/")
        self._url = f"{scheme}://{connection.host}{port}{base}{spec.path}"

    def read(self, window: Window) -> Iterator[pa.Table]:
        """The records of the window; nothing is given after a page that could not be read."""
        headers = {"Accept": "application/json"}
        if self._connection.password:
            headers["Authorization"] = f"Bearer {self._connection.password}"
        with httpx.Client(timeout=TIMEOUT, headers=headers) as client:
            yield from self._batches(self._pages(client, window))

    def _batches(self, pages: Iterator[tuple[str, list[dict[str, Any]]]]) -> Iterator[pa.Table]:
        """Pages gathered into batches: mapping a batch has a fixed cost that a page of 500 would pay over and over."""
        records: list[dict[str, Any]] = []
        positions: list[str] = []
        for where, page in pages:
            records += page
            positions += [f"{where} item {index}" for index in range(1, len(page) + 1)]
            if len(records) >= BATCH_ROWS:
                yield self._table(records, positions)
                records, positions = [], []
        if records:
            yield self._table(records, positions)

    def _pages(self, client: httpx.Client, window: Window) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        previous: list[Any] = []
        for number in range(self._spec.pagination.first_page, MAX_PAGES):
            where = f"{self._spec.path} page {number}"
            records = self._page(client, number, window)
            if records and records == previous:
                raise SourceError(
                    f"{self._dataset}: {where} repeats the page before it; the server ignores the page parameter: ask "
                    "the vendor, the batch is held back"
                )
            for index, record in enumerate(records, start=1):
                if not isinstance(record, dict):
                    raise SourceError(
                        f"{self._dataset}: {where} item {index}: found {type(record).__name__}, expected a JSON object "
                        "with the record's fields; ask the vendor"
                    )
            yield where, records
            if len(records) < self._spec.pagination.size:
                return
            previous = records

    def _page(self, client: httpx.Client, number: int, window: Window) -> list[Any]:
        paging = self._spec.pagination
        parameters: dict[str, str | int] = {paging.page_param: number, paging.size_param: paging.size}
        if window.since is not None:
            parameters[self._spec.since_param] = self._local(window.since)
        if window.until is not None:
            parameters[self._spec.until_param] = self._local(window.until)
        retrying = Retrying(
            retry=retry_if_exception_type((_TransientError, httpx.TransportError)),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_exponential_jitter(initial=self._first_wait, max=10, jitter=self._first_wait),
            reraise=True,
        )
        where = f"{self._dataset}: {self._spec.path} page {number}"
        try:
            response = retrying(self._get, client, parameters)
        except _TransientError as error:
            raise SourceError(
                f"{where}: the server answered {error} {ATTEMPTS} times; ask the ward whether its system is up, then "
                "run the ward again"
            ) from None
        except httpx.HTTPError as error:
            raise SourceError(
                f"{where}: no answer after {ATTEMPTS} attempts ({type(error).__name__}: {error}); check that the "
                "ward's system is up and reachable, then run the ward again"
            ) from None
        return self._records(response, where)

    def _get(self, client: httpx.Client, parameters: dict[str, str | int]) -> httpx.Response:
        response = client.get(self._url, params=parameters)
        if response.status_code in TRANSIENT:
            raise _TransientError(str(response.status_code))
        return response

    def _records(self, response: httpx.Response, where: str) -> list[Any]:
        if response.status_code in (401, 403):
            raise SourceError(
                f"{where}: the server refused the token ({response.status_code}); renew it in connection "
                f"{self._connection.id}"
            )
        if response.status_code != 200:
            raise SourceError(
                f"{where}: the server answered {response.status_code}, expected 200; check the path in "
                f"dags/systems/{self._dataset.system.system}.yml and the ward's system"
            )
        try:
            found = response.json()
            for key in self._spec.records.split("."):
                found = found[key]
        except ValueError:
            kind = response.headers.get("content-type", "no content type")
            raise SourceError(
                f"{where}: found {len(response.content)} bytes of {kind}, expected JSON; the batch is held back: ask "
                "the vendor"
            ) from None
        except (KeyError, TypeError):
            raise SourceError(
                f"{where}: the answer has no list at {self._spec.records!r}; ask the vendor whether its shape changed"
            ) from None
        if not isinstance(found, list):
            raise SourceError(f"{where}: found {type(found).__name__} at {self._spec.records!r}, expected a list")
        return found

    def _table(self, records: list[dict[str, Any]], positions: list[str]) -> pa.Table:
        names = list(dict.fromkeys(name for record in records for name in record))
        found = compare_columns(self._dataset, names, f"{positions[0]} to {positions[-1]}")
        self.report.new_columns = list(dict.fromkeys([*self.report.new_columns, *found]))
        return text_table(names, [[_text(record.get(name)) for name in names] for record in records], positions)

    def _local(self, instant: datetime) -> str:
        return instant.astimezone(ZoneInfo(self._dataset.system.time_zone)).strftime(self._spec.time_format)


def _text(value: Any) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
    return str(value)
