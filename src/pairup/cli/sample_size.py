"""How many households, villages or lots to ask, before the fact. No record, no panel, no Django."""

from __future__ import annotations

import json
import math
from typing import Any

import click

from pairup.cli.main import language

_SHARE = click.FloatRange(0, 1)
_COUNT = click.IntRange(min=1)
_LEVEL = click.option(
    "--level", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True, help="Of intervals."
)
_POWER = click.option("--power", type=_SHARE, default=0.8, show_default=True, help="Chance to detect it.")
_ICC = click.option("--icc", type=_SHARE, default=0.0, show_default=True, help="Correlation within a village.")
_SIZE = click.option("--cluster-size", type=_COUNT, default=1, show_default=True, help="Households asked in a village.")
_RESPONSE = click.option("--response", type=_SHARE, default=1.0, show_default=True, help="Share that will answer.")
_DEVIATION = click.option("--deviation", type=float, default=1.0, show_default=True, help="Of the outcome.")
_EFFECT = click.option("--effect", type=float, required=True, help="Smallest effect worth having.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")


@click.group("sample-size")
def sample_size() -> None:
    """Say how many to ask: a survey, a change between two rounds, a trial, a stepped wedge."""


@sample_size.command("survey")
@click.option("--proportion", type=_SHARE, help="The share expected; 0.5 where nothing is known.")
@click.option("--deviation", type=float, help="Of the outcome, where it is no share.")
@click.option("--margin", type=float, required=True, help="Half the interval's width.")
@click.option("--population", type=_COUNT, help="Households in all, of each domain.")
@click.option("--domains", type=_COUNT, default=1, show_default=True, help="Parts in which the margin has to hold.")
@click.option("--strata", metavar="N,N,…", help="Households of each stratum: shares the sample out among them.")
@_LEVEL
@_ICC
@_SIZE
@_RESPONSE
@_JSON
def survey(
    proportion: float | None, deviation: float | None, margin: float, population: int | None, domains: int,
    strata: str | None, level: float, icc: float, cluster_size: int, response: float, as_json: bool,
) -> None:  # fmt: skip
    """Size a household survey for a margin."""
    import numpy as np

    from pairup.evaluation.sample_size import proportional, size_for_margin

    if (proportion is None) == (deviation is None):
        raise click.UsageError("Give --proportion or --deviation.")
    spread = math.sqrt(proportion * (1 - proportion)) if proportion is not None else deviation
    assert spread is not None
    found = size_for_margin(
        spread, margin, level=level, icc=icc, cluster_size=cluster_size, population=population, response=response,
        domains=domains,
    )  # fmt: skip
    told = found.to_dict()
    if strata:
        try:
            sizes = np.array([float(one) for one in strata.split(",")])
        except ValueError:
            raise click.UsageError("--strata takes numbers with commas between them.") from None
        told["by_stratum"] = proportional(found.answers, sizes).tolist()
    _tell("experiments.said-survey", told, as_json)


@sample_size.command("change")
@click.option("--before", type=_SHARE, required=True, help="The share in the first round.")
@click.option("--after", type=_SHARE, required=True, help="The share in the second round.")
@click.option(
    "--overlap", type=_SHARE, default=0.0, show_default=True, help="Share of households asked in both rounds."
)
@click.option("--correlation", type=_SHARE, default=0.0, show_default=True, help="Of a household's answers in both.")
@_LEVEL
@_POWER
@_ICC
@_SIZE
@_RESPONSE
@_JSON
def change(
    before: float, after: float, overlap: float, correlation: float, level: float, power: float, icc: float,
    cluster_size: int, response: float, as_json: bool,
) -> None:  # fmt: skip
    """Size each of two rounds so that a change of a share is detected."""
    from pairup.evaluation.sample_size import size_for_change

    found = size_for_change(
        before, after, level=level, power=power, icc=icc, cluster_size=cluster_size, response=response,
        overlap=overlap, correlation=correlation,
    )  # fmt: skip
    _tell("experiments.said-change", found.to_dict(), as_json)


@sample_size.command("trial")
@_EFFECT
@_DEVIATION
@click.option(
    "--unequal", type=float, default=0.0, show_default=True, help="Coefficient of variation of village sizes."
)
@click.option("--explained", type=_SHARE, default=0.0, show_default=True, help="Share that the baseline explains.")
@click.option("--share", type=_SHARE, default=0.5, show_default=True, help="Of the villages that are helped.")
@click.option("--clusters", type=_COUNT, help="Villages in all; then the power is told.")
@_LEVEL
@_POWER
@_ICC
@_SIZE
@_JSON
def trial(
    effect: float, deviation: float, unequal: float, explained: float, share: float, clusters: int | None,
    level: float, power: float, icc: float, cluster_size: int, as_json: bool,
) -> None:  # fmt: skip
    """Size a trial that draws villages into two arms."""
    from pairup.evaluation.sample_size import trial_clusters, trial_power

    more: dict[str, Any] = {"deviation": deviation, "level": level, "unequal": unequal, "explained": explained}
    count = clusters or trial_clusters(cluster_size, effect, icc=icc, power=power, share=share, **more)
    reached = trial_power(count, cluster_size, effect, icc=icc, share=share, **more)
    _tell("experiments.said-trial", {"lots": count, "power": reached, "effect": effect}, as_json)


@sample_size.command("wedge")
@_EFFECT
@_DEVIATION
@click.option("--steps", type=_COUNT, required=True, help="Steps in which the lots begin, a period each.")
@click.option("--lots", type=_COUNT, help="Lots in all; then the power is told.")
@click.option("--both-kinds", is_flag=True, help="Trust lots before and after too (Hussey and Hughes).")
@_LEVEL
@_POWER
@_ICC
@_SIZE
@_JSON
def wedge(
    effect: float, deviation: float, steps: int, lots: int | None, both_kinds: bool, level: float, power: float,
    icc: float, cluster_size: int, as_json: bool,
) -> None:  # fmt: skip
    """Size a stepped wedge."""
    from pairup.evaluation.sample_size import wedge_lots, wedge_power

    more: dict[str, Any] = {"icc": icc, "deviation": deviation, "level": level, "both_kinds": both_kinds}
    count = lots or wedge_lots(steps, cluster_size, effect, power=power, **more)
    reached = wedge_power(count, steps, cluster_size, effect, **more)
    _tell("experiments.said-wedge", {"lots": count, "steps": steps, "power": reached, "effect": effect}, as_json)


def _tell(code: str, told: dict[str, Any], as_json: bool) -> None:
    """Print the answer; shares are told as per cent."""
    from pairup.values.words import Words

    if as_json:
        click.echo(json.dumps(told))
        return
    shown = dict(told)
    if "power" in told:
        shown["power"] = f"{100 * told['power']:.0f}"
    if "design_effect" in told:
        shown["design_effect"] = f"{told['design_effect']:.2f}"
    by_stratum = shown.pop("by_stratum", None)
    click.echo(Words(code, shown).say(language()))
    if by_stratum:
        listed = ", ".join(str(count) for count in by_stratum)
        click.echo(Words("experiments.said-strata", {"listed": listed}).say(language()))
