"""Tell an effect from a panel and a design: no database, no Django; with `--json` nothing else on standard output.

With `--record` the plan, the answer or both stand in a record.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pairup.cli.main import language
from pairup.cli.options import ACTOR, KNOWN_BY, ON, PROGRAMME, RECORD_PLACE, day_of, now

#: exit codes, as the format of evaluation files says
ANSWERED, NOT_IDENTIFIED = 0, 3
_FILE = click.Path(path_type=Path)


@click.command("evaluate")
@click.option("--panel", type=_FILE, metavar="FILE", help="Outcomes by unit and period: CSV or Parquet.")
@click.option("--design", type=_FILE, metavar="FILE", help="How the effect is to be told: TOML.")
@click.option("--registered", type=_FILE, metavar="FILE", help="Hash and date of the design fixed before the outcome.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Same seed, same answer.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.option("--record", type=RECORD_PLACE, help="Keep the answer in this record; its plan and observations are used.")
@click.option("--claim", metavar="ID", help="With --record: the claim that is evaluated.")
@PROGRAMME
@ON
@KNOWN_BY
@click.option(
    "--actor", default="evaluator", show_default=True, help="With --record, who does this: role or role:code."
)
def evaluate(
    panel: Path | None, design: Path | None, registered: Path | None, seed: int, as_json: bool,
    record: Path | str | None, claim: str | None, programme: str | None, on: datetime | None,
    known_by: datetime | None, actor: str,
) -> int:  # fmt: skip
    """Estimate an effect, look at the doubts, and grade the claim.

    Takes --panel and --design, and needs no record. With --record and --claim the answer is kept: without --design by
    the plan that `pairup register` fixed, without --panel from the record's own observations.

    Without a plan fixed before the outcome the answer is retrospective. Exit codes: 0 answered, 1 refused, 2 usage,
    3 not identified.
    """
    if (record is None) != (claim is None):
        raise click.UsageError("--record and --claim go together.")
    if record is not None and registered is not None:
        raise click.UsageError("With --record the plan is the one in its journal; leave --registered out.")
    if record is None and (panel is None or design is None):
        raise click.UsageError("Give --panel FILE and --design FILE, or --record FILE and --claim ID.")
    lines: list[str] = []
    if record is not None:
        found, lines = _kept(
            record, str(claim), panel, design, seed=seed, programme=programme, on=on, known_by=known_by, actor=actor
        )
    else:
        found = _alone(panel, design, registered, seed)
    click.echo(json.dumps(found.to_dict(), ensure_ascii=False) if as_json else found.screen(language()))
    for line in lines:
        click.echo(line, err=as_json)
    return NOT_IDENTIFIED if found.identification.value == "not_identified" else ANSWERED


def _alone(panel: Any, design: Any, registered: Path | None, seed: int) -> Any:
    from pairup.evaluation.design_file import read_design
    from pairup.evaluation.evaluate import evaluate as evaluate_panel
    from pairup.evaluation.panel_file import read_panel
    from pairup.evaluation.registration import read_registration

    asked = read_design(design)
    fixed = read_registration(registered) if registered else None
    data = read_panel(panel, asked.columns, asked.labels)
    return evaluate_panel(data, asked, registered=fixed, seed=seed)


def _kept(
    record: Path | str, claim: str, panel: Path | None, design: Path | None, *, seed: int, programme: str | None,
    on: datetime | None, known_by: datetime | None, actor: str,
) -> tuple[Any, list[str]]:  # fmt: skip
    """Evaluate a claim of a record; give the estimate and what is said of its plan."""
    from pairup.services import open_record

    open_record(record)
    from pairup.evaluation.design_file import read_design
    from pairup.evaluation.panel_file import read_panel
    from pairup.services import evaluations
    from pairup.values.words import Words

    day, known = day_of(on), known_by.date() if known_by else None
    asked = read_design(design) if design else None
    used = asked or evaluations.design_of_claim(claim, on=day, known_by=known, programme=programme)
    data = read_panel(panel, used.columns, used.labels) if panel else None
    kept = evaluations.evaluate(
        claim, design=asked, panel=data, seed=seed, programme=programme, on=day, known_by=known, actor=actor, at=now()
    )
    said = kept.standing().say(language())
    stored = Words("evaluations.kept-as", {"code": kept.code, "record": str(record)}).say(language())
    return kept.estimate, [said, stored]


def _fixed_in_a_file(design: Path, into: Any) -> None:
    from pairup.evaluation.design_file import read_design
    from pairup.evaluation.registration import Registration, write_registration

    asked = read_design(design)
    write_registration(into, Registration(asked.sha256, now().date(), asked))
    click.echo(asked.sha256)


@click.command("register")
@click.option("--record", type=RECORD_PLACE, help="The record in whose journal the plan is fixed.")
@click.option("--claim", metavar="ID", help="With --record: the claim whose effect is to be told.")
@click.option("--design", type=_FILE, required=True, metavar="FILE", help="How it is to be told: TOML.")
@click.option("--write", "into", type=_FILE, metavar="FILE", help="Write the registration for --registered, too.")
@PROGRAMME
@ON
@ACTOR
def register(
    record: Path | str | None, claim: str | None, design: Path, into: Path | None, programme: str | None,
    on: datetime | None, actor: str,
) -> None:  # fmt: skip
    """Fix in the journal how the effect in a claim is to be told, before the outcome is opened.

    What is evaluated by a plan that entered before its outcome is registered; what comes later is retrospective.
    Without a record, --write alone keeps the plan in a new file; whoever keeps the file vouches for its day.
    """
    if (record is None) != (claim is None) or (record is None and into is None):
        raise click.UsageError("Give --record FILE and --claim ID, or --write FILE.")
    if record is None or claim is None:
        _fixed_in_a_file(design, into)
        return
    from pairup.services import open_record

    open_record(record)
    from pairup.evaluation.design_file import read_design
    from pairup.services import evaluations

    plan = evaluations.register(
        claim, read_design(design), programme=programme, on=day_of(on), actor=actor, at=now()
    )  # fmt: skip
    click.echo(plan.words().say(language()))
    if into is not None:
        into.write_text(plan.fixed().to_toml(), encoding="utf-8")
