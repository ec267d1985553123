"""The status pages in Airflow: an entry in its navigation, behind its login.

Every process of Airflow imports this file, and the API server alone serves the pages: what they need is imported when
the first page is asked for. The pages themselves are the library's, which knows nothing of Airflow.
"""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin

PREFIX = "/ward-warehouse"


class Pages:
    """The ASGI application of the pages, made when it is first asked for something."""

    def __init__(self) -> None:
        self._app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serves one request."""
        if self._app is None:
            from ward_warehouse_pages.app import make_app

            self._app = make_app(PREFIX)
        await self._app(scope, receive, send)


class WardWarehousePlugin(AirflowPlugin):
    """What Airflow shows of the ward warehouse."""

    name = "ward_warehouse"
    fastapi_apps = [{"app": Pages(), "url_prefix": PREFIX, "name": "Ward Warehouse"}]  # noqa: RUF012 - Airflow's own form
    external_views = [  # noqa: RUF012
        # A page of its own and no frame: Airflow's frames let no link out, and the pages link to tasks.
        {"name": "Ward Warehouse", "href": f"{PREFIX}/", "destination": "nav", "nav_top_level": True},
    ]
