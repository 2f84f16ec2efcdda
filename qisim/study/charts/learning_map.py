"""Draws who learnt from whom on a map: arrows between places, and squares for what came of sessions and coaches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qisim.charts import style

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from qisim.study.charts.learning_flows import Flows

MOST_ARROWS = 40
MOST_HUBS = 4
"""Squares beside each other in half the width of a page."""

LARGEST = 620.0
"""Area in square points of the mark that stands for the most ideas."""

DOT = 26.0
"""Area of a facility, in square points."""

EDGE, LEAST_DEGREES = 1.24, 0.02
"""How much larger a map is than what lies on it, and the smallest country that it shows."""

HUB_DOWN, HUB_TEXT_DOWN = 26, 42
"""Points from the foot of the map to the middle of the squares and to the top of their words."""

SHORT = {"own": "own idea", "peer": "peers", "coach": "coaches", "session": "sessions", "exchange": "visits",
         "cohort": "cohort", "training": "training", "agent": "agents", "campaign": "campaign", "policy": "policy",
         "endorsement": "leaders", "feedback": "feedback"}  # fmt: skip
"""A source in one short word."""

OTHERS = "others"


@dataclass(frozen=True)
class Scale:
    """The counts of ideas that the largest circle, the thickest arrow and the largest square stand for.

    0 for arrows where there are none.
    """

    circle: int
    arrow: int
    square: int


def scale_of(several: Sequence[Flows]) -> Scale:
    """One scale for maps that are compared."""
    within = [int(np.diag(flows.passed).max(initial=1)) for flows in several]
    between = [int((flows.passed - np.diag(np.diag(flows.passed))).max(initial=0)) for flows in several]
    others = [count for flows in several for count in hubs(flows).values()]
    return Scale(max(within), max(between), max(others, default=1))


def hubs(flows: Flows) -> dict[str, int]:
    """What was learnt of no facility, by a short word; the smallest sources together."""
    named = [(SHORT.get(source, source), count) for source, count in flows.otherwise.items()]
    if len(named) <= MOST_HUBS:
        return dict(named)
    rest = sum(count for _, count in named[MOST_HUBS - 1 :])
    return {**dict(named[: MOST_HUBS - 1]), OTHERS: rest}


def draw_flows(ax: Axes, flows: Flows, scale: Scale) -> None:
    """Places, the largest flows between them as arrows, and squares below for what was learnt of no facility."""
    between = [(int(flows.passed[i, j]), int(i), int(j)) for i, j in np.argwhere(flows.passed) if i != j]
    shown = sorted(between, reverse=True)[:MOST_ARROWS]
    sizes = _sizes(flows, scale.circle)
    _frame(ax, flows)
    for count, one, other in reversed(shown):
        _arrow(ax, flows.points[one], flows.points[other], count / scale.arrow, (sizes[one], sizes[other]))
    color = style.INK if flows.level == "facility" else style.SKY
    ax.scatter(flows.points[:, 0], flows.points[:, 1], s=sizes, color=color, edgecolors=style.INK, linewidths=0.8,
               zorder=3)  # fmt: skip
    _hubs(ax, flows, scale.square)


def _sizes(flows: Flows, largest: int) -> np.ndarray:
    if flows.level == "facility":
        return np.full(len(flows.names), min(DOT, 4000 / len(flows.names)))
    return np.maximum(LARGEST * np.diag(flows.passed) / largest, 8.0)


def _arrow(ax: Axes, start: np.ndarray, end: np.ndarray, share: float, sizes: tuple[float, float]) -> None:
    from matplotlib.patches import FancyArrowPatch

    gaps = [math.sqrt(size / math.pi) + 1 for size in sizes]
    width = 0.7 + 2.6 * share
    ax.add_patch(FancyArrowPatch(tuple(start), tuple(end), connectionstyle="arc3,rad=0.22",
                                 arrowstyle=f"-|>,head_length={3 + width},head_width={1.4 + 0.6 * width}",
                                 shrinkA=gaps[0], shrinkB=gaps[1], linewidth=width, color=style.RED,
                                 alpha=0.35 + 0.5 * share, zorder=4, mutation_scale=1))  # fmt: skip


def keep_proportions(axes: Sequence[Axes], flows: Flows) -> None:
    """Give maps their true proportions, once the figure has all that takes room; its layout is settled by this."""
    style.settle(style.owner(axes[0]))
    low, high = flows.points.min(axis=0), flows.points.max(axis=0)
    squeeze = max(math.cos(math.radians(float(low[1] + high[1]) / 2)), 0.05)
    middle, span = (low + high) / 2, np.maximum(high - low, LEAST_DEGREES) * (squeeze, 1)
    for ax in axes:
        size = np.array([ax.bbox.width, ax.bbox.height])
        half = size * float((span / size).max()) * EDGE / 2 / (squeeze, 1)
        ax.set(xlim=(middle[0] - half[0], middle[0] + half[0]), ylim=(middle[1] - half[1], middle[1] + half[1]))


def _frame(ax: Axes, flows: Flows) -> None:
    """A frame without degrees."""
    ax.set(xlim=(flows.points[:, 0].min(), flows.points[:, 0].max() + LEAST_DEGREES), xticks=(), yticks=())
    ax.grid(False)
    for side in ax.spines.values():
        side.set(visible=True, color=style.FAINT)


def _hubs(ax: Axes, flows: Flows, largest: int) -> None:
    from matplotlib.transforms import ScaledTranslation

    counts = hubs(flows)
    down = ScaledTranslation(0, -HUB_DOWN / 72, style.owner(ax).dpi_scale_trans)
    for place, (name, count) in enumerate(counts.items()):
        x = (place + 0.5) / max(len(counts), 2)
        side = math.sqrt(max(LARGEST * count / largest, 8.0))
        ax.plot(x, 0, "s", markersize=side, color=style.ORANGE, markeredgecolor=style.INK, markeredgewidth=0.8,
                transform=ax.transAxes + down, clip_on=False, zorder=3)  # fmt: skip
        ax.annotate(f"{name}\n{count:,}", (x, 0), (0, -HUB_TEXT_DOWN), "axes fraction", "offset points", ha="center",
                    va="top", fontsize=style.SMALL, annotation_clip=False)  # fmt: skip


def keys(level: str, scale: Scale) -> list[Artist]:
    """What the marks mean."""
    from matplotlib.lines import Line2D

    single = level == "facility"
    place = "a facility" if single else f"passed within a {level} (largest: {_ideas(scale.circle)})"
    size, color = (6, style.INK) if single else (12, style.SKY)
    arrow = Line2D([], [], color=style.RED, linewidth=2.4, marker=">", markersize=8,
                   label=f"passed on this way (thickest: {_ideas(scale.arrow)})")  # fmt: skip
    return [
        Line2D([], [], linestyle="", marker="o", markersize=size, color=color, markeredgecolor=style.INK,
               label=place),
        *([arrow] if scale.arrow else []),
        Line2D([], [], linestyle="", marker="s", markersize=11, color=style.ORANGE, markeredgecolor=style.INK,
               label="learnt another way, with the number of ideas"),
    ]  # fmt: skip


def _ideas(count: int) -> str:
    return "1 idea" if count == 1 else f"{count:,} ideas"


def told_below(several: Sequence[Flows]) -> str:
    """What the arrows are, for under the title."""
    flows = several[0]
    pairs = max(int((f.passed > 0).sum() - (np.diag(f.passed) > 0).sum()) for f in several)
    where = {"facility": "facilities", "district": "districts", "province": "provinces"}[flows.level]
    if not pairs:
        return f"No idea passes between {where}"
    if pairs > MOST_ARROWS:
        return f"Arrows: the {MOST_ARROWS} largest flows between {where}"
    return f"Arrows: ideas that passed between {where}"
