"""The posterior: draws whose summaries lie near those of the observation, moved to where these would have put them.

Rejection with a regression adjustment, local-linear and with a spread that may change, on logit-transformed parameters
so that none leaves its range. Sources: Beaumont, Zhang and Balding 2002, Genetics 162:2025-2035; Blum and Francois
2010, Stat Comput 20:63-73. Parameters are told as shares: their places in the prior distribution, 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qisim.calibration.luck import Purpose, luck
from qisim.calibration.summaries import Array, learn
from qisim.outcomes.intervals import LEVEL, ends

NEAREST = 0.10
"""Share of the draws that is taken, the nearest ones."""

LEAST_TAKEN, MOST_TAKEN = 300, 2000
INNER = 1e-6
"""Shares are kept so far from the ends of the box for the logit."""

MOST_STRETCH = 3.0
LEAST_INSIDE = 10
"""Draws that must lie in a parameter's interval: with fewer it comes from drawing a straight line on to where nothing
was simulated."""

TAIL = 0.002
MARGIN = 0.25
"""The next box leaves out what lies beyond the posterior's tails and so much of its width further on."""


@dataclass(frozen=True)
class Posterior:
    """Weighted draws of the posterior.

    `shares` float64[K, D], places in the prior; `weights` float64[K], which add up to 1; `explained` float64[D], the
    share of each parameter's variance that its summary explains.
    """

    shares: Array
    weights: Array
    explained: Array

    @property
    def effective(self) -> float:
        """How many equally weighted draws they are worth."""
        return float(1 / np.sum(self.weights**2))

    def quantiles(self, at: npt.ArrayLike) -> Array:
        """Quantiles of each parameter's share, float64[Q, D]."""
        return np.column_stack([quantile(column, self.weights, at) for column in self.shares.T])

    def inside(self, shares: Array) -> npt.NDArray[np.int64]:
        """How many of the draws that were fitted, float64[N, D], lie in each parameter's interval: int64[D]."""
        low, high = self.quantiles(ends(LEVEL))
        return np.asarray(((shares >= low) & (shares <= high)).sum(axis=0))

    def equal(self, number: int, seed: int) -> npt.NDArray[np.int64]:
        """So many of the draws, each as likely as the others: their places, by systematic resampling."""
        start = luck(seed, number, Purpose.RESAMPLING).random()
        places = np.searchsorted(np.cumsum(self.weights), (np.arange(number) + start) / number)
        return np.minimum(places, len(self.weights) - 1)


def posterior(shares: Array, cells: Array, observed: Array, box: Array) -> Posterior:
    """The posterior from draws that fill a box of the prior evenly.

    `shares` float64[N, D] within `box` float64[D, 2], `cells` float64[N, C] simulated once for each draw, `observed`
    float64[C].
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # sums of several threads differ in their last bits from computer to computer
        return _posterior(shares, cells, observed, box)


def _posterior(shares: Array, cells: Array, observed: Array, box: Array) -> Posterior:
    learnt = learn(shares, cells, observed)
    distance = np.sqrt(np.sum((learnt.differences / learnt.errors) ** 2, axis=1))
    number = int(np.clip(NEAREST * len(shares), min(LEAST_TAKEN, len(shares) // 2), MOST_TAKEN))
    order = np.argsort(distance, kind="stable")
    taken, radius = np.sort(order[:number]), float(distance[order[number]])
    weights = 1 - (distance[taken] / max(radius, 1e-300)) ** 2  # Epanechnikov
    weights = np.maximum(weights, 1e-9)
    weights /= weights.sum()
    adjusted = adjust(shares[taken], learnt.differences[taken] / learnt.errors, weights, box)
    return Posterior(adjusted, weights, learnt.explained)


def adjust(shares: Array, differences: Array, weights: Array, box: Array) -> Array:
    """Shares as they would have been with no difference: by a local-linear, heteroscedastic regression.

    `differences` float64[K, S] of each draw's summaries from the observed ones.
    """
    width = box[:, 1] - box[:, 0]
    within = np.clip((shares - box[:, 0]) / width, INNER, 1 - INNER)
    logits = np.log(within / (1 - within))
    design = np.hstack([np.ones((len(shares), 1)), differences])
    coefficients = _least_squares(design, logits, weights)
    left = logits - design @ coefficients
    spread = np.log(np.maximum(left**2, 1e-12))
    change = differences @ _least_squares(design, spread, weights)[1:]  # of the log variance, from the observation
    stretch = np.clip(np.exp(-change / 2), 1 / MOST_STRETCH, MOST_STRETCH)
    moved = coefficients[0] + left * stretch
    return np.asarray(box[:, 0] + width / (1 + np.exp(-moved)))


def _least_squares(design: Array, values: Array, weights: Array) -> Array:
    """Coefficients of weighted least squares, float64[S + 1, D]."""
    root = np.sqrt(weights)[:, None]
    return np.asarray(np.linalg.lstsq(design * root, values * root, rcond=1e-10)[0])


def next_box(found: Posterior, box: Array) -> Array:
    """The part of a box, float64[D, 2], that the posterior does not exclude; a parameter hardly narrowed stays."""
    low, high = found.quantiles([TAIL, 1 - TAIL])
    room = MARGIN * (high - low)
    narrowed = np.column_stack([np.maximum(box[:, 0], low - room), np.minimum(box[:, 1], high + room)])
    narrowed = np.column_stack([np.floor(narrowed[:, 0] * 1000), np.ceil(narrowed[:, 1] * 1000)]) / 1000
    return np.clip(narrowed, 0, 1)


def quantile(values: Array, weights: Array, at: npt.ArrayLike) -> Array:
    """Weighted quantiles of values float64[K]; between draws along straight lines."""
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order]) - weights[order] / 2
    return np.interp(np.asarray(at, dtype=float), share / weights.sum(), values[order])
