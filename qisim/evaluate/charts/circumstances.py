"""Chart: what circumstances do to each design."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING

from qisim.charts import style
from qisim.evaluate.charts.bias import NORMAL, POINTS, errors, keys
from qisim.evaluate.designs import DESIGNS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS = 2


@style.styled
def plot_circumstances(table: pd.DataFrame, title: str) -> Sequence[Axes]:
    """Draw bias by circumstance, a panel a design. Returns the axes drawn on."""
    designs, names = list(dict.fromkeys(table["design"])), list(dict.fromkeys(table["circumstance"]))
    lines = -(-len(designs) // COLUMNS)
    figure = style.new_figure(1.6 + lines * (0.85 + 0.27 * len(names)))
    grid = figure.subplots(lines, COLUMNS, sharex=True, sharey=True, squeeze=False).ravel()
    for ax, design in zip(grid, designs, strict=False):
        rows = table[table["design"] == design].set_index("circumstance").reindex(names)
        errors(ax, rows)
        ax.set_yticks(range(len(names)), names)
        ax.set_title(fill(DESIGNS[design].title, 24), fontsize=style.SMALL)
    for ax in grid[len(designs) :]:
        ax.remove()
    for ax in grid[max(len(designs) - COLUMNS, 0) : len(designs)]:
        ax.tick_params(labelbottom=True)
        ax.set_xlabel("percentage points")
    reach = POINTS * (table["bias"].abs() + NORMAL * table["sd"].fillna(0)).max() * 1.05
    if reach > 0:  # there may be no estimate at all
        grid[0].set_xlim(-reach, reach)
    runs = int(table["replicates"].iloc[0])
    below = f"{title}\nEstimate less true effect; {runs} evaluations each, with the same luck"
    style.heading(figure, "What circumstances do to each design", below)
    figure.legend(handles=keys(), loc="outside lower center", ncols=1)
    return list(grid[: len(designs)])
