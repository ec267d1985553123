"""Names of files, sheets and columns as they are stored and shown: people are in them, and no rule finds everyone.

So it is the other way round: what is ordinary stays, and of the rest only its shape. Ordinary are the words that
offices head columns and call files with, the words of the system's own file and of the ward's entry, and dates and
short numbers. Everything else, a name in lower case or an address among it, is written as x and 9.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from ward_warehouse.core.shown import on_one_line

LONGEST = 80
LEAST_DIGITS = 8

WORDS = frozenset(
    (
        # What columns are headed with. No family name is among them, and no common given name.
        "số stt tt mã tên ngày giờ phút tháng năm quý tuần kỳ đợt lần loại kiểu hình thức kênh nộp nhận tiếp hẹn trả "
        "kết quả giải quyết xong dừng rút yêu cầu bổ sung xin lỗi giải trình đơn vị cơ quan phòng ban phường quận xã "
        "huyện tỉnh ghi chú nội dung mới khác cũ lạ thêm cột trang dòng bảng biểu danh mục báo cáo sách hồ sơ thủ tục "
        "phiếu mẫu khảo sát đánh giá mức độ hài lòng trạng tình cán bộ công chức viên người họ điện thoại di động thư "
        "tử địa chỉ nhà phí lệ tiền trực tuyến bưu chính giấy tờ quyết định hiệu lực từ đến thời gian hạn điểm tỷ phần "
        "trăm tổng cộng lượt ý kiến góp lý do nguồn cập nhật sửa đổi tạo xóa lưu kho dữ liệu hệ thống phản ánh kiến "
        "nghị "
        "đúng trễ sớm quá chưa đã đang có không chờ xử trích yếu lĩnh vực cấp thẩm quyền một cửa niêm yết cổng "
        "điện mạng "
        "máy thiết bị nút thang chung cận phục vụ chất lượng đối tượng căn cước cmnd cccd định danh quốc tịch giới "
        "sinh "
        "nghề nghiệp dân tộc tôn giáo quản hướng dẫn kèm theo đính tệp kết xuất chi tiết tóm tắt hoàn tất bước "
        "khâu bìa phụ lục"
    ).split()
    + (
        "id no nr num number code key name date time day week month quarter year status state type kind note notes "
        "remark new old extra other column col field row line file sheet table data value count total sum created "
        "updated changed deleted modified by at on of in is has to from record source version flag comment text unit "
        "ward district office user group url link size level score page test export final copy part list index item "
        "items answer due received resolved returned submitted dossier dossiers survey surveys"
        " response responses returns procedure procedures records again bad fax email phone address x"
    ).split()
    + "csv tsv txt xlsx xlsm xls ods json jsonl ndjson gz zip pdf kq tg nq qd p q h".split()
)
"""Ordinary words in lower case, those of file endings among them."""

PHRASES = frozenset(
    tuple(phrase.split())
    for phrase in (
        "hồ sơ,lý do,lý lịch,xử lý,quản lý,trạng thái,thái độ,lệ phí,số hóa,văn bản,thanh toán,thành phố,thành phần,"
        "đồng bộ,chứng minh,xác minh,trực tiếp,chủ hồ sơ,ủy ban,nhân dân,dịch vụ,một cửa,đô thị,môi trường,tư pháp,"
        "hộ tịch,đất đai,xây dựng,kinh doanh,thuộc tính,tài khoản,tài liệu,minh chứng,hài lòng,không rõ,không có,"
        "không biết,ghi chú,mức độ,phục vụ,họ tên,họ và tên,lưu kho"
    ).split(",")
)
"""Words that are ordinary beside each other, and alone the name of many people."""

FAMILIES = frozenset(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh đoàn trịnh mai đào lương trương tô hà "
    "cao lâm tạ chu châu thái phùng quách tăng vương lưu triệu kiều nghiêm khổng".split()
)
"""Of these no word alone is ordinary, whatever else it means."""

_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DIGIT_RUN = re.compile(r"\d+(?:[^\w]{0,2}_?\d+)*")
_DATES = {8: ("%Y%m%d", "%d%m%Y"), 12: ("%Y%m%d%H%M",), 14: ("%Y%m%d%H%M%S",)}
_LATEST_YEAR, _EARLIEST_YEAR = 2099, 1990
_LONE_WORD = 6
NAMELESS = "(no name)"
MOST_WORDS = 8


def shown_name(name: str, known: Iterable[str] = ()) -> str:
    """A name of a file, sheet or column as it may be stored and shown.

    Args:
        name: as the ward wrote it.
        known: texts whose words are ordinary here: the mapping's columns, the file pattern, the ward's spellings.
    """
    text = unicodedata.normalize("NFC", name)
    whole = {_folded(one) for one in known}
    if _folded(text) in whole:
        return on_one_line(text)
    return on_one_line(_digits_masked(_words_masked(text, _vocabulary(known))))[:LONGEST]


def names_shown(names: Sequence[str], known: Iterable[str] = ()) -> dict[str, str]:
    """Each of several names as it may be shown; two that look alike are numbered."""
    known = list(known)
    shown: dict[str, str] = {}
    for name in names:
        wanted = once = shown_name(name, known) or NAMELESS
        number = 1
        while wanted in shown.values():
            number += 1
            wanted = f"{once} ({number})"
        shown[name] = wanted
    return shown


def is_shown_whole(name: str) -> bool:
    """Whether a name of which nothing is known is stored and shown as it is written."""
    return shown_name(name) == unicodedata.normalize("NFC", name)


def masked(text: str) -> str:
    """Only the shape of a text: letters become x, digits 9."""
    return "".join(_masked(character) for character in text)


def is_ordinary(text: str) -> bool:
    """Whether a text holds nothing but ordinary words, one short other word at most, and numbers."""
    words = [word for word in _TOKEN.findall(_CAMEL.sub(" ", text)) if not word[0].isdigit()]
    allowed = _allowed([_folded(word) for word in words], _FOLDED)
    others = [word for word, ok in zip(words, allowed, strict=True) if not ok]
    return len(others) <= 1 and all(len(word) <= _LONE_WORD for word in others)


def reads_like_a_code(text: str) -> bool:
    """Whether a text that no code table has may be shown to whoever extends the table: it speaks of no person.

    At least half of its words are ordinary, and none of the others is a family name, stands with a capital behind the
    first word, or comes with a digit.
    """
    normal = unicodedata.normalize("NFC", text)
    words = _TOKEN.findall(normal)
    if (
        not 0 < len(words) <= MOST_WORDS
        or len(normal) > LONGEST
        or any(sign.isnumeric() or sign == "@" for sign in text)
    ):
        return False
    allowed = _allowed([_lower(word) for word in words], _ORDINARY)
    others = [(at, word) for at, (word, ok) in enumerate(zip(words, allowed, strict=True)) if not ok]
    if any(_folded(word) in _FOLDED_FAMILIES or (at and not word.islower()) for at, word in others):
        return False
    return 2 * len(others) <= len(words)


def _words_masked(text: str, vocabulary: frozenset[str]) -> str:
    spans = []
    for match in _TOKEN.finditer(text):
        if not match[0][0].isdigit():
            starts = [0, *(cut.start() for cut in _CAMEL.finditer(match[0])), len(match[0])]
            spans += [(match.start() + a, match.start() + b) for a, b in pairwise(starts) if a < b]
    allowed = _allowed([_lower(text[a:b]) for a, b in spans], vocabulary)
    characters = list(text)
    for (a, b), ok in zip(spans, allowed, strict=True):
        if not ok:
            characters[a:b] = "x" * (b - a)
    return "".join(characters)


def _allowed(words: list[str], vocabulary: frozenset[str]) -> list[bool]:
    """Which of the words, in their order, may be shown."""
    found = [len(word) == 1 or (word in vocabulary and word not in FAMILIES) for word in words]
    for at in range(len(words)):
        for length in (2, 3):
            phrase = words[at : at + length]
            if any(word.isascii() for word in phrase):
                phrase = [_folded(word) for word in phrase]
            if tuple(phrase) in _ALL_PHRASES:
                found[at : at + length] = [True] * len(phrase)
    return found


def _digits_masked(text: str) -> str:
    return _DIGIT_RUN.sub(lambda run: run[0] if _is_short_or_date(run[0]) else masked(run[0]), text)


def _is_short_or_date(run: str) -> bool:
    digits = "".join(character for character in run if character.isdigit())
    if len(digits) < LEAST_DIGITS:
        return True
    return digits.isascii() and any(_reads(digits, form) for form in _DATES.get(len(digits), ()))


def _reads(digits: str, form: str) -> bool:
    try:
        return _EARLIEST_YEAR <= datetime.strptime(digits, form).year <= _LATEST_YEAR  # noqa: DTZ007 - a day, no instant
    except ValueError:
        return False


def _vocabulary(known: Iterable[str]) -> frozenset[str]:
    own = (_lower(word) for text in known for word in _TOKEN.findall(_CAMEL.sub(" ", text)))
    return frozenset((*WORDS, *_FOLDED, *own))


def _masked(character: str) -> str:
    if character.isalpha():
        return "x"
    return "9" if character.isnumeric() else character


def _lower(word: str) -> str:
    return unicodedata.normalize("NFC", word).lower()


def _folded(text: str) -> str:
    """In lower case and without marks, as names are written where no accents are to be had."""
    plain = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return "".join(character for character in plain if not unicodedata.combining(character))


_FOLDED = frozenset(_folded(word) for word in WORDS) - frozenset(_folded(family) for family in FAMILIES)
"""Without marks some words are family names: lệ is le. Alone they are masked; in a phrase they are not."""
_ORDINARY = frozenset((*WORDS, *_FOLDED))
_FOLDED_FAMILIES = frozenset(_folded(family) for family in FAMILIES)
_ALL_PHRASES = PHRASES | frozenset(tuple(_folded(word) for word in phrase) for phrase in PHRASES)
