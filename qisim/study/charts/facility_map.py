"""Map: how often every facility is at the standard at the end, and the peer network between them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from qisim.charts import style
from qisim.charts.map_labels import put_names

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.study.results import Results

MOST_TIES = 3000
MOST_VECTORS = 1000
"""More ties or facilities than this go into an SVG as a picture, which keeps the file small."""

MOST_NAMES = 15
MARKERS = "so^DvPp*hX"
COLOURS = "YlGnBu"
"""Pale yellow for never to dark blue for always (ColorBrewer; safe for colour-blind readers)."""


def figure(results: Results) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_map(results))


@style.styled
def plot_map(results: Results, ax: Axes | None = None) -> Axes:
    """Facilities by place, kind (marker) and share of runs at the standard at the end (colour), above peer ties.

    Draws into `ax`, or into a new figure.
    """
    places, scenario, kinds = results.facility_summary, results.scenario, results.world.kinds
    own, ax = ax is None, style.own_axes(ax, _height(places))
    ties = _ties(ax, places, results.world.network.source, results.world.network.target)
    for rank, kind in enumerate(kinds):
        _facilities(ax, places[places["kind"] == kind], rank, len(places))
    _frame(ax, places)
    keys = _keys(kinds)
    if results.replicates == 1:
        keys += _two_colours()
    else:
        _colour_bar(ax, scenario.target.score, results.replicates)
    style.finish(ax, own, _finding(results), f"{scenario.title}\n{ties}", keys, columns=3)
    _names(ax, places)
    return ax


def _finding(results: Results) -> str:
    if results.replicates == 1:
        return f"Which facilities are at the standard (score {results.scenario.target.score:.2f}) at the end"
    return "How often each facility is at the standard at the end"


def _height(places: pd.DataFrame) -> float:
    """Inches that give the map its true proportions at full width, within reason."""
    tall = np.ptp(places["lat"]) * 1.08 / max(np.ptp(places["lon"]) * 1.08 * _squeeze(places), 1e-6)
    return float(np.clip(tall * (style.WIDTH - 0.9), 2.5, 6.5)) + 2.3


def _squeeze(places: pd.DataFrame) -> float:
    """How much shorter a degree of longitude is than one of latitude, in the middle of the map."""
    return math.cos(math.radians(float(places["lat"].max() + places["lat"].min()) / 2))


def _ties(ax: Axes, places: pd.DataFrame, source: np.ndarray, target: np.ndarray) -> str:
    """Draw peer ties, evenly thinned where there are too many to see, and say what was drawn."""
    from matplotlib.collections import LineCollection

    ties = len(source)
    taken = np.linspace(0, ties - 1, min(ties, MOST_TIES)).round().astype(int)
    points = places[["lon", "lat"]].to_numpy(float)
    segments = np.stack([points[source[taken]], points[target[taken]]], axis=1)
    lines = LineCollection(list(segments), colors=style.GREY, linewidths=0.4, alpha=0.22, zorder=1,
                           rasterized=len(taken) > MOST_VECTORS)  # fmt: skip
    ax.add_collection(lines)
    if ties == 0:
        return "No peer ties"
    return "Lines: peer ties" if ties <= MOST_TIES else f"Lines: {MOST_TIES:,} of {ties:,} peer ties"


def _facilities(ax: Axes, places: pd.DataFrame, rank: int, everywhere: int) -> None:
    """Draw the facilities of one kind; the kinds higher up the referral chain larger and on top."""
    size = float(np.clip(12_000 / everywhere, 3, 46)) * (1.8 if rank == 0 else 1)
    ax.scatter(places["lon"], places["lat"], c=places["at_target"], cmap=COLOURS, vmin=0, vmax=1, s=size,
               marker=MARKERS[rank % len(MARKERS)], edgecolors=style.INK, linewidths=min(0.6, size / 40),
               zorder=4 - rank / 100, rasterized=everywhere > MOST_VECTORS)  # fmt: skip


def _keys(kinds: list[str]) -> list[Artist]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], linestyle="", marker=MARKERS[rank % len(MARKERS)], markersize=8, color=style.GREY,
               label=kind.replace("_", " "))
        for rank, kind in enumerate(kinds)
    ]  # fmt: skip


def _two_colours() -> list[Artist]:
    """The colours of one run, in which a facility is at the standard or is not."""
    from matplotlib import colormaps
    from matplotlib.patches import Patch

    ends = ((1.0, "at the standard"), (0.0, "below it"))
    return [Patch(facecolor=colormaps[COLOURS](at), edgecolor=style.INK, label=label) for at, label in ends]


def _colour_bar(ax: Axes, standard: float, runs: int) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.ticker import PercentFormatter

    colours = ScalarMappable(Normalize(0, 1), COLOURS)
    bar = style.owner(ax).colorbar(colours, ax=ax, location="bottom", shrink=0.85, aspect=32, pad=0.03,
                                   ticks=style.SHARES, format=PercentFormatter(1, decimals=0))  # fmt: skip
    at_standard = f"is at the standard\n(score {standard:.2f} or more) at the end"
    bar.set_label(f"% of {runs:,} runs in which the facility {at_standard}")


def _names(ax: Axes, places: pd.DataFrame) -> None:
    """Names of districts, or of provinces where the districts are too many, beside their facilities."""
    points = places[["lon", "lat"]].to_numpy(float)
    for grouping in ("district", "province"):
        if 1 < places[grouping].nunique() <= MOST_NAMES:
            put_names(ax, points, places[grouping].to_numpy(str))
            return


def _frame(ax: Axes, places: pd.DataFrame) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.set_aspect(1 / max(_squeeze(places), 0.05), adjustable="datalim" if len(places) == 1 else "box")
    ax.margins(0.04)
    ax.xaxis.set_major_formatter(lambda value, _: _degrees(value, "WE"))
    ax.yaxis.set_major_formatter(lambda value, _: _degrees(value, "SN"))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(4))
    ax.grid(False)


def _degrees(value: float, sides: str) -> str:
    """Degrees west or east, south or north."""
    return f"{abs(value):g}°{'' if value == 0 else sides[int(value > 0)]}"
