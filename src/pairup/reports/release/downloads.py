"""The data of a release: CSV for a table program, JSON of the same rows, and a description that machines read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pairup.reports.disclosure import Told
from pairup.reports.release.facts import ReleaseFacts
from pairup.reports.release.frozen import sha256, to_json
from pairup.values.codes import ClaimClass
from pairup.values.money import Money
from pairup.values.words import say

PACKAGE = "data/datapackage.json"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of the data: name, fields with their types (as Frictionless Data names them), rows."""

    name: str
    fields: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Any, ...], ...]
    missing: str = ""  # how a cell that is not told is written

    @property
    def csv(self) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow([name for name, _ in self.fields])
        writer.writerows([[_cell(value) for value in row] for row in self.rows])
        return text.getvalue().encode("utf-8-sig")

    @property
    def json(self) -> bytes:
        names = [name for name, _ in self.fields]
        rows = [dict(zip(names, map(_plain, row), strict=True)) for row in self.rows]
        return ("[" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "]\n").encode()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value.amount) if isinstance(value, Money) else str(value)


def _cell(value: Any) -> str:
    """Write a value; text that a table program would take for a formula is quoted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "" if value is None else str(_plain(value))
    return f"'{text}" if isinstance(value, str) and text[:1] in "=+@\t\r" else text


def data_files(facts: ReleaseFacts) -> dict[str, bytes]:
    """Every table as CSV and JSON, and `datapackage.json` that describes them with their SHA-256."""
    found: dict[str, bytes] = {}
    resources = []
    for sheet in sheets(facts):
        found[f"data/{sheet.name}.csv"], found[f"data/{sheet.name}.json"] = sheet.csv, sheet.json
        resources.append({
            "name": sheet.name, "path": f"{sheet.name}.csv", "profile": "tabular-data-resource", "format": "csv",
            "mediatype": "text/csv", "encoding": "utf-8", "bytes": len(found[f"data/{sheet.name}.csv"]),
            "hash": f"sha256:{sha256(found[f'data/{sheet.name}.csv'])}",
            "title": say(f"releases.sheet-{sheet.name}"), "title_zh": say(f"releases.sheet-{sheet.name}", "zh_Hans"),
            "schema": {
                "fields": [{"name": name, "type": kind} for name, kind in sheet.fields],
                "missingValues": [""],
            },
        })  # fmt: skip
    programme = facts.report.programme
    found[PACKAGE] = to_json({
        "profile": "tabular-data-package", "name": f"{programme.code}-{facts.version}".lower(),
        "title": programme.name.en, "title_zh": programme.name.zh, "version": facts.version,
        "created": f"{programme.day}T00:00:00Z", "homepage": "../index.html",
        "description": say("releases.package-described"),
        "licenses": [{"name": facts.licence}] if facts.licence else [],
        "sources": [{"title": source.citation, "path": source.address} for source in facts.report.sources],
        "resources": resources,
    })  # fmt: skip
    return found


def sheets(facts: ReleaseFacts) -> list[Sheet]:
    """Every table of the data. People stand in it as they are told; money in full."""
    makers: list[Callable[[ReleaseFacts], Sheet]] = [
        _places, _pairings, _rounds, _money, _projects, _claims, _results, _voices, _contracts,
    ]  # fmt: skip
    return [*(make(facts) for make in makers), *(people_sheet(table) for table in facts.people)]


def people_sheet(table: Told) -> Sheet:
    """A table of people: an empty cell is hidden, any other is rounded to 5."""
    fields = (*((dim, "string") for dim in table.dims), ("people", "integer"))
    return Sheet(table.name, fields, tuple((*key, number) for key, number in sorted(table.cells.items())))


def _fields(text: str) -> tuple[tuple[str, str], ...]:
    """Read `name:type name` as fields; without a type it is text."""
    return tuple((name, kind or "string") for name, _, kind in (part.partition(":") for part in text.split()))


def _places(facts: ReleaseFacts) -> Sheet:
    used = {one.place for one in facts.report.pairings} | {one.place for one in facts.projects}
    used |= {one.place for one in facts.results}
    used |= {facts.report.place(code).area for code in used}
    rows = tuple(
        (one.code, one.name.en, one.name.zh, one.name_bo, one.level.value, one.area, one.order, one.latitude,
         one.longitude, one.altitude_m)
        for one in sorted(facts.report.places, key=lambda place: place.code) if one.code in used
    )  # fmt: skip
    fields = _fields("code name_en name_zh name_bo level area official_code latitude:number longitude:number "
                     "altitude_m:integer")  # fmt: skip
    return Sheet("places", fields, rows)


def _pairings(facts: ReleaseFacts) -> Sheet:
    rows = tuple(
        (one.code, one.donor.code, one.donor.name.en, one.donor.name.zh, one.place, one.channel.value, one.start,
         one.end, one.is_synthetic)
        for one in sorted(facts.report.pairings, key=lambda pairing: pairing.code)
    )  # fmt: skip
    return Sheet(
        "pairings", _fields("code donor donor_name_en donor_name_zh place channel from to is_synthetic:boolean"), rows
    )


def _rounds(facts: ReleaseFacts) -> Sheet:
    rows = tuple(
        (one.code, one.scheme, one.ordinal, one.start, one.end, one.is_synthetic)
        for one in sorted(facts.report.rounds, key=lambda round_: (round_.scheme, round_.ordinal))
    )
    return Sheet("rounds", _fields("code scheme ordinal:integer from to is_synthetic:boolean"), rows)


def _money(facts: ReleaseFacts) -> Sheet:
    rows = []
    for one in facts.report.money:
        amounts = (one.due, one.pledged, one.paid, one.executed, one.audited)
        unit = next((amount.currency for amount in amounts if amount is not None), "")
        rows.append((one.pairing, one.year, unit, *amounts, ClaimClass.REPORTED.value, one.is_synthetic))
    fields = _fields("pairing year:integer currency due:number pledged:number paid:number executed:number "
                     "audited:number class is_synthetic:boolean")  # fmt: skip
    return Sheet("money", fields, tuple(rows))


def _projects(facts: ReleaseFacts) -> Sheet:
    rows = tuple(
        (one.code, one.title.en, one.title.zh, one.pairing, one.place, one.category, one.status.value, one.since,
         one.is_synthetic)
        for one in facts.projects
    )  # fmt: skip
    return Sheet(
        "projects", _fields("code title_en title_zh pairing place category status since is_synthetic:boolean"), rows
    )


def _claims(facts: ReleaseFacts) -> Sheet:
    rows = tuple(
        (one.code, one.speaker, one.day, one.text.en, one.text.zh, one.figure, one.uom, one.claim_class.value,
         one.outcome.value, one.verdict.say("en"), one.verdict.say("zh_Hans"), ";".join(one.conflicts))
        for one in sorted(facts.report.claims, key=lambda claim: claim.code)
    )  # fmt: skip
    fields = _fields("code speaker day text_en text_zh figure:number uom class outcome verdict_en verdict_zh "
                     "says_otherwise")  # fmt: skip
    return Sheet("claims", fields, rows)


def _results(facts: ReleaseFacts) -> Sheet:
    rows = tuple(
        (one.indicator, one.name.en, one.name.zh, one.uom, one.place, one.period, one.value, one.claim_class.value,
         one.is_synthetic)
        for one in facts.results
    )  # fmt: skip
    return Sheet(
        "results", _fields("indicator name_en name_zh uom place period value:number class is_synthetic:boolean"), rows
    )


def _voices(facts: ReleaseFacts) -> Sheet:
    rows: Sequence[tuple[Any, ...]] = [
        (one.day, one.about, one.place, one.who.say("en"), one.what.say("en"), one.text.en, one.text.zh,
         one.reply.en if one.reply else None, one.reply.zh if one.reply else None, one.is_synthetic)
        for one in facts.voices
    ]  # fmt: skip
    fields = _fields("day about place who what text_en text_zh reply_en reply_zh is_synthetic:boolean")
    return Sheet("voices", fields, tuple(rows))


def _contracts(facts: ReleaseFacts) -> Sheet:
    rows = tuple((one.year, one.contracts, one.amount, one.currency) for one in facts.contracts)
    return Sheet("contracts", _fields("year:integer contracts:integer amount:number currency"), rows)
