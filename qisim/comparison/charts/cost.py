"""Cost against time to target: what each strategy takes, and how soon it gets there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from qisim.charts import style
from qisim.charts.style import COLORS
from qisim.comparison.charts.labels import below, named
from qisim.comparison.paired import differences
from qisim.comparison.words import often, others_often
from qisim.outcomes.cost import currency
from qisim.outcomes.intervals import LEVEL, interval
from qisim.outcomes.measures import TIME
from qisim.outcomes.runs import per_run
from qisim.outcomes.spending import IN_DAYS, scaled, spending
from qisim.words.numbers import money, target_percent

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.comparison.experiment import Compared

MOST_FUTURES = 150
"""Single futures that are drawn of each strategy."""

MARKERS = "osD^vPXp"
AROUND = ((9, 9), (-9, 9), (9, -9), (-9, -9), (14, 0), (-14, 0), (0, 14), (0, -14), (22, 16), (-22, 16), (22, -16))
"""Where a letter may stand beside its mark, in points."""


def figure(compared: Compared) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_costs(compared))


@style.styled
def plot_costs(compared: Compared, ax: Axes | None = None) -> Axes:
    """A mark a strategy: mean months to target and mean cost, each with the range of nine of ten futures.

    Costs are in the currency of the scenarios; where one of them tells none, days of staff and coaches stand for them.
    Draws into `ax`, or into a new figure.
    """
    own, ax = ax is None, style.own_axes(ax, 5.2 + 0.24 * len(compared.strategies))
    scenario, in_money = compared.strategies[0].scenario, currency([runs.scenario for runs in compared.strategies])
    amounts = np.array([per_run(s, spending(s, in_money), "amount") for s in compared.strategies])
    months = compared.finding(TIME).by_run
    step, unit = scaled(in_money, float(amounts.mean(axis=1).max()))
    keys: list[Artist] = [
        _strategy(ax, place, months[place], amounts[place] / step, _told(compared, place, amounts[place], in_money))
        for place in range(len(compared.strategies))
    ]
    style.month_axis(ax, scenario.start, scenario.months, label=_label(compared))
    ax.set_xlim(0, scenario.months * 1.02)
    ax.set_ylim(*_heights(amounts / step))
    ax.set_ylabel(unit)
    keys += _meaning(compared.replicates)
    style.finish(ax, own, _finding(compared, amounts, in_money), below(compared), keys, columns=1)
    _letters(ax, compared, months.mean(axis=1), amounts.mean(axis=1) / step)
    return ax


def _strategy(ax: Axes, place: int, months: np.ndarray, amounts: np.ndarray, label: str) -> Artist:
    looks: dict[str, Any] = {"color": COLORS[place], "linestyle": ""}
    if len(months) > 1:
        ax.plot(months[:MOST_FUTURES], amounts[:MOST_FUTURES], ".", markersize=4, alpha=0.22, markeredgewidth=0,
                zorder=2, **looks)  # fmt: skip
    x, y = float(months.mean()), float(amounts.mean())
    across, up = interval(months, LEVEL), interval(amounts, LEVEL)
    if across is not None and up is not None:
        ax.plot(across, (y, y), color=COLORS[place], linewidth=2.2, zorder=3)
        ax.plot((x, x), up, color=COLORS[place], linewidth=2.2, zorder=3)
    return ax.plot(x, y, MARKERS[place], markersize=11, markeredgecolor=style.INK, markeredgewidth=1.2, zorder=5,
                   clip_on=False, label=label, **looks)[0]  # fmt: skip


def _told(compared: Compared, place: int, amounts: np.ndarray, in_money: str) -> str:
    return f"{named(compared, place, 46)}: {money(float(amounts.mean()))} {in_money or 'days'}"


def _heights(amounts: np.ndarray) -> tuple[float, float]:
    """From nothing to a little above the dearest future."""
    high = float(amounts.max())
    return -0.04 * (high or 1.0), 1.08 * (high or 1.0)


def _label(compared: Compared) -> str:
    scenario = compared.strategies[0].scenario
    share, horizon = target_percent(scenario.target.coverage), scenario.months
    return (
        f"months until {share} of facilities are at the standard\n(not there by month {horizon}: counted as {horizon})"
    )


def _meaning(runs: int) -> list[Artist]:
    from matplotlib.lines import Line2D

    if runs == 1:
        return []
    dot = Line2D([], [], linestyle="", marker=".", color=style.GREY, label="one simulated future")
    bar = Line2D([], [], color=style.GREY, linewidth=2.2, label="mark: mean; bars: nine of ten futures")
    return [dot, bar]


def _letters(ax: Axes, compared: Compared, x: np.ndarray, y: np.ndarray) -> None:
    """Each strategy's letter beside its mark, where there is room for it."""
    style.settle(style.owner(ax))
    scale = style.owner(ax).dpi / 72
    marks = ax.transData.transform(np.stack([x, y], axis=1)) / scale
    taken = list(marks)
    for mark, strategy, at in zip(marks, compared.strategies, zip(x, y, strict=True), strict=True):
        for shift in AROUND:
            spot = mark + shift
            if min(np.hypot(*(spot - other)) for other in taken) > (11 if np.hypot(*shift) < 13 else 13):
                taken.append(spot)
                ax.annotate(strategy.label, at, shift, "data", "offset points", ha="center", va="center",
                            fontweight="bold", zorder=6, path_effects=style.halo())  # fmt: skip
                break


def _finding(compared: Compared, amounts: np.ndarray, in_money: str) -> str:
    pace, fast = _pace(compared)
    price, cheap = _price(compared, amounts, in_money)
    if fast and fast == cheap:
        return f"{pace} and {price.partition(' ')[2]}"
    return f"{pace}; {price}"


def _pace(compared: Compared) -> tuple[str, str]:
    """Who is the fastest, in words, and the label; empty where none is called so."""
    time, labels = compared.finding(TIME), [strategy.label for strategy in compared.strategies]
    if not often(compared):
        return "None gets there in most futures", ""
    if len(time.alike) == len(labels):
        return "All are as fast", ""
    if not time.best_is_clear:
        return "None is clearly the fastest", ""
    fast = ", ".join(labels[place] for place in time.alike)
    one = len(time.alike) == 1
    if not others_often(compared):
        return f"Only {fast} {'gets' if one else 'get'} there in most futures", fast
    return f"{fast} {'is' if one else 'are'} the fastest", fast


def _price(compared: Compared, amounts: np.ndarray, in_money: str) -> tuple[str, str]:
    """Who takes least, in words, and the label; a strategy without a programme takes nothing, which is no merit."""
    labels, idle = [strategy.label for strategy in compared.strategies], compared.finding(TIME).idle
    active = [place for place in range(len(labels)) if place not in idle]
    if (amounts == amounts[0]).all():
        return "all cost the same" if in_money else f"all take as many {IN_DAYS}", ""
    if len(active) == 1:
        return f"only {labels[active[0]]} {'costs anything' if in_money else f'takes {IN_DAYS}'}", ""
    taken, among = amounts[active], " of those with a programme" if idle else ""
    least, gaps = int(taken.mean(axis=1).argmin()), differences(taken)
    if not all(gaps[least, other].clear for other in range(len(active)) if other != least):
        return f"none clearly {'costs least' if in_money else f'takes the fewest {IN_DAYS}'}{among}", ""
    cheap = labels[active[least]]
    return f"{cheap} {'costs least' if in_money else f'takes the fewest {IN_DAYS}'}{among}", cheap
