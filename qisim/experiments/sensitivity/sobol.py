"""Sobol indices of a Saltelli design: the share of the variance between points that each input accounts for.

Estimators of Saltelli et al. 2010 (Computer Physics Communications 181:259-270), by SALib.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qisim.experiments.sensitivity.estimate import Estimate, Spread, estimate, estimates, half_widths, jackknife
from qisim.experiments.sensitivity.salib import NORMAL, RESAMPLES, SEED, check_blocks, problem
from qisim.experiments.sensitivity.sample import Gathered, Sample
from qisim.outcomes.intervals import LEVEL


@dataclass(frozen=True)
class Sobol:
    """Indices by factor, in the order of the factors; `second` by pair of their places, empty where not asked for.

    `first` is what a factor accounts for by itself, `total` with all its interactions, `second` what two account for
    beyond each of them. `nothing` is how much of each `total` is luck that is left in the means of few replicates.
    """

    first: list[Estimate]
    total: list[Estimate]
    second: dict[tuple[int, int], Estimate]
    nothing: list[float]


def sobol(gathered: Gathered, sample: Sample) -> Sobol:
    """Sobol indices of an outcome's mean over replicates. Raises Untold where the design does not give them.

    Intervals hold both which points were drawn (bootstrap over base points) and the luck of the replicates.
    """
    from SALib.analyze import sobol as salib

    check_blocks(gathered, sample, "saltelli", "Saltelli")
    count = len(sample.factors)
    pairs = gathered.block_size == 2 * count + 2
    corners = [(i, j) for i in range(count) for j in range(i + 1, count)] if pairs else []

    def indices(means: np.ndarray, resamples: int) -> tuple[np.ndarray, np.ndarray]:
        if means.max() == means.min():  # without some replicates; SALib would divide by zero
            return np.full(2 * count + len(corners), np.nan), np.full(2 * count + len(corners), np.nan)
        found = salib.analyze(
            problem(sample.factors),
            means,
            calc_second_order=pairs,
            num_resamples=resamples,
            conf_level=LEVEL,
            seed=SEED,
        )
        names = [("S1", i) for i in range(count)] + [("ST", i) for i in range(count)] + [("S2", at) for at in corners]
        return (
            np.array([found[name][at] for name, at in names], float),
            np.array([found[f"{name}_conf"][at] for name, at in names], float),
        )

    values, drawn = indices(sample.means, RESAMPLES)
    luck = jackknife(lambda kept: indices(sample.values[:, kept].mean(axis=1), 2)[0], np.arange(sample.replicates))
    half = half_widths([Spread(np.square(drawn / NORMAL), sample.blocks - 1), luck])
    assert half is not None
    return Sobol(
        first=estimates(values[:count], half[:count]),
        total=estimates(values[count : 2 * count], half[count : 2 * count]),
        second={at: estimate(values[2 * count + n], half[2 * count + n]) for n, at in enumerate(corners)},
        nothing=[_luck(sample, gathered.block_size, place) for place in range(count)],
    )


def _luck(sample: Sample, step: int, place: int) -> float:
    """What luck adds to a total index: half the variance, over replicates, of the mean change from A to AB."""
    if sample.replicates < 2:
        return 0.0
    one, other = sample.values[::step], sample.values[place + 1 :: step]
    change = (other - one).var(axis=1, ddof=1).mean() / sample.replicates
    whole = np.concatenate([sample.means[::step], sample.means[step - 1 :: step]]).var()
    return float(change / 2 / whole) if whole > 0 else 0.0
