"""Tell an effect from a panel and a design: no database, no Django; with `--json` nothing else on standard output."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pairup.cli.main import language

#: exit codes, as the format of evaluation files says
ANSWERED, NOT_IDENTIFIED = 0, 3
_FILE = click.Path(path_type=Path)


@click.command("evaluate")
@click.option("--panel", type=_FILE, required=True, metavar="FILE", help="Outcomes by unit and period: CSV or Parquet.")
@click.option("--design", type=_FILE, required=True, metavar="FILE", help="How the effect is to be told: TOML.")
@click.option("--registered", type=_FILE, metavar="FILE", help="Hash and date of the design fixed before the outcome.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Same seed, same answer.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def evaluate(panel: Path, design: Path, registered: Path | None, seed: int, as_json: bool) -> int:
    """Estimate an effect, look at the doubts, and grade the claim.

    Without --registered the answer is retrospective. Exit codes: 0 answered, 1 refused, 2 usage, 3 not identified.
    """
    from pairup.evaluation.design_file import read_design
    from pairup.evaluation.estimate import Identification
    from pairup.evaluation.evaluate import evaluate as evaluate_panel
    from pairup.evaluation.panel_file import read_panel
    from pairup.evaluation.registration import read_registration

    asked = read_design(design)
    fixed = read_registration(registered) if registered else None
    data = read_panel(panel, asked.columns, asked.labels)
    found = evaluate_panel(data, asked, registered=fixed, seed=seed)
    click.echo(json.dumps(found.to_dict(), ensure_ascii=False) if as_json else found.screen(language()))
    return NOT_IDENTIFIED if found.identification is Identification.NOT_IDENTIFIED else ANSWERED
