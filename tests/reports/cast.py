"""A small programme for tests of the reports: two prefectures, a county, four donors; all of it invented."""

# ruff: noqa: E501
from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from pairup.reports.facts import (
    Both,
    Change,
    ClaimFacts,
    Count,
    EnvelopeFacts,
    FloorFacts,
    FollowedPost,
    Handover,
    ItineraryFacts,
    MoneyFacts,
    NameFacts,
    Origin,
    Outcome,
    PairingFacts,
    PlaceFacts,
    PlanFacts,
    PlanKind,
    PortfolioFacts,
    ProfilePoint,
    ProgrammeFacts,
    ProjectFacts,
    ReportFacts,
    RoundFacts,
    RoundPeople,
    RowLink,
    RowTable,
    SignatureFacts,
    SourceFacts,
    StopFacts,
    Total,
    UnmetPost,
    VisitDay,
    WorthPart,
)
from pairup.values.codes import Channel, ClaimClass, Level, Preset, SignatureKind, Standing
from pairup.values.days import RoughDay
from pairup.values.money import Money

NORTH = PlaceFacts("north", Both("Northfold", "北谷"), Level.PREFECTURE, "north", "01", 30.2, 91.1, 3650, "བྱང་ལུང")
SOUTH = PlaceFacts("south", Both("Southmere", "南泽"), Level.PREFECTURE, "south", "02", 29.3, 94.4, 2990)
HIGH = PlaceFacts("high", Both("Highcombe", "高坪"), Level.COUNTY, "north", "0101", 31.5, 92.0, 4700)
DONORS = {
    "AA": NameFacts("AA", Both("Aldermark", "甲省"), "11"),
    "BB": NameFacts("BB", Both("Brightwater", "乙省"), "12"),
    "CC": NameFacts("CC", Both("Cardon Steel", "丙钢"), "90"),
    "DD": NameFacts("DD", Both("Dunmoor", "丁省"), "13"),
}
_HOMES = {"AA": (119.3, 26.1), "BB": (116.4, 39.9), "CC": (121.5, 31.2), "DD": (113.3, 23.1)}


def cny(millions: str | int) -> Money:
    return Money.of(Decimal(millions) * 1_000_000, "CNY")


def a_pairing(code: str, donor: str, place: str, **more: object) -> PairingFacts:
    base: dict[str, object] = {
        "start": RoughDay.read("1994"),
        "change": Change.KEPT,
        "people": 42,
        "posts": 45,
        "standing": Standing.REPORTED,
        "rows": RowLink("pairings", (code,)),
    }
    channel = Channel.ENTERPRISE if donor == "CC" else Channel.TERRITORIAL
    return PairingFacts(code, DONORS[donor], place, channel, **(base | more))  # type: ignore[arg-type]


def sample_money(years: range = range(2010, 2027)) -> tuple[MoneyFacts, ...]:
    rows = []
    for k, (pairing, base) in enumerate((("aa-north", 40), ("bb-south", 65), ("cc-high", 12))):
        for year in years:
            paid = cny(base + 3 * (year - 2010) + (year * 7 + k) % 5)
            rows.append(
                MoneyFacts(
                    pairing,
                    year,
                    due=cny(base + 20) if pairing == "aa-north" else None,
                    pledged=paid + cny(4),
                    paid=paid,
                    executed=paid - cny(6) if year > 2011 else None,
                    audited=paid if year % 5 == 0 else None,
                    is_synthetic=True,
                    rows=RowLink("money", (pairing, str(year))),
                    works_rows=RowLink("works", (pairing, str(year))) if year > 2011 else None,
                )
            )
    return tuple(rows)


def sample_tables(money: tuple[MoneyFacts, ...]) -> tuple[RowTable, ...]:
    lines = tuple(
        (f"m-{m.pairing}-{m.year}", m.pairing, str(m.year), kind, str(amount.amount), "CNY", "yes")
        for m in money
        for kind, amount in (("pledge", m.pledged), ("payment", m.paid))
        if amount is not None
    )
    works = tuple(
        (f"w-{m.pairing}-{m.year}", m.pairing, str(m.year), str(m.executed.amount), "yes") for m in money if m.executed
    )
    posts = (
        ("p-1", "north", "doctor", "T-0007", "yes"),
        ("p-2", "north", "teacher", "", "yes"),
        ("p-3", "high", "engineer", "", "yes"),
    )
    pairings = (("aa-north", "AA", "north", "no"), ("bb-south", "BB", "south", "no"), ("cc-high", "CC", "high", "yes"))
    claims = (("c-1", "news story, 2024", "12000", "no"), ("c-2", "news story, 2024", "9000", "no"))
    return (
        RowTable(
            "money",
            Both("Money lines", "资金明细"),
            ("code", "pairing", "budget_year", "kind", "amount", "currency", "is_synthetic"),
            lines,
            ("pairing", "budget_year"),
            True,
        ),
        RowTable(
            "works",
            Both("Works", "实物工作量"),
            ("code", "pairing", "year", "value", "is_synthetic"),
            works,
            ("pairing", "year"),
            True,
        ),
        RowTable(
            "posts",
            Both("Posts", "岗位"),
            ("code", "place", "profession", "person", "is_synthetic"),
            posts,
            ("code",),
            True,
        ),
        RowTable(
            "pairings",
            Both("Pairings", "结对关系"),
            ("code", "donor", "place", "is_synthetic"),
            pairings,
            ("code",),
            True,
        ),
        RowTable(
            "claims", Both("Claims", "说法"), ("code", "speaker", "figure", "is_synthetic"), claims, ("code",), False
        ),
    )


def sample_followed() -> FollowedPost:
    return FollowedPost(
        "p-1",
        Both("Physician, county hospital", "县医院内科医生"),
        "high",
        DONORS["AA"],
        Both("Two of four wards have no physician on nights.", "四个病区中两个夜间没有内科医生。"),
        "T-0007",
        priority=5,
        stated_by=Both("the host office", "受援单位"),
        considered=38,
        term_start=date(2028, 7, 1),
        term_end=date(2031, 6, 30),
        worth=131,
        parts=(
            WorthPart(Both("post filled", "岗位有人"), 50, 50),
            WorthPart(Both("priority of the host", "受援方优先级"), 40, 40),
            WorthPart(Both("skills", "技能"), 30, 20),
            WorthPart(Both("experience", "经验"), 11, 14),
        ),
        runner_up="T-0191",
        runner_up_worth=124,
        force_cost=9,
        force_moves=(Both("T-0007 would go to Northfold.", "T-0007 将改派北谷。"),),
        drop_out=Both("T-0191 takes the post and nobody else moves.", "T-0191 接任,其他人不变。"),
        drop_out_cost=7,
        is_synthetic=True,
        need_rows=RowLink("posts", ("p-1",)),
        post_rows=RowLink("posts", ("p-1",)),
        candidate_rows=RowLink("posts"),
    )


def sample_portfolio() -> PortfolioFacts:
    def project(code: str, en: str, zh: str, cost: int, year: int | None) -> ProjectFacts:
        tags = (Both("grass roots", "基层"), Both("livelihood", "民生"))
        health = Both("health", "卫生")
        return ProjectFacts(code, Both(en, zh), "north", health, cny(cost), year, "aa-north", tags, None, True)

    return PortfolioFacts(
        2026,
        2030,
        (
            project("x-1", "Village clinics", "村卫生室", 38, 2026),
            project("x-2", "Ward heating", "病房供暖", 12, 2027),
            project("x-3", "Training centre", "培训中心", 90, None),
        ),
        (
            FloorFacts(Both("To the grass roots", "投向基层"), Decimal("0.8"), Decimal("0.864"), Standing.VERIFIED),
            FloorFacts(Both("To livelihoods", "投向民生"), Decimal("0.8"), Decimal("0.80"), Standing.VERIFIED),
        ),
        tuple(
            EnvelopeFacts(Both("Aldermark", "甲省"), year, cny(60), cny(60 - 4 * (year - 2026)), True)
            for year in range(2026, 2031)
        ),
        True,
    )


def sample_itinerary() -> ItineraryFacts:
    first = date(2027, 5, 10)
    days = tuple(
        VisitDay(
            first + timedelta(days=k),
            (
                StopFacts(f"s-{k}a", Both("Clinic site", "卫生室工地"), 570, 660, 90, 3700 + 200 * k),
                StopFacts(f"s-{k}b", Both("School", "学校"), 780, 870, 120, 3900 + 150 * k),
            ),
            start=Both("Northfold", "北谷"),
            start_minute=480,
            start_altitude_m=3650,
            end_minute=1050,
            night=Both("Northfold", "北谷") if k < 3 else None,
            night_altitude_m=3650 + 150 * k if k < 3 else None,
        )
        for k in range(4)
    )
    profile = tuple(
        ProfilePoint(
            24.0 * k + hour,
            height + 120 * k,
            Both("Northfold", "北谷") if hour == 10 else None,
            hour == 10 and k < 3,
        )
        for k in range(4)
        for hour, height in ((0, 3650), (3, 3900), (6, 4300), (10, 3700))
    )
    rule = Both("Above 3,000 m no night is more than 500 m higher.", "海拔3000米以上,每晚升高不超过500米。")
    left = ((Both("Far bridge", "远桥"), Both("closed until June", "六月前封闭")),)
    return ItineraryFacts(Both("To see works before winter.", "入冬前查看工程。"), days, profile, rule, left, True)


def sample_claims() -> tuple[ClaimFacts, ...]:
    said_on, speaker = RoughDay.read("2024"), "news story, 2024"
    return (
        ClaimFacts(
            "c-1", Both("About 12,000 people were posted.", "共派出约1.2万人。"), speaker, said_on, ClaimClass.REPORTED,
            Outcome.CONTRADICTED, Both("Another claim of the same scope says 9,000.", "同一范围的另一说法为9000。"),
            Decimal(12000), "people", computed=Decimal(11873), computed_is_synthetic=True,
            computed_rows=RowLink("posts"), conflicts=("c-2",), mission="S9", sources=("S1",), standing=Standing.REPORTED, rows=RowLink("claims", ("c-1",)),
        ),
        ClaimFacts(
            "c-2", Both("9,000 people were posted.", "共派出9000人。"), speaker, said_on, ClaimClass.REPORTED,
            Outcome.CONTRADICTED, Both("Another claim of the same scope says 12,000.", "同一范围的另一说法为1.2万。"),
            Decimal(9000), "people", conflicts=("c-1",), rows=RowLink("claims", ("c-2",)),
        ),
        ClaimFacts(
            "c-3", Both("Sandy days fell by a third.", "沙尘天数减少三分之一。"), speaker, said_on, ClaimClass.MEASURED,
            Outcome.CANNOT_TELL, Both("Not identified: only before and after.", "无法识别:只有前后对比。"),
        ),
        ClaimFacts(
            "c-4", Both("Six donors paid 10.456bn.", "六方共拨付104.56亿。"), speaker, said_on, ClaimClass.REPORTED,
            Outcome.HOLDS, Both("The parts add up.", "分项相加一致。"),
        ),
    )  # fmt: skip


def sample_facts(**changes: object) -> ReportFacts:
    """Give facts for every section. `changes` replace fields."""
    money = sample_money()
    facts: dict[str, object] = {
        "programme": ProgrammeFacts(
            "fold", Both("The Fold programme", "谷地计划"), Preset.MANDATE_LED, date(2026, 11, 23), "CNY",
            is_demo=True, started=RoughDay.read("1994"), mandate=Both("A decision of 1994.", "1994年的决定。"), code_version="0.1", seed=7,
        ),
        "round": RoundFacts("national-12", "national", 12, date(2028, 7, 1), date(2031, 6, 30)),
        "plans": (
            PlanFacts(
                PlanKind.POSTINGS, "optimal", 268_112, 268_112, Decimal(0), run="run-1", seed=7, solver="HiGHS 1.16",
                blocks=24, asked=Count(Both("posts", "岗位"), 2150, RowLink("posts")),
                decided=Count(Both("filled", "配备"), 2138, RowLink("posts")),
                considered=Count(Both("candidates", "人选"), 6012), weights={"filled": "50", "priority": "8 x 1..5"},
            ),
            PlanFacts(PlanKind.PAIRINGS, "feasible", 400, 402, Decimal("0.005")),
        ),
        "places": (NORTH, SOUTH, HIGH),
        "pairings": (
            a_pairing("aa-north", "AA", "north"),
            a_pairing("bb-south", "BB", "south", people=7, change=Change.NEW),
            a_pairing("cc-high", "CC", "high", people=3, is_synthetic=True, standing=None),
        ),
        "donor_places": {
            code: PlaceFacts(code, DONORS[code].name, Level.PROVINCE, code, "", lat, lon)
            for code, (lon, lat) in _HOMES.items()
        },
        "money": money,
        "followed": sample_followed(),
        "rounds": tuple(
            RoundPeople(
                f"national-{k}", "national", k, date(1995 + 3 * (k - 1), 7, 1), date(1998 + 3 * (k - 1), 7, 20),
                7 if k == 1 else 600 + 120 * k, k == 12, k > 6,
            )
            for k in range(1, 13)
        ),
        "handovers": (Handover("national-10", "national-11", 1200, 310, 41, 12, True),),
        "unmet": (
            UnmetPost("p-2", Both("Teacher of physics", "物理教师"), "north", (Both("Nobody eligible is left.", "已无合格人选。"),),
                      priority=4, considered=3, is_synthetic=True, rows=RowLink("posts", ("p-2",))),
            UnmetPost("p-3", Both("Bridge engineer", "桥梁工程师"), "high", (Both("A personal condition.", "个人情况。"),),
                      priority=2, considered=1, is_synthetic=True, rows=RowLink("posts", ("p-3",))),
        ),
        "portfolio": sample_portfolio(),
        "itinerary": sample_itinerary(),
        "claims": sample_claims(),
        "totals": (
            Total("people", Both("People posted", "派出人数"), 11873, None, True, RowLink("posts"), counts_people=True),
            Total("paid", Both("Paid", "拨付"), cny(10456), None, True, RowLink("money")),
        ),
        "signatures": (
            SignatureFacts(DONORS["AA"], Both("plan of round 12", "第12轮方案"), SignatureKind.SIGNED, RoughDay.read("2026-11")),
            SignatureFacts(DONORS["BB"], Both("plan of round 12", "第12轮方案")),
        ),
        "sources": (SourceFacts("S1", "An invented yearbook", "", "CC0", 3),),
        "origins": (
            Origin("pairings", Both("Pairings", "结对关系"), 3, 1, {"reported": 2}),
            Origin("money", Both("Money lines", "资金明细"), 102, 102, {}),
        ),
        "tables": sample_tables(money),
    }  # fmt: skip
    return ReportFacts(**(facts | changes))  # type: ignore[arg-type]
