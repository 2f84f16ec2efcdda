"""The chance of having reached the target by each month, by the forecast and by the updated one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qisim.charts import style
from qisim.outcomes.time_to_target import in_words
from qisim.tracking.charts.fan import coverage_finding
from qisim.tracking.target import counted, expected
from qisim.words.numbers import percent, target_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.tracking.experiment import Tracked


def figure(tracked: Tracked) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_chance(tracked))


@style.styled
def plot_chance(tracked: Tracked, ax: Axes | None = None) -> Axes:
    """Two curves that rise with every run that gets there, or only that of the forecast once counts tell it.

    Draws into `ax`, or into a new figure.
    """
    own, ax = ax is None, style.own_axes(ax, 4.6)
    horizon, target = tracked.scenario.months, tracked.scenario.target
    months = np.arange(horizon + 1)
    looks = {"forecast": ((0, (4, 2)), style.GREY, 2.0), "updated": ("-", style.BLUE, 3.0)}
    keys = []
    times = (tracked.arrival(tracked.before), expected(tracked))
    for (name, (line, color, width)), time in zip(looks.items(), times, strict=True):
        if time is None:
            continue
        chances = [time.probability(int(month)) for month in months]
        keys += ax.step(months, chances, where="post", linestyle=line, color=color, linewidth=width, label=name,
                        clip_on=False)  # fmt: skip
    month, what = _mark(tracked)
    seen = ax.axvline(month, color=style.INK, linewidth=1, linestyle=":", label=what)
    style.percent_axis(
        ax, f"chance that {target_percent(target.coverage)} of facilities\nare at the standard by then, %"
    )
    style.month_axis(ax, tracked.scenario.start, horizon)
    style.finish(ax, own, _finding(tracked), tracked.scenario.title, [*keys, seen], columns=3)
    return ax


def _mark(tracked: Tracked) -> tuple[int, str]:
    """The month that is marked, and what it is."""
    counts = counted(tracked)
    if counts is not None and counts.reached is not None:
        return counts.reached, "target seen"
    return tracked.observed.last_month, "last observation"


def _finding(tracked: Tracked) -> str:
    horizon, later = tracked.scenario.months, expected(tracked)
    if later is None:
        return coverage_finding(tracked)
    before, after = (percent(time.probability(horizon)) for time in (tracked.arrival(tracked.before), later))
    by = in_words(horizon, tracked.scenario.start)
    if before == after:
        return f"Chance of reaching the target by {by}: still {after}"
    return f"Chance of reaching the target by {by}: now {after}, the forecast was {before}"
