"""Sobol indices of a full factorial design, which are exact: every combination of levels is there.

The variance over the grid is split by functional analysis of variance (Efron and Stein 1981, Annals of Statistics
9:586-596), every combination counting alike. What luck adds to the variance of means is taken off, for each part by how
much that part differs between replicates; luck that points share adds nothing.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from qisim.sensitivities.methods.estimate import jackknifed
from qisim.sensitivities.methods.sample import Sample, Untold
from qisim.sensitivities.methods.sobol import Sobol


def grid_indices(sample: Sample) -> Sobol:
    """First, total and pairwise indices of an outcome's mean over replicates.

    Intervals hold the luck of the replicates. Raises Untold where the grid is not complete, or luck hides the inputs.
    """
    order, shape = _order(sample)
    count = len(shape)
    pairs = list(combinations(range(count), 2))

    def indices(_: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return _indices(sample.values[order][:, columns].reshape(*shape, len(columns)), pairs)

    told = jackknifed(sample, indices)
    if not np.isfinite(told[0].value):
        raise Untold("its means differ between points by no more than luck makes them")
    second = dict(zip(pairs, told[2 * count :], strict=True))
    return Sobol(told[:count], told[count : 2 * count], second, nothing=[0.0] * count)


def _order(sample: Sample) -> tuple[np.ndarray, tuple[int, ...]]:
    """The places of the points in the order of the grid, the last factor fastest, and its shape."""
    places = [np.unique(factor.codes(sample.column(factor)), return_inverse=True)[1] for factor in sample.factors]
    shape = tuple(int(place.max()) + 1 for place in places)
    flat = np.ravel_multi_index(tuple(places), shape)
    if len(flat) != np.prod(shape) or len(np.unique(flat)) != len(flat):
        raise Untold(f"asks for every combination of levels, {np.prod(shape)} points; {len(flat)} can be told")
    return np.argsort(flat), shape


def _indices(table: np.ndarray, pairs: list[tuple[int, int]]) -> np.ndarray:
    """S1 and ST of each axis but the last, the replicates, and S2 of each pair; NaN where luck explains all."""
    axes = range(table.ndim - 1)
    table = table - table.mean(axis=tuple(axes), keepdims=True)

    def explained(kept: tuple[int, ...]) -> float:
        """The variance of the means over all axes but those kept, less what luck adds to it."""
        means = table.mean(axis=tuple(axis for axis in axes if axis not in kept))
        luck = means.var(axis=-1, ddof=1).mean() / means.shape[-1] if means.shape[-1] > 1 else 0.0
        return float(np.square(means.mean(axis=-1)).mean() - luck)

    whole = explained(tuple(axes))
    if whole <= 1e-12 * max(1.0, float(np.square(table).mean())):
        return np.full(2 * len(axes) + len(pairs), np.nan)
    alone = [explained((i,)) for i in axes]
    without = [explained(tuple(axis for axis in axes if axis != i)) for i in axes]
    both = [explained(pair) - alone[pair[0]] - alone[pair[1]] for pair in pairs]
    return np.array([*alone, *(whole - rest for rest in without), *both]) / whole
