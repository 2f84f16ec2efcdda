"""Sobol indices of a Saltelli design: the share of the variance between points that each input accounts for.

Estimators of Saltelli et al. 2010 (Computer Physics Communications 181:259-270) and Jansen 1999, freed of luck. The
means of few replicates differ between points by luck, too: as they are, a first index is too small by the factor 1 - u,
where u is the share of luck in their variance, and the total index of an input without any effect is L instead of 0,
where L is half the variance that luck adds to a step, as a share. So each product here takes its two values from
different replicates, whose luck is independent, and is averaged over all pairs of replicates. That is S1 / (1 - u) and
(ST - L) / (1 - u). The variance is that of all points, for every place of a block has each input over its whole range.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from qisim.sensitivities.methods.estimate import Estimate, Spread, estimates, half_widths
from qisim.sensitivities.methods.salib import check_blocks
from qisim.sensitivities.methods.sample import Gathered, Sample, Untold

RARELY = NormalDist().inv_cdf(0.95)


@dataclass(frozen=True)
class Sobol:
    """Indices by factor, in the order of the factors; `second` by pair of their places, empty where not asked for.

    `first` is what a factor accounts for by itself, `total` with all its interactions, `second` what two account for
    beyond each of them. `nothing` is a total that luck alone exceeds in one of twenty cases.
    """

    first: list[Estimate]
    total: list[Estimate]
    second: dict[tuple[int, int], Estimate]
    nothing: list[float]


def sobol(gathered: Gathered, sample: Sample) -> Sobol:
    """Sobol indices of the expected outcome. Raises Untold where the design does not give them, or luck hides them.

    Intervals hold both which points were drawn and the luck of the replicates. A single replicate cannot be freed of
    its luck, and gives no intervals.
    """
    check_blocks(gathered, sample, "saltelli", "Saltelli")
    count, blocks = len(sample.factors), sample.blocks
    values = sample.values.reshape(blocks, gathered.block_size, sample.replicates)
    values = values - values.mean(axis=(0, 1))  # luck that all points share moves no index
    a, b, mixed = values[:, 0], values[:, -1], values[:, 1 : count + 1]
    pairs = gathered.block_size == 2 * count + 2
    whole = np.mean([_products(one, one) for one in values.swapaxes(0, 1)], axis=0)
    if sample.replicates > 1 and _hidden(whole.mean(axis=1)):
        raise Untold("its means differ between points by hardly more than luck makes them; sweep with more replicates")
    first = [_products(b, mixed[:, i] - a) for i in range(count)]
    total = [_products(mixed[:, i] - a, mixed[:, i] - a) / 2 for i in range(count)]
    second = {
        (i, j): _products(values[:, count + 1 + i], mixed[:, j]) - _products(a, b) - first[i] - first[j]
        for i in range(count) for j in range(i + 1, count) if pairs
    }  # fmt: skip
    told = _shares(np.stack([*first, *total, *second.values()]), whole)
    return Sobol(
        first=told[:count],
        total=told[count : 2 * count],
        second=dict(zip(second, told[2 * count :], strict=True)),
        nothing=[_luck(mixed[:, i] - a) / float(whole.mean()) for i in range(count)],
    )


def _products(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The products of two values, float64[N, R], each from another replicate; float64[N, R], whose mean is the index.

    Replicate r stands for the products with r on either side. With a single replicate there is nothing but its own.
    """
    replicates = one.shape[1]
    if replicates < 2:
        return np.asarray(one * other)
    crossed = one * (other.sum(axis=1, keepdims=True) - other) + other * (one.sum(axis=1, keepdims=True) - one)
    return np.asarray(crossed / (2 * (replicates - 1)))


def _hidden(by_block: np.ndarray) -> bool:
    """Whether the variance between points, as each block tells it, float64[N], cannot be told from none."""
    return bool(by_block.mean() <= RARELY * by_block.std(ddof=1) / np.sqrt(len(by_block)))


def _shares(parts: np.ndarray, whole: np.ndarray) -> list[Estimate]:
    """Parts of the variance, float64[n, N, R], as shares of the `whole`, float64[N, R], with intervals.

    The variance of a share is that between blocks, which holds luck of their own, and what luck that moves the share in
    all blocks alike adds to it: the variance between replicates beyond that of independent cells.
    """
    shares = parts.mean(axis=(1, 2)) / whole.mean()
    _, blocks, replicates = parts.shape
    if replicates < 2:
        return estimates(shares, None)
    pull = (parts - shares[:, None, None] * whole) / whole.mean()
    drawn = np.square(pull.mean(axis=2)).sum(axis=1) / (blocks * (blocks - 1))
    cells = 2 * pull / (blocks * replicates)  # each replicate stands on both sides of its products
    common = np.square(cells.sum(axis=1)).sum(axis=1) - np.square(cells).sum(axis=(1, 2))
    luck = Spread(np.maximum(common, 0) * replicates / (replicates - 1), replicates - 1)
    return estimates(shares, half_widths([Spread(drawn, blocks - 1), luck]))


def _luck(steps: np.ndarray) -> float:
    """The part of the variance that a step without any effect, float64[N, R], exceeds in one of twenty cases."""
    blocks, replicates = steps.shape
    if replicates < 2:
        return 0.0
    fourth = np.square(steps.var(axis=1, ddof=1)).mean() * (replicates - 1) / (replicates + 1)
    return float(RARELY * np.sqrt(2 * fourth / (replicates * (replicates - 1) * blocks)) / 2)
