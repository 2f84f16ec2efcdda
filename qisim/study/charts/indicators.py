"""How each indicator develops, as it is and as facilities report it."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from qisim.charts import style
from qisim.charts.panels import LETTERS, MOST_PANELS, is_left, panels
from qisim.outcomes.coverage import fan
from qisim.outcomes.recorded import recorded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.study.results import Results

HEAD, ROW = 2.1, 2.9


def figure(results: Results) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_indicators(results)[0])


def applies(results: Results) -> bool:
    """Whether there is more than one indicator: the only one is the score."""
    return len(results.scenario.indicators) > 1


@style.styled
def plot_indicators(results: Results) -> Sequence[Axes]:
    """Mean over facilities of each indicator by month: median and 90% of runs as it is, median as it is reported.

    Of more than `MOST_PANELS` indicators the first ones are drawn. Draws into a new figure.
    """
    names = [indicator.name for indicator in results.scenario.indicators]
    true, told = (recorded(results).indicator_months(column) for column in ("performance", "reported"))
    shown = names[:MOST_PANELS]
    axes = panels(len(shown), HEAD, ROW, sharey=True)
    keys: list[Artist] = []
    for j, ax in enumerate(axes):
        keys = _panel(ax, true[..., j], told[..., j])
        ax.set_title(fill(shown[j], LETTERS), fontsize=style.SMALL)
        style.month_axis(ax, results.scenario.start, results.scenario.months, most=2)
        if is_left(ax):
            ax.set_ylabel("mean of all facilities (0-1)")
    below = results.scenario.title
    if len(names) > len(shown):
        below += f"\nthe first {len(shown)} of {len(names)} indicators"
    whole = style.owner(axes[0])
    style.heading(whole, _finding(names, true), below)
    whole.legend(handles=keys, loc="outside lower center", ncols=2, columnspacing=1.2, handlelength=1.8)
    return axes


def _panel(ax: Axes, true: np.ndarray, told: np.ndarray) -> list[Artist]:
    """One indicator, float64[R, M + 1] as it is and as it is told. Returns what the marks mean."""
    bands = fan(true)
    keys: list[Artist] = []
    if "low_90" in bands:
        keys.append(ax.fill_between(bands.index, bands["low_90"], bands["high_90"], color=style.BLUE, alpha=0.25,
                                    linewidth=0, zorder=2, label="90% of runs"))  # fmt: skip
    keys += ax.plot(bands["median"], color=style.BLUE, linewidth=3, zorder=4, label="median of runs")
    keys += ax.plot(np.median(told, axis=0), color=style.ORANGE, linewidth=2, linestyle=(0, (4, 2)), zorder=5,
                    label="as facilities report it: median")  # fmt: skip
    return keys


def _finding(names: Sequence[str], true: np.ndarray) -> str:
    """Which indicator gains most and which least, by the median of the runs."""
    gains = np.median(true[:, -1] - true[:, 0], axis=0)
    most, least = int(gains.argmax()), int(gains.argmin())
    said = [f"{100 * gains[j]:+.0f}".replace("-", "\N{MINUS SIGN}") for j in (most, least)]
    if said[0] == said[1]:
        return f"All {len(names)} indicators change by {said[0]} points"
    return f"From {said[0]} points ({names[most]}) to {said[1]} ({names[least]})"
