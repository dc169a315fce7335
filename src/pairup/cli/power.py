"""What a design would let us learn, before anything is done."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pairup.cli.main import language
from pairup.cli.options import picture_file

_FILE = click.Path(path_type=Path)


@click.command("power")
@click.option("--panel", type=_FILE, required=True, metavar="FILE", help="The baseline, by unit and period.")
@click.option("--design", type=_FILE, required=True, metavar="FILE", help="How the effect is to be told: TOML.")
@click.option(
    "--effect", "first", type=click.FloatRange(min=0), multiple=True, metavar="SIZE …",
    help="Sizes in the claim's unit and direction; several may follow each other.",
)  # fmt: skip
@click.argument("more", type=click.FloatRange(min=0), nargs=-1, metavar="[SIZE]...")
@click.option("--treated", type=click.IntRange(min=1), help="So many units are helped. [default: as the panel says]")
@click.option("--after", type=click.IntRange(min=1), help="For so many periods. [default: as the panel says]")
@click.option("--draws", type=click.IntRange(min=20), default=100, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Same seed, same answer.")
@click.option("--picture", callback=picture_file, metavar="FILE", help="Draw the curve: .svg, .html or .png.")
@click.option("--json", "as_json", is_flag=True, help="Print the curve as JSON.")
def power(
    panel: Path, design: Path, first: tuple[float, ...], more: tuple[float, ...], treated: int | None,
    after: int | None, draws: int, seed: int, picture: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Say the chance to detect each effect, and the smallest effect detected with 80 %.

    Units of the baseline that nobody helps take the part of those to be helped. Sizes are shares of the level without
    help where the design has no claim.
    """
    from pairup.evaluation.design_file import read_design
    from pairup.evaluation.panel_file import read_panel
    from pairup.evaluation.power import power_of

    asked = read_design(design)
    data = read_panel(panel, asked.columns, asked.labels)
    found = power_of(data, asked, sorted({*first, *more}), treated=treated, after=after, draws=draws, seed=seed)
    if picture is not None:
        from pairup.reports.evaluation_figures import write_power

        claimed = (asked.claim.low, asked.claim.high) if asked.claim else None
        write_power(found.to_dict(), picture, language(), claimed=claimed)
        click.echo(f"Drawn: {picture}", err=True)
    click.echo(json.dumps(found.to_dict(), ensure_ascii=False) if as_json else found.screen(language()))
