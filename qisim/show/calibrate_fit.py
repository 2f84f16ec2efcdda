"""What was seen against what the model says before and after the calibration, a panel a series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from qisim.show import style
from qisim.show.calibrate_words import fit_finding
from qisim.show.panels import LETTERS, MOST_PANELS, panels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.experiments.calibrate.checks import Checks

HEAD, ROW = 1.6, 2.5


def figure(checks: Checks) -> Figure:
    """The chart of all facilities together, or of districts where nothing else was seen."""
    return style.owner(plot_fit(checks)[0])


def districts_figure(checks: Checks) -> Figure:
    """The chart of districts."""
    return style.owner(plot_fit(checks, districts=True)[0])


def shown(checks: Checks, districts: bool) -> list[int]:
    """Which of the series a chart shows; of many in districts those that the model misses most."""
    places = [number for number, one in enumerate(checks.series) if bool(one.district) == districts]
    if not places and not districts:
        return shown(checks, True)
    worst = sorted(places, key=lambda number: checks.series[number].as_far)[:MOST_PANELS]
    return sorted(worst)


@style.styled
def plot_fit(checks: Checks, *, districts: bool = False) -> Sequence[Axes]:
    """Bands of simulations before and after the calibration, and what was seen. Draws into a new figure."""
    numbers = shown(checks, districts)
    if not numbers:
        raise ValueError("nothing was seen of single districts")
    blocks, axes = checks.fitted.observed.blocks(), panels(len(numbers), HEAD, ROW)
    keys: list[Artist] = []
    for number, ax in zip(numbers, axes, strict=True):
        keys = _panel(ax, checks, blocks[number])
        _label(ax, checks, number)
    for ax in axes[-2:]:
        ax.set_xlabel("months since the start")
    figure = style.owner(axes[0])
    style.heading(figure, fit_finding(checks), f"{checks.fitted.scenario.title}\n{_below(checks, districts)}")
    figure.legend(handles=keys, loc="outside lower center", ncols=2, columnspacing=1.2, handlelength=1.8)
    return axes


def _below(checks: Checks, districts: bool) -> str:
    several = sum(bool(one.district) == districts for one in checks.series)
    if several > MOST_PANELS:
        place = " of districts" if districts else ""
        return f"the {MOST_PANELS} of {several} series{place} that the model misses most; all in cells.csv"
    return "runs before and after what was seen is taken into account, luck included"


def _panel(ax: Axes, checks: Checks, cells: npt.NDArray[np.int64]) -> list[Artist]:
    months = checks.fitted.observed.table["month"].to_numpy()[cells]
    predictive, seen = checks.fitted.predictive[:, cells], checks.fitted.observed.values[cells]
    quarter, middle, three = np.quantile(predictive, [0.25, 0.5, 0.75], axis=0)
    prior = ax.fill_between(months, checks.prior_bands[0, cells], checks.prior_bands[2, cells], color=style.GREY,
                            alpha=0.22, linewidth=0, zorder=2, label="90% of runs before")  # fmt: skip
    wide = ax.fill_between(months, checks.bands[0, cells], checks.bands[2, cells], color=style.SKY, alpha=0.45,
                           linewidth=0, zorder=3, label="90% of runs after")  # fmt: skip
    half = ax.fill_between(months, quarter, three, color=style.BLUE, alpha=0.45, linewidth=0, zorder=4,
                           label="50% of runs after")  # fmt: skip
    (median,) = ax.plot(months, middle, color=style.BLUE, linewidth=2, zorder=5, label="median after")
    look: dict[str, Any] = {"linestyle": "", "markersize": 7, "markeredgewidth": 1.5, "zorder": 6, "clip_on": False}
    inside = checks.inside[cells]
    for those, marker, color in ((inside, "o", "white"), (~inside, "X", style.ORANGE)):
        if those.any():  # points that are none and not clipped have no end
            ax.plot(months[those], seen[those], marker=marker, color=color, markeredgecolor=style.INK, **look)
    return [prior, wide, half, median, *_point_keys(bool(checks.inside.all()), look)]


def _point_keys(all_inside: bool, look: dict[str, Any]) -> list[Artist]:
    from matplotlib.lines import Line2D

    look = {name: value for name, value in look.items() if name not in ("zorder", "clip_on")}
    keys: list[Artist] = [Line2D([], [], marker="o", color="white", markeredgecolor=style.INK, label="seen", **look)]
    if not all_inside:
        keys.append(
            Line2D([], [], marker="X", color=style.ORANGE, markeredgecolor=style.INK, label="seen, outside", **look)
        )
    return keys


def _label(ax: Axes, checks: Checks, number: int) -> None:
    from textwrap import fill

    from matplotlib.ticker import MaxNLocator, PercentFormatter

    one = checks.series[number]
    series = one.series
    title = f"{one.district}: {series.words}" if one.district else series.words
    ax.set_title(fill(title, LETTERS), fontsize=style.SMALL, fontweight="normal")
    horizon = checks.fitted.observed.last_month
    ax.set_xlim(0, max(1, horizon))
    ax.set_xticks(range(0, horizon + 1, style.tick_step(horizon, 4)))
    low, high = ax.get_ylim()
    if series.counts:
        ax.set_ylim(max(0, low), max(high, 1))
        ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    else:
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=None))
    ax.set_ylabel("facilities" if series.counts else "mean" if series.indicator else "mean score")
