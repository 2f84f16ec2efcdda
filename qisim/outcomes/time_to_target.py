"""Time to target: the first month in which the aimed-at share of facilities is at the standard.

A replicate that has not arrived when the simulation ends is right-censored there: its time is not known, only that it
is longer. Quantiles and probabilities come from the Kaplan-Meier estimate, in which such replicates count.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from qisim.outcomes.intervals import LEVEL, ends, supported
from qisim.outcomes.outcome import Outcome, over_runs
from qisim.outcomes.runs import Runs, by_run
from qisim.words.dates import calendar_month
from qisim.words.numbers import percent, score, target_percent

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class TimeToTarget:
    """Times to target of the replicates.

    month: float64[R], first month at the target; the horizon where it was not reached. reached: bool[R].
    """

    month: np.ndarray
    reached: np.ndarray
    horizon: int

    @property
    def runs(self) -> int:
        return len(self.month)

    @property
    def missed(self) -> int:
        """In how many replicates the target was not reached."""
        return int((~self.reached).sum())

    @cached_property
    def _distribution(self) -> Any:
        from scipy.stats import CensoredData, ecdf

        return ecdf(CensoredData(uncensored=self.month[self.reached], right=self.month[~self.reached])).cdf

    @cached_property
    def _ordered(self) -> np.ndarray:
        import numpy as np

        return np.sort(np.where(self.reached, self.month, np.inf))

    def quantile(self, q: float) -> float:
        """The first month by which the share `q` of replicates is there; infinite where the horizon comes first.

        All that are censored are so at the horizon, where the Kaplan-Meier estimate is a share of all replicates.
        """
        return float(self._ordered[max(math.ceil((q - ROUNDING) * self.runs), 1) - 1])

    @property
    def median(self) -> float:
        return self.quantile(0.5)

    def interval(self, level: float = LEVEL) -> tuple[float, float] | None:
        """The central interval in months, ends infinite beyond the horizon; None with too few replicates."""
        if not supported(level, self.runs):
            return None
        low, high = ends(level)
        return self.quantile(low), self.quantile(high)

    def probability(self, by: int) -> float:
        """The probability of being at the target in or before month `by`, which is at most the horizon."""
        if by > self.horizon:
            raise ValueError(f"nothing is known beyond month {self.horizon}")
        return float(self._distribution.evaluate(by))

    @property
    def restricted_mean(self) -> float:
        """The mean of min(time, horizon) in months: how long on average, counting no further than the horizon."""
        return float(self.month.mean())


def time_to_target(months: pd.DataFrame, coverage: float) -> TimeToTarget:
    """Times until the share `coverage` (0-1) of all facilities is at the standard. `months` as in `Runs`."""
    return first_there(by_run(months, "coverage"), coverage)


def first_there(shares: np.ndarray, coverage: float) -> TimeToTarget:
    """Times until the share `coverage` is reached by `shares`, float64[R, M + 1]: those at the standard by month."""
    import numpy as np

    there, horizon = shares >= coverage, shares.shape[1] - 1
    return censored(np.where(there.any(axis=1), there.argmax(axis=1), np.nan), horizon)


def censored(first: np.ndarray, horizon: int) -> TimeToTarget:
    """Times from the first month at target of each replicate, NaN where it was not reached."""
    import numpy as np

    reached = ~np.isnan(first)
    return TimeToTarget(np.where(reached, first, float(horizon)), reached, horizon)


def outcome(runs: Runs) -> list[Outcome]:
    """Time to target; where fewer than half of the runs get there, the highest share they reach; and where any does,
    the chance by the end of each year and the restricted mean.
    """
    target, start = runs.scenario.target, runs.scenario.start
    time = time_to_target(runs.months, target.coverage)
    name = f"{target_percent(target.coverage)} of facilities at the standard (score {score(target.score)})"
    rows = [as_outcome("time_to_target", name, time, start)]
    if time.median == math.inf:
        rows.append(_highest(runs))
    if time.missed == time.runs:
        return rows
    mean = f"{time.restricted_mean:.1f} months"
    return [
        *rows,
        *(_chance(time, month, start) for month in milestones(time.horizon)),
        Outcome("restricted_mean", f"mean time, counting at most {time.horizon} months", "months",
                time.restricted_mean, None, None, mean),
    ]  # fmt: skip


def as_outcome(key: str, name: str, time: TimeToTarget, start: date) -> Outcome:
    """A time to target in words; the scenario begins with the month of `start`."""
    low, high = time.interval() or (None, None)
    spread = ""
    if low is not None and high is not None:
        spread = f"{_month(low, time)} to {_month(high, time)}" if low < math.inf else f"beyond {time.horizon}"
    if time.median == math.inf:
        return Outcome(key, name, "month", math.inf, low, high, reached(time), spread)
    value, note, several = in_words(time.median, start), reached(time), time.runs > 1
    return Outcome(key, name, "month", time.median, low, high, value, spread, note if several else "", several)


def reached(time: TimeToTarget) -> str:
    """In how many runs the target was reached."""
    if time.runs == 1:
        return "not reached" if time.missed else "reached"
    if time.missed == 0:
        return f"reached in all {time.runs} runs"
    return f"reached in {time.runs - time.missed or 'none'} of {time.runs} runs"


def in_words(month: float, start: date) -> str:
    """A month of the simulation with its calendar month; month 0 is the state before the first."""
    return f"month {month:.0f} ({calendar_month(start, int(month))})" if month >= 1 else "at the start"


def peaks(months: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The highest coverage of each replicate (0-1) and the first month that has it; float64[R], int64[R]."""
    coverage = by_run(months, "coverage")
    return coverage.max(axis=1), coverage.argmax(axis=1)


def _highest(runs: Runs) -> Outcome:
    """The highest coverage, for targets that are out of reach; its month is that by which half of the runs have it."""
    import numpy as np

    shares, months = peaks(runs.months)
    month = math.ceil(np.median(months))
    note = in_words(month, runs.scenario.start) if np.median(shares) > 0 else ""
    if month > 0 and note:
        note = f"in half of the runs by {note}" if len(shares) > 1 else f"in {note}"
    return over_runs("highest_coverage", "highest share reached", "share", shares, percent, note)


def milestones(horizon: int) -> list[int]:
    """At most six months to tell chances for: ends of years, or of a multiple of years, and the horizon."""
    step = 12 * math.ceil(horizon / 72)
    return [*range(step, horizon, step), horizon]


def _month(month: float, time: TimeToTarget) -> str:
    return f"{month:.0f}" if month < math.inf else f"beyond {time.horizon}"


def _chance(time: TimeToTarget, month: int, start: date) -> Outcome:
    chance = time.probability(month)
    name = f"at the target by {in_words(month, start)}"
    note = f"{round(chance * time.runs)} of {time.runs} runs"
    return Outcome(
        f"chance_by_month_{month}", name, "share", chance, None, None, f"{percent(chance)} of runs", note=note
    )
