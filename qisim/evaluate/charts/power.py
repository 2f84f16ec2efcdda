"""Chart: power of each design by the number of sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.charts import style
from qisim.evaluate.designs import DESIGNS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLOURS = (style.BLUE, style.ORANGE, style.RED, style.GREEN, style.PURPLE, style.INK)
MARKERS = "osD^vPX"
LINES = ("-", "--", ":")
WANTED = 0.8
APART = 0.012
"""Designs are drawn a little apart from each other, as a share of the width, so that intervals can be told apart."""


@style.styled
def plot_power(table: pd.DataFrame, title: str, ax: Axes | None = None) -> Axes:
    """Draw power by number of sites with 95% intervals. Returns the axes drawn on."""
    own = ax is None
    ax = style.own_axes(ax, 4.6)
    designs = list(dict.fromkeys(table["design"]))
    sites = sorted(set(table["sites"]))
    step = APART * max(sites[-1] - sites[0], 1)
    for place, design in enumerate(designs):
        rows = table[table["design"] == design].sort_values("sites")
        color, marker, line = look(design)
        away = [rows["power"] - rows["power_low"], rows["power_high"] - rows["power"]]
        ax.errorbar(rows["sites"] + (place - (len(designs) - 1) / 2) * step, rows["power"], yerr=away, color=color,
                    marker=marker, linestyle=line, markersize=6, capsize=3, label=DESIGNS[design].title)  # fmt: skip
    ax.axhline(WANTED, color=style.GREY, linewidth=1, linestyle=(0, (4, 3)))
    style.percent_axis(ax, "significant effect found")
    ax.set_ylim(-0.02, 1.03)
    ax.set_xticks(sites)
    same = (table["sites"] == table["comparison"]).all()
    ax.set_xlabel("sites" + (", with as many comparison sites" if same else ""))
    handles = ax.get_legend_handles_labels()[0]
    runs = int(table["replicates"].iloc[0])
    below = f"{title}\n{runs} simulated evaluations each; bars: 95% intervals; dashed: 80%"
    style.finish(ax, own, "How many sites an evaluation needs", below, list(handles), 2)
    return ax


def look(design: str) -> tuple[str, str, str]:
    """Colour, marker and line of a design by its place among all, the same in every chart."""
    place = list(DESIGNS).index(design)
    return COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)], LINES[place % len(LINES)]
