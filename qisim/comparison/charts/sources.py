"""Where practices came from under each strategy: a bar each, parted by source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qisim.charts import style
from qisim.comparison.charts.labels import below, named
from qisim.outcomes.attribution import WORDS, counts, mean_shares
from qisim.outcomes.intervals import LEVEL, interval
from qisim.words.numbers import count, percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.comparison.experiment import Compared, Strategy

MOST_SOURCES = 7
OTHERS = "other ways"
SMALL_SHARE = 0.02
"""A source below this share under every strategy is put to the other ways."""

LOOKS = (
    (style.BLUE, ""), (style.ORANGE, "///"), (style.GREEN, "..."), (style.PURPLE, "\\\\\\"), (style.YELLOW, "xx"),
    (style.SKY, "--"), (style.RED, "oo"), ("#BBBBBB", "||"),
)  # fmt: skip
"""A colour and a pattern for each source, so that neither has to be told apart alone."""

ROOM = 0.045
"""Share of the width that a number in per cent takes."""


def applies(compared: Compared) -> bool:
    """Whether anything was adopted after the start under any strategy."""
    return any(counts(strategy).to_numpy().any() for strategy in compared.strategies)


def figure(compared: Compared) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_sources(compared))


@style.styled
def plot_sources(compared: Compared, ax: Axes | None = None) -> Axes:
    """A bar a strategy: the mean share of each source in what was adopted after the start, and how much that was.

    Draws into `ax`, or into a new figure. Raises ValueError where nothing was adopted under any strategy.
    """
    table = shares(compared)
    if table.empty:
        raise ValueError("nothing was adopted, so that there are no sources to show")
    strategies = compared.strategies
    own, ax = ax is None, style.own_axes(ax, 2.4 + 0.85 * len(strategies) + 0.12 * len(table.columns))
    for place, strategy in enumerate(strategies):
        _bar(ax, place, table.loc[strategy.label].to_numpy(float))
        ax.annotate(f"{named(compared, place, 58)}\n{_adopted(strategy)}", (0, place), (0, 16),
                    "data", "offset points", fontsize=style.SMALL, va="bottom")  # fmt: skip
    ax.set_ylim(len(strategies) - 0.6, -0.85)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    style.percent_axis(ax, "% of the adoptions after the start, mean of futures", along=True)
    ax.set_xlim(0, 1)
    ax.grid(False)
    style.finish(ax, own, _finding(compared, table), below(compared), _keys(list(table.columns)), columns=2)
    return ax


def shares(compared: Compared) -> pd.DataFrame:
    """The mean share of each source in words, 0-1: a row a strategy, columns in the same order of size for all.

    A strategy under which nothing was adopted has only zeros; no columns where that holds of all.
    """
    import pandas as pd

    means = {strategy.label: mean_shares(strategy)["mean"] for strategy in compared.strategies}
    table = pd.DataFrame(means).T.reindex(columns=list(WORDS)).fillna(0.0)
    order = table.mean().sort_values(ascending=False, kind="stable").index
    large = [source for source in order if table[source].max() >= SMALL_SHARE]
    kept = large if len(large) <= MOST_SOURCES else large[: MOST_SOURCES - 1]
    rest = table.drop(columns=kept).sum(axis=1)
    found = table[kept].rename(columns=WORDS)
    return found.assign(**{OTHERS: rest}) if rest.any() else found


def _bar(ax: Axes, place: int, shares: np.ndarray) -> None:
    left = 0.0
    for share, (color, hatch) in zip(shares, LOOKS, strict=False):
        ax.barh(place, share, 0.42, left, color=color, hatch=hatch, edgecolor="white", linewidth=0.8, zorder=2)
        if share >= 1.6 * ROOM:
            ax.text(left + share / 2, place, percent(share), ha="center", va="center", fontsize=style.SMALL,
                    fontweight="bold", zorder=4, path_effects=style.halo())  # fmt: skip
        left += share


def _adopted(strategy: Strategy) -> str:
    adopted = counts(strategy).sum(axis=1).to_numpy(float)
    ends = interval(adopted, LEVEL)
    told = f"{count(float(adopted.mean()))} adoptions"
    return f"{told} ({count(ends[0])} to {count(ends[1])} in nine of ten futures)" if ends else told


def _keys(names: list[str]) -> list[Artist]:
    from matplotlib.patches import Patch

    return [Patch(facecolor=color, hatch=hatch, edgecolor="white", label=name)
            for name, (color, hatch) in zip(names, LOOKS, strict=False)]  # fmt: skip


def _finding(compared: Compared, table: pd.DataFrame) -> str:
    first = table.idxmax(axis=1)[table.sum(axis=1) > 0]
    if len(set(first)) == 1:
        return f"Under every strategy most comes from {first.iloc[0]}"
    parts = [f"{', '.join(first.index[first == words])}: {words}" for words in dict.fromkeys(first)]
    return f"What most adoptions go back to. {'; '.join(parts)}"
