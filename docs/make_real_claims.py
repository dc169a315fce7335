"""The page of real claims: those that sources contradict each other on, checked by the code as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pairup.evaluation.claim import Claim, ClaimResult
from pairup.evaluation.claims import check_claims
from pairup.programmes.facts import read_facts

#: each case, what to look for in it, and the claims it is made of (codes of claims.csv, `*` for any ending)
CASES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Growth and ratio", "A ratio told as a growth.", ("people-growth",)),
    ("Impossible year", "One year above the years around it.",
     ("money-2021", "projects-2021", "money-2019-2022", "projects-2019-2022", "money-30-years")),
    ("Unit in translation", "A number word that is another number in another language.", ("money-german",)),
    ("Count of projects", "Counts of one thing that never can be summed.",
     ("projects-30-years", "projects-since-2012", "projects-to-2019", "money-to-2019", "projects-2012-2019",
      "projects-2016-2019", "money-2012-2019", "money-2016-2019")),
    ("People", "Two figures of one round.",
     ("people-round-5-853", "people-round-5-850", "people-round-10-2114", "people-round-10-2117")),
    ("Consistent table", "Parts that add up to their total.", ("shigatse-*",)),
    ("Audit table", "Money and works of one year, audited.", ("kizilsu-*",)),
    ("Namling trees", "Mu, acres and hectares; planted is not surviving.",
     ("s6-seedlings", "s6-corridor", "namling-area-*", "namling-trees-*", "namling-survival-*", "namling-road-*")),
    ("Sandstorms fewer", "Before and after, while the wind fell everywhere.",
     ("s6-sandstorms", "namling-sandstorms", "lhasa-*", "basin-wind")),
    ("Hospital gains", "Before and after, without a group beside it.", ("hospital-*",)),
    ("Solar heat", "What residents and an enterprise say.", ("s5-solar-heat", "solar-heat-*", "chn-energy-*")),
)  # fmt: skip


def checked() -> tuple[dict[str, ClaimResult], dict[str, dict[str, str]]]:
    """Check the sourced claims of the reference programme; give results and rows by code."""
    facts = read_facts("xizang")
    rows = {row["code"]: row for row in facts["claims"]}
    parents = {row["code"]: row["parent"] for row in facts["places"] if row.get("parent")}
    results = check_claims([Claim.read(row) for row in facts["claims"]], parents=parents)
    return {result.claim.code: result for result in results}, rows


def codes_of(patterns: tuple[str, ...], known: list[str]) -> list[str]:
    return [code for pattern in patterns for code in known if fnmatchcase(code, pattern)]


def _cells(result: ClaimResult, row: dict[str, str]) -> Iterator[str]:
    claim = result.claim
    yield f"`{claim.code}`"
    yield claim.text_en
    yield f"{claim.speaker}, {claim.day}" if claim.day and str(claim.day) not in claim.speaker else claim.speaker
    yield f"{claim.claim_class}, {row['standing'] or 'no standing'}"
    yield row["source"].replace(";", ", ")
    yield f"`{result.verdict}`"
    told = [result.words, *(check.words for check in result.checks if check.words != result.words)]
    yield " ".join(words.say("en") for words in told)
    yield "".join(words.say("zh_Hans") for words in told)


def real_claims_page() -> str:
    """Give every case with its claims, their sources and standing, and what the checks make of them."""
    results, rows = checked()
    parts = [
        "# Real claims, checked",
        "",
        "Written by `python3 dev.py docs` from the sourced claims of the reference programme",
        "(`src/pairup/programmes/xizang/facts/claims.csv`) and the checks of [How claims are",
        "checked](../explanation/claims.md). Source codes are those of `sources.csv` there. A verdict says what the",
        "figures and the other claims allow; none says that a claim is true, and none is about who said it.",
    ]
    for name, look, patterns in CASES:
        codes = codes_of(patterns, list(results))
        parts += ["", f"## {name}", "", look, ""]
        parts += [
            "| Code | Claim | Said by | Class, standing | Sources | Verdict | In words | 中文 |",
            "|---|---|---|---|---|---|---|---|",
        ]
        for code in codes:
            cells = (cell.replace("|", "\\|").replace("\n", " ") for cell in _cells(results[code], rows[code]))
            parts.append("| " + " | ".join(cells) + " |")
    return "\n".join(parts) + "\n"
