"""Who is treated and who is compared with, cluster by cluster."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.design import Design
from pairup.evaluation.panel import Panel

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sides:
    """at : (N,), the cluster of each unit. treated : (G,), whether its units are treated in some period."""

    at: NDArray[np.int64]
    treated: NDArray[np.bool_]

    @property
    def fewest(self) -> int:
        """Count the clusters of the smaller side."""
        return int(min(self.treated.sum(), (~self.treated).sum()))

    def means(self, wide: Floats) -> Floats:
        """Average units within clusters. wide : (N, T). Gives (G, T)."""
        sums = np.zeros((len(self.treated), wide.shape[1]))
        np.add.at(sums, self.at, wide)
        return sums / np.bincount(self.at, minlength=len(self.treated))[:, None]


def sides_of(panel: Panel, design: Design) -> Sides | None:
    """Sort the clusters of the design's errors by treatment; None where one holds treated and other units."""
    if design.clusters != "cluster":
        return Sides(np.arange(len(panel.units)), panel.is_treated)
    treated = np.bincount(panel.cluster_at, panel.is_treated, len(panel.clusters))
    sizes = np.bincount(panel.cluster_at, minlength=len(panel.clusters))
    if ((treated > 0) & (treated < sizes)).any():
        return None
    return Sides(panel.cluster_at, treated > 0)
