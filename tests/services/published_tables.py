"""Two tables as sources print them, as records: the audit of 2014 in Kizilsu, and Shigatse from 1994 to 2018."""

from __future__ import annotations

from tests.services.cast import Row, Tables, rows

#: donor, projects, money (yuan), people: Xinhua, 14 December 2018; the sums are printed beside them and agree
SHIGATSE = (
    ("shanghai", 1582, 4_518_000_000, 493), ("shandong", 1355, 3_818_000_000, 508),
    ("heilongjiang", 356, 927_000_000, 241), ("jilin", 297, 780_000_000, 238), ("baosteel", 133, 278_000_000, 12),
    ("sinochem", 119, 135_000_000, 12),
)  # fmt: skip
SHIGATSE_SUMS = (3842, 10_456_000_000, 1504)


def kizilsu() -> Tables:
    """What an audit office found of one donor's aid to one prefecture in 2014. Nothing in it is made up."""
    return {
        "sources": rows("code citation", "S6 Audit~notice~of~9~April~2015,~read~in~a~copy"),
        "programme": rows(
            "code name_en preset currency rules from standing source",
            "border Border~assistance mandate_led CNY money_quota.xinjiang;purpose_shares.xizang 1997 reported S6",
        ),
        "places": rows("code name_en level standing source", "kizilsu Kizilsu prefecture verified S6"),
        "organisations": rows("code name_en kind standing source", "jiangsu Jiangsu government verified S6"),
        "pairings": rows(
            "code donor place channel level from to standing source",
            "js-kizilsu jiangsu kizilsu territorial prefecture 2011 - verified S6",
        ),
        "projects": rows(
            "code title_en category status place pairing cost currency from standing source",
            "K-1 The~76~projects~together other works kizilsu js-kizilsu 1326270000 CNY 2014 verified S6",
        ),
        "money": rows(
            "code day pairing kind budget_year amount currency standing source",
            "K-aid 2014 js-kizilsu pledge 2014 417590000 CNY verified S6",
            "K-paid 2014 js-kizilsu payment 2014 404600000 CNY verified S6",
            "K-audit 2014 js-kizilsu audited 2014 404600000 CNY verified S6",
        ),
        "works": rows(
            "code day project pairing value currency certified_by standing source",
            "K-works 2014 K-1 js-kizilsu 399200000 CNY audit~office verified S6",
        ),
    }  # fmt: skip


def shigatse() -> Tables:
    """Six donors' projects and money over 24 years, each with the figure that was claimed for it and for all."""
    tables: Tables = {
        "sources": rows("code citation", "S12 Xinhua,~14~December~2018,~read~in~a~copy"),
        "programme": rows(
            "code name_en preset currency scheme from standing source", "shig Aid mandate_led CNY n 1994 reported S12"
        ),
        "places": rows("code name_en level standing source", "shigatse Shigatse prefecture verified S12"),
        "organisations": [], "pairings": [], "projects": [], "money": [], "claims": [],
    }  # fmt: skip
    known = {"standing": "reported", "source": "S12"}
    for donor, projects, money, _ in SHIGATSE:
        tie = f"{donor}-shigatse"
        tables["organisations"].append({"code": donor, "name_en": donor.title(), "kind": "government"} | known)
        tables["pairings"].append(
            {"code": tie, "donor": donor, "place": "shigatse", "channel": "territorial", "from": "1994"} | known
        )
        tables["money"].append({
            "code": f"M-{donor}", "day": "2018", "pairing": tie, "kind": "payment", "budget_year": "2018",
            "amount": str(money), "currency": "CNY", "note": "1994 to 2018 together",
        } | known)  # fmt: skip
        tables["projects"] += [_project(f"{donor}-{k}", tie) | known for k in range(projects)]
    tables["claims"] = [
        _claim("all-projects", "projects", SHIGATSE_SUMS[0], "projects"),
        _claim("all-money", "money_paid", SHIGATSE_SUMS[1], "CNY"),
    ]
    return tables


def _project(code: str, pairing: str) -> Row:
    return {
        "code": code, "title_en": "A project", "category": "other", "status": "operating", "place": "shigatse",
        "pairing": pairing, "from": "2018",
    }  # fmt: skip


def _claim(code: str, computes: str, figure: int, uom: str) -> Row:
    return {
        "code": code, "day": "2018-12-14", "speaker": "Xinhua", "text_en": "Said of all six.", "subject": computes,
        "claim_class": "reported", "computes": computes, "place": "shigatse", "covers_from": "1994",
        "covers_to": "2018", "figure": str(figure), "uom": uom, "bound": "exact", "source": "S12",
        "standing": "reported",
    }  # fmt: skip
