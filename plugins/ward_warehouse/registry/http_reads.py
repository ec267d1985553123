"""What a system file says of a JSON endpoint: how it is walked, who reads, and what its answers mean."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from ward_warehouse.registry.strict import Strict, Texts

PAGING_KEYS: dict[str, tuple[set[str], set[str]]] = {
    "page": ({"page_param", "size_param"}, {"size", "first_page", "more", "total", "confirm"}),
    "offset": ({"offset_param", "size_param"}, {"size", "overlap", "more", "total"}),
    "cursor": ({"cursor_param", "next"}, {"size_param", "size", "next_optional", "more", "total", "confirm"}),
    "link": (set(), {"size_param", "size", "next", "next_optional", "total"}),
}
"""The keys that a paging style needs, and those it may have."""


class Pagination(Strict):
    """How a JSON endpoint is walked page by page.

    A page that is shorter than it was asked for proves nothing: many servers cap the page. The last one is told by what
    the server says (`next` is absent, `more` is false, the `total` is reached), or by an empty page after it.

    Attributes:
        style: `page` counts pages from `first_page`; `offset` counts records; `cursor` sends the value found at `next`
            back as `cursor_param`; `link` follows the address at `next`, or the Link header (rel=next) without `next`.
        size: records asked for on a page, sent as `size_param`.
        more: dotted path to whether there are more pages: true or false, 1 or 0.
        overlap: how many records an offset page reads again of the page before it, as proof that none moved.
        next: dotted path inside the answer; null or an empty text ends the walk.
        next_optional: the server leaves `next` out on the last page. Otherwise its absence is an error: a renamed key
            must not end the walk after the first page.
        total: dotted path to the number of records in the window; when it is not the number of different keys that were
            read, the read starts over.
        confirm: what proves a walk without `total` complete. Numbered pages are read until a reading brings nothing
            new; a marker that is the time of change alone holds the batch back. `false` gives the proof up.
    """

    style: Literal["page", "offset", "cursor", "link"] = "page"
    page_param: str = ""
    offset_param: str = ""
    cursor_param: str = ""
    size_param: str = ""
    size: int = Field(default=500, ge=1, le=10_000)
    first_page: int = Field(default=1, ge=0, le=1)
    overlap: int = Field(default=1, ge=0)
    next: str = ""
    next_optional: bool = False
    more: str = ""
    total: str = ""
    confirm: bool = True

    @model_validator(mode="after")
    def _keys_of_the_style(self) -> Pagination:
        needed, optional = PAGING_KEYS[self.style]
        missing = sorted(name for name in needed if not getattr(self, name))
        if missing:
            raise ValueError(f"style {self.style}: {', '.join(missing)} is missing; add it")
        foreign = sorted(self.model_fields_set - needed - optional - {"style"})
        if foreign:
            raise ValueError(f"style {self.style} does not use {', '.join(foreign)}; remove it")
        if self.style == "offset" and self.overlap >= self.size:
            raise ValueError(f"found an overlap of {self.overlap}, expected fewer than the {self.size} of a page")
        return self


class HttpAuth(Strict):
    """What proves to a JSON endpoint who reads; the secrets themselves are in the connection.

    Attributes:
        type: `bearer` (the connection's password is the token; none is sent without one), `basic` (login and password),
            `api_key` (password), `oauth2` (client credentials: login, password, and `token_url` in the extra), `none`.
        header, query: where an API key goes; exactly one of them.
        scope: asked for with an OAuth2 token.
        client: how an OAuth2 client shows its login and password: `basic` (a header) or `body` (form fields).
    """

    type: Literal["bearer", "basic", "api_key", "oauth2", "none"] = "bearer"
    header: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]+$")
    query: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.-]+$")
    scope: str | None = None
    client: Literal["basic", "body"] = "basic"

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"type": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _keys_of_the_type(self) -> HttpAuth:
        allowed = {"api_key": {"header", "query"}, "oauth2": {"scope", "client"}}.get(self.type, set())
        foreign = sorted(self.model_fields_set - allowed - {"type"})
        if foreign:
            raise ValueError(f"type {self.type} does not use {', '.join(foreign)}; remove it")
        if self.type == "api_key" and (self.header is None) == (self.query is None):
            raise ValueError("type api_key: expected exactly one of header, query")
        return self


class Success(Strict):
    """What an endpoint that answers everything with status 200 says of its own success.

    Attributes:
        path: dotted path to the code; `values` are those that mean success, compared as text.
        message: dotted path to the text that says what went wrong; it is shown to the engineer.
        optional: an answer that leaves the code out is a success too. Otherwise it is an error.
    """

    path: str = Field(min_length=1)
    values: Texts = Field(min_length=1)
    message: str = ""
    optional: bool = False


class HttpRead(Strict):
    """A paged JSON endpoint.

    Attributes:
        records: dotted path to the list inside the answer; left out when the answer itself is the list.
        no_list: what it means that nothing, or null, stands at `records`: an `error`, or `empty` for a server that
            leaves the list out when it has no records.
        one_object: what it means that an object stands where the list should: an `error`, or a `record` for a server
            that gives a list of one without its brackets.
        success: how an answer with status 200 says that it failed. Without it an empty answer that holds an error
            (`error_code`, `success: false` and their like, beside the records) is a failure all the same.
        params: query parameters that every walk starts with, such as an order.
        since_param, until_param: carry the window, since (included) and until (excluded), in `time_format`; one that is
            left out is not sent.
        time_format: a strftime format for local time of the system (UTC where it ends in Z), or epoch, epoch_ms,
            iso8601.
        requests_per_second: the most that one read sends; None is unlimited.
        max_page_mib: a larger page, packed or unpacked, is refused.
        time_limit_seconds: for all pages of a batch together.
    """

    path: str = Field(pattern=r"^/[^?#]*$")
    records: str = ""
    no_list: Literal["error", "empty"] = "error"
    one_object: Literal["error", "record"] = "error"
    success: Success | None = None
    pagination: Pagination
    auth: HttpAuth = HttpAuth()
    params: dict[str, str] = Field(default={})
    since_param: str = ""
    until_param: str = ""
    time_format: str = ""
    requests_per_second: float | None = Field(default=None, gt=0)
    max_page_mib: int = Field(default=64, ge=1, le=1024)
    time_limit_seconds: int = Field(default=3600, ge=1)

    @model_validator(mode="after")
    def _window_has_a_format(self) -> HttpRead:
        if (self.since_param or self.until_param) and not self.time_format:
            raise ValueError("time_format is missing; it says how since_param and until_param are written")
        return self
