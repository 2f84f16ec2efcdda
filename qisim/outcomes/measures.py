"""What strategies are compared by, one number a replicate. A measure is added by its function and its line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from qisim.outcomes.effort import ACTIVITIES
from qisim.outcomes.outcome import calendar_month, count, percent, score, target_percent
from qisim.outcomes.runs import Runs
from qisim.outcomes.time_to_target import milestones, time_to_target

if TYPE_CHECKING:
    import numpy as np

TIME, REACHED = "time_to_target", "reached"
POINTS = "percentage points"
EFFORT = ("visits", "attendances", "exchanges")


@dataclass(frozen=True)
class Measure:
    """One outcome by which strategies are compared.

    `values` gives float64[R] from a strategy's runs. `less` and `more` are the words for a strategy that has less and
    more of it; `form` puts a value into words, `gap` the size of a difference, in `gap_unit`. A measure of the kind
    "chance" is 0 or 1 in each replicate. A strategy is dominated by the measures
    that are a `criterion`. `horizon` is the month at which a time is counted as if it ended there.
    """

    key: str
    name: str
    unit: str
    kind: Literal["time", "chance", "level", "effort"]
    less_is_better: bool
    less: str
    more: str
    values: Callable[[Runs], np.ndarray]
    form: Callable[[float], str]
    gap: Callable[[float], str]
    gap_unit: str
    criterion: bool = True
    horizon: int | None = None


def measures(runs: Runs) -> list[Measure]:
    """The measures that apply to the question of these runs, in the order in which a planner asks for them."""
    scenario, target = runs.scenario, runs.scenario.target
    horizon, share = scenario.months, target_percent(target.coverage)
    mean = f"mean, counting at most {horizon}"
    dates = [month for month in milestones(horizon) if month < horizon]
    found = [
        _time(TIME, f"months until {share} of facilities are at the standard ({mean})", horizon, _months_to_target),
        _chance(REACHED, f"chance of getting there within {horizon} months", horizon, criterion=True),
        *(_chance(f"reached_by_{month}", f"chance by month {month} ({calendar_month(scenario.start, month)})", month)
          for month in dates),
        _level("coverage_at_end", "facilities at the standard at the end", "coverage", percent, _points, POINTS),
        _level("score_at_end", "mean score at the end", "score", score, "{:.3f}".format, "points of score"),
    ]  # fmt: skip
    if _districts(runs) > 1:
        found.append(
            _time("last_district", f"months until the last district is at {share} ({mean})", horizon, _last_district)
        )
    return found + [_effort(key) for key in EFFORT]


def _time(key: str, name: str, horizon: int, values: Callable[[Runs], np.ndarray]) -> Measure:
    form = "{:.1f}".format
    return Measure(key, name, "months", "time", True, "earlier", "later", values, form, form, "months", horizon=horizon)


def _chance(key: str, name: str, by: int, *, criterion: bool = False) -> Measure:
    return Measure(key, name, "share of runs", "chance", False, "less likely", "more likely",
                   partial(_arrived, by=by), percent, _points, POINTS, criterion)  # fmt: skip


def _level(
    key: str, name: str, column: str, form: Callable[[float], str], gap: Callable[[float], str], gap_unit: str
) -> Measure:
    unit = "share" if form is percent else "score"
    values = partial(_at_end, column=column)
    return Measure(key, name, unit, "level", False, "lower", "higher", values, form, gap, gap_unit)


def _effort(key: str) -> Measure:
    return Measure(key, ACTIVITIES[key], "count", "effort", True, "fewer", "more", partial(_total, column=key), count,
                   _counted, "")  # fmt: skip


def _months_to_target(runs: Runs) -> np.ndarray:
    """min(time to target, horizon)."""
    return time_to_target(runs.months, runs.scenario.target.coverage).month


def _arrived(runs: Runs, by: int) -> np.ndarray:
    """1 where the target was reached in or before month `by`, else 0."""
    time = time_to_target(runs.months, runs.scenario.target.coverage)
    return (time.reached & (time.month <= by)).astype(float)


def _at_end(runs: Runs, column: str) -> np.ndarray:
    end = runs.months[runs.months["month"] == runs.months["month"].max()]
    return end.sort_values("replicate")[column].to_numpy(float)


def _total(runs: Runs, column: str) -> np.ndarray:
    return runs.months.groupby("replicate")[column].sum().to_numpy(float)


def _last_district(runs: Runs) -> np.ndarray:
    """min(month in which the last district reached the target, horizon), whichever district that was."""
    rows = runs.groups[(runs.groups["grouping"] == "district") & (runs.groups["facilities"] > 0)]
    horizon = float(rows["month"].max())
    there = rows["at_target"] / rows["facilities"] >= runs.scenario.target.coverage
    month = rows["month"].where(there, horizon).astype(float)
    first = month.groupby([rows["replicate"], rows["group"].astype(str)]).min()
    return first.groupby("replicate").max().to_numpy(float)


def _districts(runs: Runs) -> int:
    rows = runs.groups[(runs.groups["grouping"] == "district") & (runs.groups["month"] == 0)]
    return int(rows["group"].astype(str).nunique())


def _points(size: float) -> str:
    return f"{100 * size:.1f}"


def _counted(size: float) -> str:
    return f"{size:,.0f}" if size >= 10 or size == round(size) else f"{size:.1f}"
