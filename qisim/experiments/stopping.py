"""How many replicates a comparison needs: until the differences in time to target are told precisely enough.

Replicates come in batches. A comparison may stop once the half-width of every paired difference that matters, to the
first strategy and to the fastest so far, is within the precision asked for, and was so over the last few replicates,
too: a look-ahead, which keeps a narrow interval met by chance from ending the comparison. Intervals are the widest that
Holm's method may ask for. Source of the look-ahead: Hoad, Robinson and Davies 2010, J Oper Res Soc 61:1632-1644.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from qisim.outcomes.intervals import LEVEL

FIRST_BATCH = 40
BATCH = 20
LOOK_AHEAD = 5
"""Replicates for which the precision must hold beyond the first; per cent of the replicates above 100."""


def next_batch(done: int, limit: int) -> int:
    """How many replicates to simulate next."""
    return min(BATCH if done else FIRST_BATCH, limit - done)


def look_ahead(runs: int) -> int:
    """Over how many replicates more than one the precision must hold."""
    return LOOK_AHEAD if runs <= 100 else runs * LOOK_AHEAD // 100


def half_widths(times: np.ndarray, level: float = LEVEL) -> np.ndarray:
    """The largest half-width of the differences that matter, in months, after 2, 3, ... R replicates: float64[R - 1].

    times: float64[K, R], months to target counted up to the horizon.
    """
    from scipy.stats import t

    strategies, runs = times.shape
    n = np.arange(1, runs + 1)
    best = np.argmin(np.cumsum(times, axis=1), axis=0)
    pairs = list(combinations(range(strategies), 2))
    quantile = t.ppf(1 - (1 - level) / len(pairs) / 2, n[1:] - 1)
    widest = np.zeros(runs - 1)
    for one, other in pairs:
        gap = times[one] - times[other]
        squares = np.cumsum(gap**2) - np.cumsum(gap) ** 2 / n
        width = quantile * np.sqrt(np.maximum(squares[1:], 0) / (n[1:] - 1) / n[1:])
        matters = (one == 0) | (best[1:] == one) | (best[1:] == other)
        widest = np.where(matters, np.maximum(widest, width), widest)
    return widest


def precise(times: np.ndarray, precision: float) -> bool:
    """Whether differences are told within `precision` months, and were so over the look-ahead."""
    runs = times.shape[1]
    if runs < FIRST_BATCH:
        return False
    return bool((half_widths(times)[-(look_ahead(runs) + 1) :] <= precision).all())
