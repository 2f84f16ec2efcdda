"""Measures worked out of arrays, all replicates at once, against their definitions told row by row of the tables."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays as numpy_arrays

from qisim.model.batch import arrays
from qisim.outcomes import cost, equity
from qisim.outcomes.measures import measures
from qisim.outcomes.recorded import FromTables, total
from qisim.scenario.costs import PRICED, UNITS
from qisim.workers.structure import Batch, Structure
from qisim.world.world import build_world
from tests.unit.outcomes.hand_made import COACHING, COLLABORATIVE, HandMade, scenario

RUNS = 9
WORLD = {
    "provinces": 1,
    "districts": 5,
    "kinds": [{"name": "hospital", "count": 5}, {"name": "health_centre", "per_district": 4}],
}
COSTS = {"currency": "US$", "staff_days": 7.3, "coach_days": 0.1, "visits": 1 / 3, "attendances": 12}


def random_runs(**more: Any) -> Batch:
    """Runs whose every number is random, some replicates at the target early, some late, some never."""
    question = scenario(30, world=WORLD, programme=[COLLABORATIVE, COACHING], costs=COSTS, **more)
    structure = Structure(question, build_world(question))
    out, rng = arrays.out(structure.size, RUNS, detail=False), np.random.default_rng(4)
    for array in out[:5]:
        for name in array.dtype.names or [None]:
            values = rng.integers(0, 5, array.shape) * (1.0 if name is None or array.dtype[name].kind == "i" else 0.237)
            array[... if name is None else name] = values
    facilities = len(structure.world)
    at_target = np.sort(rng.integers(0, facilities + 1, out.months.shape), axis=1)
    at_target[0], at_target[1] = 0, facilities
    out.months["at_target"] = at_target
    out.units[...] += rng.random(out.units.shape)
    return Batch(structure, out)


def only_tables(batch: Batch) -> HandMade:
    """The same runs without their arrays, rows of months and groups in another order; sums go by the order of units."""
    months, groups = (table.sample(frac=1, random_state=2) for table in (batch.months, batch.groups))
    return HandMade(batch.scenario, months=months, groups=groups, units=batch.units)


def plain(batch: Batch, key: str) -> list[float]:
    """A measure of each replicate by its definition, row by row of the tables."""
    target, horizon = batch.scenario.target.coverage, batch.scenario.months
    found = []
    for replicate in range(RUNS):
        months = batch.months[batch.months["replicate"] == replicate].set_index("month")
        groups = batch.groups[batch.groups["replicate"] == replicate]
        units = batch.units[batch.units["replicate"] == replicate]
        there = [month for month, share in months["coverage"].items() if share >= target]
        if key == "time_to_target":
            found.append(min(there, default=horizon))
        elif key == "reached" or key.startswith("reached_by_"):
            by = horizon if key == "reached" else int(key.removeprefix("reached_by_"))
            found.append(float(any(month <= by for month in there)))
        elif key in ("coverage_at_end", "score_at_end"):
            found.append(months[key.removesuffix("_at_end")][horizon])
        elif key == "cost":
            found.append(round(math.fsum(spent(batch, row) for row in units.to_dict("records")), cost.CENTS))
        elif key == "cost_per_facility":
            brought = months["at_target"][horizon] - months["at_target"][0]
            whole = sum(spent(batch, row) for row in units.to_dict("records"))
            found.append(round(whole, cost.CENTS) / brought if brought > 0 else math.inf)
        elif key.startswith("gap_"):
            rows = groups[(groups["grouping"] == key.removeprefix("gap_")) & (groups["month"] == horizon)]
            found.append(100.0 * (max(rows["score"]) - min(rows["score"])))
        elif key == "last_district":
            firsts = []
            for _, rows in groups[groups["grouping"] == "district"].groupby("group", observed=True):
                reached = rows[rows["at_target"] / rows["facilities"] >= target]
                firsts.append(min(reached["month"], default=horizon))
            found.append(max(firsts))
        elif key == "gain_kept":
            gain = months["score"][6] - months["score"][0]
            found.append((months["score"][18] - months["score"][0]) / gain if gain >= 0.01 else math.nan)
        else:
            found.append(units[key].sum())
    return found


def spent(batch: Batch, row: dict[str, Any]) -> float:
    """What a row of the table of units costs."""
    names = [element.name for element in batch.scenario.programme]
    place = names.index(row["element"])
    prices = cost.unit_costs(batch.scenario, batch.scenario.programme[place])
    standing = cost.standing_costs(batch.scenario)[place, row["month"]]
    return sum(price * row[unit] for price, unit in zip(prices, PRICED, strict=True)) + row["payments"] + standing


RANDOM = random_runs()
MEASURES = {measure.key: measure for measure in measures([RANDOM])}


def test_every_kind_of_measure_is_here():
    assert {"cost", "cost_per_facility", "gap_kind", "gap_remoteness", "last_district", "gain_kept"} <= set(MEASURES)


@pytest.mark.parametrize("key", MEASURES)
def test_a_measure_is_what_its_definition_says(key: str):
    values = MEASURES[key].values(RANDOM)
    assert values.dtype == np.float64
    assert values == pytest.approx(np.array(plain(RANDOM, key), float), rel=1e-12, abs=1e-12, nan_ok=True)
    assert len(set(values)) > 1, "a measure that is the same everywhere shows nothing"


@pytest.mark.parametrize("key", MEASURES)
def test_arrays_and_tables_give_the_same_bits(key: str):
    np.testing.assert_array_equal(MEASURES[key].values(RANDOM), MEASURES[key].values(only_tables(RANDOM)))


@pytest.mark.parametrize("column", ["coverage", "at_target", "score", "cycles"])
def test_months_are_those_of_the_table(column: str):
    np.testing.assert_array_equal(RANDOM.recorded.months(column), FromTables(only_tables(RANDOM)).months(column))


@pytest.mark.parametrize("column", ["score", "at_target", "ideas_working"])
@pytest.mark.parametrize("grouping", ["district", "kind", "remoteness"])
def test_groups_are_those_of_the_table(grouping: str, column: str):
    own, made = RANDOM.recorded, FromTables(HandMade(RANDOM.scenario, months=RANDOM.months, groups=RANDOM.groups))
    assert own.groupings()[grouping].names == made.groupings()[grouping].names
    assert own.groupings()[grouping].facilities.tolist() == made.groupings()[grouping].facilities.tolist()
    np.testing.assert_array_equal(own.group_months(grouping, column), made.group_months(grouping, column))


def test_units_are_those_of_the_table_to_the_last_bit():
    tables = FromTables(only_tables(RANDOM))
    np.testing.assert_array_equal(RANDOM.recorded.units(), tables.units())
    for unit in UNITS:
        np.testing.assert_array_equal(RANDOM.recorded.taken(unit), FromTables(RANDOM).taken(unit))


def test_a_grouping_of_one_group_has_no_gap():
    assert set(equity.groupings(RANDOM)) == {"remoteness", "kind", "district"}
    assert "nowhere" not in equity.groupings(RANDOM)


def test_a_programme_of_nothing_takes_nothing():
    question = scenario(12, world=WORLD)
    structure = Structure(question, build_world(question))
    batch = Batch(structure, arrays.out(structure.size, 3, detail=False))
    assert batch.recorded.taken("visits").tolist() == [0, 0, 0]
    assert FromTables(batch).taken("visits").tolist() == [0, 0, 0]
    assert FromTables(batch).units().shape == batch.recorded.units().shape == (3, 13, 0, len(UNITS))


@given(numpy_arrays(np.float64, (3, 4, 2, 2), elements=st.floats(-1e9, 1e9)))
def test_sums_go_term_by_term(values: np.ndarray):
    whole = np.zeros((3, 2))
    for month in range(4):
        for element in range(2):
            whole += values[:, month, element]
    np.testing.assert_array_equal(total(values), whole)
