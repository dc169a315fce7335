"""All gates in order."""

from __future__ import annotations

from pairup.evaluation.gates import agreement, before, comparison
from pairup.evaluation.gates.asked import Asked
from pairup.evaluation.grading import Gate

_GATES = (
    agreement.g1_fixed_before, comparison.g2_enough_to_compare, comparison.g3_errors_hold,
    comparison.g4_periods_before, before.g5_fits_before, before.g6_no_trend_before, before.g7_may_bend,
    agreement.g8_methods_agree, agreement.g9_hangs_on_nobody, before.g10_no_bad_run, comparison.g11_no_spillover,
    comparison.g12_nobody_lost, agreement.g13_measured_by_others, agreement.g14_other_causes,
)  # fmt: skip


def gates_of(asked: Asked) -> tuple[Gate, ...]:
    """Put G1 to G14 to an estimate."""
    return tuple(gate(asked) for gate in _GATES)
