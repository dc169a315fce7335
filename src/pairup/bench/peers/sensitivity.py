"""Sensitivity as moderndid and diff-diff tell it; each is loaded when it is asked."""

from __future__ import annotations

import importlib

import numpy as np

from pairup.bench.evaluation.honest import BENDS, RATIOS, drawn_path


def parting(before: int, after: int, seed: int) -> float:
    """The lower end at the largest Mbar by moderndid's C-LF, after the others."""
    theirs = importlib.import_module("moderndid.didhonest.sensitivity")  # not there on every machine
    path = drawn_path(before, after, seed)
    effects = np.concatenate([path.before, path.after])
    found = theirs.create_sensitivity_results_rm(
        effects, path.covariance, before, after, m_bar_vec=np.array(RATIOS), l_vec=path.weights.reshape(-1, 1)
    )
    last = found.iloc[-1] if hasattr(found, "iloc") else found[-1]
    return float(last["lb"] if hasattr(found, "iloc") else last.lb)


def bending(before: int, after: int, seed: int) -> float:
    """The lower end at the largest M by diff-diff's fixed-length interval, after the others."""
    from diff_diff.honest_did import _compute_optimal_flci

    path = drawn_path(before, after, seed)
    found = [
        _compute_optimal_flci(path.before, path.after, path.covariance, path.weights, before, after, bend)
        for bend in BENDS
    ]
    return float(found[-1][0])
