"""What users of other systems complain of, each as a fact about this one. The addresses are of the complaints."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from pairup.reports.totals import DEFINITIONS, Measure, Part, add_up, counted, definition
from pairup.services import claims, folder, reporting, totals
from pairup.services.totals import rows_of, total
from tests.services.cast import FIRST, LATER, ON, Tables, a_programme, changed, load, rows, with_rows

RATE = "code currency into rate from to source is_synthetic"


def amounts(name: str, **asked: object) -> dict[tuple[str, ...], Decimal]:
    found = total(name, on=ON, **asked)  # type: ignore[arg-type]
    return {(*figure.key, figure.uom): figure.amount for figure in found.figures}


def through_a_fund(tables: Tables) -> Tables:
    """Aland pays a fund, which pays Dale; and Aland pays East."""
    tables = with_rows(tables, "organisations", "code name_en kind", "FUND Fund other")
    tables = with_rows(
        tables, "pairings", "code donor place channel from is_synthetic",
        "a-fund DN-A upland other 2020 yes", "fund-dale FUND dale other 2020 yes",
    )  # fmt: skip
    return with_rows(
        tables, "money", "code day pairing kind budget_year amount currency passes_on is_synthetic",
        "F-1 2025-01 a-fund payment 2025 500 CNY - yes", "F-2 2025-02 fund-dale payment 2025 450 CNY F-1 yes",
    )  # fmt: skip


def test_money_that_goes_through_a_fund_is_counted_once(record: Path) -> None:
    """Bilateral and multilateral money counted twice: github.com/IATI/D-Portal/issues/3"""
    load(through_a_fund(a_programme()))

    assert amounts("money_paid") == {("CNY",): Decimal("1549.50")}
    assert amounts("money_paid", where={"place": "dale"}) == {("CNY",): Decimal("450")}
    assert amounts("money_paid", where={"donor": "DN-A"}) == {("CNY",): Decimal("1249.50")}
    assert amounts("money_paid", where={"donor": "FUND"}) == {}


def test_a_programme_of_works_and_its_projects_are_not_both_summed(record: Path) -> None:
    """Programme and child project budgets both summed: github.com/IATI/D-Portal/issues/302"""
    load(with_rows(
        a_programme(), "projects",
        "code title_en category status place pairing cost currency part_of from is_synthetic",
        "J-5 Wells infrastructure works dale a-dale 300 CNY J-0 2001 yes",
        "J-6 Pumps infrastructure works dale a-dale 150 CNY J-0 2001 yes",
        "J-7 Pump~1 infrastructure works dale a-dale 100 CNY J-6 2001 yes",
    ))  # fmt: skip

    assert amounts("project_cost", where={"category": "infrastructure"}) == {("CNY",): Decimal("1400")}
    assert amounts("project_cost", where={"place": "dale"}) == {("CNY",): Decimal("450")}
    assert amounts("projects") == {("projects",): Decimal("1")}


def two_currencies() -> Tables:
    """The small programme with euros in every table that holds money, and the euro's rate."""
    tables = with_rows(
        a_programme(), "money", "code day pairing kind budget_year amount currency is_synthetic",
        "M-5 2025-05 a-east payment 2025 500 EUR yes", "M-6 2025-05 a-east pledge 2025 500 EUR yes",
        "M-7 2025-05 a-east audited 2025 500 EUR yes",
    )  # fmt: skip
    tables = with_rows(
        tables, "projects", "code title_en category status place pairing cost currency from is_synthetic",
        "J-9 Mill industry works east a-east 500 EUR 2025 yes",
    )  # fmt: skip
    tables = with_rows(
        tables, "envelopes", "code pairing budget_year amount currency from to is_synthetic",
        "E-9 a-east 2025 500 EUR 2025 2025 yes",
    )  # fmt: skip
    return tables | {
        "commitments": rows(
            "code pairing budget_year due currency from to is_synthetic", "Q-1 a-east 2025 500 EUR 2025 2025 yes"
        ),
        "works": rows("code day project pairing value currency is_synthetic", "W-1 2025-05 J-9 a-east 500 EUR yes"),
        "revenue_bases": rows(
            "code donor year amount currency from to is_synthetic", "A-24 DN-A 2024 500000 EUR 2024 2024 yes"
        ),
        "exchange_rates": rows(RATE, "X-1 EUR CNY 8 2025 2025 bank yes", "X-2 CNY EUR 0.125 1990 2030 bank yes"),
    }


def test_a_figure_and_its_rows_are_in_one_currency_and_none_is_left_out(record: Path) -> None:
    """A list shows converted money and its detail does not; the default currency is ignored in totals:
    github.com/IATI/D-Portal/issues/465 and /518"""
    load(two_currencies())

    for into in (None, "CNY"):
        answer = total("money_paid", on=ON, by=["pairing"], into=into)
        found = rows_of("money_paid", on=ON, by=["pairing"], into=into)
        under = {(key, uom): sum(r.counts for r in found if (r.key, r.uom) == (key, uom))
                 for key, uom in {(r.key, r.uom) for r in found}}  # fmt: skip
        assert under == {(figure.key, figure.uom): figure.value for figure in answer.figures}
    paid = {str(fact.paid) for fact in reporting.read_facts("twin", on=ON).money if fact.pairing == "a-east"}
    assert paid == {"CNY 749.50", "EUR 500.00"}


def test_two_budgets_of_one_place_and_year_are_both_there(record: Path) -> None:
    """Two budgets in one country-year, only the first shown: github.com/IATI/D-Portal/issues/647"""
    tables = with_rows(
        a_programme(), "envelopes", "code pairing budget_year amount currency from to is_synthetic",
        "E-9 a-east 2027 250 CNY 2027 2027 yes",
    )  # fmt: skip
    load(with_rows(
        tables, "money", "code day pairing kind budget_year amount currency is_synthetic",
        "M-9 2025-03 a-dale pledge 2025 70 CNY yes",
    ))  # fmt: skip

    planned = total("money_planned", on=ON, where={"pairing": "a-east", "year": "2027"}).one
    pledged = next(m for m in reporting.read_facts("twin", on=ON).money if (m.pairing, m.year) == ("a-east", 2025))

    assert (planned.amount, planned.rows) == (Decimal("1250"), 2)
    assert str(pledged.pledged) == "CNY 1,070.00"


def test_every_total_of_money_converts_alike(record: Path) -> None:
    """Normalised currency for budgets, not for transactions: github.com/zimmerman-team/IATI.cloud/issues/2219"""
    load(two_currencies())

    for name, of in DEFINITIONS.items():
        if of.measure is Measure.MONEY:
            answer = total(name, on=ON, into="CNY", where={"pairing": "a-east", "year": "2025"})
            assert {figure.uom for figure in answer.figures} == {"CNY"}, name
            euros = next(figure for figure in answer.originals if figure.uom == "EUR")
            others = sum(figure.amount for figure in answer.originals if figure.uom == "CNY")
            assert answer.one.amount == 8 * euros.amount + others, name


def test_report_claims_command_and_rows_say_one_figure(record: Path) -> None:
    """The same figure computed separately in reports, map and dashboard, each needing checks that they agree:
    developmentgateway.org, "AMP's New Reports API" """
    load(with_rows(
        through_a_fund(a_programme()), "claims", "code day speaker text_en claim_class subject figure uom computes",
        "C-9 2026 an~office Paid. reported money_paid 1 CNY money_paid",
    ))  # fmt: skip

    figure = total("money_paid", on=ON, programme="twin").one.amount
    facts = reporting.read_facts("twin", on=ON)
    computed = next(one.computed for one in claims.check("twin", on=ON) if one.claim.code == "C-9")

    assert [t.value.amount for t in facts.totals if t.code == "money_paid"] == [figure]  # type: ignore[union-attr]
    assert sum(m.paid.amount for m in facts.money if m.paid) == figure
    assert computed is not None and computed.figure == figure
    assert sum(row.counts for row in rows_of("money_paid", on=ON)) == 100 * figure


def test_a_running_total_never_falls_after_adding_up(record: Path) -> None:
    """A cumulative indicator falls from one period to the next after aggregation:
    github.com/akvo/akvo-rsr/issues/5212"""
    load(a_programme() | {
        "indicators": rows("code name_en uom adds_up is_synthetic", "X Trained people running yes"),
        "observations": rows(
            "code indicator place value claim_class from to is_synthetic",
            "O-1 X east 100 reported 2020 2020 yes", "O-2 X west 50 reported 2020 2020 yes",
            "O-3 X east 140 reported 2021 2021 yes",  # west tells nothing in 2021
            "O-4 X west 45 reported 2022 2022 yes",  # and less in 2022
            "O-5 X east 150 reported 2023 2023 yes",
        ),
    })  # fmt: skip

    found = total("observed", on=ON, by=["year"], where={"indicator": "X"})
    values = [(figure.key[0], int(figure.value)) for figure in found.figures]
    why = [row.why.say() for row in rows_of("observed", on=date(2022, 12, 31), where={"indicator": "X"}) if row.why]

    assert values == [("2020", 150), ("2021", 190), ("2022", 190), ("2023", 200), ("2024", 200), ("2025", 200),
                      ("2026", 200)]  # fmt: skip
    assert why == ["a running total cannot fall: row O-2 stands, later told O-4: 45"]


def test_what_was_corrected_is_not_published_and_descriptions_are(record: Path, tmp_path: Path) -> None:
    """A deleted comment is still published; evidence and descriptions of indicators never reach the file:
    github.com/akvo/akvo-rsr/issues/2563"""
    first = a_programme() | {
        "indicators": rows(
            "code name_en uom method adds_up is_synthetic", "X Trained people Counted~from~lists flow yes"
        ),
    }
    load(changed(first, "claims", "C-2", text_en="Regretted."))
    load(changed(first, "claims", "C-2", text_en="Posted."), LATER)

    reporting.write(tmp_path / "report", on=ON)
    folder.save_folder(tmp_path / "saved")

    published = "".join(p.read_text("utf-8") for p in (tmp_path / "report").rglob("*.*"))
    assert "Regretted." not in published and "Posted." in published
    assert "Counted from lists" in (tmp_path / "saved" / "indicators.csv").read_text("utf-8")


def test_a_list_of_rows_is_as_long_as_the_figure_says() -> None:
    """A workbook cut at 30,000 rows without a word: github.com/kobotoolbox/kpi/issues/2370, /1359, /3113"""
    of = definition("postings")
    parts = [Part(1, "postings", {"year": "2025"}, f"R-{k}", "postings") for k in range(40_001)]
    found = counted(parts, ("year",))

    figure = add_up(of, found)[0]
    listed = totals.rows_table(of, found, ("year",))

    assert figure.rows == figure.value == len(listed) - 1 == 40_001


def test_every_posting_is_in_the_count_with_who_sent_it(record: Path) -> None:
    """Deployments present in the admin, absent in the API and in counts; the sending organisation missing:
    github.com/IFRCGo/go-api/issues/2801, /1241 and IFRCGo/go-web-app/issues/2207"""
    from pairup.record.models import PostingVersion

    load(a_programme())
    load(with_rows(
        {"programme": a_programme()["programme"], "postings": []}, "postings",
        "code person post status from to is_synthetic", "R-9 P-6 old-clinic ended_early 2025-09-01 2025-09-30 yes",
    ), LATER)  # fmt: skip

    held = set(PostingVersion.objects.known().values_list("identity__code", flat=True))
    shown = {row.part.code: row.part.keys["donor"] for row in rows_of("postings", on=ON)}

    assert set(shown) == held == {"R-0", "R-9"}
    assert all(shown.values())
    assert total("postings", on=ON).one.value == total("postings", on=ON, by=["donor"]).one.value == 2


def test_a_place_that_is_split_keeps_its_totals_and_so_does_what_it_lay_in(record: Path) -> None:
    """Boundaries change and old reports are lost: community.dhis2.org/t/33083, /t/1712;
    github.com/OpenSPP/openspp-modules/issues/626"""
    before = with_rows(
        a_programme(), "money", "code day pairing kind budget_year amount currency is_synthetic",
        "M-5 2013-05 a-dale payment 2013 60 CNY yes",
    )  # fmt: skip
    load(before, datetime(2013, 6, 1, tzinfo=UTC))
    then = amounts_on(date(2013, 12, 31))
    after = with_rows(
        {name: list(some) for name, some in before.items()}, "places", "code name_en level parent from",
        "dale-n North~Dale county west 2016", "dale-s South~Dale county east 2016",
    )  # fmt: skip
    after["places"] = [row | {"to": "2015"} if row.get("official_code") == "90111" else row for row in after["places"]]
    after = with_rows(after, "money", "code day pairing kind budget_year amount currency is_synthetic",
                      "M-6 2017-05 n-dale payment 2017 7 CNY yes")  # fmt: skip
    after = with_rows(after, "pairings", "code donor place channel from", "n-dale DN-A dale-n territorial 2016")
    after["successions"] = rows(
        "code day predecessor successor kind", "S-1 2016 dale dale-n split", "S-2 2016 dale dale-s split"
    )
    load(after, FIRST)

    assert amounts_on(date(2013, 12, 31), known_by=date(2013, 12, 31)) == then
    assert amounts_on(date(2013, 12, 31))["dale"] == 60
    now = amounts_on(ON)
    assert (now["dale"], now["dale-n"], now.get("dale-s")) == (60, 7, None)
    areas = {f.key[0]: f.amount for f in total("money_paid", on=ON, by=["prefecture"]).figures}
    assert areas == {"east": Decimal("809.50"), "west": Decimal("307")}


def amounts_on(on: date, known_by: date | None = None) -> dict[str, Decimal]:
    found = total("money_paid", on=on, known_by=known_by, by=["place"])
    return {figure.key[0]: figure.amount for figure in found.figures}
