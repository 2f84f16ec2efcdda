"""Strategies compared future by future: paired differences, how often each is best, and what pairing saves.

Replicate r of every strategy shares its luck, so values are compared within replicates, never as independent samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Protocol

from qisim.comparison import paired_shares
from qisim.outcomes.intervals import LEVEL, interval, supported

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Estimate:
    """One strategy's outcome: the mean over replicates and the 90% interval of that mean.

    `range_low` and `range_high` hold the central 90% of single replicates; None for a share of replicates. Intervals
    are None with too few replicates.
    """

    mean: float
    low: float | None
    high: float | None
    range_low: float | None
    range_high: float | None


@dataclass(frozen=True)
class Difference:
    """One strategy's outcome less another's, over the same replicates.

    `low` and `high` bound the mean difference at `level`, all None with too few replicates. `mean` is NaN where it
    cannot be told of one of the two. `less`, `equal` and `more` count the replicates in which the one strategy had
    less than the other, of those that tell it of both. `saved` is how many times more replicates an unpaired comparison
    would need: infinite where the difference is always the same, NaN where neither strategy's outcome varies.
    """

    mean: float
    low: float | None
    high: float | None
    level: float | None
    less: int
    equal: int
    more: int
    saved: float

    @property
    def runs(self) -> int:
        return self.less + self.equal + self.more

    @property
    def told(self) -> bool:
        """Whether anything is known of the mean difference."""
        return not math.isnan(self.mean)

    @property
    def same(self) -> bool:
        """Whether the two are alike in every replicate."""
        return self.mean == 0 and self.equal == self.runs

    @property
    def clear(self) -> bool:
        """Whether the interval lies on one side of zero: more than luck."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    def reversed(self) -> Difference:
        """The other strategy's outcome less this one's."""
        low, high = (
            (0.0 - self.high, 0.0 - self.low) if self.low is not None and self.high is not None else (None, None)
        )
        return replace(self, mean=0.0 - self.mean, low=low, high=high, less=self.more, more=self.less)


Pair = tuple[int, int]
Ends = tuple[float, float]
"""The least and the most that is possible of a mean."""

ANY = (-math.inf, math.inf)


class Gaps(Protocol):
    """What can be said of the mean of paired differences, float64[R]: a test, and an interval that agrees with it."""

    def chance_of_none(self, gap: np.ndarray) -> float:
        """How likely differences as large as these would be, were there none on average; two-sided."""
        ...

    def interval(self, gap: np.ndarray, level: float) -> Ends:
        """The interval of the mean difference."""
        ...


@dataclass(frozen=True)
class Means:
    """Student's t over paired differences of which `most` is the largest possible, within what is possible.

    With `rare` two replicates are added, one that differs by `most` and one by as much the other way: what few
    replicates do, such as to miss the target, may not have been seen yet.
    """

    most: float = math.inf
    rare: bool = False

    def chance_of_none(self, gap: np.ndarray) -> float:
        return _chance_of_none(self._sample(gap))

    def interval(self, gap: np.ndarray, level: float) -> Ends:
        return _student(self._sample(gap), level, (-self.most, self.most))

    def _sample(self, gap: np.ndarray) -> np.ndarray:
        return with_ends(gap, (-self.most, self.most)) if self.rare else gap


class Shares:
    """Differences of what comes about in a replicate or not: 1 where only in the one, -1 where only in the other."""

    def chance_of_none(self, gap: np.ndarray) -> float:
        return paired_shares.chance_of_none(int((gap > 0).sum()), int((gap < 0).sum()))

    def interval(self, gap: np.ndarray, level: float) -> Ends:
        return paired_shares.score_interval(int((gap > 0).sum()), int((gap < 0).sum()), len(gap), level)


def with_ends(values: np.ndarray, ends: Ends) -> np.ndarray:
    """Values, one a replicate, and two more: the least and the most that is possible."""
    import numpy as np

    return np.append(values, ends)


def estimate(values: np.ndarray, possible: Ends = ANY, rare: bool = False) -> Estimate:
    """The mean of one number a replicate, float64[R], with a Student interval within what is `possible`.

    With `rare` the interval counts two replicates more, one at each end of what is possible (see `Means`).
    """
    return ratio_estimate(values, values, True, possible, rare)


def ratio_estimate(
    linear: np.ndarray, values: np.ndarray, steady: bool, possible: Ends = ANY, rare: bool = False
) -> Estimate:
    """A ratio of means from its linearised values (`qisim.comparison.ratio`), and the range of the ratios themselves.

    Both are float64[R]; `values` may be infinite, or NaN in replicates that do not give it. There is no interval of the
    mean unless `steady`.
    """
    import numpy as np

    mean, told = float(linear.mean()), values[~np.isnan(values)]
    low, high = interval(told) or (None, None)
    if math.isnan(mean):
        return Estimate(mean, None, None, None, None)
    if not steady or not supported(LEVEL, len(linear)):
        return Estimate(mean, None, None, low, high)
    return Estimate(mean, *_student(with_ends(linear, possible) if rare else linear, LEVEL, possible), low, high)


def share(reached: np.ndarray) -> Estimate:
    """The share of replicates in which something came about, bool[R], with the exact interval of Clopper and Pearson.

    Where it came about in none or in all, only one end is in question, and the whole uncertainty lies there.
    """
    from scipy.stats import binomtest

    count, runs = int(reached.sum()), len(reached)
    if not supported(LEVEL, runs):
        return Estimate(count / runs, None, None, None, None)
    side = {0: "less", runs: "greater"}.get(count, "two-sided")
    bounds = binomtest(count, runs, alternative=side).proportion_ci(LEVEL, method="exact")
    return Estimate(count / runs, float(bounds.low), float(bounds.high), None, None)


def differences(
    values: np.ndarray,
    level: float = LEVEL,
    linear: np.ndarray | None = None,
    steady: Sequence[bool] | None = None,
    gaps: Gaps | None = None,
) -> dict[Pair, Difference]:
    """The difference of each strategy i to each other j, from float64[K, R].

    Of a ratio of means the mean differences and intervals are those of its values `linear`, linearised, with intervals
    only between strategies that are `steady`; replicates are still counted by `values`.

    Intervals are those of `gaps`, by default Student's t over the paired differences, each as wide as its step of
    Holm's method over all pairs of strategies needs. So the chance of calling any difference clear where there is none
    is at most 1 - `level`, whichever strategies are singled out afterwards, such as the best. Source: Holm 1979, Scand
    J Statist 6:65-70.
    """
    import numpy as np

    gaps = Means() if gaps is None else gaps
    means, sure = (values if linear is None else linear), ([True] * len(values) if steady is None else steady)
    pairs = list(combinations(range(len(values)), 2))
    by_run = {(i, j): means[i] - means[j] for i, j in pairs}
    told = [(i, j) for i, j in pairs if sure[i] and sure[j] and not np.isnan(by_run[i, j]).any()]
    told = told if supported(level, values.shape[1]) else []
    chances = np.array([gaps.chance_of_none(by_run[pair]) for pair in told])
    levels = dict(zip(told, holm_levels(chances, level), strict=True))
    found: dict[Pair, Difference] = {}
    for (i, j), gap in by_run.items():
        one, other, bound = values[i], values[j], None
        low, high = None, None
        if (i, j) in levels:
            bound = float(levels[i, j])
            low, high = gaps.interval(gap, bound)
        counts = (int((one < other).sum()), int((one == other).sum()), int((one > other).sum()))
        found[i, j] = Difference(float(gap.mean()), low, high, bound, *counts, saved(means[i], means[j]))
        found[j, i] = found[i, j].reversed()
    return found


def holm_levels(chances: np.ndarray, level: float = LEVEL) -> np.ndarray:
    """The level of each interval, from the two-sided probabilities of its test, so that both always agree.

    The step at which Holm's method stops holds for all that come after it.
    """
    import numpy as np

    levels, stopped, step = np.empty(len(chances)), False, 0.0
    for rank, place in enumerate(np.argsort(chances, kind="stable")):
        if not stopped:
            step = (1 - level) / (len(chances) - rank)
            stopped = chances[place] > step
        levels[place] = 1 - step
    return levels


def saved(one: np.ndarray, other: np.ndarray) -> float:
    """The variance of an unpaired difference over that of the paired one: how many times fewer replicates are needed.

    Source: Law 2015, Simulation Modeling and Analysis, 5th ed., section 11.2 (common random numbers).
    """
    import numpy as np

    if len(one) < 2 or math.isnan(float(one.mean() + other.mean())):
        return math.nan
    unpaired, paired = float(np.var(one, ddof=1) + np.var(other, ddof=1)), float(np.var(one - other, ddof=1))
    if paired == 0:
        return math.inf if unpaired > 0 else math.nan
    return unpaired / paired


def share_best(values: np.ndarray, less_is_better: bool) -> np.ndarray:
    """The share of replicates in which each strategy of float64[K, R] is the best; ties are shared equally.

    A strategy is not the best in a replicate that does not tell it (NaN); replicates that tell it of none do not count.
    """
    import numpy as np

    known = values[:, ~np.isnan(values).all(axis=0)]
    ranked = np.where(np.isnan(known), np.inf if less_is_better else -np.inf, known)
    best = (ranked == (ranked.min(axis=0) if less_is_better else ranked.max(axis=0))) & ~np.isnan(known)
    return (best / best.sum(axis=0)).mean(axis=1) if known.size else np.zeros(len(values))


def _student(values: np.ndarray, level: float, possible: Ends) -> Ends:
    """Student's interval of a mean, within what is possible; of no width where all values are the same."""
    from scipy.stats import t

    mean, error = _mean_and_error(values)
    if error == 0:
        return mean, mean
    low, high = t.interval(level, len(values) - 1, loc=mean, scale=error)
    return max(float(low), possible[0]), min(float(high), possible[1])


def _chance_of_none(gap: np.ndarray) -> float:
    """How likely differences as large as these would be, were there none on average; two-sided, paired t."""
    from scipy.stats import t

    mean, error = _mean_and_error(gap)
    if error == 0:
        return 1.0 if mean == 0 else 0.0
    return float(2 * t.sf(abs(mean) / error, len(gap) - 1))


def _mean_and_error(values: np.ndarray) -> tuple[float, float]:
    """The mean and its standard error, which is exactly 0 where all values are the same."""
    import numpy as np

    error = float(values.std(ddof=1)) / math.sqrt(len(values)) if np.ptp(values) else 0.0
    return float(values.mean()), error
