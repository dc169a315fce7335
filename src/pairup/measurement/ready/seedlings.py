"""Seedlings: planted is not surviving, and neither is cover. From counts of plots."""

from __future__ import annotations

from functools import partial
from typing import Any

from pairup.measurement.definition import Kind, Over, indicator

of_plots = partial(indicator, of="seedlings")


@of_plots("newly_planted", Kind.TOTAL, "seedlings", "Seedlings planted in the period", "当期新植苗木")
def newly_planted(t: Any) -> Any:
    return t.newly_planted


@of_plots("planted_to_date", Kind.RUNNING, "seedlings", "Seedlings planted to date", "累计植苗")
def planted_to_date(t: Any) -> Any:
    return t.newly_planted


@of_plots("alive", Kind.TOTAL, "seedlings", "Seedlings alive at the count", "清点时成活苗木")
def alive(t: Any) -> Any:
    return t.alive


@of_plots("survival", Kind.RATE, "%", "Seedlings alive of those planted", "苗木成活率", times=100)
def survival(t: Any) -> Any:
    return Over(t.alive, t.planted)


@of_plots("poor_plots", Kind.SHARE, "%", "Share of plots with under 70 % alive", "成活率低于70%的地块占比", times=100,
          source="threshold of ours")  # fmt: skip
def poor_plots(t: Any) -> Any:
    return t.alive < 0.7 * t.planted


@of_plots("area_ha", Kind.TOTAL, "ha", "Ground of the plots counted", "清点地块面积")
def area_ha(t: Any) -> Any:
    return t.area_ha


@of_plots("cover", Kind.RATE, "%", "Share of the ground covered", "植被覆盖率", times=100)
def cover(t: Any) -> Any:
    return Over(t.cover_share * t.area_ha, t.area_ha)


@of_plots("alive_per_ha", Kind.RATE, "seedlings/ha", "Seedlings alive on a hectare", "每公顷成活苗木")
def alive_per_ha(t: Any) -> Any:
    return Over(t.alive, t.area_ha)
