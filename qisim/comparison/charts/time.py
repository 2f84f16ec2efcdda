"""Time to target of each strategy: the share of simulated futures that are there by each month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qisim.charts import style
from qisim.charts.style import COLORS, LINES
from qisim.comparison.charts.labels import below, named
from qisim.comparison.words import often, others_often
from qisim.outcomes.measures import REACHED, TIME
from qisim.outcomes.time_to_target import TimeToTarget, time_to_target
from qisim.words.numbers import percent, target_percent

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.comparison.experiment import Compared

STACKED = 0.012
"""How far curves that would hide each other stand apart, as a share of the height."""


def figure(compared: Compared) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_time_to_target(compared))


@style.styled
def plot_time_to_target(compared: Compared, ax: Axes | None = None) -> Axes:
    """The Kaplan-Meier share of futures that reached the target by each month, a curve a strategy.

    Futures in which it is not reached count as later than the horizon. Draws into `ax`, or into a new figure.
    """
    own, ax = ax is None, style.own_axes(ax, 4.4 + 0.2 * len(compared.strategies))
    keys: list[Artist] = []
    scenario = compared.strategies[0].scenario
    for place, strategy in enumerate(compared.strategies):
        time = time_to_target(strategy.months, scenario.target.coverage)
        shares = reached_by(time)
        keys += ax.step(range(time.horizon + 1), shares, where="post", color=COLORS[place], linestyle=LINES[place],
                        linewidth=2.6, zorder=4, label=f"{named(compared, place)} ({percent(shares[-1])})")  # fmt: skip
    style.percent_axis(ax, "futures at the target")
    style.month_axis(ax, scenario.start, scenario.months)
    ax.set_ylim(-STACKED, 1 + 2 * STACKED)
    style.finish(ax, own, _finding(compared), below(compared), keys, columns=1)
    return ax


def reached_by(time: TimeToTarget) -> np.ndarray:
    """The share of futures at the target by each month from 0 to the horizon, float64[horizon + 1]."""
    return np.array([time.probability(month) for month in range(time.horizon + 1)])


def _finding(compared: Compared) -> str:
    time, share = compared.finding(TIME), target_percent(compared.strategies[0].scenario.target.coverage)
    if not compared.finding(REACHED).by_run.any():
        return f"No strategy brings {share} of facilities to the standard in any future"
    if (time.by_run == time.by_run[0]).all():
        return f"All strategies bring {share} of facilities to the standard at the same time"
    if not often(compared):
        return f"No strategy brings {share} of facilities to the standard in most futures"
    if not time.best_is_clear:
        return f"No strategy brings {share} of facilities to the standard clearly first"
    labels = ", ".join(compared.strategies[place].label for place in time.alike)
    bring = f"{labels} {'bring' if len(time.alike) > 1 else 'brings'} {share} of facilities to the standard"
    return f"{bring} first" if others_often(compared) else f"Only {bring} in most futures"
