"""What holds of every kind of programme element: one contract, checked on a typical instance of each.

None of it changes no bit; it acts only where and when it says; its costs add up; both engines agree on it; and more of
it never takes its own direct target the wrong way.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from qisim.outcomes import cost
from qisim.scenario.costs import MONEY, PRICED, UNITS
from qisim.scenario.elements import KINDS
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Scenario
from qisim.study.results import Results
from qisim.study.run import run
from qisim.world.world import World, build_world
from tests.agreement.engines import assert_engines_agree, assert_same_results, assert_same_table
from tests.agreement.typical_elements import ADDED, BACKGROUND, MONTHS, START, TYPICAL, More, Typical

SEED, REPLICATES = 5, 6
PRICES = {name: 1.0 + place for place, name in enumerate(PRICED)}
OWN_COSTS = {"fixed": 1000.0, "monthly": 10.0, "visits": 7.0}
EVERYTHING_BUT_UNITS = ["months", "idea_totals", "groups", "adoptions", "facility_months", "idea_months"]
FACILITIES_APART = {"peer_influence": 0.0, "works_complexity": 0.0}
"""Neither peers nor the package, which all refine together, carry anything from one district to another."""

LUCK_OF_TESTS_OFF = {"peer_influence": 0.0, "success_engagement": 0.0, "failure_engagement": 0.0,
                     "fatigue_abandoned": 0.0}  # fmt: skip
"""What the team happens to test in a month leaves its engagement as it is."""


def question(*added: dict[str, Any], place: int = len(BACKGROUND), **behaviour: float) -> Scenario:
    """A country of 21 facilities in three districts, with elements added to the background in a place of it."""
    indicators = [{"name": f"indicator {j}", "baseline": 0.3 + 0.1 * j} for j in range(3)]
    ideas = [
        {"name": f"idea {k}", "indicator": f"indicator {k % 3}", "effect": 0.5, "initial_users": 0.1} for k in range(6)
    ]
    kinds = [
        {"name": "hospital", "per_district": 1}, {"name": "health_centre", "per_district": 4},
        {"name": "health_post", "per_district": 2, "staff": 3},
    ]  # fmt: skip
    elements = [{"name": ADDED, "costs": OWN_COSTS, **element} for element in added]
    document = {
        "title": "three districts", "start": "2025-01-01", "months": MONTHS, "indicators": indicators, "ideas": ideas,
        "world": {"provinces": 2, "districts": 3, "kinds": kinds}, "target": {"score": 0.6}, "groups": ["province"],
        "programme": [*BACKGROUND[:place], *elements, *BACKGROUND[place:]], "behaviour": behaviour, "costs": PRICES,
    }  # fmt: skip
    return from_document(document, Origin())


@cache
def world() -> World:
    return build_world(question())


def simulate(scenario: Scenario) -> Results:
    return run(scenario, world(), replicates=REPLICATES, seed=SEED, threads=1, detail=True)


@cache
def without(**behaviour: float) -> Results:
    """The run of the background alone."""
    return simulate(question(**behaviour))


def here() -> dict[str, list[str]]:
    """What makes an element cover the first district alone."""
    return {"districts": [world().districts[0]]}


def units(results: Results, own: bool) -> pd.DataFrame:
    """What was counted of the added element, or of the others."""
    table = results.units[(results.units["element"] == ADDED) == own].astype({"element": str})
    return table.reset_index(drop=True)


each_kind = pytest.mark.parametrize("typical", TYPICAL.values(), ids=TYPICAL)


def test_there_is_a_typical_element_of_every_kind() -> None:
    assert {typical.element["kind"] for typical in TYPICAL.values()} == set(KINDS)
    assert all(typical.none and typical.more for typical in TYPICAL.values())


@pytest.mark.parametrize("place", [0, len(BACKGROUND)], ids=["first", "last"])
@each_kind
def test_none_of_it_changes_nothing(typical: Typical, place: int) -> None:
    for none in typical.none:
        added = simulate(question(typical.element | none, place=place))
        assert_same_results(added, without(), EVERYTHING_BUT_UNITS)
        assert_same_table(units(added, own=False), units(without(), own=False), "units")


@each_kind
def test_none_of_it_changes_nothing_beside_another_of_its_kind(typical: Typical) -> None:
    alone = simulate(question(typical.element))
    for none in typical.none:
        added = simulate(question(typical.element, {**typical.element, **none, "name": "none"}))
        assert_same_results(added, alone, EVERYTHING_BUT_UNITS)
        assert_same_table(units(added, own=True), units(alone, own=True), "units")


@each_kind
def test_it_acts_only_where_and_when_it_says(typical: Typical) -> None:
    added, bare = simulate(question(typical.element | here(), **FACILITIES_APART)), without(**FACILITIES_APART)
    inside = list(world().facilities["id"][world().district == 0])
    changed = False
    for name in ("facility_months", "idea_months"):
        one, other = getattr(added, name), getattr(bare, name)
        apart = ~one["facility"].isin(inside)
        early = one["month"] <= START
        assert_same_table(one[apart | early], other[apart | early], name)
        changed |= not one.equals(other)
    assert changed, "it does nothing where it should"
    others, before = units(added, own=False), units(bare, own=False)
    assert_same_table(others[others["month"] <= START], before[before["month"] <= START], "units")


@each_kind
def test_what_it_takes_is_counted_under_its_name_while_it_runs(typical: Typical) -> None:
    scenario = question(typical.element)
    added = simulate(scenario)
    own = units(added, own=True)
    assert (added.units[list(UNITS)] >= 0).all(axis=None)
    assert {name for name in UNITS if own[name].any()} == typical.units
    first, after = next(element for element in scenario.programme if element.name == ADDED).span(scenario)
    assert first == START
    assert (own[(own["month"] <= first) | (own["month"] > after)][list(UNITS)] == 0).all(axis=None)
    at_once = START + 1
    assert own[own["month"] == at_once][list(typical.units)].any().all()
    others, bare = (units(results, own=False) for results in (added, without()))
    now, then = (table[table["month"] == at_once][list(UNITS)].to_numpy() for table in (others, bare))
    assert (now <= then).all() and (now < then).any() if typical.stops_others else (now == then).all()


@each_kind
def test_its_costs_add_up(typical: Typical) -> None:
    scenario = question(typical.element)
    added = simulate(scenario)
    first, after = next(element for element in scenario.programme if element.name == ADDED).span(scenario)
    table = cost.costs(added)
    own = units(added, own=True)
    prices = PRICES | {"visits": OWN_COSTS["visits"], MONEY: 1.0}
    counted = sum(own.groupby("replicate")[name].sum().to_numpy() * prices[name] for name in UNITS)
    expected = counted + OWN_COSTS["fixed"] + OWN_COSTS["monthly"] * (after - first)
    by_replicate = table[table["element"] == ADDED].groupby("replicate")["cost"].sum().to_numpy()
    assert by_replicate == pytest.approx(expected)
    assert cost.total(added) == pytest.approx(table.groupby("replicate")["cost"].sum().to_numpy())
    rest = cost.total(added) - by_replicate
    others = units(added, own=False)
    prices |= {"visits": PRICES["visits"]}
    assert rest == pytest.approx(
        sum(others.groupby("replicate")[name].sum().to_numpy() * prices[name] for name in UNITS)
    )


@each_kind
def test_both_engines_agree_on_it(typical: Typical) -> None:
    assert_engines_agree(question(typical.element), world(), SEED, [0, 1])


MORES = [(typical, more) for typical in TYPICAL.values() for more in typical.more]
NAMES = [
    f"{name}: {', '.join(more.more)} {i}" for name, typical in TYPICAL.items() for i, more in enumerate(typical.more)
]


@pytest.mark.parametrize(("typical", "more"), MORES, ids=NAMES)
def test_more_of_it_never_takes_its_target_the_wrong_way(typical: Typical, more: More) -> None:
    less, much = (
        more.target(simulate(question(typical.element | keys, **LUCK_OF_TESTS_OFF))) for keys in (more.less, more.more)
    )
    change = more.direction * (much - less)
    assert less.shape == much.shape == (REPLICATES,)
    assert (change >= -1e-9).all(), "with the same luck, more must not do worse"
    assert change.sum() > 0, "more must do something"


def test_groups_add_up_to_all() -> None:
    groups, months = without().groups, without().months
    for _, grouping in groups.groupby("grouping", observed=True):
        summed = grouping.groupby(["replicate", "month"])[["facilities", "at_target", "visits", "cycles"]].sum()
        assert (summed["facilities"] == len(world())).all()
        assert np.array_equal(summed[["at_target", "visits", "cycles"]], months[["at_target", "visits", "cycles"]])
