"""What stands around the records in an answer: whether the server calls it a success, and where the list is."""

from __future__ import annotations

import json
from typing import Any

from ward_warehouse.core.foreign_text import quoted
from ward_warehouse.registry.http_reads import HttpRead, Success
from ward_warehouse.registry.strict import as_text
from ward_warehouse.sources.http.answers import Answer, RefusedError

ERRORS = frozenset({"error", "errors", "errorcode", "errcode", "err", "errormessage", "errmsg", "exception", "fault"})
"""Names, in small letters and without signs between, whose value says that something went wrong, unless it is one of
`NOTHING_WRONG`."""
SUCCESSES = frozenset({"success", "succeeded", "issuccess", "ok"})
"""Names whose value says that something went wrong when it is one of `UNTRUE`."""
MESSAGES = frozenset(
    {"message", "msg", "errormessage", "errormsg", "errmsg", "errordescription", "detail", "thongbao", "mota"}
)
NOTHING_WRONG = frozenset({"", "0", "00", "000", "200", "false", "null", "none", "[]", "{}", "ok", "success"})
UNTRUE = frozenset({"false", "0", "no", "n", "fail", "failed", "error"})


def records_in(answer: Answer, spec: HttpRead) -> list[dict[str, Any]]:
    """The records of a page.

    Raises:
        RefusedError: the server says that it failed, or there is no list of JSON objects where it is expected.
    """
    proven = spec.success is not None and _is_success(answer, spec.success)
    found = _list_in(answer, spec)
    # Beside records, a field that is called error may be about anything; beside none, it says why there are none.
    if not found and not proven:
        _refuse_error(answer)
    if found is None:
        raise RefusedError(
            f"the answer has no list at {spec.records!r}, expected the records; ask the vendor whether its shape "
            "changed, or say no_list: empty in the system's file"
        )
    for index, record in enumerate(found, start=1):
        if not isinstance(record, dict):
            raise RefusedError(
                f"item {index}: found {type(record).__name__}, expected a JSON object with the record's fields; "
                "ask the vendor"
            )
    return found


def _is_success(answer: Answer, success: Success) -> bool:
    """Whether the answer proves its success; False where it leaves the code out and may.

    Raises:
        RefusedError: it says something else.
    """
    try:
        code = _as_shown(answer.find(success.path))
    except KeyError:
        if success.optional:
            return False
        raise RefusedError(
            f"the answer has nothing at {success.path!r} (success), expected {_either(success)}{_said(answer, success)}"
            "; ask the vendor whether its shape changed"
        ) from None
    if code in success.values:
        return True
    raise RefusedError(
        f"the server answered 200 with {success.path} {quoted(code)}, expected {_either(success)}"
        f"{_said(answer, success)}; ask the ward or the vendor what it means"
    )


def _either(success: Success) -> str:
    return " or ".join(success.values)


def _said(answer: Answer, success: Success | None) -> str:
    """The server's own words, if there are any."""
    try:
        text = answer.find(success.message) if success is not None and success.message else None
    except KeyError:
        text = None
    if text is None and isinstance(answer.body, dict):
        text = next((value for name, value in answer.body.items() if _plain(name) in MESSAGES and value), None)
    return f"; it says {quoted(_as_shown(text))}" if text else ""


def _list_in(answer: Answer, spec: HttpRead) -> list[Any] | None:
    """The list; None where there is none and there has to be one."""
    try:
        found = answer.find(spec.records)
    except KeyError:
        found = None
    match found:
        case None:
            return [] if spec.no_list == "empty" else None
        case list():
            return found
        case dict() if spec.one_object == "record":
            return [found]
    place = f"at {spec.records!r}" if spec.records else "as the answer"
    hint = ", or say one_object: record in the system's file" if isinstance(found, dict) else ""
    raise RefusedError(
        f"found {type(found).__name__} {place}, expected a list of records{_said(answer, None)}; ask the vendor{hint}"
    )


def _refuse_error(answer: Answer) -> None:
    """Looks for an error beside the records, where the system file says nothing of success."""
    for name, value in answer.body.items() if isinstance(answer.body, dict) else ():
        plain, text = _plain(name), _as_shown(value)
        wrong = plain in ERRORS and text.strip().lower() not in NOTHING_WRONG
        if wrong or (plain in SUCCESSES and text.strip().lower() in UNTRUE):
            raise RefusedError(
                f"the server answered 200 without records and with {name} {quoted(text)}{_said(answer, None)}; "
                "expected records, or no error: ask the ward or the vendor; if this is no error, say what "
                "success is (success) in the system's file"
            )


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _as_shown(value: Any) -> str:
    if value is None:
        return "null"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else as_text(value)
