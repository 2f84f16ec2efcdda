"""Each parameter before and after the calibration, and pairs of them."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from qisim.experiments.calibrate.priors import values
from qisim.show import style
from qisim.show.calibrate_words import finding, number
from qisim.show.panels import is_left, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.experiments.calibrate.checks import Checks, Told
    from qisim.experiments.calibrate.priors import Prior

BINS = 20
FINE = 4001
MOST_PAIRED = 6
POINTS_SHOWN = 600
INCHES_A_PAIR, ALL_PAIRS = 1.3, 4.0


def figure(checks: Checks) -> Figure:
    """The chart of each parameter as a figure of its own."""
    return style.owner(plot_parameters(checks)[0])


def pairs_figure(checks: Checks) -> Figure:
    """The chart of pairs as a figure of its own."""
    return style.owner(plot_pairs(checks)[0])


@style.styled
def plot_parameters(checks: Checks) -> Sequence[Axes]:
    """A panel a parameter: the prior as a line, the posterior as bars, with median and interval. A new figure."""
    axes = panels(len(checks.told), 1.3, 2.3)
    keys: list[Any] = []
    priors = {prior.name: (i, prior) for i, prior in enumerate(checks.fitted.settings.priors)}
    for row, ax in zip(checks.told, axes, strict=True):
        place, prior = priors[row.name]
        keys = _parameter(ax, checks, row, place, prior)
    figure = style.owner(axes[0])
    style.heading(
        figure, finding(checks), f"{checks.fitted.scenario.title}\nthe most narrowed first; height: how likely"
    )
    figure.legend(handles=keys, loc="outside lower center", ncols=3, columnspacing=1.2, handlelength=1.8)
    return axes


def _parameter(ax: Axes, checks: Checks, row: Told, place: int, prior: Prior) -> list[Any]:
    at = prior.values((np.arange(FINE) + 0.5) / FINE)
    span = (float(at.min()), float(at.max()))
    edges = np.linspace(*span, BINS + 1)
    before = np.histogram(at, edges, density=True)[0]
    posterior = checks.fitted.posterior
    after = np.histogram(checks.fitted.values[:, place], edges, density=True, weights=posterior.weights)[0]
    bars = ax.bar(edges[:-1], after, np.diff(edges), align="edge", color=style.SKY, edgecolor="white",
                   linewidth=0.4, zorder=2, label="after (posterior)")  # fmt: skip
    line = ax.stairs(before, edges, color=style.GREY, linewidth=2, linestyle=(0, (4, 2)), zorder=3, baseline=None,
                     label="before (prior)")  # fmt: skip
    median, low, high = row.after
    top = ax.get_ylim()[1]
    mark = ax.errorbar(median, top * 1.06, xerr=[[median - low], [high - median]], fmt="o", color=style.BLUE,
                       linewidth=2.5, capsize=4, markersize=6, zorder=5, label="median, 90% interval")  # fmt: skip
    ax.set(ylim=(0, top * 1.15), yticks=[], xlim=span)
    ax.spines["left"].set_visible(False)
    ax.set_title(row.name + (" (little told)" if row.little else ""), fontsize=style.NORMAL)
    ax.set_xlabel(fill(prior.parameter.unit, 34), fontsize=style.SMALL)
    return [line, bars, mark]


@style.styled
def plot_pairs(checks: Checks) -> Sequence[Axes]:
    """Draws of the posterior by two parameters at a time, over the priors' ranges. A new figure."""
    rows = checks.told[:MOST_PAIRED]
    names, fitted = checks.fitted.settings.names, checks.fitted
    places = [names.index(row.name) for row in rows]
    drawn = fitted.values[fitted.posterior.equal(POINTS_SHOWN, fitted.settings.seed)]
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
        grid[-1, j].set_xlabel(fill(names[places[j]].replace("_", " "), 14), fontsize=style.SMALL)
        grid[j, 0].set_ylabel(fill(names[places[j + 1]].replace("_", " "), 14), fontsize=style.SMALL)
    figure.align_labels()
    below = f"{fitted.scenario.title}\n{POINTS_SHOWN} draws of the posterior over the prior ranges; numbers: rank "
    style.heading(figure, pairs_finding(checks), f"{below}correlations")
    return kept


def pairs_finding(checks: Checks) -> str:
    """Which pairs hang together, in one line."""
    if not checks.together:
        return "No two parameters are known only together"
    said = [f"{pair.one} and {pair.other}" for pair in checks.together[:2]]
    more = f", and {len(checks.together) - 2} more pairs" if len(checks.together) > 2 else ""
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
