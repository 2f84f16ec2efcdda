"""What the programme costs, period by period, and which of its elements cost it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qisim.charts import style
from qisim.charts.style import COLORS
from qisim.outcomes.cost import currency
from qisim.outcomes.intervals import LEVEL, interval
from qisim.outcomes.spending import IN_DAYS, scaled, spending
from qisim.words.dates import MONTH_NAMES
from qisim.words.numbers import money, percent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.study.results import Results

MOST_BARS = 6
MOST_ELEMENTS = 7
OTHERS = "other elements"
HATCHES = ("", "///", "...", "\\\\\\", "xx", "oo", "--", "++")
PERIODS = (1, 3, 6, 12, 24, 60, 120)


def applies(results: Results) -> bool:
    """Whether there is a programme that takes anything."""
    return bool(results.scenario.programme)


def figure(results: Results) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_costs(results))


@style.styled
def plot_costs(results: Results, ax: Axes | None = None) -> Axes:
    """A bar a period, parted by element: mean over runs, and the 90% interval of the whole bar.

    In the scenario's currency, or where it tells no costs in days of staff and coaches. Draws into `ax`, or into a
    new figure. Raises ValueError where there is no programme.
    """
    if not applies(results):
        raise ValueError("the scenario has no programme, so nothing is spent")
    own, ax = ax is None, style.own_axes(ax, 4.3 + 0.24 * min(len(results.scenario.programme), MOST_ELEMENTS))
    in_money = currency([results.scenario])
    amounts, names = by_period(results, in_money)
    whole = amounts.sum(axis=0)
    step, unit = scaled(in_money, float(whole.mean(axis=0).max()))
    keys: list[Artist] = [*_parts(ax, amounts.mean(axis=1) / step, names)]
    keys += _intervals(ax, whole / step)
    length = period(results.scenario.months)
    ends = [(first, min(first + length, results.scenario.months + 1) - 1)
            for first in range(1, results.scenario.months + 1, length)]  # fmt: skip
    ax.set_xticks(range(len(ends)), [calendar(results.scenario.start, *end) for end in ends])
    ax.grid(False, axis="x")
    ax.set_ylim(bottom=0)
    ax.margins(y=0.1)
    ax.set_ylabel(unit)
    ax.set_xlabel("calendar months")
    style.finish(ax, own, _finding(results, amounts, names, in_money), results.scenario.title, keys, columns=1)
    return ax


def period(months: int) -> int:
    """Months of a bar, so long that few bars hold all."""
    return next((length for length in PERIODS if months <= length * MOST_BARS), PERIODS[-1])


def by_period(results: Results, in_money: str) -> tuple[np.ndarray, list[str]]:
    """What each element takes in each period, float64[E, R, P]; the elements by size, the smallest put together."""
    table, length = spending(results, in_money), period(results.scenario.months)
    names = [element.name for element in results.scenario.programme]
    periods = -(-results.scenario.months // length)
    runs = np.sort(results.months["replicate"].unique())
    amounts = np.zeros((len(names), len(runs), periods))
    place = table["element"].astype(str).map({name: i for i, name in enumerate(names)}).to_numpy(int)
    part = np.maximum(table["month"].to_numpy(int) - 1, 0) // length
    np.add.at(amounts, (place, np.searchsorted(runs, table["replicate"]), part), table["amount"].to_numpy(float))
    order = np.argsort(-amounts.sum(axis=(1, 2)), kind="stable")
    order = order[amounts.sum(axis=(1, 2))[order] > 0]
    kept, rest = order, order[:0]
    if len(order) > MOST_ELEMENTS:
        kept, rest = order[: MOST_ELEMENTS - 1], order[MOST_ELEMENTS - 1 :]
    parts, told = list(amounts[kept]), [names[i] for i in kept]
    if len(rest):
        parts, told = [*parts, amounts[rest].sum(axis=0)], [*told, OTHERS]
    return np.array(parts).reshape(len(parts), len(runs), periods), told


def calendar(start: date, first: int, last: int) -> str:
    """The calendar months from table month `first` to `last`, in two lines."""
    (one, year), (other, later) = _month(start, first), _month(start, last)
    if (one, year) == (other, later):
        return f"{one}\n{year}"
    return f"{one} to {other}\n{year}" if year == later else f"{one} {year} to\n{other} {later}"


def _month(start: date, month: int) -> tuple[str, int]:
    number = start.month - 1 + month - 1
    return MONTH_NAMES[number % 12], start.year + number // 12


def _parts(ax: Axes, means: np.ndarray, names: Sequence[str]) -> list[Artist]:
    """Stacked bars; the key lists them as they lie, the topmost first."""
    from textwrap import shorten

    foot = np.zeros(means.shape[1] if len(means) else 0)
    keys: list[Artist] = []
    for place, (row, name) in enumerate(zip(means, names, strict=True)):
        bars = ax.bar(range(len(row)), row, 0.7, foot, color=COLORS[place], hatch=HATCHES[place], edgecolor="white",
                      linewidth=0.8, zorder=2, label=shorten(name, 60, placeholder=" …"))  # fmt: skip
        keys.append(bars[0])
        keys[-1].set_label(bars.get_label())
        foot = foot + row
    return keys[::-1]


def _intervals(ax: Axes, whole: np.ndarray) -> list[Artist]:
    keys: list[Artist] = []
    for place, values in enumerate(whole.T):
        ends = interval(values, LEVEL)
        if ends is not None and ends[1] > ends[0]:
            keys = [*ax.plot([place, place], ends, color=style.INK, linewidth=2, zorder=4,
                             label="nine of ten runs lie within, for the whole bar")]  # fmt: skip
    return keys


def _finding(results: Results, amounts: np.ndarray, names: Sequence[str], in_money: str) -> str:
    totals = amounts.sum(axis=2).mean(axis=1)
    if not totals.sum():
        return "Nothing that the programme does has a cost" if in_money else "No days of staff or coaches are spent"
    whole, share = money(float(totals.sum())), percent(float(totals[0] / totals.sum()))
    said = f"The programme costs {whole} {in_money}" if in_money else f"Costs are not told; it takes {whole} {IN_DAYS}"
    return said if len(names) == 1 else f"{said}, {share} of it for {names[0]}"
