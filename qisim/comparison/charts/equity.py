"""The gap between the best and the worst group under each strategy, month by month."""

from __future__ import annotations

from textwrap import fill, shorten
from typing import TYPE_CHECKING

import numpy as np

from qisim.charts import style
from qisim.charts.panels import is_left, panels
from qisim.charts.style import COLORS, LINES
from qisim.comparison.charts.labels import below, named
from qisim.outcomes.coverage import fan
from qisim.outcomes.equity import CHANGE, gap, title
from qisim.outcomes.intervals import supported
from qisim.study.charts import equity
from qisim.words.numbers import points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.comparison.experiment import Compared

MOST_BANDS = 3
"""Bands of more strategies than this would hide each other; bars at the end stand for them."""


LEAST_RANGE = 5.0
"""Points that the axis holds at least, so that a small gap does not look large."""


def shown(compared: Compared) -> list[str]:
    """The groupings that every strategy has."""
    return [name for name in equity.shown(compared.strategies[0])
            if all(name in equity.shown(strategy) for strategy in compared.strategies)]  # fmt: skip


def applies(compared: Compared) -> bool:
    """Whether any grouping has two groups."""
    return bool(shown(compared))


def figure(compared: Compared) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_equity(compared)[0])


@style.styled
def plot_equity(compared: Compared) -> Sequence[Axes]:
    """A panel a grouping, and in it a line a strategy: points between best and worst group, median over futures.

    Up to three strategies have their 90% band; of more, a bar at the end tells it. Raises ValueError where no grouping
    has two groups.
    """
    told = shown(compared)
    if not told:
        raise ValueError("the facilities are all of one group, so that there is no gap to show")
    drawn = panels(len(told), 1.5 + 0.24 * len(compared.strategies), 3.6, sharey=True)
    scenario, keys, gaps = compared.strategies[0].scenario, [], {}
    for ax, grouping in zip(drawn, told, strict=True):
        gaps[grouping] = np.array([gap(strategy, grouping) for strategy in compared.strategies])
        keys = _panel(ax, compared, gaps[grouping])
        name = shorten(title(grouping), 40, placeholder=" …")
        ax.set_title(fill(f"By {name}", 60 if len(drawn) == 1 else 30), fontsize=style.SMALL)
        style.month_axis(ax, scenario.start, scenario.months, most=5 if len(drawn) == 1 else 2)
        if len(compared.strategies) > MOST_BANDS:
            ax.set_xlim(0, scenario.months * 1.14)
        if is_left(ax):
            ax.set_ylabel("score of the best group less that\nof the worst, points of 100")
    drawn[0].set_ylim(0, max(drawn[0].get_ylim()[1], LEAST_RANGE))
    whole = style.owner(drawn[0])
    style.heading(whole, _finding(compared, gaps), f"{below(compared)}; lines: median")
    whole.legend(handles=keys, loc="outside lower center", ncols=1, handlelength=3)
    return drawn


def _panel(ax: Axes, compared: Compared, gaps: np.ndarray) -> list[Artist]:
    """Lines of float64[K, R, M + 1]."""
    keys: list[Artist] = []
    banded, horizon = len(gaps) <= MOST_BANDS, gaps.shape[2] - 1
    for place, of_strategy in enumerate(gaps):
        bands = fan(of_strategy, (0.9,))
        if "low_90" in bands and banded:
            ax.fill_between(bands.index, bands["low_90"], bands["high_90"], color=COLORS[place], alpha=0.15,
                            linewidth=0, zorder=1)  # fmt: skip
        elif "low_90" in bands:
            x = horizon * (1 + 0.13 * (place + 1) / (len(gaps) + 1))
            ax.plot((x, x), bands[["low_90", "high_90"]].iloc[-1], color=COLORS[place], linewidth=3, zorder=3)
        keys += ax.plot(bands["median"], color=COLORS[place], linestyle=LINES[place], linewidth=2.4, zorder=4,
                        label=named(compared, place))  # fmt: skip
    if supported(0.9, gaps.shape[1]):
        keys.append(_band_key(banded))
    return keys


def _band_key(banded: bool) -> Artist:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    if banded:
        return Patch(color=style.GREY, alpha=0.3, linewidth=0, label="shaded: nine of ten futures")
    return Line2D([], [], color=style.GREY, linewidth=3, label="bars at the end: nine of ten futures")


def _finding(compared: Compared, gaps: dict[str, np.ndarray]) -> str:
    grouping, values = next(iter(gaps.items()))
    means = np.median(values[:, :, -1], axis=1)
    labels = [strategy.label for strategy in compared.strategies]
    low, high = int(means.argmin()), int(means.argmax())
    by = f"gap by {shorten(title(grouping), 30, placeholder=' …')}"
    if points(means[low]) == points(means[high]):
        return f"The {by} is {points(means[low])} points at the end, whichever strategy"
    if means[high] - means[low] < CHANGE:
        return f"The {by} hardly differs: {points(means[low])} to {points(means[high])} points at the end"
    compare = next((one for one in compared.findings if one.measure.key == f"gap_{grouping}"), None)
    if compare is not None and not compare.clearly_better(low, high):
        return f"No clear difference in the {by}: {points(means[low])} to {points(means[high])} points at the end"
    return (f"The {by} at the end is smallest under {labels[low]}: {points(means[low])} points, and largest under "
            f"{labels[high]}: {points(means[high])}")  # fmt: skip
