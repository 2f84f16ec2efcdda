"""What stands between the simulated and the observed cells: sampling by assessors, and a model that is a little off."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qisim.experiments.calibrate.luck import Purpose, luck
from qisim.experiments.calibrate.summaries import Array
from qisim.outcomes.agreement import correlation, kinds, records
from qisim.outcomes.observed import Observed
from qisim.scenario.schema import Scenario


class Errors:
    """Errors of the cells, drawn anew for each simulation by its number, whoever simulates it.

    Figures of assessors from outside come from a sample of as many records as facilities review for theirs; the
    simulation has the truth. Reported figures are simulated with their own sampling. `tolerance`, a share, is the
    standard deviation of what the model is off by, alike in months and places near each other as `agreement` says.
    """

    def __init__(self, observed: Observed, scenario: Scenario, tolerance: float, seed: int):
        self._most, self._seed = np.where(observed.counts, observed.facilities, 1).astype(float), seed
        seen = np.where(observed.kinds == "measured", observed.values, 0.0)
        self._sampled = np.sqrt(seen * (1 - seen) / (observed.facilities * records(scenario)))
        self._factor = tolerance * _root(observed) if tolerance else None

    def added(self, numbers: npt.NDArray[np.int64], cells: Array) -> Array:
        """Cells float64[N, C] of the simulations of these numbers, with errors, within what can be observed."""
        if self._factor is None and not self._sampled.any():
            return cells
        drawn = np.array([luck(self._seed, int(n), Purpose.ERRORS).standard_normal((2, cells.shape[1]))
                          for n in numbers])  # fmt: skip
        noisy = cells + drawn[:, 0] * self._sampled
        if self._factor is not None:
            noisy = noisy + np.einsum("nc,dc->nd", drawn[:, 1], self._factor) * self._most
        return np.clip(noisy, 0, self._most)


def _root(observed: Observed) -> Array:
    """A square root, float64[C, C], of the correlation of the model's errors; kinds of series err independently."""
    root = np.zeros((len(observed), len(observed)))
    for cells in kinds(observed):
        root[np.ix_(cells, cells)] = np.linalg.cholesky(correlation(observed, cells) + 1e-9 * np.eye(len(cells)))
    return root
