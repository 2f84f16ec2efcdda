"""Coverage fans side by side: how the share of facilities at the standard develops under each strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.charts import style
from qisim.charts.fan import BAND_SHADES
from qisim.charts.panels import COLUMNS, panels
from qisim.comparison.charts.labels import below, named
from qisim.outcomes.coverage import fan
from qisim.outcomes.intervals import supported
from qisim.outcomes.runs import by_run
from qisim.words.numbers import percent, target_percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.comparison.experiment import Compared

MOST_SINGLE_RUNS = 30
PANEL_LETTERS = 60


def figure(compared: Compared) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_coverage(compared)[0])


@style.styled
def plot_coverage(compared: Compared) -> Sequence[Axes]:
    """A panel a strategy on the same axes: single runs, bands that the runs support, median and target."""
    from textwrap import fill

    drawn = _panels(len(compared.strategies))
    keys: list[Artist] = []
    for place, (ax, strategy) in enumerate(zip(drawn, compared.strategies, strict=True)):
        keys = _panel(ax, by_run(strategy.months, "coverage"), strategy.scenario.target.coverage)
        ax.set_title(fill(named(compared, place, PANEL_LETTERS), 29), fontsize=style.SMALL)
        style.month_axis(ax, strategy.scenario.start, strategy.scenario.months, most=2, label=ax.get_xlabel())
    whole = style.owner(drawn[0])
    target = compared.strategies[0].scenario.target
    whole.supylabel(f"facilities at the standard (score {target.score:.2f} or more)", fontsize=style.NORMAL)
    style.heading(whole, _finding(compared), below(compared))
    whole.legend(handles=keys, loc="outside lower center", ncols=3, columnspacing=1.2, handlelength=1.8)
    return drawn


def _panels(number: int) -> list[Axes]:
    axes = panels(number, 2.2, 2.5, sharex=True, sharey=True)
    for ax in axes:
        style.percent_axis(ax, "")
    for ax in axes[-COLUMNS:]:
        ax.set_xlabel("months since the start")
    return axes


def _panel(ax: Axes, coverage: np.ndarray, target: float) -> list[Artist]:
    keys: list[Artist] = []
    if len(coverage) > 1:
        singles = ax.plot(coverage[:MOST_SINGLE_RUNS].T, color=style.GREY, linewidth=0.6, alpha=0.3, zorder=2)
        singles[0].set_label("single futures")
        keys.append(singles[0])
    bands = fan(coverage)
    for level, shade in BAND_SHADES.items():
        if f"low_{level}" in bands:
            keys.append(ax.fill_between(bands.index, bands[f"low_{level}"], bands[f"high_{level}"], color=style.BLUE,
                                        alpha=shade, linewidth=0, zorder=3, label=f"{level}% of futures"))  # fmt: skip
    keys += ax.plot(bands["median"], color=style.BLUE, linewidth=2.6, zorder=5, label="median of futures")
    keys.append(ax.axhline(target, color=style.RED, linestyle=(0, (5, 3)), linewidth=1.6, zorder=3.5,
                           label=f"target: {target_percent(target)}"))  # fmt: skip
    return keys


def _finding(compared: Compared) -> str:
    finding = compared.finding("coverage_at_end")
    best, means = finding.best, [told.mean for told in finding.estimates]
    label = ", ".join(compared.strategies[place].label for place in finding.alike)
    others = [i for i in range(len(means)) if i not in finding.alike]
    if (finding.by_run == finding.by_run[0]).all():
        return f"At the end {percent(means[0])} of facilities are at the standard, whichever strategy"
    if supported(0.9, compared.replicates) and finding.best_is_clear:
        least = min(others, key=lambda i: means[i])
        has = f"{label} {'have' if len(finding.alike) > 1 else 'has'} most facilities at the standard at the end"
        return f"{has}: {percent(means[best])}, {compared.strategies[least].label} {percent(means[least])}"
    return "No strategy is clearly ahead in facilities at the standard at the end"
