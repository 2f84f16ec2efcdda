"""Small charts side by side, two in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qisim.charts import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = 2
MOST_PANELS = 12
LETTERS = 27
"""Of a line of a panel's title, which surely fit above it."""


def panels(number: int, head: float, row: float, **shared: Any) -> list[Axes]:
    """So many empty axes of one new figure: `head` inches for titles and key, and `row` inches for each two.

    One alone takes the whole width. `shared` is what `Figure.subplots` takes, such as sharey=True.
    """
    columns = min(number, COLUMNS)
    rows = -(-number // columns)
    grid = list(style.new_figure(head + row * rows).subplots(rows, columns, squeeze=False, **shared).flat)
    for ax in grid[number:]:
        ax.remove()
    for ax in grid[max(number - columns, 0) : number]:
        ax.tick_params(labelbottom=True)
    return grid[:number]


def is_left(ax: Axes) -> bool:
    """Whether axes stand in the first column."""
    place = ax.get_subplotspec()
    return place is not None and place.is_first_col()
