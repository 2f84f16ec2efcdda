"""Chance and ignorance told apart: how much of an outcome's variance comes from the inputs, how much from luck.

The law of total variance, Var(Y) = Var(E[Y | inputs]) + E[Var(Y | inputs)], with unbiased estimates of both parts. All
points share the luck of their replicates (common random numbers), so luck has two parts: what makes a future better or
worse at every point alike, and what acts on each point in its own way. Only the second part makes the means of points
differ from each other, and is taken off their variance; the first is luck all the same. This is the two-way analysis
of variance without interaction (Searle, Casella and McCulloch 1992, chapter 4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qisim.sensitivities.methods.estimate import Estimate, jackknifed
from qisim.sensitivities.methods.sample import Sample, Untold


@dataclass(frozen=True)
class Split:
    """Where the variance of an outcome comes from, in the outcome's unit squared, and as shares of all.

    `inputs` is the variance of the expected outcome between points; `shared_luck` that of luck which moves all points
    alike, `own_luck` that of luck which moves each its own way. `unresolved` is the share of the variance between the
    points' means that is luck still, and that more replicates would take away.
    """

    inputs: float
    shared_luck: float
    own_luck: float
    share_inputs: Estimate
    share_shared_luck: Estimate
    share_own_luck: Estimate
    unresolved: float


def split(sample: Sample) -> Split:
    """The variance of an outcome split. Raises Untold where the sweep cannot tell luck from inputs."""
    if sample.method == "one_at_a_time":
        raise Untold("a one-at-a-time design covers too little of what the inputs can be together")
    if sample.replicates < 2:
        raise Untold("with a single replicate luck cannot be told from inputs; sweep with two or more")
    if sample.constant:
        raise Untold("it is the same in all runs")

    def shares(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        parts = np.maximum(components(sample.values[np.ix_(rows, columns)], sample.whole_grid), 0)
        return parts / parts.sum() if parts.sum() > 0 else np.zeros(3)

    inputs, shared, own = map(float, components(sample.values, sample.whole_grid))
    if sample.replicates > 2 and sample.blocks > 2:
        told = [one.kept_within(0, 1) for one in jackknifed(sample, shares)]
    else:
        told = [Estimate(float(one)) for one in shares(np.arange(len(sample.values)), np.arange(sample.replicates))]
    between = sample.means.var(ddof=1)
    unresolved = min(own / sample.replicates / float(between), 1.0) if between > 0 else 0.0
    return Split(inputs, shared, own, told[0], told[1], told[2], unresolved)


def components(values: np.ndarray, whole_grid: bool = False) -> np.ndarray:
    """Variance from inputs, from shared luck and from own luck, float64[3]; chance may make one negative.

    `values` is float64[P, R], at least 2 by 2. The points of a whole grid are all there are: their variance is taken
    over P instead of P - 1.
    """
    points, replicates = values.shape
    by_point, by_replicate, mean = values.mean(axis=1), values.mean(axis=0), values.mean()
    left = values - by_point[:, None] - by_replicate[None, :] + mean
    own = np.square(left).sum() / ((points - 1) * (replicates - 1))
    inputs = by_point.var(ddof=1) - own / replicates
    shared = by_replicate.var(ddof=1) - own / points
    return np.array([inputs * ((points - 1) / points if whole_grid else 1), shared, own])
