"""A record with two of everything, each row marked by whose it is: a donor and a place that help each other, twice.

Side A is donor DN-A, place east (with dale in it), secondee P-1; side B is DN-B, west, P-4. Every row carries a word in
its note that stands nowhere else; a reader of one side must never meet a word of the other.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pairup.services.schema import folder_layout
from tests.services.cast import Tables, a_programme, rows

A, B, EVERYBODY = "quail", "heron", "lark"
#: in what a secondee says of their own data: for themselves and their home office, and for no evaluator and no host
OWN = "wren"
#: actors with a side, and the word they must never meet
SIDES = {
    "donor_office:DN-A": B, "recipient_office:east": B, "secondee:P-1": B,
    "donor_office:DN-B": A, "recipient_office:west": A, "secondee:P-4": A,
}  # fmt: skip
#: actors without a side; the public reads reference tables and claims, an evaluator everything but people
OTHERS = ("evaluator", "public", "programme_office:twin", "programme_office:elsewhere")


def both_sides() -> Tables:
    """The small programme, with rows of both sides in every table that can be filled by hand."""
    tables = a_programme()
    tables["organisations"] += rows("code name_en name_zh kind place", "RO-A E - bureau east", "RO-B W - bureau west")
    tables["indicators"] = rows("code name_en uom", "I-1 Births births")
    tables["successions"] = rows("code day predecessor successor kind", "S-1 2015 dale east merge")
    tables["calls"] = rows("code recipient title_en", "CA-A RO-A Ask", "CA-B RO-B Ask")
    tables["offers"] = rows(
        "code day call donor status worth load", "O-A 2025 CA-A DN-A offered 1 1", "O-B 2025 CA-B DN-B offered 1 1"
    )
    tables["agreed_results"] = rows("code pairing text_en", "AR-A a-east Less", "AR-B b-west Less")
    tables["pairing_preferences"] = rows(
        "code donor place said_by points", "PP-A DN-A east DN-A 5", "PP-B DN-B west DN-B 5", "PP-C DN-A east RO-A 2",
        "PP-D DN-B west RO-B 2",
    )  # fmt: skip
    tables["works"] = rows(
        "code day project pairing value currency", "W-A 2025 J-1 a-east 10 CNY", "W-B 2025 J-0 b-west 10 CNY"
    )
    tables["revenue_bases"] = rows(
        "code donor year amount currency from to", "RB-A DN-A 2024 9 CNY 2024 2024", "RB-B DN-B 2024 9 CNY 2024 2024"
    )
    tables["teams"] = rows("code name_en round lead", "T-A Ward national-2 DN-A", "T-B School national-2 DN-B")
    tables["attestations"] = rows(
        "code person kind holds from to", "AT-A P-1 licence yes 2025 2029", "AT-B P-4 licence yes 2025 2029"
    )
    tables["host_views"] = rows("code post person rank", "HV-A clinic P-1 1", "HV-B school P-4 1")
    tables["postings"] += rows(
        "code person post status from to", "R-A P-1 clinic planned 2028-07-10 2031-06-05",
        "R-B P-4 school planned 2028-07-10 2031-06-05",
    )  # fmt: skip
    tables["counterparts"] = rows("code posting goal", "CP-A R-A Teach", "CP-B R-B Teach")
    tables["welfare_checks"] = rows("code day posting well", "WC-A 2026-11 R-A yes", "WC-B 2026-11 R-B yes")
    tables["sites"] += rows("code place", "hall west")
    tables["visits"] = rows("code purpose from to", "V-1 See 2026-09-01 2026-09-03")
    tables["visit_findings"] = rows(
        "code day visit site text_en owner", "VF-A 2026-09 V-1 base Cold RO-A", "VF-B 2026-09 V-1 hall Cold RO-B"
    )
    tables["observations"] = rows(
        "code indicator place value claim_class from to", "OB-A I-1 east 5 measured 2025 2025",
        "OB-B I-1 west 5 measured 2025 2025",
    )  # fmt: skip
    tables["signatures"] = rows(
        "code day organisation about kind", "SG-A 2026 RO-A needs/N-1 signed", "SG-B 2026 RO-B needs/N-2 signed"
    )
    tables["feedback"] = rows(
        "code day kind said_by text_en about owner reply_due",
        "FB-A 2026-09 objection resident Slow projects/J-1 RO-A 2026-12-01",
        "FB-B 2026-09 objection resident Slow projects/J-0 RO-B 2026-12-01",
        f"OB-P-1 2026-09 objection secondee {OWN} people/P-1 DN-A 2026-12-01",
        f"OB-P-4 2026-09 objection secondee {OWN} people/P-4 DN-B 2026-12-01",
    )  # fmt: skip
    for name, lines in tables.items():
        for number, row in enumerate(lines):
            if not folder_layout()[name].of_people:  # which take no note: it would outlive an erasure
                row["note"] = f"{whose(name, row)}{name.replace('_', '')}{number}"
            for column in ("title_en", "text_en", "goal", "purpose", "reservation", *_SAID.get(name, ())):
                if column in row:
                    row[column] += f" {whose(name, row)}"
            row.setdefault("is_synthetic", "yes")
    return tables


#: columns of rows about people that carry a word of their side, for a note they have not
_SAID = {"people": ("profession",)}
#: tables that all read, whoever a row is about
SHARED = {
    "sources", "programme", "places", "successions", "organisations", "roads", "rounds", "indicators", "claims",
    "calls", "visits",
}  # fmt: skip
_OF_A = re.compile(r"DN-A|RO-A|\ba-|east|dale|P-[012356]|clinic|ward|J-[13]|N-1|R-[0A]|\bCA-A|base")
_OF_B = re.compile(r"DN-B|RO-B|\bb-|west|P-4|school|J-[02]|N-2|R-B|\bCA-B|hall")


def whose(table: str, row: dict[str, str]) -> str:
    """The word of the side that a row is about."""
    if table in SHARED:
        return EVERYBODY
    said = " ".join(
        value for key, value in row.items() if key not in ("code", "text_en", "title_en", "name_en", "note")
    )
    sides = [word for word, of in ((A, _OF_A), (B, _OF_B)) if of.search(said)]
    assert len(sides) == 1, (table, row, sides)
    return sides[0]


@cache
def words_of_rows() -> dict[tuple[str, str], str]:
    """The word of the side that each row is about, by table and code: rows about people carry none in a note."""
    return {
        (name, row["code"]): whose(name, row) for name, lines in both_sides().items() for row in lines if "code" in row
    }


def words_met(text: str) -> set[str]:
    return set(re.findall(r"quail|heron|lark|wren", text))


def texts_under(folder: Path) -> str:
    """Everything that was written under a folder, names of files included."""
    found = []
    for path in sorted(folder.rglob("*")):
        found.append(str(path.relative_to(folder)))
        if path.is_file():
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(found)
