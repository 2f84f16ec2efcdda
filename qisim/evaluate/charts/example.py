"""Chart: the data of one evaluation as an evaluator sees them, with the line of an interrupted time series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qisim.charts import style
from qisim.evaluate.designs import interrupted_time_series

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qisim.evaluate.setting import Arranged

WORDS = {"measured": "measured by the evaluator", "reported": "reported by the facilities"}


@style.styled
def plot_example(arranged: Arranged, title: str, ax: Axes | None = None) -> Axes:
    """Draw the means by month of sites and comparison sites, and what truly was. Returns the axes drawn on."""
    own = ax is None
    ax = style.own_axes(ax, 4.8)
    panel, plan = arranged.real, arranged.real.plan
    month = np.arange(1, len(panel.data) + 1)
    sites, others = panel.sites, panel.launch == -1
    with_it = (arranged.without + arranged.effect)[:, sites].mean(axis=1)
    without = arranged.without[:, sites].mean(axis=1)
    fitted, projected = interrupted_time_series.fitted(panel)
    since = slice(plan.before, None)
    ax.fill_between(month[since], without[since], with_it[since], color=style.YELLOW, alpha=0.45, linewidth=0,
                    label="true effect")  # fmt: skip
    ax.plot(month, without, color=style.GREY, linewidth=1.5, label="truth without the programme")
    ax.scatter(month, panel.data[:, sites].mean(axis=1), color=style.BLUE, s=26, zorder=3, label="sites, data")
    if others.any():
        ax.scatter(month, panel.data[:, others].mean(axis=1), facecolors="white", edgecolors=style.RED, s=26, zorder=3,
                   marker="s", label="comparison sites, data")  # fmt: skip
    ax.plot(month[: plan.before], fitted[: plan.before], color=style.BLUE, linewidth=1.8, label="fitted line")
    ax.plot(month[since], fitted[since], color=style.BLUE, linewidth=1.8)
    ax.plot(month[since], projected[since], color=style.BLUE, linewidth=1.8, linestyle=(0, (4, 3)),
            label="the line as it went on")  # fmt: skip
    ax.axvline(plan.before + 0.5, color=style.INK, linewidth=1)
    ax.annotate("launch", (plan.before + 0.5, 1), (4, -4), ("data", "axes fraction"), textcoords="offset points",
                va="top", fontsize=style.SMALL)  # fmt: skip
    ax.set_xlim(0.5, len(month) + 0.5)
    ax.set_xticks([m for m in month if m % style.tick_step(len(month), 6) == 0])
    style.percent_axis(ax, "records that meet the standard")
    lowest, highest = _range(panel.data, np.concatenate([with_it, without, projected]), sites | others)
    ax.set_ylim(max(lowest - 0.05, 0), min(highest + 0.08, 1.02))
    ax.set_xlabel("month of the evaluation")
    below = f"{title}\nOne simulated future; {int(sites.sum())} sites; data {WORDS[plan.data]}"
    style.finish(ax, own, "What an evaluator sees, and what is true", below, list(ax.get_legend_handles_labels()[0]), 2)
    return ax


def _range(data: np.ndarray, lines: np.ndarray, shown: np.ndarray) -> tuple[float, float]:
    """The lowest and the highest of what is drawn, means over two groups among it."""
    means = data[:, shown].mean(axis=1)
    return float(min(lines.min(), means.min())), float(max(lines.max(), means.max()))
