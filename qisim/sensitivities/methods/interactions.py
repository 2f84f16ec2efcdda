"""The mean outcome by two inputs at a time: levels as they are, ranges in bins with as many points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from qisim.sensitivities.methods.estimate import Estimate, gap_over, mean_over
from qisim.sensitivities.methods.factor import Factor
from qisim.sensitivities.methods.sample import Sample, Untold, plain

MOST_BINS = 5
POINTS_A_CELL = 4


@dataclass(frozen=True)
class Grid:
    """Cells by the bins of two factors, `across` and `up`: the mean outcome, None where there is no point.

    `cells[j][i]` belongs to bin i of `across` and j of `up`, `gaps[j][i]` is how much it is above the mean of all
    points, replicate by replicate; `points` tells how many points each mean is of.
    """

    across: Factor
    up: Factor
    across_bins: list[str]
    up_bins: list[str]
    cells: list[list[Estimate | None]]
    gaps: list[list[Estimate | None]]
    points: np.ndarray


def grid(sample: Sample, across: Factor, up: Factor) -> Grid:
    """The mean outcome by two factors. Raises Untold where there are too few points or the outcome never changes."""
    if sample.constant:
        raise Untold("it is the same in all runs")
    if sample.method == "one_at_a_time":
        raise Untold("points that leave all inputs but one as they are do not show two together")
    x, across_bins = _bins(sample, across)
    y, up_bins = _bins(sample, up)
    inside = [[(x == i) & (y == j) for i in range(len(across_bins))] for j in range(len(up_bins))]
    cells = [[mean_over(sample, cell) if cell.any() else None for cell in line] for line in inside]
    gaps = [[gap_over(sample, cell) if cell.any() else None for cell in line] for line in inside]
    points = np.array([[cell.sum() for cell in line] for line in inside])
    return Grid(across, up, across_bins, up_bins, cells, gaps, points)


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
    numbers = values.astype(float)
    count = int(np.clip(np.sqrt(len(values) / POINTS_A_CELL), 2, MOST_BINS))
    edges = np.unique(np.quantile(numbers, np.linspace(0, 1, count + 1)))
    held, place = np.unique(np.searchsorted(edges[1:-1], numbers, side="right"), return_inverse=True)
    edges = np.append(edges[held], edges[-1])  # a bin without points belongs to the one below it
    if not factor.whole:
        return place, [f"{factor.said(low)} to {factor.said(high)}" for low, high in pairwise(edges)]
    ends = [(numbers[place == k].min(), numbers[place == k].max()) for k in range(int(place.max()) + 1)]
    return place, [factor.said(low) if low == high else f"{factor.said(low)} to {factor.said(high)}"
                   for low, high in ends]  # fmt: skip
