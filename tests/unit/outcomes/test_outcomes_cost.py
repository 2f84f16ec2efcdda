"""Costs against sums done by hand, and what holds of any costs."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qisim.outcomes import cost, effort
from qisim.outcomes.runs import per_run
from qisim.scenario.costs import PRICED
from qisim.words.numbers import money
from tests.unit.outcomes.hand_made import COACHING, COLLABORATIVE, HandMade, months_table, scenario, units_table

AMOUNTS = st.one_of(st.none(), st.integers(0, 1000))


def runs_with(units: dict[str, object], at_target: object = ((0, 0, 0),), **told: object) -> HandMade:
    """Runs of 2 months."""
    question = scenario(2, **told)
    return HandMade(question, months_table(at_target=at_target), units=units_table(question, len(at_target), **units))


def test_costs_worked_by_hand() -> None:
    element = COACHING | {"start": 1, "end": 2, "costs": {"fixed": 100, "monthly": 7, "coach_days": 20}}
    runs = runs_with(
        # a column an element: the collaborative, then coaching
        {"sessions": [[0, 0], [2, 0], [0, 0]], "coach_days": [[0, 0], [0, 0], [0, 3]],
         "payments": [[0, 0], [0, 0], [50, 0]]},
        programme=[COLLABORATIVE, element],
        costs={"sessions": 1000, "coach_days": 45},
    )  # fmt: skip
    table = cost.costs(runs).pivot(index="month", columns="element", values="cost")
    assert table["collaborative"].tolist() == [0, 2000, 50]
    assert table["coaching"].tolist() == [0, 0, 3 * 20 + 100 + 7], "its own price, and its first month is the second"
    assert cost.total(runs).tolist() == [2217]


def test_an_element_costs_by_the_month_while_it_runs() -> None:
    last = COACHING | {"start": 3, "end": None, "costs": {"monthly": 5, "fixed": 1}}
    first = COLLABORATIVE | {"costs": {"monthly": 2, "fixed": 10}}
    standing = cost.standing_costs(scenario(7, programme=[first, last]))
    assert standing.tolist() == [[0, 12, 2, 2, 2, 2, 2, 0], [0, 0, 0, 0, 6, 5, 5, 5]]


def test_what_never_runs_costs_nothing() -> None:
    late = {"kind": "shock", "what": "other", "start": 2, "months": 3, "costs": {"fixed": 10, "monthly": 10}}
    assert not cost.standing_costs(scenario(2, programme=[late])).any()


@given(st.data())
def test_costs_add_up_over_elements_and_months(data: st.DataObject) -> None:
    elements = []
    for kind in (COLLABORATIVE, COACHING):
        prices = {unit: data.draw(AMOUNTS) for unit in PRICED}
        elements.append(kind | {"costs": {**prices, "fixed": 3, "monthly": data.draw(st.integers(0, 9))}})
    question = scenario(7, programme=elements, costs={unit: data.draw(AMOUNTS) for unit in PRICED})
    drawn = np.random.default_rng(data.draw(st.integers(0, 99)))
    units = {unit: drawn.integers(0, 5, (3, 8, 2)) for unit in [*PRICED, "payments"]}
    runs = HandMade(question, months_table(at_target=np.zeros((3, 8))), units=units_table(question, 3, **units))

    total = np.zeros(3)
    for e, element in enumerate(question.programme):
        first, after = element.span(question)
        total += element.costs.fixed + element.costs.monthly * (after - first)
        total += units["payments"][:, :, e].sum(axis=1)
        for unit in PRICED:
            own, common = getattr(element.costs, unit), getattr(question.costs, unit)
            total += units[unit][:, :, e].sum(axis=1) * ((common or 0) if own is None else own)
    assert cost.total(runs) == pytest.approx(total)
    table = cost.costs(runs)
    for part in ("element", "month"):
        parts = [per_run(runs, rows, "cost") for _, rows in table.groupby(part, observed=True)]
        assert np.sum(parts, axis=0) == pytest.approx(total)
    rows = {row.key: row for row in cost.outcome(runs)}
    assert rows["cost"].median == pytest.approx(np.median(total))


def test_no_price_is_told_and_counts_nothing() -> None:
    runs = runs_with(
        {"visits": [[0, 0], [3, 0], [0, 0]], "coach_days": [[0, 0], [0, 1], [0, 0]], "contacts": np.zeros((3, 2))},
        programme=[COLLABORATIVE, COACHING | {"start": 1, "end": 2, "costs": {"coach_days": 0}}],
        costs={"contacts": 2},
    )
    assert cost.unpriced(runs) == ["visits"], "a price of 0 is a price"
    (total, *_) = cost.outcome(runs)
    assert (total.median, total.note) == (0, "left out, as no cost is given to them: visits")


def test_without_costs_no_money_is_told_but_days_are() -> None:
    runs = runs_with({"staff_days": [[0], [4], [5]], "payments": [[0], [9], [9]]}, programme=[COLLABORATIVE])
    (row,) = cost.outcome(runs)
    assert (row.median, row.text) == (None, "total cost: not told; the scenario has no [costs]")
    assert effort.taken(runs, "staff_days").tolist() == [9]
    with pytest.raises(ValueError, match="has no \\[costs\\]"):
        cost.costs(runs)


def test_no_programme_costs_nothing() -> None:
    for told in ({}, {"costs": {"sessions": 5}}):
        runs = runs_with({}, at_target=((0, 1, 2), (0, 0, 0)), **told)
        assert cost.total(runs).tolist() == [0, 0]
        assert cost.costs(runs).empty
        assert cost.outcome(runs) == []
        assert effort.taken(runs, "coach_days").tolist() == [0, 0]


def test_cost_of_a_facility_is_endless_where_none_is_brought() -> None:
    at_target = [[2, 2, 6], [2, 9, 2], [2, 2, 1], [1, 0, 2]]
    runs = runs_with({"sessions": [[[0], [2], [2]]] * 4}, at_target, programme=[COLLABORATIVE], costs={"sessions": 10})
    assert cost.brought(runs).tolist() == [4, 0, -1, 1]
    assert cost.per_facility(cost.total(runs), cost.brought(runs)).tolist() == [10, math.inf, math.inf, 40]
    *_, row = cost.outcome(runs)
    assert (row.median, row.value, row.note) == (40, "40", "none brought there in 2 of 4 runs")
    json.dumps(row.row(), allow_nan=False)


def test_a_cost_that_mostly_brings_nothing_has_no_number() -> None:
    at_target = [[1, 1, 1]] * 19 + [[1, 1, 3]]
    runs = runs_with({"sessions": [[[0], [1], [1]]] * 20}, at_target, programme=[COLLABORATIVE], costs={"sessions": 10})
    *_, row = cost.outcome(runs)
    assert (row.value, row.spread) == ("none brought there", "10 to none brought there")
    told = row.row()
    assert (told["median"], told["infinite"], told["beyond_horizon"]) == (None, ["median", "high"], [])


def test_money_is_compared_in_one_currency() -> None:
    dollars, riel = ({"programme": [COACHING], "costs": {"currency": c}} for c in ("US$", "KHR"))
    untold, nothing = {"programme": [COACHING]}, {}
    assert cost.currency([scenario(**dollars), scenario(**dollars)]) == "US$"
    assert cost.currency([scenario(**dollars), scenario(**nothing)]) == "US$", "no programme, no cost"
    assert cost.currency([scenario(**dollars), scenario(**riel)]) == ""
    assert cost.currency([scenario(**dollars), scenario(**untold)]) == ""
    assert cost.currency([scenario(**untold), scenario(**nothing)]) == ""


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "0"), (0.126, "0.126"), (12.34, "12.3"), (99.96, "100"), (1234, "1,230"), (999_600, "1 million"),
     (1_234_567, "1.23 million"), (2.5e9, "2.5 billion"), (1.6e12, "1,600 billion")],
)  # fmt: skip
def test_money_in_three_digits(amount: float, said: str) -> None:
    assert money(amount) == said


def test_rows_stay_those_of_the_units() -> None:
    runs = runs_with({}, programme=[COLLABORATIVE, COACHING | {"end": None, "start": 0}], costs={})
    pd.testing.assert_frame_equal(cost.costs(runs)[["replicate", "month", "element"]],
                                  runs.units[["replicate", "month", "element"]])  # fmt: skip
