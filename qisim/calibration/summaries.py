"""What of the observed cells tells about the parameters: summaries learnt by regression on simulated cells.

Semi-automatic approximate Bayesian computation: the best summary of a parameter is its posterior mean, which a
regression of the parameter on the simulated cells estimates. Source: Fearnhead and Prangle 2012, J R Stat Soc B
74:419-474. The regression is of ridge type, on the main components of the cells, their squares and products.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qisim.input.errors import BadInput, Problem

Array = npt.NDArray[np.float64]

FOLDS = 5
MOST_COMPONENTS = 40
SQUARED = 10
"""Of so many components, squares and products are used, too."""

EXPLAINED = 0.999
"""Components are taken until they hold this share of the variance of the cells."""

PENALTIES = tuple(10.0**power for power in range(-2, 5))
DRAWS_A_COMPONENT = 20
FAR = 4.0
"""Standard deviations beyond which squares grow no more, so that draws far off do not bend the curve."""


@dataclass(frozen=True)
class Learnt:
    """Summaries of draws, relative to those of what was observed.

    `differences`, float64[N, D]: the summary of a draw minus that of the observation. `errors`, float64[D]: standard
    deviation of what each summary leaves unexplained. `explained`, float64[D]: share of a parameter's variance that its
    summary explains, 0 to 1, in draws it was not learnt from.
    """

    differences: Array
    errors: Array
    explained: Array


def learn(shares: Array, cells: Array, observed: Array) -> Learnt:
    """Learn summaries from draws: parameters `shares` float64[N, D], `cells` float64[N, C], `observed` float64[C].

    Draws are parted in folds. A draw and the observation are compared by the summaries of a regression that knows
    neither, else draws would look more alike than they are. The same input gives the same summaries.

    Raises BadInput where no cell differs between draws.
    """
    folds = np.arange(len(shares)) % FOLDS
    varied = np.logical_and.reduce([varying(cells[folds != fold]) for fold in range(FOLDS)])
    if not varied.any():
        what = "tell of nothing that differs between simulations"
        raise BadInput(Problem("data", what, allowed="later months, or scores, too"))
    cells, observed = cells[:, varied], observed[varied]
    expected, seen = np.zeros_like(shares), np.zeros_like(shares)
    for fold in range(FOLDS):
        inside = folds == fold
        model = _Regression(int((~inside).sum()), cells.shape[1])
        model.fit(cells[~inside], shares[~inside])
        expected[inside], seen[inside] = model.expected(cells[inside]), model.expected(observed[None, :])
    left = (shares - expected).var(axis=0)
    explained = 1 - left / np.maximum(shares.var(axis=0), 1e-300)
    return Learnt(expected - seen, np.sqrt(np.maximum(left, 1e-300)), np.clip(explained, 0, 1))


def varying(cells: Array) -> npt.NDArray[np.bool_]:
    """Which cells differ between draws; the others tell nothing."""
    return np.ptp(cells, axis=0) > 1e-12 * np.maximum(np.abs(cells).max(axis=0), 1.0)


class _Regression:
    """Ridge regression of parameters on main components of the cells, with squares and products of the first."""

    def __init__(self, draws: int, cells: int):
        from sklearn.decomposition import PCA
        from sklearn.linear_model import RidgeCV
        from sklearn.preprocessing import StandardScaler

        most = min(MOST_COMPONENTS, max(1, draws // DRAWS_A_COMPONENT), cells)
        self._scaled, self._components = StandardScaler(), PCA(most, whiten=True, svd_solver="covariance_eigh")
        self._features, self._ridge = StandardScaler(), RidgeCV(PENALTIES, alpha_per_target=True)

    def fit(self, cells: Array, shares: Array) -> None:
        """Learn from draws."""
        self._components.fit(self._scaled.fit_transform(cells))
        self._ridge.fit(self._features.fit_transform(self._curved(cells)), shares)

    def expected(self, cells: Array) -> Array:
        """The expected parameters, float64[N, D]."""
        return np.asarray(self._ridge.predict(self._features.transform(self._curved(cells)))).reshape(len(cells), -1)

    def _curved(self, cells: Array) -> Array:
        explained = np.cumsum(self._components.explained_variance_ratio_)
        kept = int(np.searchsorted(explained, EXPLAINED)) + 1
        scores = self._components.transform(self._scaled.transform(cells))[:, :kept]
        first = np.clip(scores[:, :SQUARED], -FAR, FAR)
        one, other = np.triu_indices(first.shape[1])
        return np.hstack([scores, first[:, one] * first[:, other]])
