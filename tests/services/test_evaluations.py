"""Plans of evaluations in the journal, evaluations of claims as rows, and which of them count as registered."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from pairup.cli.main import cli
from pairup.errors import AccessError, InputError
from pairup.evaluation.design_file import design_of
from pairup.evaluation.panel import Panel
from pairup.services import evaluations, folder, write
from tests.services.cast import (
    ADOPTED,
    DRAFTED,
    FIRST,
    LATER,
    OFFICE,
    ON,
    Tables,
    a_programme,
    held,
    load,
    with_rows,
    words_of,
)

PLAN = design_of({"method": "staggered_did"})
CLAIM = "columns code day speaker text_en claim_class subject says_effect comparison is_synthetic"


def with_wells(tables: Tables, years: range = range(2015, 2025), helped_from: str = "2020-01-01") -> Tables:
    """Depth of water in six wells, three of them helped: two metres less from then on."""
    tables = with_rows(tables, "indicators", "code name_en uom", "depth Depth m")
    tables = with_rows(
        tables, "claims", "code day speaker text_en claim_class subject says_effect comparison",
        "W-1 2026 an~office,~2026 Wells~rose. reported depth yes before_after",
    )  # fmt: skip
    lines = []
    for k in range(6):
        for year in years:
            value = 10 + k + 0.1 * ((year * 7 + k * 3) % 5) - (2 if k < 3 and str(year) >= helped_from[:4] else 0)
            lines.append(
                f"O-{k}-{year} depth dale w{k} {value:.2f} measured {helped_from if k < 3 else '-'} {year} {year}"
            )
    head = "code indicator place unit value claim_class treated_from from to"
    return with_rows(tables, "observations", head, *lines)


def before(tables: Tables, year: str = "2020") -> Tables:
    """The same programme as it stood before anything was observed of that year or later."""
    early = [row for row in tables["observations"] if row["from"] < year]
    return {**tables, "observations": [{**row, "treated_from": ""} for row in early]}


def register(claim: str = "W-1", design=PLAN, at=DRAFTED):  # type: ignore[no-untyped-def]
    return evaluations.register(claim, design, actor=OFFICE, at=at, on=ON)


def evaluate(claim: str = "W-1", at=LATER, **options):  # type: ignore[no-untyped-def]
    return evaluations.evaluate(claim, actor=OFFICE, at=at, on=ON, **options)


def test_a_plan_in_the_journal_before_its_outcome_makes_the_answer_registered(record: Path) -> None:
    whole = with_wells(a_programme())
    load(before(whole))

    plan = register()
    load(whole, at=ADOPTED)
    kept = evaluate()

    assert plan.is_before and kept.plan is not None and kept.plan.code == "W-1-plan-1"
    assert kept.standing().code == "evaluations.is-registered"
    row = evaluations.latest("twin", on=ON)["W-1"]
    assert (row.is_registered, row.registration.code, row.design_digest) == (True, "W-1-plan-1", PLAN.sha256)
    assert kept.estimate.value == pytest.approx(-2.0, abs=0.2)
    assert write.check_journal() == []


def test_a_plan_that_follows_its_outcome_is_kept_and_the_answer_is_retrospective(record: Path) -> None:
    load(with_wells(a_programme()))

    plan = register()
    kept = evaluate()

    assert not plan.is_before and plan.words().code == "evaluations.plan-late"
    assert kept.plan is None and kept.standing().code == "evaluations.is-late"
    assert not evaluations.latest("twin", on=ON)["W-1"].is_registered


def test_observations_from_before_the_help_do_not_open_the_outcome(record: Path) -> None:
    whole = with_wells(a_programme())
    load({**whole, "observations": [row for row in whole["observations"] if row["from"] < "2020"]})

    assert register().is_before


def test_outcomes_that_the_record_marks_as_nobodys_open_a_panel_file_that_knows_who_was_helped(record: Path) -> None:
    whole = with_wells(a_programme())
    load({**whole, "observations": [{**row, "treated_from": ""} for row in whole["observations"]]})

    plan = register()  # the record has every outcome, and says of nobody that he was helped
    kept = evaluate(panel=a_file_of(whole))

    assert plan.is_before and kept.plan is None and kept.late is not None
    row = evaluations.latest("twin", on=ON)["W-1"]
    assert not row.is_registered and kept.standing().code == "evaluations.is-late"
    shown = evaluations.plan_kept(row)
    assert shown is not None and not shown.is_before


def test_a_panel_file_evaluated_by_a_plan_from_before_its_first_help_stays_registered(record: Path) -> None:
    whole = with_wells(a_programme())
    early = before(whole)
    load(early)

    register()
    load({**whole, "observations": [{**row, "treated_from": ""} for row in whole["observations"]]}, at=ADOPTED)

    assert evaluate(panel=a_file_of(whole)).plan is not None


def a_file_of(tables: Tables) -> Panel:
    """Give the wells of a programme as a panel file has them."""
    rows = [row for row in tables["observations"] if row["indicator"] == "depth"]
    starts = [int(row["treated_from"][:4]) if row["treated_from"] else None for row in rows]
    years = [int(row["from"]) for row in rows]
    return Panel.from_columns([row["unit"] for row in rows], years, [float(row["value"]) for row in rows], starts)


def test_an_evaluation_opens_the_outcome_too(record: Path, tmp_path: Path) -> None:
    load(before(with_wells(a_programme())))
    from pairup.evaluation.panel import Panel

    panel = Panel.from_columns(list("aabbcc"), [1, 2] * 3, [1.0, 2, 1, 3, 1, 2.5], [2, 2, None, None, None, None])
    evaluate(design=PLAN, panel=panel, at=DRAFTED)

    assert not register(at=ADOPTED).is_before


def test_a_design_changed_after_registering_is_evaluated_with_its_deviation_told(record: Path) -> None:
    whole = with_wells(a_programme())
    load(before(whole))
    register()
    load(whole, at=ADOPTED)

    kept = evaluate(design=design_of({"method": "staggered_did", "level": 0.9}))

    assert "evaluation.deviates-in" in {finding.words.code for finding in kept.estimate.findings}


def test_the_registered_answer_stands_before_a_later_one_that_is_not(record: Path) -> None:
    whole = with_wells(a_programme())
    load(before(whole))
    register()
    load(whole, at=ADOPTED)
    evaluate()

    assert evaluations.latest("twin", on=ON)["W-1"].identity.code == "W-1-evaluation-1"
    assert evaluations.latest("twin", on=ON, known_by=date(2026, 11, 1)) == {}


def test_what_is_kept_says_everything_again_and_restores_equal(record: Path, new_record, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    load(with_wells(a_programme()))
    register()
    kept = evaluate()
    answer = evaluations.latest("twin", on=ON)["W-1"].answer

    assert answer["value"] == kept.estimate.value and "seconds" not in answer["run"]
    assert answer["data_sha256"] == kept.estimate.data_sha256
    before_saving = held()
    folder.save_folder(tmp_path / "saved")
    new_record("other")
    folder.load_folder(tmp_path / "saved", actor="administrator", at=LATER)
    assert held()["evaluations"] == before_saving["evaluations"] and held()["journal"] == before_saving["journal"]


def test_the_same_question_gives_the_same_kept_answer(record: Path) -> None:
    load(with_wells(a_programme()))

    first, second = (evaluate(design=PLAN, seed=3) for _ in range(2))

    rows = {row.identity.code: row.answer for row in evaluations.EvaluationVersion.objects.all()}
    assert rows[first.code] == rows[second.code]


@pytest.mark.parametrize(("claim", "code"), [("no-such", "evaluations.no-claim"), ("C-1", "evaluations.no-plan")])
def test_what_cannot_be_evaluated_is_refused(record: Path, claim: str, code: str) -> None:
    load(a_programme())

    with pytest.raises(InputError) as refused:
        evaluate(claim)

    assert refused.value.code == code


def test_a_claim_whose_indicator_nobody_observed_is_refused(record: Path) -> None:
    load(a_programme())

    with pytest.raises(InputError) as refused:
        evaluate("C-1", design=PLAN)

    assert refused.value.code == "evaluations.no-observations"


def test_the_same_design_is_registered_once(record: Path) -> None:
    load(with_wells(a_programme()))
    register()

    with pytest.raises(InputError, match="registered for W-1 already"):
        register()


def test_a_donor_registers_nothing(record: Path) -> None:
    load(with_wells(a_programme()))

    with pytest.raises(AccessError):
        evaluations.register("W-1", PLAN, actor="donor_office:DN-A", at=FIRST, on=ON)


def test_the_command_registers_evaluates_and_keeps(record: Path, tmp_path: Path) -> None:
    load(with_wells(a_programme()))
    (tmp_path / "design.toml").write_text('method = "staggered_did"')
    where = ["--record", str(record), "--claim", "W-1"]

    fixed = CliRunner().invoke(
        cli, ["register", *where, "--design", str(tmp_path / "design.toml"), "--write", str(tmp_path / "fixed.toml")],
        standalone_mode=False,
    )  # fmt: skip
    done = CliRunner().invoke(cli, ["evaluate", *where, "--json"], standalone_mode=False)

    assert "retrospective" in fixed.stdout and PLAN.sha256 in (tmp_path / "fixed.toml").read_text()
    answer = json.loads(done.stdout)
    assert (done.return_value, answer["identification"]) == (0, "fragile"), "the wells lie within a spillover's reach"
    assert "W-1-evaluation-1" in done.stderr


def test_record_and_claim_go_together(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["evaluate", "--record", str(tmp_path / "none.sqlite3")])

    assert done.exit_code == 2 and "go together" in done.output


def test_a_claim_that_was_evaluated_is_shown_with_its_sentence_for_the_office_and_for_everyone(
    record: Path, tmp_path: Path
) -> None:
    from pairup.services import reporting

    load(with_wells(a_programme()))
    evaluate(design=PLAN, planted=Decimal("-2"))

    reporting.write(tmp_path / "report", on=ON)

    for page in ("index", "public"):
        said = " ".join(words_of(tmp_path / "report" / f"{page}.html"))
        assert "What was evaluated" in said and "Planted truth: -2" in said and "Retrospective" in said
        assert "评估结果" in said and "植入的真实效果" in said


def test_known_by_an_earlier_day_a_claim_was_not_evaluated(record: Path) -> None:
    from pairup.services import claims

    load(with_wells(a_programme()))
    evaluate(design=PLAN)

    now, then = (
        next(one for one in claims.check("twin", on=ON, known_by=day) if one.claim.code == "W-1")
        for day in (None, date(2026, 11, 5))
    )
    assert now.judged is not None and then.judged is None
