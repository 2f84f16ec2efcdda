"""PAWN: how far knowing an input moves the distribution of an outcome; of any design, whatever shape outcomes have.

Pianosi and Wagener 2018 (Environmental Modelling & Software 108:197-207), of the means of points over replicates. The
index is never quite 0, for the distribution of a part of the points differs from that of all by luck; what an input
that does nothing would reach is found from columns drawn at random (Khorashadi Zadeh et al. 2017, Environmental
Modelling & Software 91:210-222). Distances are those of SciPy's ks_2samp, of all parts at once and without the test
of significance that takes most of its time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qisim.sensitivities.methods.estimate import Estimate, estimate
from qisim.sensitivities.methods.factor import Factor
from qisim.sensitivities.methods.salib import NORMAL, SEED
from qisim.sensitivities.methods.sample import Sample, Untold

RESAMPLES = 30
DUMMIES = 30
FEWEST_POINTS = 40
MOST_SLICES = 10
POINTS_A_SLICE = 15


@dataclass(frozen=True)
class Pawn:
    """The mean Kolmogorov-Smirnov distance by factor, in their order, 0 to 1.

    `nothing` is what an input with the same values but without any effect would exceed in one of twenty cases.
    """

    distance: list[Estimate]
    nothing: list[float]


def pawn(sample: Sample) -> Pawn:
    """PAWN indices of an outcome's mean over replicates, with bootstrap intervals. Raises Untold for too few points."""
    if sample.method == "one_at_a_time":
        raise Untold("points that leave all inputs but one as they are do not cover the ranges")
    if len(sample.points) < FEWEST_POINTS:
        raise Untold(f"asks for {FEWEST_POINTS} points at least; there are {len(sample.points)}")
    if sample.means.max() == sample.means.min():
        raise Untold("it is the same at all points")
    rng = np.random.default_rng(SEED)
    codes = [factor.codes(sample.column(factor)) for factor in sample.factors]
    slices = [_slices(factor, len(sample.points)) for factor in sample.factors]
    found = [_distance(column, sample.means, cut, rng) for column, cut in zip(codes, slices, strict=True)]
    again = np.empty((RESAMPLES, len(codes)))
    for row in again:
        drawn = _resampled(sample, rng)
        row[:] = [_distance(column[drawn], sample.means[drawn], cut, rng)
                  for column, cut in zip(codes, slices, strict=True)]  # fmt: skip
    half = NORMAL * again.std(axis=0, ddof=1)
    dummies = [
        [_distance(rng.permutation(column), sample.means, cut, rng) for _ in range(DUMMIES)]
        for column, cut in zip(codes, slices, strict=True)
    ]
    return Pawn(
        [estimate(value, width).kept_within(0, 1) for value, width in zip(found, half, strict=True)],
        np.quantile(dummies, 0.95, axis=1).tolist(),
    )


def _resampled(sample: Sample, rng: np.random.Generator) -> np.ndarray:
    """Points drawn again, block by block."""
    blocks = rng.integers(sample.blocks, size=sample.blocks)
    if not sample.blocked:
        return blocks
    order = np.argsort(sample.block, kind="stable")
    ends = np.searchsorted(sample.block[order], np.arange(sample.blocks + 1))
    return np.concatenate([order[ends[block] : ends[block + 1]] for block in blocks])


def _distance(column: np.ndarray, means: np.ndarray, slices: int, rng: np.random.Generator) -> float:
    """The index of one column. Ranks give every slice as many points, and every level slices of its own."""
    count = len(column)
    ranks = np.empty(count, int)
    ranks[np.lexsort((rng.random(count), column))] = np.arange(count)
    return mean_distance(ranks * slices // count, means)


def mean_distance(part: np.ndarray, values: np.ndarray) -> float:
    """The mean, over parts, of the Kolmogorov-Smirnov distance of a part's values to all; `part` is int64[P] from 0."""
    order = np.argsort(values, kind="stable")
    last = np.append(np.flatnonzero(np.diff(values[order])), len(values) - 1)  # of equal values count all
    inside = part[order][:, None] == np.arange(part.max() + 1)
    below = inside.cumsum(axis=0)[last] / np.maximum(inside.sum(axis=0), 1)
    distances = np.abs(below - ((last + 1) / len(values))[:, None]).max(axis=0)
    return float(distances[inside.any(axis=0)].mean())


def _slices(factor: Factor, points: int) -> int:
    """Into how many parts of equal size the values of a factor are cut: levels, or what has points enough."""
    return max(2, len(factor.levels) or min(MOST_SLICES, points // POINTS_A_SLICE))
