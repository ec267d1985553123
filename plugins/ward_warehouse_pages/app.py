"""The web application: who asks, by Airflow's own login, and what the library's pages answer."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any
from urllib.parse import urlsplit

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.core_api.security import get_user
from airflow.configuration import conf
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from ward_airflow import airflow_connection
from ward_warehouse.core.settings import load_settings
from ward_warehouse.reports.status.asked import Answer, Asked, Language, Reader
from ward_warehouse.reports.status.files import TYPES
from ward_warehouse.reports.status.site import Site
from ward_warehouse_pages.rights import rights_of
from ward_warehouse_pages.tasks import task_links

LANGUAGE = "ward_warehouse_language"
LARGEST_FORM = 200_000
YEAR = 365 * 86_400


def make_app(prefix: str) -> FastAPI:
    """The pages below a prefix; every one of them asks for Airflow's login first."""
    base = urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")
    settings = load_settings()
    secret = conf.get("api", "secret_key").encode()
    links = partial(task_links, settings, base)
    site = Site(settings, f"{base}{prefix}/", secret, links, airflow_connection)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_exception_handler(HTTPException, _to_login)

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def page(path: str, request: Request, user: Annotated[Any, Depends(get_user)]) -> Response:
        form = await _form(request) if request.method == "POST" else {}
        reader = Reader(user.get_name(), rights_of(get_auth_manager(), user, settings))
        asked = Asked(
            path, reader, request.method, dict(request.query_params), form, _language(request),
            _same_site(request),
        )  # fmt: skip
        return _sent(await run_in_threadpool(site.answer, asked), request)

    return app


async def _to_login(request: Request, error: Exception) -> Response:
    """Whoever is not logged in: a person goes to Airflow's login and comes back, a program is told."""
    status, said = getattr(error, "status_code", 500), str(getattr(error, "detail", ""))
    if status == 401 and request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        login = get_auth_manager().get_url_login(next_url=str(request.url))
        return RedirectResponse(login, 303, headers={"Cache-Control": "no-store"})
    return Response(said, status, media_type="text/plain")


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form; nothing of one that is larger than any page of ours sends."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > LARGEST_FORM:
        return {}
    from urllib.parse import parse_qsl

    text = (await request.body()).decode("utf-8", "replace")
    return dict(parse_qsl(text, keep_blank_values=True))


def _language(request: Request) -> Language:
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE)
    return "en" if chosen == "en" else "vi"


def _same_site(request: Request) -> bool:
    """Whether one of our pages asked: browsers say so, older ones by the address that the page has."""
    said = request.headers.get("sec-fetch-site")
    if said is not None:
        return said == "same-origin"
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host")


def _sent(answer: Answer, request: Request) -> Response:
    if answer.file is not None and not answer.body:
        return FileResponse(answer.file, answer.status, answer.headers, TYPES[answer.file.suffix])
    response = HTMLResponse(answer.body, answer.status, answer.headers)
    if request.query_params.get("lang") in ("vi", "en"):
        response.set_cookie(
            LANGUAGE, request.query_params["lang"], YEAR, httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
    return response
