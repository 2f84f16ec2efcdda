"""The decision table: every measure of every strategy, all paired differences, and which strategies are dominated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qisim.outcomes.measures import Measure, Ratio, measures
from qisim.outcomes.paired import Difference, Estimate, Pair, differences, estimate, ratio_estimate, share, share_best
from qisim.outcomes.ratio import linearised, steady
from qisim.outcomes.runs import Runs

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class Finding:
    """What came of one measure: `by_run` float64[K, R], then for each of the K strategies, and for each pair.

    `untold` says why a strategy has no mean; it is empty where it has one.
    """

    measure: Measure
    by_run: np.ndarray
    estimates: list[Estimate]
    best_share: list[float]
    differences: dict[Pair, Difference]
    untold: list[str]

    @property
    def told(self) -> list[int]:
        """The strategies that have a mean."""
        return [place for place, why in enumerate(self.untold) if not why]

    @property
    def best(self) -> int:
        """The strategy with the best mean; the first of several."""
        means = {place: self.estimates[place].mean for place in self.told}
        if not means:
            return 0
        wanted = min(means.values()) if self.measure.less_is_better else max(means.values())
        return next(place for place, mean in means.items() if mean == wanted)

    @property
    def alike(self) -> list[int]:
        """The strategies that do as the best does in every replicate, itself included."""
        return [place for place in range(len(self.by_run)) if self._same(place, self.best)]

    @property
    def differs(self) -> bool:
        """Whether any strategy does otherwise than another in any replicate."""
        return not all(self._same(place, 0) for place in range(len(self.by_run)))

    def _same(self, one: int, other: int) -> bool:
        import numpy as np

        return np.array_equal(self.by_run[one], self.by_run[other], equal_nan=True)

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
    return [
        _of_ratio(measure, measure.ratio, strategies) if measure.ratio else _of_values(measure, strategies)
        for measure in measures(strategies)
    ]


def _of_values(measure: Measure, strategies: Sequence[Runs]) -> Finding:
    import numpy as np

    values = np.array([measure.values(runs) for runs in strategies])
    estimates = [share(row > 0) if measure.kind == "chance" else estimate(row) for row in values]
    best = share_best(values, measure.less_is_better).tolist()
    return Finding(measure, values, estimates, best, differences(values), [""] * len(strategies))


def _of_ratio(measure: Measure, ratio: Ratio, strategies: Sequence[Runs]) -> Finding:
    import numpy as np

    parts = [ratio.parts(runs) for runs in strategies]
    values = np.array([ratio.each(top, bottom) for top, bottom in parts])
    linear = np.array([linearised(top, bottom, ratio.least) for top, bottom in parts])
    sure = [steady(bottom) for _, bottom in parts]
    estimates = [ratio_estimate(*row) for row in zip(linear, values, sure, strict=True)]
    best = share_best(values, measure.less_is_better).tolist()
    untold = [ratio.why_untold(runs) for runs in strategies]
    return Finding(measure, values, estimates, best, differences(values, linear=linear, steady=sure), untold)


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
