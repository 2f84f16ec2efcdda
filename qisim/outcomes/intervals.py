"""Central intervals over replicates, and how many replicates they need."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

LEVEL = 0.9
"""The level of the intervals told to planners."""


def runs_needed(level: float) -> int:
    """The fewest replicates for a central interval of `level`: one is to be expected beyond each end.

    20 for 90%, 4 for 50%.
    """
    return math.ceil(round(2 / (1 - level), 6))


def supported(level: float, runs: int) -> bool:
    """Whether `runs` replicates can tell a central interval of `level`."""
    return runs >= runs_needed(level)


def ends(level: float) -> tuple[float, float]:
    """The probabilities at the two ends of a central interval."""
    return (1 - level) / 2, (1 + level) / 2


def interval(values: np.ndarray, level: float = LEVEL) -> tuple[float, float] | None:
    """The central interval of a sample, one value a replicate; None where there are too few."""
    if not supported(level, len(values)):
        return None
    low, high = ends(level)
    return quantile(values, low), quantile(values, high)


def quantile(values: np.ndarray, q: float) -> float:
    """The quantile of a sample. Where some values are infinite, the least value that the share `q` does not exceed."""
    import numpy as np

    if np.isfinite(values).all():
        return float(np.quantile(values, q))
    place = math.ceil(round(q * len(values), 9)) - 1
    return float(np.sort(values)[max(place, 0)])
