"""How Vietnamese ward software names and writes things: plain tables, accents, case and separators folded away.

Gathered from the national message DongBoHoSoMC, from iGate's tables and from the exports of one-stop software.
"""

from __future__ import annotations

import unicodedata

from ward_warehouse.core.contracts import RecordKind


def folded(text: str) -> str:
    """`Ngày tiếp nhận`, `NGAY_TIEP_NHAN` and `NgayTiepNhan` are all `ngaytiepnhan`."""
    plain = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return "".join(character for character in plain if character.isalnum())


HEADERS: dict[RecordKind, dict[str, str]] = {
    RecordKind.DOSSIERS: {
        "dossier_code": "mahoso sohoso mabiennhan sobiennhan dossiercode",
        "procedure_code": "mathutuc matthc mathutuchanhchinh procedurecode",
        "channel": "kenhnop kenhthuchien hinhthucnop hinhthuctiepnhan channel",
        "status": "trangthai trangthaihoso tinhtrang tinhtranghoso status",
        "submitted_at": "ngaynop ngaynophoso thoidiemnop",
        "received_at": "ngaytiepnhan ngaynhan ngaynhanhoso thoidiemtiepnhan receivedat",
        "due_at": "ngayhentra hentra hantra hanxuly ngayhentraketqua ngayhen dueat",
        "repromised_due_at": "ngayhenlai ngayhentramoi ngayhentralai",
        "resolved_at": "ngayketthuc ngayketthucxuly ngaygiaiquyetxong ngaygiaiquyet ngayhoanthanh resolvedat",
        "returned_at": "ngaytra ngaytraketqua ngaytrakq returnedat",
        "stopped_at": "ngaydung ngaydungxuly ngaytuchoi",
        "supplement_requested_at": "ngayyeucaubosung ngaybosung",
        "supplement_received_at": "ngaynhanbosung ngaytiepnhanbosung",
        "supplement_count": "solanbosung",
        "apology_at": "ngayxinloi ngaylapphieuxinloi",
        "explanation_at": "ngaygiaitrinh",
        "notified_at": "ngaythongbao ngaythongbaonhanketqua ngaygoinhanketqua",
        "resolving_unit": "donvixuly phongban coquanxuly",
        "applicant_type": "loaidoituong doituong loaichuhoso",
        "paid_online": "thanhtoantructuyen duocthanhtoantructuyen",
        "result_electronic": "ketquadientu",
        "digitised": "hososohoa hosocothanhphansohoa sohoa",
        "reused": "taisudunggiayto duoctaisudung",
        "shared_for_reuse": "dongbokhodulieu dongbokhodulieucanhan khodulieucanhan",
        "population_data": "dulieudancu khaithacdulieudancu csdldancu",
        "officer_key": "canbo canboxuly nguoixuly congchuc canbothuly",
        "applicant_key": "sogiayto sogiaytochuhoso cccd cmnd socccd socmnd sodinhdanh",
        "summary": "trichyeu trichyeuhoso noidung noidunghoso",
        "applicant_name": "hoten hovaten tennguoinop nguoinop chuhoso tenchuhoso tencongdan",
        "applicant_phone": "dienthoai sodienthoai sdt didong",
        "applicant_email": "email thudientu",
        "applicant_address": "diachi diachithuongtru noicutru",
        "source_ward": "donvi madonvi donvitiepnhan madonvitiepnhan phuong tenphuong",
    },
    RecordKind.SURVEY_RESPONSES: {
        "dossier_code": "mahoso sohoso",
        "answered_at": "thoidiem thoidiemdanhgia ngaydanhgia ngaykhaosat answeredat",
        "device_code": "thietbi mathietbi",
        "mode": "hinhthuc hinhthucdanhgia kenh mode",
        "officer_key": "canbo canboduocdanhgia",
        "rating_overall": "muchailong mucdohailong danhgia danhgiachung rating",
        "rating_access": "tiepcan tiepcandichvu",
        "rating_procedure": "thutuc thutuchanhchinh",
        "rating_staff": "canbophucvu thaidophucvu",
        "rating_result": "ketqua ketquagiaiquyet",
        "rating_feedback": "tiepnhanphananh giaiquyetphananh",
        "reasons": "lydo",
        "comment": "gopy ykien ykienkhac",
        "source_ward": "donvi madonvi phuong",
    },
}
"""Spellings of each contract column, the usual one first."""

KEYS: dict[RecordKind, str] = {
    RecordKind.DOSSIERS: "idhoso hosoid sobiennhan mabiennhan mahoso sohoso id",
    RecordKind.SURVEY_RESPONSES: "idkhaosat khaosatid makhaosat sophieu maphieu idphieu id",
}
"""Spellings of the column that identifies a record, the surest first."""

CURSORS = "ngaycapnhat thoidiemcapnhat capnhatcuoi ngaycapnhatcuoi ngaysua updatedat lastmodified modifiedat"
"""Spellings of the column that says when a record changed."""

WORDS: dict[str, dict[str, str]] = {
    "status": {
        "1": "registered", "2": "received", "3": "not_accepted", "4": "in_process", "5": "supplement_requested",
        "6": "waiting_fee", "7": "withdrawn", "8": "stopped", "9": "resolved", "10": "returned",
        "moidangky": "registered", "datiepnhan": "received", "moitiepnhan": "received", "khongtiepnhan": "not_accepted",
        "dangxuly": "in_process", "danggiaiquyet": "in_process", "yeucaubosung": "supplement_requested",
        "chobosung": "supplement_requested", "dabosung": "supplemented", "chonopphi": "waiting_fee",
        "congdanruthoso": "withdrawn", "daruthoso": "withdrawn", "dungxuly": "stopped", "dagiaiquyet": "resolved",
        "daxuly": "resolved", "hoanthanh": "resolved", "datraketqua": "returned", "datra": "returned",
    },
    "channel": {
        "1": "in_person", "2": "online", "3": "postal", "tructiep": "in_person", "tructuyen": "online",
        "buuchinh": "postal", "buuchinhcongich": "postal",
    },
    "applicant_type": {
        "cn": "citizen", "dn": "business", "tc": "other", "congdan": "citizen", "canhan": "citizen",
        "doanhnghiep": "business", "tochuc": "other", "tochuckhac": "other",
    },
    "mode": {
        "maytinhbang": "tablet", "mtb": "tablet", "tablet": "tablet", "phieugiay": "paper", "phieu": "paper",
        "paper": "paper", "web": "web", "trangweb": "web", "dienthoai": "phone", "dt": "phone", "phone": "phone",
    },
    "rating": {
        "5": "very_satisfied", "4": "satisfied", "3": "neutral", "2": "dissatisfied", "1": "very_dissatisfied",
        "9": "dont_know", "rathailong": "very_satisfied", "hailong": "satisfied", "binhthuong": "neutral",
        "khonghailong": "dissatisfied", "ratkhonghailong": "very_dissatisfied", "khongbiet": "dont_know",
    },
    "flag": {"1": "true", "0": "false", "co": "true", "khong": "false", "true": "true", "false": "false"},
}  # fmt: skip
"""What the values of a code table usually mean, by folded value; numbers are those of the national message."""

FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
    "%Y%m%d%H%M%S",
    "%Y%m%d",
)
"""Date formats in the order in which they are tried; day first, as Vietnamese software writes."""
