"""What a calibration is worth: what the data tell of each parameter, and whether the model can do what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from qisim.calibration.experiment import Fitted
from qisim.calibration.posterior import quantile
from qisim.calibration.priors import values
from qisim.calibration.summaries import Array
from qisim.observed.series import Series
from qisim.outcomes.intervals import LEVEL, ends

LITTLE = 0.2
"""Narrowed by less than that, an interval is called about as wide as before."""

TOGETHER = 0.6
"""Rank correlation from which the data tell of two parameters only together."""

RARE = 0.01
SEEMS_OFF = 0.05
NEIGHBOURS = 10
COMPARED = 400
LEAST_COUNT, LEAST_SHARE = 0.5, 0.005
"""Least standard deviation of a cell, in facilities and shares, so that one that never varies is not infinitely off."""


@dataclass(frozen=True)
class Told:
    """What the data tell of a parameter, in its unit: median and 90% interval before and after.

    `narrowed`: by which share of its width the interval shrank, in places of the prior.
    """

    name: str
    before: tuple[float, float, float]
    after: tuple[float, float, float]
    narrowed: float

    @property
    def little(self) -> bool:
        """Whether the data say little about it."""
        return self.narrowed < LITTLE


@dataclass(frozen=True)
class Pair:
    """Two parameters and the rank correlation of their draws in the posterior."""

    one: str
    other: str
    correlation: float


@dataclass(frozen=True)
class SeriesCheck:
    """A series in a place ("" for all): cells, how many lie in the 90% bands of the posterior's simulations, and how
    often such simulations are as far off their middle as what was seen (a p-value).
    """

    series: Series
    district: str
    cells: int
    inside: int
    as_far: float

    @property
    def missed(self) -> bool:
        """Whether the model misses it."""
        return self.as_far < SEEMS_OFF

    @property
    def words(self) -> str:
        """The series and the place in words."""
        return f"{self.series.words}, {self.district or 'all facilities'}"


class Checks:
    """The checks of a calibration, worked out when they are asked for."""

    def __init__(self, fitted: Fitted):
        self.fitted = fitted

    @cached_property
    def told(self) -> list[Told]:
        """What the data tell of each parameter, the most narrowed first."""
        low, high = ends(LEVEL)
        fitted, at = self.fitted, [0.5, low, high]
        priors = fitted.settings.priors
        before = values(priors, np.tile(np.array(at)[:, None], (1, len(priors))))
        after = np.column_stack([quantile(column, fitted.posterior.weights, at) for column in fitted.values.T])
        shares = fitted.posterior.quantiles([low, high])
        narrowed = 1 - (shares[1] - shares[0]) / LEVEL
        rows = [
            Told(prior.name, _three(before[:, i]), _three(after[:, i]), float(narrowed[i]))
            for i, prior in enumerate(priors)
        ]
        return sorted(rows, key=lambda row: -row.narrowed)

    @cached_property
    def correlations(self) -> Array:
        """Rank correlations of the posterior's draws, float64[D, D]."""
        ranks = np.argsort(np.argsort(self.fitted.posterior.shares, axis=0), axis=0).astype(float)
        found = np.atleast_2d(np.cov(ranks.T, aweights=self.fitted.posterior.weights))
        spread = np.sqrt(np.diag(found))
        return np.asarray(found / np.outer(spread, spread))

    @cached_property
    def pairs(self) -> list[Pair]:
        """Pairs of parameters, the strongest correlation first."""
        names = self.fitted.settings.names
        rows = [Pair(names[i], names[j], float(self.correlations[i, j]))
                for i in range(len(names)) for j in range(i)]  # fmt: skip
        return sorted(rows, key=lambda pair: -abs(pair.correlation))

    @property
    def together(self) -> list[Pair]:
        """Pairs of which the data tell only together."""
        return [pair for pair in self.pairs if abs(pair.correlation) >= TOGETHER]

    @cached_property
    def bands(self) -> Array:
        """The 90% band and median of the posterior's simulations: float64[3, C], low, median, high."""
        low, high = ends(LEVEL)
        return np.asarray(np.quantile(self.fitted.predictive, [low, 0.5, high], axis=0))

    @cached_property
    def prior_bands(self) -> Array:
        """The same of the first round, before the data."""
        low, high = ends(LEVEL)
        return np.asarray(np.quantile(self.fitted.prior.cells, [low, 0.5, high], axis=0))

    @cached_property
    def inside(self) -> npt.NDArray[np.bool_]:
        """Which cells were seen within the posterior's 90% bands, bool[C]."""
        seen = self.fitted.observed.values
        return np.asarray((self.bands[0] - 1e-9 <= seen) & (seen <= self.bands[2] + 1e-9))

    @cached_property
    def series(self) -> list[SeriesCheck]:
        """A check of each series in each place."""
        observed = self.fitted.observed
        return [
            SeriesCheck(
                observed.series[observed.table["series"].iloc[cells[0]]],
                str(observed.table["district"].iloc[cells[0]]),
                len(cells),
                int(self.inside[cells].sum()),
                self._as_far(cells),
            )
            for cells in observed.blocks()
        ]

    @cached_property
    def as_far(self) -> float:
        """How often simulations of the posterior are as far off their middle as what was seen, over all cells."""
        return self._as_far(np.arange(len(self.fitted.observed)))

    def _as_far(self, cells: npt.NDArray[np.int64]) -> float:
        simulated, seen = self.fitted.predictive[:, cells], self.fitted.observed.values[cells]
        middle, spread = np.median(simulated, axis=0), self._spread(simulated, cells)
        off = np.mean(((simulated - middle) / spread) ** 2, axis=1)
        return float((1 + np.sum(off >= np.mean(((seen - middle) / spread) ** 2))) / (1 + len(simulated)))

    def _spread(self, simulated: Array, cells: npt.NDArray[np.int64]) -> Array:
        least = np.where(self.fitted.observed.counts[cells], LEAST_COUNT, LEAST_SHARE)
        return np.asarray(np.maximum(simulated.std(axis=0), least))

    @cached_property
    def outside(self) -> npt.NDArray[np.int64]:
        """Cells in which what was seen lies beyond every simulation of the first round; of many, some do by luck."""
        seen, cells = self.fitted.observed.values, self.fitted.prior.cells
        return np.flatnonzero((seen < cells.min(axis=0) - 1e-9) | (seen > cells.max(axis=0) + 1e-9))

    @property
    def outside_by_luck(self) -> float:
        """How many cells at most would lie there on average if what was seen were one more simulation."""
        return 2 * len(self.fitted.observed) / (len(self.fitted.prior) + 1)

    @cached_property
    def alone(self) -> float:
        """How often a simulation of the first round is as far from the others nearest to it as what was seen is.

        Near 0: nothing that the prior allows looks like what was seen, all cells taken together.
        """
        cells = self.fitted.prior.cells
        spread = self._spread(cells, np.arange(cells.shape[1]))
        scaled, seen = cells / spread, self.fitted.observed.values / spread
        some = scaled[np.linspace(0, len(scaled) - 1, min(COMPARED, len(scaled))).astype(int)]
        own = np.array([_nearness(one, scaled, NEIGHBOURS + 1) for one in some])
        return float((1 + np.sum(own >= _nearness(seen, scaled, NEIGHBOURS))) / (1 + len(some)))

    @property
    def misfit(self) -> bool:
        """Whether the data lie outside of what the model does anywhere in the prior: one test of all cells together."""
        return self.alone < RARE


def _nearness(one: Array, others: Array, which: int) -> float:
    """The distance to so manieth nearest of the others."""
    off = others - one
    distances = np.einsum("nc,nc->n", off, off)
    which = min(which, len(others)) - 1
    return float(np.sqrt(np.partition(distances, which)[which]))


def _three(column: Array) -> tuple[float, float, float]:
    return float(column[0]), float(column[1]), float(column[2])
