"""Each parameter before and after the calibration, and pairs of them."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from qisim.calibration.names import plain
from qisim.calibration.priors import values
from qisim.calibration.words import finding, number
from qisim.charts import style
from qisim.charts.panels import is_left, panels
from qisim.words.sentences import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.calibration.checks import Checks, Told
    from qisim.calibration.priors import Prior

BINS = 20
FINE = 4001
MOST_PAIRED = 6
POINTS_SHOWN = 600
INCHES_A_PAIR, ALL_PAIRS = 1.3, 4.0
LETTERS, LETTERS_OF_A_PAIR = 34, 12
"""Of a line that surely fit the width of a panel, and of a pair's."""

PANEL, LINE = 1.85, 0.2
"""Inches of a panel without its title, and of a line of that."""


def figure(checks: Checks) -> Figure:
    """The chart of each parameter as a figure of its own."""
    return style.owner(plot_parameters(checks)[0])


def pairs_figure(checks: Checks) -> Figure:
    """The chart of pairs as a figure of its own."""
    return style.owner(plot_pairs(checks)[0])


@style.styled
def plot_parameters(checks: Checks) -> Sequence[Axes]:
    """A panel a parameter: the prior as a line, the posterior as bars, with median and interval. A new figure."""
    titles = [_title(row) for row in checks.told]
    axes = panels(len(checks.told), 1.3, PANEL + LINE * max(title.count("\n") + 1 for title in titles))
    keys: list[Any] = []
    priors = {prior.name: (i, prior) for i, prior in enumerate(checks.fitted.settings.priors)}
    for row, ax, title in zip(checks.told, axes, titles, strict=True):
        place, prior = priors[row.name]
        keys = _parameter(ax, checks, row, place, prior)
        ax.set_title(title, fontsize=style.SMALL, fontweight="normal" if row.little else "bold")
    figure = style.owner(axes[0])
    style.heading(
        figure, finding(checks), f"{checks.fitted.scenario.title}\nthe most narrowed first; height: how likely"
    )
    figure.legend(handles=keys, loc="outside lower center", ncols=3, columnspacing=1.2, handlelength=1.8)
    return axes


def _title(row: Told) -> str:
    """What a parameter is, and below it its name."""
    return (
        f"{fill(plain(row.name), LETTERS)}\n{fill(f'({row.name})' + (': little told' if row.little else ''), LETTERS)}"
    )


def _parameter(ax: Axes, checks: Checks, row: Told, place: int, prior: Prior) -> list[Any]:
    at = prior.values((np.arange(FINE) + 0.5) / FINE)
    span = (float(at.min()), float(at.max()))
    edges = np.linspace(*span, BINS + 1)
    before = np.histogram(at, edges, density=True)[0]
    posterior = checks.fitted.posterior
    after = np.histogram(checks.fitted.values[:, place], edges, density=True, weights=posterior.weights)[0]
    bars = ax.bar(edges[:-1], after, np.diff(edges), align="edge", color=style.SKY, edgecolor="white",
                   linewidth=0.4, zorder=2, label="after the data")  # fmt: skip
    line = ax.stairs(before, edges, color=style.GREY, linewidth=2, linestyle=(0, (4, 2)), zorder=3, baseline=None,
                     label="before")  # fmt: skip
    median, low, high = row.after
    top = ax.get_ylim()[1]
    mark = ax.errorbar(median, top * 1.06, xerr=[[median - low], [high - median]], fmt="o", color=style.BLUE,
                       linewidth=2.5, capsize=4, markersize=6, zorder=5, clip_on=False,
                       label="median, 90% interval")  # fmt: skip
    ax.set(ylim=(0, top * 1.15), yticks=[], xlim=span)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(fill(prior.parameter.unit, LETTERS), fontsize=style.SMALL)
    return [line, bars, mark]


@style.styled
def plot_pairs(checks: Checks) -> Sequence[Axes]:
    """Draws of the posterior by two parameters at a time, over the priors' ranges. A new figure."""
    rows = checks.told[:MOST_PAIRED]
    names, fitted = checks.fitted.settings.names, checks.fitted
    places = [names.index(row.name) for row in rows]
    drawn = np.unique(fitted.values[fitted.posterior.equal(POINTS_SHOWN, fitted.settings.seed)], axis=0)
    size = len(rows) - 1
    figure = style.new_figure(1.4 + max(INCHES_A_PAIR, ALL_PAIRS / size) * size)
    grid = figure.subplots(size, size, squeeze=False, sharex="col", sharey="row")
    kept: list[Axes] = []
    for i in range(size):
        for j in range(size):
            if j > i:
                grid[i, j].remove()
                continue
            _pair(grid[i, j], checks, drawn, places[j], places[i + 1])
            kept.append(grid[i, j])
    for j in range(size):
        grid[-1, j].set_xlabel(_key(names[places[j]]), fontsize=style.SMALL)
        grid[j, 0].set_ylabel(_key(names[places[j + 1]]), fontsize=style.SMALL)
    figure.align_labels()
    style.heading(figure, pairs_finding(checks), f"{fitted.scenario.title}\n{_pairs_below(checks, len(drawn))}")
    return kept


def _pairs_below(checks: Checks, draws: int) -> str:
    """What the chart of pairs shows."""
    every = len(checks.told)
    some = f"the {MOST_PAIRED} most narrowed of {every} parameters, all pairs in pairs.csv; " * (every > MOST_PAIRED)
    return f"{some}{counted(draws, 'draw')} after the data, over the ranges before; numbers: rank correlations"


def _key(name: str) -> str:
    """A parameter's name in lines that are parted behind its words."""
    return fill(name.replace("_", "_ "), LETTERS_OF_A_PAIR).replace("_ ", "_")


def pairs_finding(checks: Checks) -> str:
    """Which pairs hang together, in one line; or that the values must not be used."""
    if checks.misfit:
        return finding(checks)
    if not checks.together:
        return "No two parameters are known only together"
    said = [f"{pair.one} and {pair.other}" for pair in checks.together[:2]]
    more = f", and {counted(len(checks.together) - 2, 'more pair')}" if len(checks.together) > 2 else ""
    return f"Known only together: {'; '.join(said)}{more}"


def _pair(ax: Axes, checks: Checks, drawn: np.ndarray, x: int, y: int) -> None:
    from matplotlib.ticker import MaxNLocator

    correlation = checks.correlations[x, y]
    strong = any(
        {pair.one, pair.other} == {checks.fitted.settings.names[k] for k in (x, y)} for pair in checks.together
    )
    ax.plot(drawn[:, x], drawn[:, y], ".", color=style.ORANGE if strong else style.BLUE, markersize=3, alpha=0.35,
            rasterized=True)  # fmt: skip
    ends = values(checks.fitted.settings.priors, np.tile(np.array([[0.001], [0.999]]), (1, drawn.shape[1])))
    ax.set(xlim=ends[:, x], ylim=ends[:, y])
    ax.set_title(number(round(float(correlation), 2)), fontsize=style.SMALL, loc="right", pad=2,
                 fontweight="bold" if strong else "normal")  # fmt: skip
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(2, prune="both"))
    ax.tick_params(labelsize=9)
    ax.label_outer()
    if not is_left(ax):
        ax.tick_params(labelleft=False)
