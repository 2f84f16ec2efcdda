"""Names on a map, each near its own points and off all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qisim.charts import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEPS = 25
"""Places tried for a name from side to side and from top to bottom."""

MOST_POINTS = 5000
"""Of more points than this an even sample is kept clear."""

GAP = 8.0
"""Points of type from a name to the middle of the points it is kept off."""

COVERS_NAME, COVERS_POINT, NEARER_TO_OTHERS = 1e6, 1e4, 1e3
"""What a place costs for each fault, where a pixel of distance from its own points costs 1."""


def put_names(ax: Axes, points: np.ndarray, groups: np.ndarray) -> None:
    """Write the name of each group of `points` (float64[N, 2], in data units; `groups`: str[N]) into the axes.

    The layout of the figure is settled before; what is added later may shift the names against the points.
    """
    figure = style.owner(ax)
    style.settle(figure)
    there = ax.transData.transform(points)
    gap = GAP * figure.dpi / 72
    taken: list[np.ndarray] = []
    for name in np.unique(groups):
        text = ax.text(0, 0, name, fontsize=style.SMALL, fontweight="bold", ha="center", va="center", zorder=5,
                       path_effects=style.halo())  # fmt: skip
        text.set_in_layout(False)
        box = style.box_of(text)
        half = np.array([box.width, box.height]) / 2 + gap
        own, others = there[groups == name], there[groups != name]
        places = _places(own, half, np.array(ax.bbox.extents).reshape(2, 2))
        best = places[int(_cost(places, half, _sample(own), _sample(others), taken).argmin())]
        x, y = ax.transData.inverted().transform(best)
        text.set_position((x, y))
        taken.append(np.array([best - half, best + half]))


def _sample(points: np.ndarray) -> np.ndarray:
    """At most 5,000 of the points, evenly taken."""
    return points[np.linspace(0, len(points) - 1, min(len(points), MOST_POINTS)).round().astype(int)]


def _places(own: np.ndarray, half: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """Places for the middle of a name that is `half` as large: a grid over and around its points, in the frame."""
    low = np.maximum(own.min(axis=0) - 2 * half, frame[0] + half)
    high = np.minimum(own.max(axis=0) + 2 * half, frame[1] - half)
    x, y = (np.linspace(low[i], max(low[i], high[i]), STEPS) for i in (0, 1))
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _cost(
    places: np.ndarray, half: np.ndarray, own: np.ndarray, others: np.ndarray, taken: list[np.ndarray]
) -> np.ndarray:
    """How unfit each place is, float64[P]. Lengths in pixels."""
    to_own, to_others = _distances(places, half, own), _distances(places, half, others)
    cost = np.hypot(*(places - own.mean(axis=0)).T) + to_own.min(axis=1)
    cost += COVERS_POINT * ((to_own == 0).sum(axis=1) + (to_others == 0).sum(axis=1))
    cost += NEARER_TO_OTHERS * (to_others.min(axis=1, initial=np.inf) < to_own.min(axis=1))
    for low, high in taken:
        cost += COVERS_NAME * ((places + half > low) & (places - half < high)).all(axis=1)
    return cost


def _distances(places: np.ndarray, half: np.ndarray, points: np.ndarray) -> np.ndarray:
    """From boxes of the size 2 `half` around `places` to points, float64[P, N]; 0 inside."""
    apart = np.abs(places[:, None, :] - points[None, :, :]) - half
    return np.hypot(*np.moveaxis(np.maximum(apart, 0), -1, 0))
