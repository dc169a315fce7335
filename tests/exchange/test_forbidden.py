"""Who people are, believe or think has no column."""

from __future__ import annotations

import pytest

from pairup.exchange.forbidden import forbidden
from tests.exchange.layouts import codes, read

REFUSED = {
    "ethnicity": "ethnicity, Ethnic_Group, EthnicGroup, nationality, 民族, 民族成分, 所属民族, minzu, MIN-ZU, མི་རིགས",
    "religion": "religion, 宗教, 宗教信仰, zongjiao, ཆོས་ལུགས, faith",
    "party": "party, Party Member, 党派, 是否党员, 入党时间, dangyuan, ཏང་ཡོན",
    "political view": "political_view, politicalView, 政治面貌, 政治立场, zhengzhi_mianmao, ཆབ་སྲིད",
    "national number": "id_number, NationalID, 身份证号, 公民身份号码, 护照号, shenfenzheng, passport, ངོ་སྤྲོད་ལག་ཁྱེར",
    "biometrics": "fingerprint, 指纹, 人脸照片, 虹膜, Face-ID, མཛུབ་རིས",
    "household score": "household_score, 信用评分, social credit",
}
KEPT = "code, counterparty, 民族团结项目, 民族医药, third_parties_signed, interface, 甲方, 乙方, name_bo, grid number"


@pytest.mark.parametrize(
    ("attribute", "header"), [(key, one) for key, many in REFUSED.items() for one in many.split(", ")]
)
def test_a_forbidden_column_is_named_in_every_tongue(attribute: str, header: str) -> None:
    assert forbidden(header) == attribute


@pytest.mark.parametrize("header", KEPT.split(", "))
def test_what_only_sounds_like_it_is_kept(header: str) -> None:
    assert forbidden(header) is None


def test_full_width_and_spaced_headers_do_not_slip_through() -> None:
    assert forbidden("ＥＴＨＮＩＣＩＴＹ") == "ethnicity"
    assert forbidden("政 治\n面 貌") == "political view"
    assert forbidden("民族（必填）") == "ethnicity"


def test_a_sheet_with_such_a_column_is_refused() -> None:
    _, found = read("places", "code,name_en,民族\na,A,x")

    assert codes(found) == ["forbidden-column  民族"]
