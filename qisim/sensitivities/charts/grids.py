"""Heat maps: the mean outcome by two inputs at a time."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from qisim.charts import style
from qisim.sensitivities.charts.rows import LETTERS_ALONG, WIDTH, Scale, in_unit, scale_of
from qisim.sensitivities.methods.estimate import FEWEST_REPLICATES
from qisim.sensitivities.words import basis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.figure import Figure

    from qisim.sensitivities.experiment import Analysis
    from qisim.sensitivities.methods.interactions import Grid

COLORS, STEPS = "cividis", 40  # so few steps that colours are drawn as lines and areas, not as a picture
FRAME, ROW = 1.3, 0.62
LETTERS_UP = 8
DARK = 0.48


@style.styled
def plot_grids(one: Analysis) -> list[Axes]:
    """A panel a pair of inputs, one below the other. Returns the axes of the panels."""
    assert one.grids
    heights = [FRAME + ROW * len(grid.up_bins) for grid in one.grids]
    figure = style.new_figure(sum(heights) + 0.6, WIDTH)
    panels = figure.subplots(len(one.grids), squeeze=False, height_ratios=heights)[:, 0]
    values = [cell.value for grid in one.grids for line in grid.cells for cell in line if cell is not None]
    scale = scale_of(one.measure, values)
    images = [_panel(panel, grid, scale, min(values), max(values))
              for panel, grid in zip(panels, one.grids, strict=True)]  # fmt: skip
    bar = figure.colorbar(images[0], ax=list(panels), location="bottom", shrink=0.8, aspect=40, pad=0.02)
    bar.set_label(fill(in_unit(bar.ax.xaxis, one.measure, scale).named(one.measure.name), LETTERS_ALONG))
    said = (
        "; grey: no points" if any(cell is None for grid in one.grids for line in grid.cells for cell in line) else ""
    )
    ends = any(gap and gap.high is not None for grid in one.grids for line in grid.gaps for gap in line)
    told = "±: half the 90% interval of a cell's difference to the mean of all points" if ends else (
        f"no intervals, for there are fewer than {FEWEST_REPLICATES} replicates")  # fmt: skip
    style.heading(figure, "The outcome by two inputs at a time", f"{basis(one.sample)}; {told}{said}")
    return list(panels)


def figure(one: Analysis) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_grids(one)[0])


def _panel(ax: Axes, grid: Grid, scale: Scale, low: float, high: float) -> QuadMesh:
    from matplotlib import colormaps

    table = np.array([[np.nan if cell is None else cell.value for cell in line] for line in grid.cells])
    ax.set_facecolor(style.FAINT)
    ax.grid(visible=False)
    cells = np.ma.masked_invalid(table)
    colors = colormaps[COLORS].resampled(STEPS)
    image = ax.pcolormesh(cells, cmap=colors, vmin=low, vmax=high if high > low else low + 1, edgecolors="white",
                          linewidth=1.2)  # fmt: skip
    for j, line in enumerate(grid.cells):
        for i, cell in enumerate(line):
            gap = grid.gaps[j][i]
            if cell is None or gap is None:
                continue
            text = scale.form(cell.value)
            if gap.high is not None:
                text += f"\n±{scale.gap(gap.high - gap.value)}"
            dark = (cell.value - low) / (high - low or 1) < DARK
            ax.text(
                i + 0.5,
                j + 0.5,
                text,
                ha="center",
                va="center",
                fontsize=style.SMALL,
                color="white" if dark else style.INK,
            )
    ax.set_xticks(np.arange(len(grid.across_bins)) + 0.5, [_folded(name) for name in grid.across_bins])
    ax.set_yticks(np.arange(len(grid.up_bins)) + 0.5, [_folded(name) for name in grid.up_bins])
    ax.set_xlabel(fill(grid.across.axis, LETTERS_ALONG))
    ax.set_ylabel(fill(grid.up.axis, int(ROW * len(grid.up_bins) * 11) + 4))
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return image


def _folded(name: str) -> str:
    return name.replace(" to ", "\nto ") if " to " in name else fill(name, LETTERS_UP)
