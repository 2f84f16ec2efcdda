"""What strategies are compared by, one number a replicate. A measure is added by its function and its line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from qisim.outcomes import cost, effort, equity, sustainment
from qisim.outcomes.recorded import at_end, recorded
from qisim.outcomes.runs import Runs
from qisim.outcomes.time_to_target import TimeToTarget, first_there, milestones
from qisim.words.dates import calendar_month
from qisim.words.numbers import count, counted_gap, money, percent, points, score, share_points, target_percent

if TYPE_CHECKING:
    import numpy as np

TIME, REACHED, COVERAGE, COST, COST_EACH, KEPT = (
    "time_to_target", "reached", "coverage_at_end", "cost", "cost_per_facility", "gain_kept",
)  # fmt: skip
PERCENT_POINTS, POINTS = "percentage points", "points"
EFFORT = tuple(effort.ACTIVITIES)
EXPECTED = ("staff_days", "coach_days", "visits", "attendances", "exchanges")
"""The efforts that are told even where no strategy asks for any."""

Parts = tuple["np.ndarray", "np.ndarray"]


@dataclass(frozen=True)
class Ratio:
    """A measure that is a ratio, such as cost by facility; strategies are compared by the ratio of means.

    `parts` gives what stands above and below the line, each float64[R], NaN where it cannot be told of the strategy;
    `each` the ratio of single replicates, infinite or NaN where there is none. The mean below the line has to be above
    `least`; `why_untold` says why there is no ratio, or nothing.
    """

    parts: Callable[[Runs], Parts]
    each: Callable[[np.ndarray, np.ndarray], np.ndarray]
    least: float
    why_untold: Callable[[Runs], str]


@dataclass(frozen=True)
class Measure:
    """One outcome by which strategies are compared.

    `values` gives float64[R] from a strategy's runs. `less` and `more` are the words for a strategy that has less and
    more of it; `form` puts a value into words, `gap` the size of a difference, in `gap_unit`. A measure of the kind
    "chance" is 0 or 1 in each replicate. A strategy is dominated by the measures that are a `criterion`. `main` are
    those that a planner asks for first.
    `horizon` is the month at which a time is counted as if it ended there.
    """

    key: str
    name: str
    unit: str
    kind: Literal["time", "chance", "level", "money", "gap", "share", "effort"]
    less_is_better: bool
    less: str
    more: str
    values: Callable[[Runs], np.ndarray]
    form: Callable[[float], str]
    gap: Callable[[float], str]
    gap_unit: str
    criterion: bool = True
    horizon: int | None = None
    main: bool = False
    ratio: Ratio | None = None


def measures(strategies: Sequence[Runs]) -> list[Measure]:
    """The measures that apply to all of these strategies, in the order in which a planner asks for them."""
    scenario, target = strategies[0].scenario, strategies[0].scenario.target
    horizon, share = scenario.months, target_percent(target.coverage)
    mean = f"mean, counting at most {horizon}"
    dates = [month for month in milestones(horizon) if month < horizon]
    currency = cost.currency([runs.scenario for runs in strategies])
    found = [
        _time(TIME, f"months until {share} of facilities are at the standard ({mean})", horizon, _months_to_target,
              main=True),
        _chance(REACHED, f"chance of getting there within {horizon} months", horizon, main=True),
        _level(COVERAGE, "facilities at the standard at the end", "coverage", percent, share_points, PERCENT_POINTS,
               main=True),
        *(_money(currency) if currency else []),
        *(_gap(grouping) for grouping in _groupings(strategies)),
        *([_kept()] if not all(sustainment.why_untold(runs.scenario) for runs in strategies) else []),
        *(_chance(f"reached_by_{month}", f"chance by month {month} ({calendar_month(scenario.start, month)})", month)
          for month in dates),
        _level("score_at_end", "mean score at the end", "score", score, share_points, "points of 100"),
    ]  # fmt: skip
    if _districts(strategies[0]) > 1:
        found.append(
            _time("last_district", f"months until the last district is at {share} ({mean})", horizon, _last_district)
        )
    efforts = [key for key in EFFORT if key in EXPECTED or any(effort.taken(runs, key).any() for runs in strategies)]
    return found + [_effort(key, criterion=not currency) for key in efforts]


def _groupings(strategies: Sequence[Runs]) -> list[str]:
    """By what all strategies tell equity; not by district, of which there are many and small ones."""
    told = [equity.groupings(runs) for runs in strategies]
    return [name for name in told[0] if name != "district" and all(name in other for other in told)]


def _time(key: str, name: str, horizon: int, values: Callable[[Runs], np.ndarray], *, main: bool = False) -> Measure:
    form = "{:.1f}".format
    return Measure(key, name, "months", "time", True, "earlier", "later", values, form, form, "months",
                   horizon=horizon, main=main)  # fmt: skip


def _chance(key: str, name: str, by: int, *, main: bool = False) -> Measure:
    return Measure(key, name, "share of runs", "chance", False, "less likely", "more likely",
                   partial(_arrived, by=by), percent, share_points, PERCENT_POINTS, criterion=main,
                   main=main)  # fmt: skip


def _level(
    key: str, name: str, column: str, form: Callable[[float], str], gap: Callable[[float], str], gap_unit: str, *,
    main: bool = False,
) -> Measure:  # fmt: skip
    unit = "share" if form is percent else "score"
    values = partial(at_end, column=column)
    return Measure(key, name, unit, "level", False, "lower", "higher", values, form, gap, gap_unit, main=main)


def _money(currency: str) -> list[Measure]:
    each = Ratio(_cost_and_brought, cost.per_facility, 0.0, _no_cost_each)
    words = ("cheaper", "more expensive")
    return [
        Measure(COST, f"cost, {currency}", currency, "money", True, *words, cost.total, money, money, currency,
                main=True),
        Measure(COST_EACH, f"cost of a facility brought to the standard, {currency}", currency, "money", True, *words,
                _cost_each, cost.per_facility_words, money, currency, criterion=False, main=True,
                ratio=each),
    ]  # fmt: skip


def _gap(grouping: str) -> Measure:
    name = f"gap in score by {equity.title(grouping)} at the end, points"
    values = partial(_gap_at_end, grouping=grouping)
    return Measure(f"gap_{grouping}", name, POINTS, "gap", True, "smaller", "larger", values, points, points, POINTS,
                   main=True)  # fmt: skip


def _kept() -> Measure:
    """No criterion: what is kept shows in score and coverage at the end, and much of a small gain is no merit."""
    kept = Ratio(_kept_and_gain, _share_kept, sustainment.LEAST_GAIN, _nothing_to_keep)
    return Measure(KEPT, f"gain in score kept {sustainment.LATER} months after support", "share", "share", False,
                   "less", "more", partial(_ratio, kept), sustainment.share_words, share_points, PERCENT_POINTS,
                   criterion=False, main=True, ratio=kept)  # fmt: skip


def _effort(key: str, *, criterion: bool) -> Measure:
    return Measure(key, effort.ACTIVITIES[key], "count", "effort", True, "fewer", "more",
                   partial(effort.taken, unit=key), count, counted_gap, "", criterion)  # fmt: skip


def _ratio(ratio: Ratio, runs: Runs) -> np.ndarray:
    """The ratio in each replicate."""
    return ratio.each(*ratio.parts(runs))


def _cost_and_brought(runs: Runs) -> Parts:
    """What is spent and whom it brings there; where nothing is spent, it brings nobody, whoever comes by themselves."""
    import numpy as np

    whole, facilities = cost.total(runs), cost.brought(runs)
    return (whole, facilities) if whole.any() else (whole, np.full(len(whole), np.nan))


def _cost_each(runs: Runs) -> np.ndarray:
    """Cost by facility of each run; of one in which nothing is spent there is none, whatever other runs spend."""
    import numpy as np

    whole = cost.total(runs)
    return np.where(whole > 0, cost.per_facility(whole, cost.brought(runs)), np.nan)


def _no_cost_each(runs: Runs) -> str:
    if not cost.total(runs).any():
        return cost.NO_COST
    return "" if cost.brought(runs).mean() > 0 else cost.NONE_BROUGHT


def _kept_and_gain(runs: Runs) -> Parts:
    import numpy as np

    if sustainment.why_untold(runs.scenario):
        nothing = np.full(len(at_end(runs, "score")), np.nan)
        return nothing, nothing
    gain, kept = sustainment.gain_and_kept(runs)
    return kept, gain


def _share_kept(kept: np.ndarray, gain: np.ndarray) -> np.ndarray:
    return sustainment.share_kept(gain, kept)


def _nothing_to_keep(runs: Runs) -> str:
    if why := sustainment.why_untold(runs.scenario):
        return why
    return "" if sustainment.gain_and_kept(runs)[0].mean() > sustainment.LEAST_GAIN else sustainment.TOO_LITTLE


def _gap_at_end(runs: Runs, grouping: str) -> np.ndarray:
    return equity.gap(runs, grouping)[:, -1]


def _months_to_target(runs: Runs) -> np.ndarray:
    """min(time to target, horizon)."""
    return _time_to_target(runs).month


def _arrived(runs: Runs, by: int) -> np.ndarray:
    """1 where the target was reached in or before month `by`, else 0."""
    time = _time_to_target(runs)
    return (time.reached & (time.month <= by)).astype(float)


def _time_to_target(runs: Runs) -> TimeToTarget:
    return first_there(recorded(runs).months("coverage"), runs.scenario.target.coverage)


def _last_district(runs: Runs) -> np.ndarray:
    """min(month in which the last district reached the target, horizon), whichever district that was."""
    import numpy as np

    arrays = recorded(runs)
    facilities = arrays.groupings()["district"].facilities
    some = facilities > 0
    there = arrays.group_months("district", "at_target")[..., some] / facilities[some] >= runs.scenario.target.coverage
    first = np.where(there.any(axis=1), there.argmax(axis=1), there.shape[1] - 1)
    return first.max(axis=1).astype(float)


def _districts(runs: Runs) -> int:
    return len(recorded(runs).groupings()["district"].names)
