"""Ratios of means over replicates, such as mean cost by mean facilities, so that they can be compared like means.

The mean of ratios is infinite where one replicate has nothing below the line. The ratio of means is not, and it answers
the planner's question: all that is spent in many futures, by all that it brings.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

MOST_ERROR = 0.1
"""Highest relative standard error of the mean below the line with which an interval is told."""


def linearised(top: np.ndarray, bottom: np.ndarray, least: float) -> np.ndarray:
    """Values, one a replicate, whose mean is mean(top) / mean(bottom) and whose spread is that of the ratio.

    All NaN where the mean below the line is not above `least`. Source: Cochran 1977, Sampling Techniques, 3rd ed.,
    chapter 6 (ratio estimators).
    """
    import numpy as np

    below = float(bottom.mean())
    if not below > least:
        return np.full(len(top), np.nan)
    ratio = float(top.mean()) / below
    return ratio + (top - ratio * bottom) / below


def steady(bottom: np.ndarray) -> bool:
    """Whether the mean below the line is known well enough for an interval. Source: Cochran 1977, chapter 6."""
    if len(bottom) < 2 or bottom.mean() <= 0:
        return False
    error = float(bottom.std(ddof=1)) / math.sqrt(len(bottom))
    return error <= MOST_ERROR * float(bottom.mean())
