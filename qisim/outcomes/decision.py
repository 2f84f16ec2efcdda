"""The decision table: every measure of every strategy, all paired differences, and which strategies are dominated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qisim.outcomes.measures import Measure, measures
from qisim.outcomes.paired import Difference, Estimate, Pair, differences, estimate, share, share_best
from qisim.outcomes.runs import Runs

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class Finding:
    """What came of one measure: `by_run` float64[K, R], then for each of the K strategies, and for each pair."""

    measure: Measure
    by_run: np.ndarray
    estimates: list[Estimate]
    best_share: list[float]
    differences: dict[Pair, Difference]

    @property
    def best(self) -> int:
        """The strategy with the best mean; the first of several."""
        means = [e.mean for e in self.estimates]
        return means.index(min(means) if self.measure.less_is_better else max(means))

    @property
    def alike(self) -> list[int]:
        """The strategies that do as the best does in every replicate, itself included."""
        return [place for place, row in enumerate(self.by_run) if (row == self.by_run[self.best]).all()]

    @property
    def best_is_clear(self) -> bool:
        """Whether the best, and those alike, are clearly better than all others."""
        return all(self.clearly_better(self.best, i) for i in range(len(self.estimates)) if i not in self.alike)

    def no_worse(self, one: int, other: int) -> bool:
        """Whether the mean of strategy `one` is at least as good as that of `other`."""
        gap = self.differences[one, other].mean
        return gap <= 0 if self.measure.less_is_better else gap >= 0

    def clearly_better(self, one: int, other: int) -> bool:
        """Whether `one` is better than `other` by more than the interval of their difference."""
        gap = self.differences[one, other]
        return gap.clear and (gap.mean < 0) == self.measure.less_is_better


def findings(strategies: Sequence[Runs]) -> list[Finding]:
    """Every measure of strategies that were run among the same facilities with the same luck and horizon."""
    import numpy as np

    found = []
    for measure in measures(strategies[0]):
        values = np.array([measure.values(runs) for runs in strategies])
        estimates = [share(row > 0) if measure.kind == "chance" else estimate(row) for row in values]
        best = share_best(values, measure.less_is_better).tolist()
        found.append(Finding(measure, values, estimates, best, differences(values)))
    return found


def dominated(found: Sequence[Finding]) -> dict[int, list[int]]:
    """The strategies that are dominated, each with those that dominate it.

    One strategy dominates another if its mean is no worse by any criterion, and by one of them it is better beyond the
    interval of the difference.
    """
    criteria = [finding for finding in found if finding.measure.criterion]
    strategies = range(len(found[0].estimates))
    pairs = {
        other: [
            one for one in strategies if one != other
            and all(finding.no_worse(one, other) for finding in criteria)
            and any(finding.clearly_better(one, other) for finding in criteria)
        ]
        for other in strategies
    }  # fmt: skip
    return {other: by for other, by in pairs.items() if by}
