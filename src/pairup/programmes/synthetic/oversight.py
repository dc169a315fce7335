"""Papers, commitments, safeguards, checks, answers, marks and incidents around what the other generators made.

A few rows of each, so that every table of the record has something to show. No mark of a donor is a bad one: donors
are real, and nothing invented may speak against them.
"""

from __future__ import annotations

from datetime import date, timedelta

from pairup.programmes.synthetic.rows import Draw, Row, Tables, dated, happened
from pairup.values.codes import (
    Answer,
    AppraisalSide,
    CheckResult,
    DocumentKind,
    FeedbackFrom,
    FeedbackKind,
    FeedbackOutcome,
    Fits,
    IncidentKind,
    Mark,
    PostingStatus,
    ProjectStatus,
    ReviewSide,
    SafeguardAnswer,
    SafeguardQuestion,
    Severity,
    Voice,
)
from pairup.values.lifecycles import CHECK_MONTHS

_WORKED_ON = (ProjectStatus.APPROVED.value, ProjectStatus.WORKS.value)
_LEFT = (ProjectStatus.HANDED_OVER.value, ProjectStatus.OPERATING.value)


def kept(tables: Tables, ties: list[Row], seed: int, on: date) -> Tables:
    """Make the rows around a programme's tables as of a day; `ties` are pairings that are facts."""
    latest = {row["code"]: row for row in tables["projects"]}
    open_ones = [row for row in latest.values() if row["status"] in _WORKED_ON]
    left = [row for row in latest.values() if row["status"] in _LEFT and row["from"] >= str(on.year - 6)]
    serving = [row for row in tables["postings"] if row["status"] == PostingStatus.IN_POST]
    return {
        "documents": _documents(on),
        "commitments": _commitments(tables, ties, on),
        "swaps": _swaps(tables),
        **_of_projects(open_ones, left, on, Draw(seed, "oversight/projects")),
        **_of_postings(serving, on, Draw(seed, "oversight/postings")),
        **_voices(tables, open_ones, on, Draw(seed, "oversight/voices")),
    }


_PAPERS = (
    ("D-agreement", DocumentKind.AGREEMENT, "Framework agreement", "框架协议", 1995),
    ("D-plan", DocumentKind.PLAN, "Five-year plan of assistance", "五年援助规划", 2021),
    ("D-list", DocumentKind.PROJECT_LIST, "Yearly list of projects", "年度项目计划", 2026),
    ("D-quota", DocumentKind.QUOTA_NOTICE, "Notice of quotas", "资金额度通知", 2026),
    ("D-consent", DocumentKind.CONSENT, "Consents of a village meeting", "村民会议同意书", 2025),
    ("D-handover", DocumentKind.HANDOVER_FILE, "Handover file of a post", "岗位交接材料", 2025),
)


def _documents(on: date) -> list[Row]:
    """Papers that are only named: a demonstration holds no bytes."""
    return [
        dated(code, date(year, 2, 1), None, kind=kind, title_en=title, title_zh=title_zh, language="zh",
              keep_until=date(on.year + 20, 12, 31))
        for code, kind, title, title_zh, year in _PAPERS
    ]  # fmt: skip


def _commitments(tables: Tables, pairings: list[Row], on: date) -> list[Row]:
    """What is due this year by the rule of one per mille, for donors of one pairing whose revenue is on record."""
    bases = {row["donor"]: row for row in tables.get("revenue_bases", ()) if row["year"] == str(on.year - 1)}
    ties = [
        row for row in pairings
        if not row.get("parent") and row.get("channel") == "territorial" and not row.get("to")
    ]  # fmt: skip
    of_donor: dict[str, list[Row]] = {}
    for row in ties:
        of_donor.setdefault(row["donor"], []).append(row)
    rows = []
    for donor, held in sorted(of_donor.items()):
        if donor not in bases or len(held) > 1:
            continue
        base = bases[donor]
        rows.append(
            dated(
                f"due-{held[0]['code']}-{on.year}"[:80], date(on.year, 1, 1), date(on.year, 12, 31),
                pairing=held[0]["code"], budget_year=on.year, rule="money_quota.xizang", revenue_base=base["code"],
                base=base["amount"], due=f"{int(float(base['amount'])) // 1000}.00", currency=base["currency"],
                document="D-quota",
            )
        )  # fmt: skip
    return rows


def _of_projects(open_ones: list[Row], left: list[Row], on: date, draw: Draw) -> Tables:
    safeguards, contracts = [], []
    for row in open_ones:
        for question in SafeguardQuestion:
            if draw.chance(0.985):
                answer = draw.weighted(tuple(SafeguardAnswer), (0.8, 0.1, 0.1))
                safeguards.append(
                    dated(
                        f"G-{row['code']}-{question}"[:80], row["from"], None, project=row["code"], question=question,
                        answer=answer, answered_by=f"host-{row['place']}-office",
                        text_en="Eight households move; each chose among three plots."
                        if answer == SafeguardAnswer.TOUCHED else "",
                        document="D-consent" if answer == SafeguardAnswer.AGREED else "",
                    )
                )  # fmt: skip
    for row in draw.some(open_ones, 12):
        contracts.append(
            dated(f"T-{row['code']}", row["from"], None, project=row["code"], subject_en="Works", subject_zh="施工",
                  value=row["cost"], currency=row["currency"], was_tendered=draw.chance(0.9),
                  local_share=f"{draw.between(0.3, 0.8):.3f}")
        )  # fmt: skip
    assets = [
        dated(f"A-{row['code']}", row["from"], None, project=row["code"], title_en=row["title_en"],
              title_zh=row["title_zh"], owner=f"host-{row['place']}-office", quantity=1, uom="site")
        for row in draw.some(left, 12)
    ]  # fmt: skip
    return {
        "safeguards": safeguards,
        "contracts": contracts,
        "assets": assets,
        "project_checks": _checks(left, on, draw),
    }


def _checks(left: list[Row], on: date, draw: Draw) -> list[Row]:
    """Most checks after hand-over were made some weeks late; some have not been made, and are due."""
    rows = []
    for row in left:
        for months in CHECK_MONTHS:
            day = date.fromisoformat(row["from"]) + timedelta(days=30 * months + draw.whole(10, 60))
            if row["status"] == ProjectStatus.HANDED_OVER and day <= on and draw.chance(0.8):
                rows.append(
                    happened(
                        f"check-{row['code']}-{months}"[:80], day, project=row["code"], months=months,
                        result=draw.weighted(tuple(CheckResult), (0.8, 0.15, 0.05)),
                        running_cost_paid=draw.chance(0.85), users=draw.whole(40, 900),
                        checked_by=f"host-{row['place']}-office",
                    )
                )  # fmt: skip
    return rows


def _of_postings(serving: list[Row], on: date, draw: Draw) -> Tables:
    late = [row for row in serving if row["from"] >= (on - timedelta(days=365)).isoformat()]
    chosen = draw.some(serving, 14)
    checks = [
        happened(
            f"fit-{row['code']}-{voice}"[:80], date.fromisoformat(row["from"]) + timedelta(days=draw.whole(58, 75)),
            posting=row["code"], said_by=voice, duties=draw.pick(tuple(Fits)),
            skills=draw.pick((Fits.YES, Fits.PARTLY)), living=draw.pick((Fits.YES, Fits.PARTLY)),
        )
        for row in [*late[:20], *chosen]
        for voice in Voice
        if date.fromisoformat(row["from"]) + timedelta(days=75) <= on and draw.chance(0.9)
    ]  # fmt: skip
    return {
        "arrival_checks": checks,
        "extensions": [
            happened(f"{row['code']}-1", date(2026, 10, 12), posting=row["code"],
                     until=date.fromisoformat(row["to"]) + timedelta(days=90))
            for row in chosen[:2]
        ],
        "person_signatures": [
            happened(f"{row['code']}-1-1", date(2026, 10, 30), person=row["person"],
                     about=f"extensions/{row['code']}-1", answer=Answer.DECLINED)
            for row in chosen[:1]
        ],
        "post_offers": [
            happened(f"offer-{row['code']}", date.fromisoformat(row["from"]) - timedelta(days=90), person=row["person"],
                     post=row["post"], answer=Answer.ACCEPTED,
                     answer_due=date.fromisoformat(row["from"]) - timedelta(days=60))
            for row in chosen[2:8]
        ],
        "appraisals": [
            happened(f"mark-{row['code']}-{side}", date(2026, 7, 20), posting=row["code"], side=side, year=2026,
                     mark=draw.pick((Mark.GOOD, Mark.FAIRLY_GOOD)))
            for row in chosen[4:10] for side in AppraisalSide
        ],
    }  # fmt: skip


def _swaps(tables: Tables) -> list[Row]:
    """Changes inside a round: of one place and profession, the second came within weeks of the first's last day."""
    posts = {row["code"]: row for row in tables["posts"]}
    left: dict[tuple[str, str, str], list[Row]] = {}
    for row in tables["postings"]:
        post = posts[row["post"]]
        left.setdefault((post["round"], post["place"], post["profession"]), []).append(row)
    rows: list[Row] = []
    for (round_code, _, _), served in sorted(left.items()):
        for before in served:
            if len(rows) == 6:
                return rows
            day = date.fromisoformat(before["to"])
            after = [row for row in served if 0 <= (date.fromisoformat(row["from"]) - day).days <= 21]
            if after and before["status"] == PostingStatus.COMPLETED:
                code = f"swap-{before['code']}"[:80]
                rows.append(happened(code, day, round=round_code, leaves=before["code"], arrives=after[0]["code"]))
    return rows


def _voices(tables: Tables, open_ones: list[Row], on: date, draw: Draw) -> Tables:
    projects = draw.some(open_ones, 6)
    ties = [row for row in tables["pairings"] if row.get("parent") and not row.get("to")]
    return {
        "reviews": [
            happened(f"review-{row['code']}-{side}"[:80], date(2026, 1, 20), pairing=row["code"], side=side,
                     year=on.year - 1, mark=draw.pick((Mark.GOOD, Mark.FAIRLY_GOOD)))
            for row in draw.some(ties, 3) for side in ReviewSide
        ],
        "feedback": [
            happened(
                f"voice-{at}", date(2026, 6, 3) + timedelta(days=20 * at), kind=FeedbackKind.FEEDBACK,
                place=row["place"], said_by=draw.pick((FeedbackFrom.RESIDENT, FeedbackFrom.RECIPIENT_BODY)),
                is_anonymous=at % 2 == 0,
                about=f"projects/{row['code']}", channel="village meeting", text_en="Asks when the water will run.",
                owner=f"host-{row['place']}-office", reply_due=date(2026, 7, 3) + timedelta(days=20 * at),
                replied=date(2026, 7, 1) + timedelta(days=20 * at) if at < 4 else None,
                reply_en="In spring." if at < 4 else "",
                outcome=FeedbackOutcome.NOTED if at < 4 else FeedbackOutcome.OPEN,
            )
            for at, row in enumerate(projects)
        ],
        "incidents": [
            happened(
                f"incident-{at}", date(2026, 3, 9) + timedelta(days=60 * at), kind=kind, severity=Severity.NEAR_MISS,
                place=row["place"], people=2, action_en="No journey after dark.", owner=f"host-{row['place']}-office",
                due=date(2026, 4, 30) + timedelta(days=60 * at), done=date(2026, 4, 20) if at == 0 else None,
            )
            for at, (kind, row) in enumerate(zip((IncidentKind.ROAD, IncidentKind.ALTITUDE), projects, strict=False))
        ],
    }  # fmt: skip
