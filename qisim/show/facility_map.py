"""Map: every facility with its score at the end of the horizon, and the peer network between them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from qisim.show import style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure

    from qisim.experiments.results import Results

MOST_TIES = 3000
MOST_VECTORS = 1000
"""More ties or facilities than this go into an SVG as a picture, which keeps the file small."""

MOST_NAMES = 15
MARKERS = "so^DvPp*hX"
ROOM = 0.05
"""How far colours go at least below and above the standard, in score."""

BELOW = ("#7F2704", "#D94801", "#FDD0A2")
ABOVE = ("#9ECAE1", "#2171B5", "#08306B")
"""Colours of scores up to the standard, and from the standard on (ColorBrewer's Oranges and Blues)."""


def figure(results: Results) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_map(results))


@style.styled
def plot_map(results: Results, ax: Axes | None = None) -> Axes:
    """Facilities by place, kind (marker) and mean score over runs at the end (colour), above peer ties.

    The colour changes from orange to blue at the standard. Draws into `ax`, or into a new figure.
    """
    places, scenario = results.facility_summary, results.scenario
    own, ax = ax is None, style.own_axes(ax, _height(places))
    ties = _ties(ax, places, results.world.network.source, results.world.network.target)
    colours = _colours(places["score"], scenario.target.score)
    for rank, kind in enumerate(results.world.kinds):
        _facilities(ax, places[places["kind"] == kind], rank, len(places), colours)
    _names(ax, places)
    _frame(ax, places)
    _colour_bar(ax, colours, scenario.target.score, results.replicates)
    style.finish(ax, own, _finding(results), f"{scenario.title}\n{ties}", _keys(results.world.kinds), columns=4)
    return ax


def _finding(results: Results) -> str:
    if results.replicates == 1:
        return "Where facilities stand at the end"
    return f"Where facilities stand at the end, on average over {results.replicates:,} runs"


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
    lines = LineCollection(list(segments), colors=style.GREY, linewidths=0.6, alpha=0.45, zorder=1,
                           rasterized=len(taken) > MOST_VECTORS)  # fmt: skip
    ax.add_collection(lines)
    if ties == 0:
        return "No peer ties"
    return "Lines: peer ties" if ties <= MOST_TIES else f"Lines: {MOST_TIES:,} of {ties:,} peer ties"


def _colours(scores: pd.Series[float], standard: float) -> ScalarMappable:
    """Orange for scores below the standard, the darker the farther; blue at and above it. Ends at full tenths."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    low = math.floor(10 * max(min(scores.min(), standard - ROOM), 0)) / 10
    high = math.ceil(10 * min(max(scores.max(), standard + ROOM), 1)) / 10
    change = (standard - low) / (high - low)
    stops = [*zip(np.linspace(0, change, len(BELOW)), BELOW, strict=True),
             *zip(np.linspace(change, 1, len(ABOVE)), ABOVE, strict=True)]  # fmt: skip
    return ScalarMappable(Normalize(low, high), LinearSegmentedColormap.from_list("standard", stops, N=1000))


def _facilities(ax: Axes, places: pd.DataFrame, rank: int, everywhere: int, colours: ScalarMappable) -> None:
    """Draw the facilities of one kind; the kinds higher up the referral chain larger and on top."""
    size = float(np.clip(12_000 / everywhere, 3, 46)) * (1.8 if rank == 0 else 1)
    lowest, highest = colours.get_clim()
    ax.scatter(places["lon"], places["lat"], c=places["score"], cmap=colours.cmap, vmin=lowest, vmax=highest, s=size,
               marker=MARKERS[rank % len(MARKERS)], edgecolors=style.INK, linewidths=min(0.6, size / 40),
               zorder=4 - rank / 100, rasterized=everywhere > MOST_VECTORS)  # fmt: skip


def _keys(kinds: list[str]) -> list[Artist]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], linestyle="", marker=MARKERS[rank % len(MARKERS)], markersize=8, color=style.GREY,
               label=kind.replace("_", " "))
        for rank, kind in enumerate(kinds)
    ]  # fmt: skip


def _colour_bar(ax: Axes, colours: ScalarMappable, standard: float, runs: int) -> None:
    mean = ", mean of runs" if runs > 1 else ""
    bar = style.owner(ax).colorbar(colours, ax=ax, location="bottom", shrink=0.85, aspect=32, pad=0.03)
    bar.set_label(f"score at the end{mean} (0 to 1)")
    bar.ax.axvline(standard, color=style.INK, linewidth=2.5)
    bar.ax.annotate(f"standard {standard:.2f}", (standard, 1), (0, 3), "data", "offset points", fontsize=style.SMALL,
                    fontweight="bold", ha="center", va="bottom")  # fmt: skip


def _names(ax: Axes, places: pd.DataFrame) -> None:
    """Names of districts, or of provinces where the districts are too many, above their facilities."""
    for grouping in ("district", "province"):
        groups = places.groupby(grouping)
        if 1 < len(groups) <= MOST_NAMES:
            for name, lon, lat in groups.agg(lon=("lon", "median"), lat=("lat", "max")).itertuples():
                ax.annotate(name, (lon, lat), (0, 6), "data", "offset points", fontsize=style.SMALL, zorder=5,
                            fontweight="bold", ha="center", va="bottom", path_effects=style.halo())  # fmt: skip
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
