"""Morris screening: how much an outcome moves when one input crosses its whole range, wherever the others are.

Elementary effects of Morris 1991 with mu* of Campolongo et al. 2007 (Environmental Modelling & Software
22:1509-1518), by SALib. Luck in the means of few replicates makes a mean size larger on average, and by no more than
the mean size of luck alone, because |effect + luck| <= |effect| + |luck|. So an interval reaches down by that much.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from qisim.outcomes.intervals import LEVEL
from qisim.sensitivities.methods.estimate import Estimate, Spread, estimates, half_widths, jackknife
from qisim.sensitivities.methods.salib import NORMAL, RESAMPLES, SEED, check_blocks, problem
from qisim.sensitivities.methods.sample import Gathered, Sample, Untold
from qisim.sweeps.points import MORRIS_LEVELS

STEP = MORRIS_LEVELS / (2 * (MORRIS_LEVELS - 1))
"""The part of its range that a factor moves by at a step of a trajectory."""


@dataclass(frozen=True)
class Morris:
    """Effects by factor, in the order of the factors and the unit of the outcome.

    `size` is mu*, the mean size of an effect; `mean` mu, with its sign; `spread` sigma: large where the effect depends
    on the other inputs, or is not a straight line. `nothing` is a size that luck alone exceeds in one of twenty cases.
    Intervals are those of the size without luck, which lies below `size` where luck is large.
    """

    size: list[Estimate]
    mean: list[float]
    spread: list[float]
    nothing: list[float]


def morris(gathered: Gathered, sample: Sample) -> Morris:
    """Morris effects on an outcome's mean over replicates. Raises Untold where the design does not give them.

    Intervals hold both which trajectories were drawn (bootstrap) and the luck of the replicates. A single replicate
    gives none, for its luck cannot be told from effects.
    """
    from SALib.analyze import morris as salib

    check_blocks(gathered, sample, "morris", "Morris")
    inputs = np.column_stack([factor.codes(sample.column(factor)) for factor in sample.factors])
    others = [f.name for f, column in zip(sample.factors, inputs.T, strict=True) if len(set(column)) != MORRIS_LEVELS]
    if others:  # a step is two thirds of the range with as many levels as the design has, and otherwise not
        raise Untold(f"asks for factors with {MORRIS_LEVELS} levels or a range, unlike {', '.join(others)}")

    def effects(means: np.ndarray, resamples: int) -> dict[str, np.ndarray]:
        found = salib.analyze(
            problem(sample.factors),
            inputs,
            means,
            num_resamples=resamples,
            conf_level=LEVEL,
            num_levels=MORRIS_LEVELS,
            seed=SEED,
        )
        return {name: np.asarray(found[name], float) for name in ("mu", "mu_star", "sigma", "mu_star_conf")}

    found = effects(sample.means, RESAMPLES)
    luck = jackknife(
        lambda kept: effects(sample.values[:, kept].mean(axis=1), 2)["mu_star"], np.arange(sample.replicates)
    )
    if luck is None:
        return Morris(estimates(found["mu_star"], None), found["mu"].tolist(), found["sigma"].tolist(),
                      [0.0] * len(sample.factors))  # fmt: skip
    half = half_widths([Spread(np.square(found["mu_star_conf"] / NORMAL), sample.blocks - 1), luck])
    alone, nothing = _luck(sample, inputs)
    size = [Estimate(one.value, None if one.low is None else max(one.low - by, 0.0), one.high)
            for one, by in zip(estimates(found["mu_star"], half), alone, strict=True)]  # fmt: skip
    return Morris(size, found["mu"].tolist(), found["sigma"].tolist(), nothing)


def _luck(sample: Sample, inputs: np.ndarray) -> tuple[list[float], list[float]]:
    """The mean size of effects that luck makes where there is none, and one that it exceeds in one of twenty cases."""
    count = len(sample.factors)
    steps = np.diff(inputs.reshape(-1, count + 1, count), axis=1) != 0
    effects = np.diff(sample.values.reshape(-1, count + 1, sample.replicates), axis=1) / STEP
    variance = effects.var(axis=2, ddof=1) / sample.replicates
    spread = [np.sqrt(variance[steps[:, :, i]].mean()) if steps[:, :, i].any() else 0.0 for i in range(count)]
    mean, deviation = np.sqrt(2 / np.pi), np.sqrt(1 - 2 / np.pi)  # of the size of a normal variable
    rarely = mean + NormalDist().inv_cdf(0.95) * deviation / np.sqrt(sample.blocks)
    return [float(one * mean) for one in spread], [float(one * rarely) for one in spread]
