"""A small programme in memory, as folder tables, in few lines: two donors, two prefectures, one round to plan."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pairup.planning.plan import Stop
from pairup.services import folder

if TYPE_CHECKING:
    from pairup.services import plans

Row = dict[str, str]
Tables = dict[str, list[Row]]

FIRST = datetime(2026, 11, 2, 9, tzinfo=UTC)
DRAFTED = datetime(2026, 11, 10, 9, tzinfo=UTC)
ADOPTED = datetime(2026, 11, 12, 9, tzinfo=UTC)
LATER = datetime(2026, 11, 20, 9, tzinfo=UTC)
ON = date(2026, 11, 23)
OFFICE = "programme_office"


def rows(columns: str, *lines: str) -> list[Row]:
    """Read rows as a table is read: columns apart by blanks, `-` for nothing, `~` for a blank inside a cell."""
    names = columns.split()
    cells = [[("" if cell == "-" else cell.replace("~", " ")) for cell in line.split()] for line in lines]
    assert all(len(row) == len(names) for row in cells), "a row has other columns than the head"
    return [dict(zip(names, row, strict=True)) for row in cells]


def a_programme() -> Tables:
    """Two donors help East and West for decades; Dale in East has no altitude on record; round 2 is to be planned."""
    return {
        "sources": rows("code citation", "T-1 A~treaty,~1994"),
        "programme": rows(
            "code name_en name_zh preset currency rules scheme from is_synthetic source",
            "twin Twin 结对 mandate_led CNY money_quota.xizang;purpose_shares.xizang;altitude_classes.xizang;"
            "visit_altitude.xizang national 1994 no T-1",
        ),
        "places": rows(
            "code name_en name_zh level parent official_code altitude_m latitude longitude from to",
            "upland Upland 高地 province - 9 - - - - -",
            "east East 东部 prefecture upland 901 3650 29.6 94.4 - -",
            "west West 西部 prefecture upland 902 4500 29.3 91.2 - -",
            "dale Dale 谷地 county east 90101 - 29.1 93.8 - 2014",
            "dale Dale 谷地 county east 90111 - 29.1 93.8 2015 -",
        ),
        "organisations": rows(
            "code name_en name_zh kind place",
            "DN-A Aland 甲省 government -",
            "DN-B Bland 乙省 government -",
        ),
        "pairings": rows(
            "code donor place channel level parent from to",
            "a-east DN-A east territorial prefecture - 1995 -",
            "a-dale DN-A dale territorial county a-east 1996 -",
            "b-west DN-B west territorial prefecture - 1995 -",
        ),
        "rounds": rows(
            "code scheme ordinal from to",
            "national-1 national 1 2025-07 2028-06",
            "national-2 national 2 2028-07 2031-06",
        ),
        "quotas": rows("code round donor people", "K-A national-2 DN-A 4", "K-B national-2 DN-B 4"),
        "needs": rows(
            "code place category text_en priority stated_by is_synthetic",
            "N-1 east health A~surgeon~for~the~clinic. 5 residents yes",
            "N-2 west education A~teacher. 3 office yes",
        ),
        "posts": rows(
            "code round place pairing title_en profession seats must_fill priority skills_desired need"
            " from to is_synthetic",
            "old-clinic national-1 east a-east Surgeon doctor 1 no 5 - - 2025-07 2028-06 yes",
            "clinic national-2 east a-east Surgeon doctor 1 no 5 surgery N-1 2028-07 2031-06 yes",
            "school national-2 west b-west Teacher teacher 1 no 3 - N-2 2028-07 2031-06 yes",
            "ward national-2 dale a-dale Doctor doctor 1 no 2 - - 2028-07 2031-06 yes",
        ),
        "people": rows(
            "code donor round profession skills years_in_profession prefers partner highest_altitude_m"
            " from to is_synthetic",
            "P-0 DN-A national-1 doctor surgery 9 - - - 2025-07 2028-07 yes",
            "P-1 DN-A national-2 doctor surgery 9 east - - 2028-06 2031-07 yes",
            "P-2 DN-A national-2 doctor - 12 dale - 3000 2028-06 2031-07 yes",
            "P-3 DN-A national-2 doctor - 3 - - - 2028-06 2031-07 yes",
            "P-4 DN-B national-2 teacher - 5 - - - 2028-06 2031-07 yes",
            "P-5 DN-A national-2 doctor surgery 1 - P-6 - 2028-06 2031-07 yes",
            "P-6 DN-A national-1 nurse - 1 - P-5 - 2025-06 2028-07 yes",
        ),
        "fitness": rows(
            "code person outcome altitude_m from to is_synthetic",
            "F-1 P-1 fit 4000 2028-01 2029-12 yes",
            "F-2 P-2 fit 5000 2028-01 2029-12 yes",
            "F-3 P-3 fit 5000 2028-01 2029-12 yes",
            "F-4 P-4 fit 5000 2028-01 2029-12 yes",
            "F-5 P-5 fit 5000 2028-01 2029-12 yes",
        ),
        "postings": rows(
            "code person post status from to is_synthetic", "R-0 P-0 old-clinic in_post 2025-07-10 2028-07-05 yes"
        ),
        "projects": rows(
            "code title_en category status place pairing need cost currency start_years build_years benefit"
            " grassroots_share livelihood_share from to is_synthetic",
            "J-1 Clinic health proposed east a-east N-1 1000 CNY 2027;2028 2 40 1 1 2026 - yes",
            "J-2 Road infrastructure proposed west b-west N-2 900 CNY 2027 1 20 1 1 2026 - yes",
            "J-3 Hall culture proposed east a-east - 900 CNY 2027 1 5 1 1 2026 - yes",
            "J-0 Well infrastructure operating west b-west - 500 CNY - 1 - 1 1 2000 - yes",
        ),
        "envelopes": rows(
            "code pairing budget_year amount currency from to is_synthetic",
            "E-1 a-east 2027 1000 CNY 2027 2027 yes",
            "E-2 a-east 2028 1000 CNY 2028 2028 yes",
            "E-3 b-west 2027 1000 CNY 2027 2027 yes",
        ),
        "money": rows(
            "code day pairing project kind budget_year amount currency is_synthetic",
            "M-1 2025-03 a-dale - pledge 2025 1000 CNY yes",
            "M-2 2025-05 a-east - payment 2025 800 CNY yes",
            "M-3 2025-09 a-east - return 2025 -50.50 CNY yes",
            "M-4 2025-06 b-west J-0 payment 2025 300 CNY yes",
        ),
        "sites": rows(
            "code place is_base may_sleep stay_minutes opens closes need_to_be_seen is_synthetic",
            "base east yes yes 0 0 1440 0 yes",
            "dale-clinic dale no no 60 480 1200 5 yes",
        ),
        "roads": rows("code start finish minutes", "way east dale 90"),
        "claims": rows(
            "code day speaker text_en claim_class subject scope figure uom arithmetic computes covers_from covers_to",
            "C-1 2024 news~story,~2024 Grew. reported trees - 240 % kind=growth;from=622;to=2117 - - -",
            "C-2 2026 an~office,~2026 Posted. reported people_posted - 3 people - people_posted 2025 2026",
            "C-3 2026 an~office,~2026 Aland~paid. reported money_paid DN-A 9999 CNY - money_paid 2025 2025",
        ),
    }  # fmt: skip


def changed(tables: Tables, table: str, code: str, **cells: str) -> Tables:
    """The same programme with cells of one row changed."""
    copy = deepcopy(tables)
    found = [row for row in copy[table] if row["code"] == code]
    assert found, f"{table} has no {code}"
    found[-1].update(cells)
    return copy


def with_rows(tables: Tables, table: str, columns: str, *lines: str) -> Tables:
    """The same programme with rows added to one table."""
    copy = deepcopy(tables)
    copy.setdefault(table, []).extend(rows(columns, *lines))
    return copy


def load(tables: Mapping[str, Any], at: datetime = FIRST) -> folder.Loaded:
    return folder.load_tables(tables, actor=OFFICE, at=at)


def draft(kind: str, at: datetime = DRAFTED, **asked: Any) -> plans.Draft:
    """Draft a plan of a kind as of the day of the cast."""
    from pairup.services import plans

    asked.setdefault("days", 3)
    options = {"programme": None, "round_code": None, "on": ON} | asked
    return plans.draft(plans.ask(kind, **options), actor=OFFICE, at=at, stop=Stop(work=100_000))


def adopt(run: str, at: datetime = ADOPTED, **options: Any) -> dict[str, int]:
    from pairup.services import plans

    return plans.adopt(run, actor=OFFICE, at=at, **options)


def held() -> dict[str, list[tuple[Any, ...]]]:
    """Everything the open record holds, to compare before and after."""
    from pairup.record.models import TABLES, JournalEntry

    found = {name: list(model.objects.order_by("pk").values_list()) for name, model in TABLES.items()}
    return found | {"journal": list(JournalEntry.objects.values_list("number", "hash"))}


def write_folder(path: Path, tables: Tables) -> Path:
    """Write tables as a programme folder."""
    from pairup.exchange.sheets import write_sheet

    path.mkdir(parents=True, exist_ok=True)
    for name, lines in tables.items():
        names = list(dict.fromkeys(key for row in lines for key in row)) or ["code"]
        text = "".join(write_sheet(names, ([row.get(key, "") for key in names] for row in lines)))
        (path / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    return path


def words_of(path: Path) -> Iterator[str]:
    """The texts of a page that somebody reads, without its styles, scripts and pictures' data."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"<(style|script)\b.*?</\1>", " ", text, flags=re.DOTALL)
    yield from re.findall(r">([^<]+)<", text)
