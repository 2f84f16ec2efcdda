"""The decision table: every measure of every strategy, all paired differences, and which strategies are dominated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qisim.comparison.paired import (
    ANY,
    Difference,
    Ends,
    Estimate,
    Means,
    Pair,
    Shares,
    differences,
    estimate,
    ratio_estimate,
    share,
    share_best,
)
from qisim.comparison.ratio import linearised, steady
from qisim.outcomes.equity import CHANGE, POINTS
from qisim.outcomes.measures import Measure, Ratio, measures
from qisim.outcomes.runs import Runs

if TYPE_CHECKING:
    import numpy as np


LEAST = {"time": 0.1, "chance": 0.005, "level": 0.005, "share": 0.005, "gap": CHANGE}
"""The smallest mean differences that matter, by kind of measure: a tenth of a month, half a percentage point or half a
point of a score of 100, and the points of a gap between groups on which planners act. Assumed."""

LEAST_PART = 0.01
"""The same of amounts of money and of effort: one in a hundred of the larger mean. Assumed."""

SPENT = ("money", "effort")
"""Kinds of measure of which who does nothing has none: that is no merit."""


@dataclass(frozen=True, eq=False)
class Finding:
    """What came of one measure: `by_run` float64[K, R], then for each of the K strategies, and for each pair.

    `untold` says why a strategy has no mean; it is empty where it has one. `idle` are the strategies without a
    programme.
    """

    measure: Measure
    by_run: np.ndarray
    estimates: list[Estimate]
    best_share: list[float]
    differences: dict[Pair, Difference]
    untold: list[str]
    idle: list[int]

    @property
    def told(self) -> list[int]:
        """The strategies that have a mean."""
        return [place for place, why in enumerate(self.untold) if not why]

    @property
    def best(self) -> int:
        """The strategy with the best mean; the first of several."""
        return self._best_of(self.told)

    @property
    def leader(self) -> int:
        """The strategy with the best mean among those that can be called best, to which others are compared."""
        return self._best_of(self.rivals or self.told)

    @property
    def clear_best(self) -> list[int]:
        """The strategies that may be called best: clearly better than all that do otherwise in any replicate.

        None where that is not clear. Doing nothing is never called best.
        """
        alike = [place for place in self.rivals if self._same(place, self.leader)]
        others = [place for place in self.rivals if place not in alike]
        clear = bool(others) and all(self.clearly_better(self.leader, other) for other in others)
        return alike if clear and not set(alike) & set(self.idle) else []

    @property
    def rivals(self) -> list[int]:
        """The strategies that have a mean and compete for the best: in cost and effort those that have any."""
        return [place for place in self.told if self.measure.kind not in SPENT or self.estimates[place].mean > 0]

    def _best_of(self, places: Sequence[int]) -> int:
        means = {place: self.estimates[place].mean for place in places}
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
        """Whether the best, and those alike, are clearly better than all others, of which there are some."""
        others = [place for place in range(len(self.estimates)) if place not in self.alike]
        return bool(others) and all(self.clearly_better(self.best, other) for other in others)

    def no_worse(self, one: int, other: int) -> bool:
        """Whether the mean of strategy `one` is at least as good as that of `other`."""
        gap = self.differences[one, other].mean
        return gap <= 0 if self.measure.less_is_better else gap >= 0

    def least(self, one: int, other: int) -> float:
        """The smallest mean difference of these two that matters."""
        if self.measure.kind in SPENT:
            return LEAST_PART * max(abs(self.estimates[place].mean) for place in (one, other))
        return LEAST[self.measure.kind]

    def clear(self, one: int, other: int) -> bool:
        """Whether the two differ by more than luck, and by so much that it matters.

        The interval leaves out no difference as it is written, rounded, too.
        """
        gap = self.differences[one, other]
        if not gap.clear or gap.low is None or gap.high is None:
            return False
        nearest = min(abs(gap.low), abs(gap.high))
        return abs(gap.mean) >= self.least(one, other) and not _is_nothing(self.measure, nearest)

    def unsure(self, one: int, other: int) -> bool:
        """Whether the two differ by so much that it matters, with too few replicates to tell it from luck."""
        gap = self.differences[one, other]
        return gap.low is None and not gap.same and abs(gap.mean) >= self.least(one, other)

    def much_the_same(self, one: int, other: int) -> bool:
        """Whether it is known that the two differ by less than matters."""
        gap = self.differences[one, other]
        if gap.low is None or gap.high is None:
            return False
        least = self.least(one, other)
        return max(abs(gap.low), abs(gap.high)) <= least or (gap.clear and abs(gap.mean) < least)

    def clearly_better(self, one: int, other: int) -> bool:
        """Whether `one` is better than `other`, clearly."""
        return self.clear(one, other) and (self.differences[one, other].mean < 0) == self.measure.less_is_better


def _is_nothing(measure: Measure, gap: float) -> bool:
    """Whether nothing would be left of a difference as it is written."""
    return not any(digit in measure.gap(gap) for digit in "123456789")


def findings(strategies: Sequence[Runs]) -> list[Finding]:
    """Every measure of strategies that were run among the same facilities with the same luck and horizon."""
    return [
        _of_ratio(measure, measure.ratio, strategies) if measure.ratio else _of_values(measure, strategies)
        for measure in measures(strategies)
    ]


def possible(measure: Measure) -> Ends:
    """The least and the most that is possible of a measure's mean."""
    if measure.horizon is not None:
        return 0.0, float(measure.horizon)
    if measure.kind in SPENT:
        return 0.0, math.inf
    return {"chance": (0.0, 1.0), "level": (0.0, 1.0), "gap": (0.0, POINTS)}.get(measure.kind, ANY)


def _idle(strategies: Sequence[Runs]) -> list[int]:
    return [place for place, runs in enumerate(strategies) if not runs.scenario.programme]


def _best_share(measure: Measure, values: np.ndarray) -> list[float]:
    """The share of replicates in which each strategy is the best, of those that compete."""
    import numpy as np

    if measure.kind in SPENT and values.any():
        values = np.where(values.any(axis=1, keepdims=True), values, np.nan)
    return [float(share) for share in share_best(values, measure.less_is_better)]


def _of_values(measure: Measure, strategies: Sequence[Runs]) -> Finding:
    """A time that counts up to the horizon hides how rarely it is reached, so that rare replicates count (`Means`)."""
    import numpy as np

    values, ends, chance = (
        np.array([measure.values(r) for r in strategies]),
        possible(measure),
        measure.kind == "chance",
    )
    rare = measure.horizon is not None
    estimates = [share(row > 0) if chance else estimate(row, ends, rare) for row in values]
    gaps = differences(values, gaps=Shares() if chance else Means(ends[1] - ends[0], rare))
    return Finding(
        measure, values, estimates, _best_share(measure, values), gaps, [""] * len(strategies), _idle(strategies)
    )


def _of_ratio(measure: Measure, ratio: Ratio, strategies: Sequence[Runs]) -> Finding:
    import numpy as np

    parts = [ratio.parts(runs) for runs in strategies]
    values = np.array([ratio.each(top, bottom) for top, bottom in parts])
    linear = np.array([linearised(top, bottom, ratio.least) for top, bottom in parts])
    sure = [steady(bottom) for _, bottom in parts]
    estimates = [ratio_estimate(*row, possible(measure)) for row in zip(linear, values, sure, strict=True)]
    untold = [ratio.why_untold(runs) for runs in strategies]
    gaps = differences(values, linear=linear, steady=sure)
    return Finding(measure, values, estimates, _best_share(measure, values), gaps, untold, _idle(strategies))


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
