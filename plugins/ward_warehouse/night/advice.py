"""What is wrong, what to do about it and who does it, by cause, in the words of both languages.

One table for the log of a task, the message of a night and its page: they never say different things of one cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ward_warehouse.core.errors import Cause
from ward_warehouse.registry.strict import Label

Role = Literal["duty", "ward", "officials"]
"""Who does it: the engineer on duty, the ward's clerk, the officials of the district."""

Reason = Cause | Literal["refused", "warned", "new_columns", "registry", "not_published"]
"""Why somebody has to do something: a cause for which something did not arrive, or what came with what arrived."""


@dataclass(frozen=True)
class Advice:
    """What is wrong, what to do, and who does it."""

    what: Label
    do: Label
    who: Role


def _advice(who: Role, en: str, do_en: str, vi: str, do_vi: str) -> Advice:
    return Advice(Label(vi=vi, en=en), Label(vi=do_vi, en=do_en), who)


ADVICE: dict[Reason, Advice] = {
    "no_answer": _advice(
        "ward",
        "its system did not answer", "tell the ward; it catches up by itself on its first night back",
        "hệ thống không trả lời", "báo phường kiểm tra; dữ liệu tự được lấy bù vào đêm đầu tiên hệ thống hoạt động lại",
    ),
    "busy": _advice(
        "duty",
        "another run was at work on it", "wait for that run, then run the ward again",
        "một lần chạy khác đang đọc", "chờ lần chạy đó xong rồi chạy lại phường",
    ),
    "login_refused": _advice(
        "duty",
        "its system refused the login", "renew the secret in the ward's connection, then run the ward again",
        "hệ thống từ chối đăng nhập", "cập nhật mật khẩu trong kết nối của phường rồi chạy lại phường",
    ),
    "not_configured": _advice(
        "duty",
        "a setting or its connection is missing or wrong", "correct what the line names, then run the ward again",
        "thiếu hoặc sai cấu hình hay kết nối", "sửa chỗ được nêu rồi chạy lại phường",
    ),
    "columns_changed": _advice(
        "duty",
        "its software sends other columns", "correct dags/systems/<system>.yml, then run the ward again",
        "phần mềm gửi cột khác trước", "sửa dags/systems/<system>.yml rồi chạy lại phường",
    ),
    "comparison": _advice(
        "duty",
        "the comparison with its source cannot be believed", "look at the ward's system before you compare again",
        "kết quả đối chiếu với nguồn không đáng tin", "kiểm tra hệ thống của phường trước khi đối chiếu lại",
    ),
    "quiet_hours": _advice(
        "duty",
        "it is in its quiet hours", "nothing: it is read when they end",
        "đang trong giờ không được đọc", "không cần làm gì: sẽ được đọc khi hết giờ",
    ),
    "unreadable": _advice(
        "duty",
        "it could not be read to its end", "do what the line says, then run the ward again",
        "không đọc được đến hết", "làm theo dòng chi tiết rồi chạy lại phường",
    ),
    "file_refused": _advice(
        "ward",
        "a file was left out, the rest is loaded", "ask the ward to send the file right",
        "một tệp không nhận được, phần còn lại đã nạp", "đề nghị phường gửi lại tệp cho đúng",
    ),
    "held": _advice(
        "duty",
        "a batch is held and waits for a decision",
        "look at it with the ward; if it is right, `ward-warehouse release` lets it in",
        "một lô dữ liệu bị giữ lại chờ quyết định",
        "xem lại cùng phường; nếu đúng, chạy `ward-warehouse release` để cho vào",
    ),
    "not_judged": _advice(
        "duty",
        "it was read and could not be judged", "do what the line says, then run the ward again",
        "đã đọc nhưng chưa kiểm tra được", "làm theo dòng chi tiết rồi chạy lại phường",
    ),
    "not_run": _advice(
        "duty",
        "it was not read", "see in Airflow why its task did not run to its end, then run the night again",
        "chưa được đọc", "xem trong Airflow vì sao tác vụ không chạy hết rồi chạy lại đêm đó",
    ),
    "unforeseen": _advice(
        "duty",
        "an error that nobody foresaw", "see the log of its task and report it",
        "lỗi ngoài dự kiến", "xem nhật ký của tác vụ và báo lỗi",
    ),
    "refused": _advice(
        "ward",
        "records were refused", "correct them in the ward's system; they come in with a next night",
        "có bản ghi bị cách ly", "sửa trong phần mềm của phường; đêm sau sẽ được nhận lại",
    ),
    "warned": _advice(
        "duty",
        "what arrived looks odd", "tell the ward or mend the mapping; the batch is loaded",
        "dữ liệu nhận được có điểm lạ", "báo phường hoặc sửa ánh xạ; lô dữ liệu đã được nạp",
    ),
    "new_columns": _advice(
        "duty",
        "it sends columns that nobody mapped", "map or ignore them in dags/systems/<system>.yml",
        "có cột mới chưa được ánh xạ", "ánh xạ hoặc bỏ qua trong dags/systems/<system>.yml",
    ),
    "registry": _advice(
        "duty",
        "an entry of the registry is wrong", "correct the file and line that are named",
        "một mục trong danh bạ phường bị sai", "sửa tệp và dòng được nêu",
    ),
    "not_published": _advice(
        "duty",
        "the night is not published", "see why `warehouse_build` did not run to its end, then trigger it",
        "dữ liệu đêm chưa được công bố", "xem vì sao `warehouse_build` chưa chạy xong rồi chạy lại",
    ),
}  # fmt: skip


def spoken(reason: Reason) -> Advice:
    """The advice as sentences of their own: each begins with a large letter."""
    advice = ADVICE[reason]
    what, do = (Label(vi=_capital(one.vi), en=_capital(one.en)) for one in (advice.what, advice.do))
    return Advice(what, do, advice.who)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
