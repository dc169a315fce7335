"""Columns that may not enter a record: who people are, believe or think is no business of paired help.

Ethnicity, religion, party, political view, national numbers, biometrics and scores of households, as headers in
English, Chinese, pinyin and Tibetan.
"""

from __future__ import annotations

import re
import unicodedata

#: English words and pinyin, as runs of whole words of a header
_WORDS = {
    "ethnicity": (
        "ethnic", "ethnicity", "ethnic group", "nationality", "race", "tribe", "caste", "minzu", "min zu", "zubie",
    ),
    "religion": ("religion", "religious", "faith", "creed", "belief", "beliefs", "zongjiao", "zong jiao", "xinyang"),
    "party": (
        "party", "political party", "party member", "party membership", "dangpai", "dang pai", "dangyuan", "dang yuan",
        "rudang", "ccp member", "cpc member",
    ),
    "political view": (
        "political", "politics", "ideology", "loyalty", "zhengzhi", "zheng zhi", "zhengzhi mianmao", "zzmm",
    ),
    "national number": (
        "national id", "id number", "id no", "id card", "identity card", "identity number", "identity no", "passport",
        "passport number", "ssn", "social security number", "shenfenzheng", "shen fen zheng", "sfz", "sfzh",
        "zhengjianhao",
    ),
    "biometrics": (
        "biometric", "biometrics", "fingerprint", "fingerprints", "face id", "face image", "facial", "iris", "retina",
        "dna", "voiceprint", "zhiwen", "renlian",
    ),
    "household score": ("household score", "household rating", "credit score", "social credit", "trust score"),
}  # fmt: skip
_SIGNS = {
    "ethnicity": ("族别", "族籍", "མི་རིགས"),
    "religion": ("宗教", "信仰", "信教", "ཆོས་ལུགས", "དད་པ"),
    "party": ("党派", "党员", "入党", "党籍", "ཏང་ཡོན", "ཏང་མི"),
    "political view": ("政治面貌", "政治立场", "政治倾向", "政治表现", "政治态度", "政审", "ཆབ་སྲིད"),
    "national number": (
        "身份证", "身份號", "身份号", "公民身份", "居民证号", "证件号", "護照", "护照", "社会保障号", "社保号",
        "ཐོབ་ཐང་ལག་ཁྱེར", "ངོ་སྤྲོད་ལག་ཁྱེར",
    ),
    "biometrics": ("生物特征", "生物识别", "指纹", "人脸", "面部", "虹膜", "声纹", "基因", "མཛུབ་རིས", "མཛུབ་པར"),
    "household score": ("户评分", "家庭评分", "信用评分", "信用分", "诚信分"),
}  # fmt: skip
#: 民族 alone, or with what makes it a personal attribute; not 民族团结, 民族医药 and the like
_ETHNIC = re.compile(r"(^|[^一-鿿])(所属)?民族(成分|成份|类别|名称|代码|属性)?($|[^一-鿿])")


def forbidden(header: str) -> str | None:
    """Say which forbidden attribute a header names, or None.

    >>> forbidden("Ethnic_Group"), forbidden("政治面貌"), forbidden("counterparty")
    ('ethnicity', 'political view', None)
    """
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", header)).strip()
    solid = re.sub(r"\s", "", text)
    if _ETHNIC.search(solid):
        return "ethnicity"
    for attribute, signs in _SIGNS.items():
        if any(unicodedata.normalize("NFC", sign) in solid for sign in signs):
            return attribute
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", text).casefold()
    words = f" {' '.join(re.findall(r'[a-z]+', spaced))} "
    for attribute, names in _WORDS.items():
        if any(f" {name} " in words for name in names):
            return attribute
    return None


#: words of free text that say of somebody what no column may hold; a header's words alone would be too many
_SAID = {
    "ethnicity": re.compile(r"[一-鿿]{1,4}族人|[一-鿿]{1,5}族[，,。;； ]?[男女]|མི་རིགས"),
    "religion": re.compile(
        r"信教|信佛|教徒|穆斯林|佛教徒|基督徒|ཆོས་ལུགས|དད་པ"
        r"|\b(?:buddhist|muslim|christian|catholic|taoist|xinjiao|xinfo)s?\b", re.IGNORECASE,
    ),
    "party": re.compile(
        r"党员|团员|入党|民主党派|ཏང་ཡོན|ཏང་མི|\b(?:party member|member of the party|dangyuan|tuanyuan)\b", re.IGNORECASE
    ),
    "political view": re.compile(
        r"政治面貌|政治立场|政审|ཆབ་སྲིད|\b(?:politically|political views?|zhengshen|zhengzhi mianmao)\b", re.IGNORECASE
    ),
    "national number": re.compile(r"身份证|护照号|\b(?:passport|id card|id no|shenfenzheng)\b", re.IGNORECASE),
    "biometrics": re.compile(r"指纹|人脸|虹膜|མཛུབ་རིས|\b(?:fingerprints?|face scan|zhiwen)\b", re.IGNORECASE),
}  # fmt: skip


def forbidden_in(text: str) -> str | None:
    """Say which forbidden attribute a free text names of somebody, or None. A list of words, and no more than that.

    >>> forbidden_in("Speaks well; party member since 2001"), forbidden_in("会藏语，民族医药")
    ('party', None)
    """
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text))
    return next((attribute for attribute, words in _SAID.items() if words.search(plain)), None)
