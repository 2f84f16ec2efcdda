"""Cost: what the programme costs by element and month, and for each facility brought to the standard.

Prices are those of the scenario's [costs] and of its elements, the same in every month: nothing is discounted. What has
no price is counted as costing nothing, and named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qisim.outcomes.outcome import Outcome, over_runs, untold
from qisim.outcomes.recorded import recorded
from qisim.outcomes.recorded import total as added_up
from qisim.outcomes.runs import Runs, per_run
from qisim.scenario.costs import MONEY, PRICED, UNITS
from qisim.words.numbers import money, percent

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from qisim.scenario.elements.base import Element
    from qisim.scenario.schema import Scenario

UNTOLD = "the scenario has no [costs]"
CENTS = 4
"""Digits after the point of a total: what lies beyond comes of the order in which parts are added up."""

NONE_BROUGHT = "none brought there"
NO_COST = "no cost"


def costs(runs: Runs) -> pd.DataFrame:
    """What each element costs in each month: replicate, month, element, cost in the scenario's currency.

    Rows as in `Runs.units`; none without a programme. An element's fixed cost falls in its first month. Raises
    ValueError where the scenario tells no costs.
    """
    import pandas as pd

    units, scenario = runs.units, runs.scenario
    names = [element.name for element in scenario.programme]
    which, month = pd.Categorical(units["element"], categories=names).codes, units["month"].to_numpy()
    counted = _counted(units[list(UNITS)].to_numpy(float), _all_prices(scenario)[which])
    table = units[["replicate", "month", "element"]].copy()
    table["cost"] = counted + standing_costs(scenario)[which, month]
    return table


def _all_prices(scenario: Scenario) -> np.ndarray:
    """What one of each of `UNITS` costs in each element, float64[elements, units]; money costs what it is."""
    import numpy as np

    prices = np.ones((len(scenario.programme), len(UNITS)))
    priced = [place for place, unit in enumerate(UNITS) if unit != MONEY]
    for row, element in zip(prices, scenario.programme, strict=True):
        row[priced] = unit_costs(scenario, element)
    return prices


def _counted(units: np.ndarray, prices: np.ndarray) -> np.ndarray:
    """The cost of what was counted, float64[..., units], added up unit by unit."""
    import numpy as np

    cost = np.zeros(units.shape[:-1])
    for unit in range(len(UNITS)):
        cost += units[..., unit] * prices[..., unit]
    return cost


def unit_costs(scenario: Scenario, element: Element) -> list[float]:
    """What one of each of `PRICED` costs in an element; 0 where neither it nor the scenario tells."""
    return [price or 0.0 for price in _prices(scenario, element)]


def standing_costs(scenario: Scenario) -> np.ndarray:
    """Fixed and monthly costs, float64[elements, M + 1]; an element that never runs has none."""
    import numpy as np

    table = np.zeros((len(scenario.programme), scenario.months + 1))
    for row, element in zip(table, scenario.programme, strict=True):
        first, after = element.span(scenario)
        if first < after:
            row[first + 1] += element.costs.fixed
            row[first + 1 : after + 1] += element.costs.monthly
    return table


def unpriced(runs: Runs) -> list[str]:
    """The units of `PRICED` that the programme took, but to which no cost was given; in words."""
    taken = runs.units.groupby("element", observed=True)[PRICED].sum()
    found: set[str] = set()
    for element in runs.scenario.programme:
        if element.name in taken.index:
            prices = dict(zip(PRICED, _prices(runs.scenario, element), strict=True))
            found |= {unit for unit in PRICED if prices[unit] is None and taken.loc[element.name, unit] > 0}
    return [unit.replace("_", " ") for unit in PRICED if unit in found]


def currency(scenarios: Sequence[Scenario]) -> str:
    """The money in which the costs of all these scenarios are told; empty where some tell none, or in other money.

    A scenario without a programme costs nothing in any money.
    """
    told = {scenario.costs.currency if scenario.costs else "" for scenario in scenarios if scenario.programme}
    told = told or {scenario.costs.currency for scenario in scenarios if scenario.costs}
    return told.pop() if len(told) == 1 else ""


def total(runs: Runs) -> np.ndarray:
    """The cost of the programme, float64[R]. Raises ValueError where the scenario tells no costs."""
    units = recorded(runs).units()
    by_month = _counted(units, _all_prices(runs.scenario)) + standing_costs(runs.scenario).T
    return added_up(by_month[..., None])[:, 0].round(CENTS)


def brought(runs: Runs) -> np.ndarray:
    """Facilities at the standard at the end beyond those at the start, float64[R]; below 0 where there are fewer."""
    there = recorded(runs).months("at_target")
    return there[:, -1] - there[:, 0]


def per_facility(cost: np.ndarray, facilities: np.ndarray) -> np.ndarray:
    """Cost for each facility brought to the standard; infinite where none was, NaN where `facilities` is."""
    import numpy as np

    some = facilities > 0
    each = np.where(some, cost / np.where(some, facilities, 1.0), np.inf)
    return np.where(np.isnan(facilities), np.nan, each)


def per_facility_words(value: float) -> str:
    """A cost for each facility brought to the standard."""
    return money(value) if value < float("inf") else NONE_BROUGHT


def outcome(runs: Runs) -> list[Outcome]:
    """Total cost, cost of each element, and cost for each facility brought to the standard; or that it is not told."""
    if not runs.scenario.programme:
        return []
    if runs.scenario.costs is None:
        return [untold("cost", "total cost", "money", UNTOLD)]
    currency, table = runs.scenario.costs.currency, costs(runs)
    whole, left_out = per_run(runs, table, "cost"), unpriced(runs)
    note = f"left out, as no cost is given to them: {', '.join(left_out)}" if left_out else ""
    rows = [over_runs("cost", f"total cost, {currency}", currency, whole, money, note)]
    elements = range(len(runs.scenario.programme))
    if len(elements) > 1:
        rows += [_of_element(runs, table, number, currency) for number in elements]
    return [*rows, _per_facility(runs, whole, currency)] if whole.any() else rows


def _of_element(runs: Runs, table: pd.DataFrame, number: int, currency: str) -> Outcome:
    name = runs.scenario.programme[number].name
    values = per_run(runs, table[table["element"] == name], "cost")
    whole = float(table["cost"].sum())
    note = f"{percent(float(values.sum()) / whole)} of all" if whole else ""
    return over_runs(f"cost_{number}", f"{name}, {currency}", currency, values, money, note)


def _per_facility(runs: Runs, whole: np.ndarray, currency: str) -> Outcome:
    facilities = brought(runs)
    none, several = int((facilities <= 0).sum()), len(facilities) > 1
    note = f"none brought there in {none} of {len(facilities)} runs" if none and several else ""
    return over_runs("cost_per_facility", f"cost for each facility brought to the standard, {currency}", currency,
                     per_facility(whole, facilities), per_facility_words, note)  # fmt: skip


def _prices(scenario: Scenario, element: Element) -> list[float | None]:
    """What one of each of `PRICED` costs in an element; None where it is not told."""
    if scenario.costs is None:
        raise ValueError(UNTOLD)
    own = [getattr(element.costs, unit) for unit in PRICED]
    return [getattr(scenario.costs, unit) if price is None else price for unit, price in zip(PRICED, own, strict=True)]
