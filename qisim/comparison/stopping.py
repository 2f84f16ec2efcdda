"""How many replicates a comparison needs: until the differences in time to target are told precisely enough.

Replicates come in batches. A comparison may stop once the half-width of every paired difference that matters, to the
first strategy and to the fastest so far, is within the precision asked for, and was so over the last few replicates,
too: a look-ahead, which keeps a narrow interval met by chance from ending the comparison. Intervals are the widest that
Holm's method may need. Source of the look-ahead: Hoad, Robinson and Davies 2010, J Oper Res Soc 61:1632-1644.

Intervals count two replicates more, one that differs by the whole horizon and one by as much the other way
(`qisim.comparison.paired.Means`). Without them, replicates in which nobody arrives would look like certainty.
benchmarks/stopping.py measures how often the intervals hold the truth after stopping.
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


def half_widths(times: np.ndarray, horizon: int, level: float = LEVEL) -> np.ndarray:
    """The largest half-width of the differences that matter, in months, after 2, 3, ... R replicates: float64[R - 1].

    times: float64[K, R], months to target counted up to the horizon.
    """
    from scipy.stats import t

    strategies, runs = times.shape
    n = np.arange(1, runs + 1)
    with_ends = n + 2
    best = np.argmin(np.cumsum(times, axis=1), axis=0)
    pairs = list(combinations(range(strategies), 2))
    quantile = t.ppf(1 - (1 - level) / len(pairs) / 2, with_ends[1:] - 1)
    widest = np.zeros(runs - 1)
    for one, other in pairs:
        gap = times[one] - times[other]
        squares = np.cumsum(gap**2) + 2.0 * horizon**2 - np.cumsum(gap) ** 2 / with_ends
        width = quantile * np.sqrt(squares[1:] / (with_ends[1:] - 1) / with_ends[1:])
        matters = (one == 0) | (best[1:] == one) | (best[1:] == other)
        widest = np.where(matters, np.maximum(widest, width), widest)
    return widest


def precise(times: np.ndarray, horizon: int, precision: float) -> bool:
    """Whether differences are known within `precision` months, and were so over the look-ahead."""
    return times.shape[1] >= FIRST_BATCH and held(half_widths(times, horizon), precision)


def held(widths: np.ndarray, precision: float) -> bool:
    """Whether the last of these half-widths are within `precision`, over the look-ahead."""
    return bool((widths[-(look_ahead(len(widths) + 1) + 1) :] <= precision).all())
