"""The first page of the status pages in a real browser: 60 nights by 200 wards.

`measure()` gives the key `status_page_ms`: from asking for the page to its first paint, the median of seven, with the
page made anew each time from the published warehouse. Airflow's login is not part of it.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which

import duckdb

from tests.support.browser import NAMES
from tests.support.tab import new_tab
from ward_warehouse.core.settings import Settings
from ward_warehouse.reports.status.asked import Asked, Reader
from ward_warehouse.reports.status.site import Site

WARDS, NIGHTS, TIMES = 200, 60, 7
LAST = date(2026, 11, 21)
READER = Reader("an", frozenset({"read"}))


def measure() -> dict[str, float]:
    """Milliseconds, as the key above.

    Raises:
        RuntimeError: there is no browser on this machine.
    """
    if not any(map(which, NAMES)):
        raise RuntimeError(f"status: found no browser, expected one of {', '.join(NAMES)}")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        _publish(settings.published_file)
        with _serving(Site(settings, "/", b"bench")) as address, new_tab(Path(folder)) as tab:
            paints = []
            for _ in range(TIMES):
                tab.open(address)
                paints.append(tab.first_paint())
            cells = tab.run("document.querySelectorAll('tbody td').length")
            if cells != WARDS * NIGHTS:
                raise RuntimeError(f"status: found {cells} cells, expected {WARDS * NIGHTS}")
    return {"status_page_ms": round(statistics.median(paints))}


def _publish(file: Path) -> None:
    """A warehouse with what the page reads; one ward in fifty is missing in a night, one in ten has bad records."""
    file.parent.mkdir(parents=True)
    with duckdb.connect(str(file)) as db:
        db.execute("CREATE SCHEMA marts; CREATE SCHEMA audit")
        db.execute(
            """CREATE TABLE marts.reporting_completeness AS
            SELECT 'district' AS district_code, 'ward_' || lpad(ward::VARCHAR, 3, '0') AS ward_key, record_kind,
                ($1::DATE - night::INTEGER)::DATE AS night, (ward + night) % 50 <> 0 AS is_reported,
                (ward + night) % 50 <> 0 AS is_covered, CASE WHEN (ward + night) % 10 = 3 THEN 7 ELSE 0 END
                    AS rows_quarantined
            FROM range($2) AS wards (ward), range($3) AS nights (night),
                (VALUES ('dossiers'), ('survey_responses'), ('ward_returns')) AS kinds (record_kind)""",
            [LAST, WARDS, NIGHTS],
        )
        db.execute(
            """CREATE TABLE audit.load_outcomes AS
            SELECT '20261122T' || lpad(row_number() OVER ()::VARCHAR, 12, '0') AS outcome_id, ward_key, night,
                district_code, record_kind, step, CASE WHEN is_reported THEN 'succeeded' ELSE 'failed' END AS status,
                ward_key AS fingerprint, rows_quarantined, CASE WHEN NOT is_reported THEN 'it is down' END AS error
            FROM marts.reporting_completeness, (VALUES ('extract'), ('validate')) AS steps (step)"""
        )
        db.execute(
            """CREATE TABLE marts.dim_ward AS
            SELECT DISTINCT ward_key, 'Phường ' || ward_key[6:] AS ward_name_vi,
                'Ward ' || ward_key[6:] AS ward_name_en, district_code,
                'Quận' AS district_name_vi, 'District' AS district_name_en
            FROM marts.reporting_completeness"""
        )


@contextmanager
def _serving(site: Site) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = site.answer(Asked(self.path.removeprefix("/"), READER))
            body = answer.body.encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
