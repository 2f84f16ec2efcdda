"""Chart: how far the estimates of each design lie from the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qisim.charts import style
from qisim.evaluate.designs import DESIGNS
from qisim.evaluate.judge import half_width

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

NORMAL = 1.96
POINTS = 100
LABEL = "estimate less true effect, percentage points"


@style.styled
def plot_bias(table: pd.DataFrame, title: str, ax: Axes | None = None) -> Axes:
    """Draw bias by design. Returns the axes drawn on."""
    own = ax is None
    ax = style.own_axes(ax, 1.9 + 0.55 * len(table))
    errors(ax, table)
    ax.set_yticks(range(len(table)), [wrapped(DESIGNS[name].title) for name in table["design"]])
    for row, coverage in enumerate(table["coverage"]):
        text = f"{coverage:.0%}" if coverage == coverage else "-"
        ax.annotate(text, (1.0, row), (6, 0), ("axes fraction", "data"), textcoords="offset points", va="center",
                    fontsize=style.SMALL)  # fmt: skip
    ax.annotate("holds the\ntruth", (1.0, 1.0), (6, 2), "axes fraction", textcoords="offset points", va="bottom",
                fontsize=style.SMALL, color=style.GREY)  # fmt: skip
    ax.set_xlabel(LABEL)
    runs = int(table["replicates"].iloc[0])
    below = f"{title}\n{runs} simulated evaluations of each design; right: share of 95% intervals that hold the truth"
    style.finish(ax, own, "How far evaluations are from the truth", below, keys(), 1)
    return ax


def errors(ax: Axes, table: pd.DataFrame) -> None:
    """Rows of a table from the top down: where single estimates lie, and their mean with its 95% interval."""
    rows = range(len(table))
    bias, sd = (table[name].to_numpy() * POINTS for name in ("bias", "sd"))
    half = [POINTS * half_width(row) for row in table.to_dict("records")]
    ax.hlines(rows, bias - NORMAL * sd, bias + NORMAL * sd, color=style.SKY, linewidth=9, alpha=0.45)
    ax.errorbar(bias, rows, xerr=half, fmt="o", color=style.BLUE, markersize=5, elinewidth=1.8, capsize=3)
    ax.axvline(0, color=style.INK, linewidth=1.2)
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.grid(axis="y", visible=False)


def keys() -> list[Artist]:
    """What the marks stand for."""
    from matplotlib.lines import Line2D

    look: dict[str, Any] = {"color": style.BLUE, "marker": "o", "markersize": 5}
    return [
        Line2D([], [], **look, label="mean error (bias), with its 95% interval"),
        Line2D([], [], color=style.SKY, linewidth=9, alpha=0.45, label="95 of 100 single evaluations, about"),
    ]


def wrapped(name: str) -> str:
    """A name in two lines where it is long."""
    from textwrap import fill

    return fill(name, 18)
