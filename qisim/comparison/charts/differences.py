"""Months gained or lost by each strategy, future by future, and on average."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qisim.charts import style
from qisim.charts.style import COLORS
from qisim.comparison.charts.labels import below, named
from qisim.comparison.words import gap_text
from qisim.outcomes.measures import TIME

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.comparison.experiment import Compared

HEIGHT = 0.42
"""How high the dots of a row may be stacked; rows are 1 apart."""

LEAST_SPAN = 1.5
"""Months to either side of zero that are shown at least."""


def figure(compared: Compared) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_differences(compared))


@style.styled
def plot_differences(compared: Compared, ax: Axes | None = None) -> Axes:
    """A row a strategy: its months to target less those of the first, a dot a future, and the mean with its interval.

    Draws into `ax`, or into a new figure.
    """
    finding, others = compared.finding(TIME), range(1, len(compared.strategies))
    own, ax = ax is None, style.own_axes(ax, 2.0 + 1.4 * len(others))
    low, high = -LEAST_SPAN, LEAST_SPAN
    for row, place in enumerate(others):
        gaps = finding.by_run[place] - finding.by_run[0]
        low, high = min(low, float(gaps.min())), max(high, float(gaps.max()))
        _dots(ax, row, gaps, place)
        _mean(ax, row, compared, place)
    ax.axvline(0, color=style.INK, linewidth=1.4, zorder=1)
    _frame(ax, len(others), low, high)
    style.finish(ax, own, _finding(compared), below(compared), _keys(), columns=2)
    return ax


def _dots(ax: Axes, row: int, gaps: np.ndarray, place: int) -> None:
    """Equal differences stacked upwards, so that the height of a stack tells how many futures it holds."""
    months, counts = np.unique(gaps, return_counts=True)
    step = min(HEIGHT / counts.max(), 0.07)
    x = np.repeat(months, counts)
    y = row - 0.12 - step * np.concatenate([np.arange(count) for count in counts])
    ax.plot(x, y, "o", color=COLORS[place], markersize=4, alpha=0.55, markeredgewidth=0, zorder=3)


def _mean(ax: Axes, row: int, compared: Compared, place: int) -> None:
    gap = compared.finding(TIME).differences[place, 0]
    if gap.low is not None and gap.high is not None:
        ax.plot([gap.low, gap.high], [row, row], color=style.INK, linewidth=9, solid_capstyle="butt", zorder=4)
    ax.plot(gap.mean, row, "o", color="white", markeredgecolor=style.INK, markeredgewidth=1, markersize=5, zorder=5)
    said = gap_text(compared.finding(TIME), place, 0)
    ax.annotate(f"{named(compared, place, 52)}\n{said}", (0, row), (4, -9), ("axes fraction", "data"), "offset points",
                va="top", fontsize=style.SMALL, zorder=6, path_effects=style.halo())  # fmt: skip


def _frame(ax: Axes, rows: int, low: float, high: float) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    margin = 0.06 * (high - low)
    ax.set_xlim(low - margin, high + margin)
    for row in range(rows - 1):
        ax.axhline(row + 0.44, color=style.FAINT, linewidth=1, zorder=0)
    ax.set_ylim(rows - 0.55, -0.65)
    ax.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda months, _: f"{abs(months):g}"))
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("← earlier than A  |  months  |  later than A →")


def _finding(compared: Compared) -> str:
    finding = compared.finding(TIME)
    clear = {strategy.label: finding.differences[i, 0].mean for i, strategy in enumerate(compared.strategies)
             if i and finding.clear(i, 0)}  # fmt: skip
    earlier = [label for label, mean in clear.items() if mean < 0]
    later = [label for label, mean in clear.items() if mean > 0]
    parts = [f"{', '.join(labels)} {'gets' if len(labels) == 1 else 'get'} there {when} than A on average"
             for labels, when in ((earlier, "earlier"), (later, "later")) if labels]  # fmt: skip
    return "; ".join(parts) or "No strategy differs clearly from A in the months to target"


def _keys() -> list[Artist]:
    from matplotlib.lines import Line2D

    dot = Line2D([], [], linestyle="", marker="o", markersize=5, color=style.GREY, label="one simulated future")
    mean = Line2D([], [], color=style.INK, linewidth=9, marker="o", markersize=5, markerfacecolor="white",
                  markeredgecolor=style.INK, markeredgewidth=1, label="mean with its 90% interval")  # fmt: skip
    return [dot, mean]
