"""The limits of the gates: defaults, each of which a design's `[gates]` may change before the outcome is opened.

Defaults are those of the published practice that docs/explanation/evaluation.md names for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pairup.errors import InputError
from pairup.evaluation.design import Design

Limits = Mapping[str, Mapping[str, float]]

#: for each gate its limits. G1, G9 and G13 have none: they are yes or no
DEFAULTS: Limits = MappingProxyType({
    "G1": MappingProxyType({}),
    "G2": MappingProxyType({"units": 19}),  # least pool for ranks: 1 / (19 + 1) is the least p
    "G3": MappingProxyType({"clusters": 10}),  # of treated and of others, below which errors are by ranks
    "G4": MappingProxyType({"weighted": 8, "trends": 3}),  # periods before the first start
    # of the deviation before; noisy places, which fit no worse than the pool's own, are let through up to `most`
    "G5": MappingProxyType({"fit": 0.25, "held_out": 0.5, "p": 0.05, "most": 0.7, "most_held_out": 1}),
    # of a drift half the claimed size; `power_one` where one place is helped, whose noise nothing averages out
    "G6": MappingProxyType({"p": 0.10, "power": 0.5, "power_one": 0.3}),
    "G7": MappingProxyType({"mbar": 1}),
    "G8": MappingProxyType({"factor": 2, "p": 0.10}),
    "G9": MappingProxyType({}),
    "G10": MappingProxyType({"periods": 3, "z": 1}),
    "G11": MappingProxyType({"km": 50}),
    "G12": MappingProxyType({"missing": 0.10, "differential": 0.05}),
    "G13": MappingProxyType({}),
    "G14": MappingProxyType({"kept": 0.5, "p": 0.10}),  # of the effect with another cause taken out; of a gradient
})  # fmt: skip


def limits_of(design: Design) -> Limits:
    """Give the limits of every gate, those of the design in place of the defaults. Refuses a limit that no gate has."""
    for gate, asked in design.gates.items():
        for name in asked:
            if name not in DEFAULTS[gate]:
                known = ", ".join(DEFAULTS[gate]) or "none"
                raise InputError(
                    f"Gate {gate} has no limit {name}.", hint=f"Limits of {gate}: {known}.",
                    code="verdict.no-limit", gate=gate, name=name, known=known,
                )  # fmt: skip
    return {gate: {**limits, **design.gates.get(gate, {})} for gate, limits in DEFAULTS.items()}
