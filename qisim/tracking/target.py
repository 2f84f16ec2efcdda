"""When the target of a tracked programme is reached, by the forecasts and by what was counted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qisim.outcomes.intervals import LEVEL
from qisim.outcomes.time_to_target import in_words
from qisim.tracking.terms import interval, when
from qisim.tracking.weights import WeightedTime, Weights
from qisim.words.numbers import percent, target_percent
from qisim.words.sentences import capital

if TYPE_CHECKING:
    from qisim.tracking.experiment import Tracked

LEAST_LATER = 0.01
"""With less weight on runs that reach the target after the last count without it, or fewer of them than an interval
needs, no month is told."""

ROUNDING = 1e-9


@dataclass(frozen=True)
class Counted:
    """What counts of all facilities say of the target.

    `reached` is the first month in which enough were counted at the standard, None where never; `last` the last month
    counted, and `then` how many they were.
    """

    reached: int | None
    last: int
    then: float


def counted(tracked: Tracked) -> Counted | None:
    """What counts of all facilities say of the target; None without any."""
    table = tracked.observed.table
    rows = table[(table["district"] == "") & (table["series"] == "at_standard")].sort_values("month", kind="stable")
    if rows.empty:
        return None
    there = rows["month"][rows["value"] >= enough(tracked)]
    return Counted(
        int(there.iloc[0]) if len(there) else None, int(rows["month"].iloc[-1]), float(rows["value"].iloc[-1])
    )


def enough(tracked: Tracked) -> float:
    """How many facilities at the standard make the target."""
    return tracked.scenario.target.coverage * len(tracked.world) - ROUNDING


def expected(tracked: Tracked) -> WeightedTime | None:
    """Time to target by the updated forecast: of runs that reach it after the last count that was without it.

    None once counts tell when it was reached, or where too few such runs agree with what was seen.
    """
    counts, time = counted(tracked), tracked.arrival(tracked.after)
    if counts is None:
        return time
    if counts.reached is not None:
        return None
    later = np.where(time.months > counts.last, tracked.after.shares, 0.0)
    if (whole := later.sum()) < LEAST_LATER:
        return None
    weights = Weights(later / whole)
    return WeightedTime(tracked.time, weights) if weights.supports(LEVEL) else None


def target(tracked: Tracked) -> list[str]:
    """Whether the target was counted, and if not, when it is to be expected and with what chance."""
    counts = counted(tracked)
    what = f"{_share(tracked)} of facilities at the standard"
    if counts is not None and counts.reached is not None:
        return [_reached(tracked, counts, counts.reached, what)]
    told = []
    if counts is not None:
        told.append(f"{what} were not yet seen {when(tracked, counts.last)}, the last time they were counted.")
    later, forecast = expected(tracked), _time(tracked, tracked.arrival(tracked.before))
    if later is None:
        return [
            *told,
            f"{what}: too few of the runs that agree with what was seen reach that later, so that no month can be "
            f"told; the forecast was {forecast}.",
        ]
    return [*told, f"{what}: {_both(_time(tracked, later), forecast)}.", _chance(tracked, later)]


def untold(tracked: Tracked) -> str:
    """Why there is nothing to expect any more, in one line; empty where `expected` tells a time."""
    counts = counted(tracked)
    if counts is None or expected(tracked) is not None:
        return ""
    before, horizon = tracked.arrival(tracked.before).median, tracked.scenario.months
    was = f"month {before:.0f}" if before < math.inf else f"not within {horizon} months"
    seen = "not yet seen" if counts.reached is None else "seen"
    month = counts.last if counts.reached is None else counts.reached
    return f"{_share(tracked)} of facilities {seen} {when(tracked, month)}; the forecast was {was}"


def note(tracked: Tracked) -> str:
    """What readers of tables over all runs must know of the target; empty without counts."""
    counts = counted(tracked)
    if counts is None:
        return ""
    if counts.reached is not None:
        return (
            f"The target was seen {when(tracked, counts.reached)}. What the tables tell of its time and chance is of "
            "the simulated runs, which only come near to what was seen."
        )
    told = (
        f"The target was not yet seen {when(tracked, counts.last)}. What the tables tell of its time and chance is of "
    )
    if expected(tracked) is None:
        return f"{told}all runs, of which too few that agree with what was seen reach it later."
    return f"{told}all runs; the answer above is only of those that had not reached it by then."


def _share(tracked: Tracked) -> str:
    return target_percent(tracked.scenario.target.coverage)


def _reached(tracked: Tracked, counts: Counted, month: int, what: str) -> str:
    """When the target was counted first, what had been forecast, and whether it was counted last, too."""
    first = f"{when(tracked, month)} for the first time" if month else "at the start already"
    told = f"{what} were seen {first}; the forecast was {_time(tracked, tracked.arrival(tracked.before))}."
    if counts.then >= enough(tracked):
        return told
    fewer = f"{counts.then:,.0f} of {len(tracked.world):,} facilities"
    return f"{told} {capital(when(tracked, counts.last))}, when they were last counted, they were fewer again: {fewer}."


def _chance(tracked: Tracked, later: WeightedTime) -> str:
    """The chance of reaching the target in time, by the updated forecast and by the forecast."""
    horizon = tracked.scenario.months
    after, before = (time.probability(horizon) for time in (later, tracked.arrival(tracked.before)))
    by = in_words(horizon, tracked.scenario.start)
    return f"Chance of reaching that by {by}: {_both(percent(after), percent(before))}."


def _both(after: str, before: str) -> str:
    """What is to be expected now, and what was."""
    return f"{after}, as forecast" if after == before else f"{after}, with what was seen; the forecast was {before}"


def _time(tracked: Tracked, time: WeightedTime) -> str:
    start, horizon = tracked.scenario.start, tracked.scenario.months
    said = in_words(time.median, start) if time.median < math.inf else f"not within {horizon} months"
    ends = time.interval()
    spread = "too few runs agree for an interval" if ends is None else interval(*ends, horizon)
    return f"{said} ({spread})" if spread else said
