"""Bands around a median, as wide as the number of runs supports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.charts import style
from qisim.outcomes.coverage import fan

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

BAND_SHADES = {"90": 0.18, "50": 0.32}


def draw_fan(ax: Axes, coverage: np.ndarray) -> list[Artist]:
    """Draw the bands that the number of runs supports, and the median; returns their keys."""
    from matplotlib.patches import Patch

    bands = fan(coverage)
    keys: list[Artist] = []
    through = 1.0  # of the light; a band lies on the wider ones
    for level, shade in BAND_SHADES.items():
        if f"low_{level}" in bands:
            ax.fill_between(bands.index, bands[f"low_{level}"], bands[f"high_{level}"], color=style.BLUE, alpha=shade,
                            linewidth=0, zorder=3)  # fmt: skip
            through *= 1 - shade
            keys.append(Patch(color=style.BLUE, alpha=1 - through, linewidth=0, label=f"{level}% of runs"))
    return keys + ax.plot(bands["median"], color=style.BLUE, linewidth=3, zorder=5, label="median of runs")
