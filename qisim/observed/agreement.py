"""How well a replicate agrees with what was seen: the measurement model.

Everything is compared as a share of facilities or a mean of 0-1, cell by cell. What is seen is what is simulated plus
an error that is normal, with the covariance between two cells of series of one kind

    tolerance^2 k (1/2 if of two places) (1/2 if of two indicators)
                                                         the model is off, and so it is elsewhere and in other months
    + 2 p (1 - p) / n of one cell, for counts            which of n facilities got there is luck
    + 2 (SPREAD^2 + p (1 - p) w / records) / n, for means
                                                         which facilities are there, and which records they reviewed

where k = 0.5^(months between / MEMORY), and p lies half way between what is seen and the mean of the replicates. w is
1 for an indicator, and for a score the sum of its indicators' squared weights, as each has records of its own. The 2
stands there because both the programme and a replicate had luck of their own. Cells of different series err
independently unless both are means as facilities report them, or both as measured from outside; a score counts as one
more indicator there. Without k a monthly series would pretend to know far more than a yearly one, and without the 1/2
a country of many districts, or a programme of many indicators, would leave the model no room to be off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qisim.observed.observed import Observed
from qisim.scenario.schema import Scenario
from qisim.scenario.uncertain import Uncertain

TOLERANCE = 0.05
"""How far the model's shares and means may be off by themselves, as a standard deviation. Assumed: two of
three times the model is right to 5 points when its parameters are."""

MEMORY = 12.0
"""Months after which half of the model's error is left; assumed."""

SPREAD = 0.15
"""Standard deviation of the scores of a place's facilities: the default spread of baselines."""

ELSEWHERE = 0.5
"""Correlation of the model's errors in two places, or on two indicators; assumed."""

SURELY_MISSED = 0.99


@dataclass(frozen=True, eq=False)
class Agreement:
    """How far R replicates are from what was seen.

    `distance` (float64[R]) is the squared Mahalanobis distance of each, `error_sd` (float64[cells]) the standard
    deviation of the error of a cell, as a share, and `residuals` (float64[R, cells]) seen less simulated, as shares.
    """

    distance: npt.NDArray[np.float64]
    error_sd: npt.NDArray[np.float64]
    residuals: npt.NDArray[np.float64]

    @property
    def log_likelihood(self) -> npt.NDArray[np.float64]:
        """Of what was seen under each replicate, up to a constant; float64[R]."""
        return -self.distance / 2

    @property
    def missed(self) -> bool:
        """Whether even the closest replicate is further away than the errors explain in 99 of 100 cases."""
        from scipy.stats import chi2

        return bool(self.distance.min() > chi2.ppf(SURELY_MISSED, self.residuals.shape[1]))

    def off(self) -> npt.NDArray[np.float64]:
        """How far each cell is from the mean of the replicates, in standard deviations of both; float64[cells]."""
        spread = np.sqrt(self.residuals.var(axis=0) + self.error_sd**2)
        return np.asarray(self.residuals.mean(axis=0) / spread)


def agreement(
    observed: Observed, simulated: npt.NDArray[np.float64], scenario: Scenario, tolerance: float = TOLERANCE
) -> Agreement:
    """Compare `simulated`, float64[R, cells] as `observed.simulated` gives it, with what was seen.

    `tolerance` is a share above 0.
    """
    scale = np.where(observed.counts, observed.facilities, 1)
    seen = observed.values / scale
    residuals = seen - simulated / scale
    # half a facility more on either side keeps none and all from being certain
    likely = (observed.facilities * (seen - residuals.mean(axis=0) / 2) + 0.5) / (observed.facilities + 1)
    distance, variance = np.zeros(len(simulated)), np.empty(len(observed))
    for cells in kinds(observed):
        covariance = _covariance(observed, cells, likely[cells], sampling(observed, scenario)[cells], tolerance)
        whitened = np.linalg.solve(np.linalg.cholesky(covariance), residuals[:, cells].T)
        distance += (whitened**2).sum(axis=0)
        variance[cells] = covariance.diagonal()
    return Agreement(distance, np.sqrt(variance), residuals)


def sampling(observed: Observed, scenario: Scenario) -> npt.NDArray[np.float64]:
    """What p (1 - p) is multiplied by for the variance of a mean p that comes of samples of records; float64[cells].

    Every facility reviews records of each indicator: the middle number where the scenario leaves it uncertain.
    """
    told = scenario.behaviour.records
    records = float(told.quantile(0.5) if isinstance(told, Uncertain) else told)
    weights = np.array([indicator.weight for indicator in scenario.indicators])
    score = float((weights**2).sum() / weights.sum() ** 2)
    share = np.array([1.0 if observed.series[name].indicator else score for name in observed.table["series"]])
    return np.asarray(share / (records * observed.facilities))


def kinds(observed: Observed) -> list[npt.NDArray[np.int64]]:
    """The cells whose errors go together: those of series of one kind, in the order of the series."""
    there = dict.fromkeys(observed.series[name].kind for name in observed.names)
    return [np.flatnonzero(observed.kinds == kind) for kind in there]


def correlation(observed: Observed, cells: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Between what the model is off by in some cells of one kind; float64[C, C]."""
    table = observed.table.iloc[cells]
    months = table["month"].to_numpy()
    result = 0.5 ** (np.abs(months[:, None] - months[None, :]) / MEMORY)
    for name in ("district", "series"):
        _, which = np.unique(table[name].to_numpy(str), return_inverse=True)
        result *= np.where(which[:, None] == which[None, :], 1.0, ELSEWHERE)
    return np.asarray(result)


def _covariance(
    observed: Observed,
    cells: npt.NDArray[np.int64],
    likely: npt.NDArray[np.float64],
    sampled: npt.NDArray[np.float64],
    tolerance: float,
) -> npt.NDArray[np.float64]:
    """Of the errors of some cells of one kind, as shares; float64[C, C]."""
    facilities, varying = observed.facilities[cells], likely * (1 - likely)
    luck = varying / facilities if observed.counts[cells[0]] else SPREAD**2 / facilities + varying * sampled
    return np.asarray(tolerance**2 * correlation(observed, cells) + np.diag(2 * luck))
