"""What stands between the simulated and the observed cells: sampling by assessors, and a model that is a little off."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qisim.calibration.luck import Purpose, luck
from qisim.calibration.summaries import Array
from qisim.observed.agreement import correlation, kinds, sampling
from qisim.observed.observed import Observed
from qisim.scenario.schema import Scenario


class Errors:
    """Errors of the cells, drawn anew for each simulation by its number, whoever simulates it.

    Figures of assessors from outside come from a sample of as many records as facilities review for theirs; the
    simulation has the truth. Reported figures are simulated with their own sampling. `tolerance`, a share, is the
    standard deviation of what the model is off by, alike in months, places and indicators as `agreement` says.
    """

    def __init__(self, observed: Observed, scenario: Scenario, tolerance: float, seed: int):
        self._most, self._seed = np.where(observed.counts, observed.facilities, 1).astype(float), seed
        self._sampled = np.where(observed.kinds == "measured", sampling(observed, scenario), 0.0)
        self._roots = [(cells, tolerance * _root(observed, cells)) for cells in kinds(observed)] if tolerance else []

    def added(self, numbers: npt.NDArray[np.int64], cells: Array) -> Array:
        """Cells float64[N, C] of the simulations of these numbers, with errors, within what can be observed."""
        if not self._roots and not self._sampled.any():
            return cells
        drawn = np.array([luck(self._seed, int(n), Purpose.ERRORS).standard_normal((2, cells.shape[1]))
                          for n in numbers])  # fmt: skip
        noisy = cells + drawn[:, 0] * np.sqrt(self._sampled * np.maximum(cells * (1 - cells), 0))
        for those, root in self._roots:
            noisy[:, those] += np.einsum("nc,dc->nd", drawn[:, 1, those], root) * self._most[those]
        return np.clip(noisy, 0, self._most)


def _root(observed: Observed, cells: npt.NDArray[np.int64]) -> Array:
    """A square root, float64[C, C], of the correlation of the model's errors in some cells of one kind."""
    return np.asarray(np.linalg.cholesky(correlation(observed, cells) + 1e-9 * np.eye(len(cells))))
