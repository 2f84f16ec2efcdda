"""The mean outcome by two inputs at a time: levels as they are, ranges in bins with as many points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from qisim.experiments.sensitivity.estimate import Estimate, mean_over
from qisim.experiments.sensitivity.factor import Factor
from qisim.experiments.sensitivity.sample import Sample, Untold, plain

MOST_BINS = 5
POINTS_A_CELL = 4


@dataclass(frozen=True)
class Grid:
    """Cells by the bins of two factors, `across` and `up`: the mean outcome, None where there is no point.

    `cells[j][i]` belongs to bin i of `across` and j of `up`; `points` tells how many points each mean is of.
    """

    across: Factor
    up: Factor
    across_bins: list[str]
    up_bins: list[str]
    cells: list[list[Estimate | None]]
    points: np.ndarray


def grid(sample: Sample, across: Factor, up: Factor) -> Grid:
    """The mean outcome by two factors. Raises Untold where there are too few points or the outcome never changes."""
    if sample.constant:
        raise Untold("it is the same in all runs")
    if sample.method == "one_at_a_time":
        raise Untold("points that leave all inputs but one as they are do not show two together")
    x, across_bins = _bins(sample, across)
    y, up_bins = _bins(sample, up)
    cells: list[list[Estimate | None]] = []
    points = np.zeros((len(up_bins), len(across_bins)), int)
    for j in range(len(up_bins)):
        cells.append([])
        for i in range(len(across_bins)):
            inside = (x == i) & (y == j)
            points[j, i] = inside.sum()
            cells[-1].append(mean_over(sample, inside) if points[j, i] else None)
    return Grid(across, up, across_bins, up_bins, cells, points)


def grids(sample: Sample, most: Sequence[Factor]) -> list[Grid]:
    """A grid for each pair of the factors, the first pairs first."""
    if len(most) < 2:
        raise Untold("there is only one input")
    return [grid(sample, across, up) for i, across in enumerate(most) for up in most[i + 1 :]]


def _bins(sample: Sample, factor: Factor) -> tuple[np.ndarray, list[str]]:
    """The bin of each point, int64[P], and the bins in words."""
    values = sample.column(factor)
    if factor.kind != "range":
        codes = factor.codes(values)
        present, place = np.unique(codes, return_inverse=True)
        names = [factor.said(plain(values[codes == code][0])) for code in present]
        return place, names
    count = int(np.clip(np.sqrt(len(values) / POINTS_A_CELL), 2, MOST_BINS))
    edges = np.quantile(values.astype(float), np.linspace(0, 1, count + 1))
    place = np.searchsorted(edges[1:-1], values.astype(float), side="right")
    names = [f"{factor.said(low)} to {factor.said(high)}" for low, high in pairwise(edges)]
    return place, names
