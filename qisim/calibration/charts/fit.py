"""What was seen against what the model says before and after the calibration, a panel a series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from qisim.calibration.words import fit_finding
from qisim.charts import style
from qisim.charts.panels import LETTERS, MOST_PANELS, panels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.calibration.checks import Checks
    from qisim.observed.series import Series

HEAD, ROW = 1.6, 2.5

# All opaque, so that what is painted over another band looks as the legend says; apart in grey, too.
BEFORE: dict[str, Any] = {"facecolor": "#EEEEEE", "edgecolor": "#8C8C8C", "hatch": "///", "linewidth": 1}
WIDE, HALF = "#B9DDF5", "#5FAEE3"
OUTLINE: dict[str, Any] = {**BEFORE, "facecolor": "none", "hatch": None}
"""The ends of the band before, again above the bands after, which may hide it."""

POINT: dict[str, Any] = {"linestyle": "", "markersize": 7, "markeredgewidth": 1.5, "markeredgecolor": style.INK}
INSIDE: dict[str, Any] = {**POINT, "marker": "o", "color": "white"}
OUTSIDE: dict[str, Any] = {**POINT, "marker": "X", "color": style.ORANGE}


def figure(checks: Checks) -> Figure:
    """The chart of all facilities together, or of districts where nothing else was seen."""
    return style.owner(plot_fit(checks)[0])


def districts_figure(checks: Checks) -> Figure:
    """The chart of districts."""
    return style.owner(plot_fit(checks, districts=True)[0])


@style.styled
def plot_fit(checks: Checks, *, districts: bool = False) -> Sequence[Axes]:
    """Bands of simulations before and after the calibration, and what was seen. Draws into a new figure.

    Shows all facilities together; `districts`, or what was seen in districts only, those. Of many series the ones that
    the model misses most.
    """
    districts = districts or all(one.district for one in checks.series)
    there = [number for number, one in enumerate(checks.series) if bool(one.district) == districts]
    if not there:
        raise ValueError("nothing was seen of single districts")
    numbers = sorted(sorted(there, key=lambda number: checks.series[number].as_far)[:MOST_PANELS])
    blocks, axes = checks.fitted.observed.blocks(), panels(len(numbers), HEAD, ROW)
    keys: dict[str, Artist] = {}
    for number, ax in zip(numbers, axes, strict=True):
        keys |= {str(key.get_label()): key for key in _panel(ax, checks, blocks[number])}
        _label(ax, checks, number)
    for ax in axes[-2:]:
        ax.set_xlabel("months since the start")
    place = "of districts" if districts else "of all facilities"
    which, below = place, "runs before and after what was seen is taken into account, luck included"
    if len(there) > len(numbers):
        which = "shown"
        below = f"the {len(numbers)} of {len(there)} series {place} that the model misses most; all in cells.csv"
    figure = style.owner(axes[0])
    finding = fit_finding(checks, [checks.series[number] for number in numbers], which)
    style.heading(figure, finding, f"{checks.fitted.scenario.title}\n{below}")
    figure.legend(handles=list(keys.values()), loc="outside lower center", ncols=2, columnspacing=1.2, handlelength=1.8)
    return axes


def _panel(ax: Axes, checks: Checks, cells: npt.NDArray[np.int64]) -> list[Artist]:
    """The bands and points of a series. Returns what the marks mean."""
    from matplotlib.patches import Patch

    months = checks.fitted.observed.table["month"].to_numpy()[cells]
    prior, wide = checks.prior_bands[:, cells], checks.bands[:, cells]
    quarter, middle, three = np.quantile(checks.fitted.predictive[:, cells], [0.25, 0.5, 0.75], axis=0)
    ax.fill_between(months, prior[0], prior[2], zorder=1, **BEFORE)
    ax.fill_between(months, wide[0], wide[2], color=WIDE, linewidth=0, zorder=2)
    ax.fill_between(months, quarter, three, color=HALF, linewidth=0, zorder=3)
    ax.fill_between(months, prior[0], prior[2], zorder=3.5, **OUTLINE)
    lines = ax.plot(months, middle, color=style.BLUE, linewidth=2.5, zorder=4, label="after: median")
    bands = [Patch(**BEFORE, label="before: 90% of runs"), Patch(color=WIDE, linewidth=0, label="after: 90% of runs"),
             Patch(color=HALF, linewidth=0, label="after: 50% of runs")]  # fmt: skip
    return [*bands, *lines, *_points(ax, months, checks.fitted.observed.values[cells], checks.inside[cells])]


def _points(
    ax: Axes, months: npt.NDArray[np.int64], seen: npt.NDArray[np.float64], inside: npt.NDArray[np.bool_]
) -> list[Artist]:
    """What was seen, within the 90% band and outside."""
    keys: list[Artist] = []
    for those, look, label in ((inside, INSIDE, "seen"), (~inside, OUTSIDE, "seen, outside of 90%")):
        if those.any():  # points that are none and not clipped have no end
            keys += ax.plot(months[those], seen[those], zorder=6, clip_on=False, label=label, **look)
    return keys


def _label(ax: Axes, checks: Checks, number: int) -> None:
    from textwrap import fill

    one = checks.series[number]
    title = f"{one.district}: {one.series.words}" if one.district else one.series.words
    ax.set_title(fill(title, LETTERS), fontsize=style.SMALL, fontweight="normal")
    horizon = checks.fitted.observed.last_month
    ax.set_xlim(0, max(1, horizon))
    ax.set_xticks(range(0, horizon + 1, style.tick_step(horizon, 4)))
    _value_axis(ax, one.series)


def _value_axis(ax: Axes, series: Series) -> None:
    """The vertical axis, in facilities or as a mean of 0-1."""
    from matplotlib.ticker import MaxNLocator, ScalarFormatter

    low, high = ax.get_ylim()
    if series.counts:
        ax.set(ylim=(max(0, low), max(high, 1)), ylabel="facilities")
        ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    else:
        ax.set(ylim=(max(0, low), min(1, high)), ylabel="mean (0-1)" if series.indicator else "mean score (0-1)")
        ax.yaxis.set_major_formatter(ScalarFormatter(useOffset=False))
