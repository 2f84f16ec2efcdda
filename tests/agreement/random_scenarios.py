"""Hypothesis strategies for small scenarios of every make, valid by construction."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from qisim.scenario.behaviour import PARAMETERS, Parameter
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Scenario
from qisim.world.world import World, build_world

KINDS = ["hospital", "health_centre", "health_post"]
SELECTIONS = ["all", "random", "strongest", "weakest", "volunteers", "remote_first", "by_district", "list"]
POLICIES = ["rotation", "weakest", "strongest", "newest", "nearest"]
START = date(2024, 11, 1)
EXTREMES: dict[str, st.SearchStrategy[Any]] = {
    "turnover_annual": st.sampled_from([0.0, 0.6, 0.99]),
    "head_turnover_annual": st.sampled_from([0.0, 0.95]),
    "coach_turnover_annual": st.sampled_from([0.0, 0.9]),
    "coach_vacancy_months": st.sampled_from([0, 0.5, 1, 2.5]),
    "rotation_months": st.sampled_from([0.5, 1, 2.9, 4]),
    "rotation_share": st.sampled_from([0.0, 1.0]),
    "peer_threshold": st.sampled_from([0.05, 0.2, 1.0]),
    "peer_influence": st.sampled_from([0.0, 3.0, 10.0]),
    "ideas_in_hand": st.sampled_from([1, 1.5, 2, 3, 20]),
    "cycles_per_meeting": st.sampled_from([0, 5.5, 12]),
    "dropout_engagement": st.sampled_from([0.4, 0.7, 1.0]),
    "dropout_months": st.sampled_from([1, 1.5, 2]),
    "abandon_per_failure": st.sampled_from([0.5, 1.0]),
    "lapse_monthly": st.sampled_from([0.0, 0.3, 1.0]),
    "found_out": st.sampled_from([0.0, 1.0]),
    "invention_annual": st.sampled_from([0.0, 0.9]),
    "unsupported_months": st.sampled_from([1, 60]),
    "session_attendance": st.sampled_from([0.0, 0.4, 1.0]),
    "visit_trains": st.sampled_from([0.0, 1.0]),
    "records": st.sampled_from([1, 1.5, 1e6]),
    "routine_months": st.sampled_from([1, 2.5, 120]),
}


def shares(low: float = 0.0, high: float = 1.0) -> st.SearchStrategy[float]:
    """Numbers of at most three decimals, which read well in a failing example."""
    return st.integers(round(low * 1000), round(high * 1000)).map(lambda thousandths: thousandths / 1000)


@st.composite
def quantities(draw: st.DrawFn, low: float, high: float) -> float | dict[str, float]:
    """A number, or a distribution of any shape, within limits."""
    shape = draw(st.sampled_from(["number", "number", "uniform", "triangular", "normal"]))
    if shape == "number":
        return draw(shares(low, high))
    least, middle, most = sorted(draw(st.tuples(*[shares(low, high)] * 3)))
    if shape == "uniform":
        return {"low": least, "high": most}
    if shape == "triangular":
        return {"low": least, "mode": middle, "high": most}
    return {"mean": middle, "sd": max((high - low) / 4, 0.001)}


def _plausible(parameter: Parameter) -> st.SearchStrategy[Any]:
    """A value of the plausible range; people and months are often given in whole numbers."""
    whole = parameter.unit in ("months", "people", "ideas", "records a month")
    numbers = quantities(parameter.low, parameter.high)
    return st.integers(int(parameter.low), int(parameter.high)) | numbers if whole else numbers


@st.composite
def behaviours(draw: st.DrawFn) -> dict[str, Any]:
    """Some parameters within their plausible ranges, and some extreme ones."""
    names = draw(st.lists(st.sampled_from(sorted(PARAMETERS)), unique=True, max_size=15))
    values = {name: draw(_plausible(PARAMETERS[name])) for name in names}
    for name in draw(st.lists(st.sampled_from(sorted(EXTREMES)), unique=True, max_size=6)):
        values[name] = draw(EXTREMES[name])
    for name in ("head_turnover_annual", "dropout_engagement"):  # what seldom happens otherwise
        if draw(st.booleans()):
            values[name] = draw(EXTREMES[name])
    return values


@st.composite
def indicator_lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    """1-6 indicators: more than 4 share their chance out over two blocks."""
    return [
        {
            "name": f"indicator {j}",
            "baseline": draw(quantities(0.05, 0.95)),
            "baseline_sd": draw(shares(0, 0.3)),
            "ceiling": draw(st.just(1.0) | shares(0.3, 1)),
            "weight": draw(st.just(1.0) | shares(0.1, 3)),
            "trend_annual": draw(st.just(0.0) | shares(-0.3, 0.3)),
        }
        for j in range(draw(st.integers(1, 6)))
    ]


@st.composite
def idea_lists(draw: st.DrawFn, indicators: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """1-9 ideas: more than 4 share their chance out over two or three blocks."""
    return [
        {
            "name": f"idea {k}",
            "indicator": draw(st.sampled_from(indicators))["name"],
            "effect": draw(st.just(0.0) | quantities(0.2, 1) | quantities(-0.8, 0.2)),
            "complexity": draw(quantities(0, 1)),
            "needs_adapting": draw(st.booleans()),
            "initial_users": draw(st.sampled_from([0.0, 0.03, 0.1, 0.5, 1.0])),
        }
        for k in range(draw(st.integers(1, 9)))
    ]


@st.composite
def made_up_worlds(draw: st.DrawFn) -> dict[str, Any]:
    """A synthetic country of 1-3 districts and 3-25 facilities."""
    districts = draw(st.integers(1, 3))
    kinds = [{"name": "health_centre", "count": draw(st.integers(3, 16)), "staff": draw(st.integers(1, 40))}]
    if draw(st.booleans()):
        kinds.insert(0, {"name": "hospital", "per_district": 1, "staff": 60})
    if draw(st.booleans()):
        kinds.append({"name": "health_post", "per_district": draw(st.integers(1, 2)), "staff": 2})
    for kind in kinds:
        kind["connectivity"] = draw(shares())
    return {
        "seed": draw(st.integers(0, 9)),
        "provinces": draw(st.integers(1, districts)),
        "districts": districts,
        "kinds": kinds,
        **draw(_networks()),
    }


def _networks() -> st.SearchStrategy[dict[str, Any]]:
    """How far facilities live apart and whom they know."""
    return st.fixed_dictionaries({}, optional={
        "district_km": st.sampled_from([1.0, 200.0]), "km_per_day": st.sampled_from([30.0, 1000.0]),
        "peers_per_facility": st.integers(0, 4), "district_tie": st.sampled_from([0.0, 0.3, 7.0]),
        "referral_tie": st.sampled_from([0.0, 1.7]), "neighbour_km": st.sampled_from([50.0, 500.0]),
        "neighbour_tie": st.sampled_from([0.0, 0.1]),
    })  # fmt: skip


@st.composite
def registries(draw: st.DrawFn, indicators: list[dict[str, Any]]) -> pd.DataFrame:
    """A registry of 3-25 facilities that tells some columns, of some facilities only."""
    count = draw(st.integers(3, 25))

    def column(values: st.SearchStrategy[Any]) -> list[str]:
        return [str(value) for value in draw(st.lists(values, min_size=count, max_size=count))]

    table = {"id": [f"F{i}" for i in range(count)], "kind": column(st.sampled_from(KINDS))}
    table["district"] = column(st.sampled_from(["North", "South", "East"]))
    optional: dict[str, st.SearchStrategy[Any]] = {
        "province": st.sampled_from(["Coast", "Hills"]), "staff": st.just("") | st.integers(1, 80),
        "travel_days": st.just("") | st.sampled_from([0, 0.5, 1, 3]),
        "connectivity": st.just("") | shares(),
        **dict.fromkeys(("leadership", "openness", "workload"), st.just("") | shares()),
        **{f"baseline_indicator_{j}": st.just("") | shares() for j in range(len(indicators))},
    }  # fmt: skip
    for name, values in optional.items():
        if draw(st.booleans()):
            table[name] = column(values)
    return pd.DataFrame(table)


@st.composite
def _coverage(draw: st.DrawFn, world: World) -> dict[str, Any]:
    """Which facilities an element covers: all, or at least one named in one of the four ways."""
    key = draw(st.sampled_from(["", "", "provinces", "districts", "kinds", "facilities"]))
    if not key:
        return {}
    column = {"provinces": "province", "districts": "district", "kinds": "kind", "facilities": "id"}[key]
    present = sorted(set(world.facilities[column]))
    return {key: draw(st.lists(st.sampled_from(present), unique=True, min_size=1))}


def _covered(world: World, coverage: dict[str, Any]) -> pd.DataFrame:
    column = {"provinces": "province", "districts": "district", "kinds": "kind", "facilities": "id"}
    table = world.facilities
    for key, names in coverage.items():
        table = table[table[column[key]].isin(names)]
    return table


@st.composite
def _wave(draw: st.DrawFn, start: int, covered: pd.DataFrame) -> dict[str, Any]:
    wave: dict[str, Any] = {"start": draw(_when(start))}
    for key, column in (("kinds", "kind"), ("districts", "district")):
        if draw(st.integers(0, 4)) == 0:
            wave[key] = [draw(st.sampled_from(sorted(set(covered[column]))))]
            covered = covered[covered[column].isin(wave[key])]
    size = draw(st.sampled_from(["", "sites", "share"]))
    if size == "sites":
        wave["sites"] = draw(st.integers(1, len(covered)))
    elif size == "share":
        wave["share"] = draw(shares(0.05, 1))
    return wave


@st.composite
def _when(draw: st.DrawFn, month: int) -> int | date:
    """A month as a number or as a date."""
    months = START.month - 1 + month
    return draw(st.sampled_from([month, date(START.year + months // 12, months % 12 + 1, draw(st.integers(1, 28)))]))


@st.composite
def _span(draw: st.DrawFn, months: int) -> dict[str, Any]:
    first = draw(st.just(0) | st.integers(0, months - 1))
    last = draw(st.none() | st.integers(first + 1, months + 3))
    span = {"start": draw(_when(first))}
    return span if last is None else span | {"end": draw(_when(last))}


@st.composite
def collaboratives(draw: st.DrawFn, world: World, months: int, ideas: list[str]) -> dict[str, Any]:
    """A collaborative with up to three waves."""
    coverage, select = draw(_coverage(world)), draw(st.sampled_from(SELECTIONS))
    if select == "list":
        ids = list(world.facilities["id"])
        coverage = {"facilities": draw(st.lists(st.sampled_from(ids), unique=True, min_size=1))}
    starts = sorted(draw(st.lists(st.just(0) | st.integers(0, months - 1), min_size=1, max_size=3)))
    element: dict[str, Any] = {
        "kind": "collaborative", "select": select, **coverage,
        "waves": [draw(_wave(start, _covered(world, coverage))) for start in starts],
        "cohort": draw(st.sampled_from(["wave", "province", "district"])),
        "sessions": draw(st.integers(1, 5)), "action_months": draw(st.integers(1, 4)),
        "mode": draw(st.sampled_from(["in_person", "virtual"])), "attendees": draw(st.integers(1, 6)),
        "release": draw(st.sampled_from(["at_once", "stages"])),
        "package": draw(st.just([]) | st.lists(st.sampled_from(ideas), unique=True, min_size=1)),
        "ownership": draw(shares()), "identity": draw(shares()),
        "phase": draw(st.sampled_from(["demonstration", "demonstration", "spread"])),
    }  # fmt: skip
    if element["phase"] == "demonstration" and draw(st.integers(0, 3)):
        champions, days = draw(st.sampled_from([2, 1, 3, 0])), draw(shares(0.5, 8))
        element |= {"synthesis": True, "champions": champions, "champion_days": days}
    return element


@st.composite
def coachings(draw: st.DrawFn, world: World, months: int) -> dict[str, Any]:
    """Coaches of any policy, in districts or in all."""
    how_many = draw(st.sampled_from(["coaches", "coaches_per_district"]))
    return {
        "kind": "coaching", how_many: draw(st.integers(0, 3)), **draw(_coverage(world)), **draw(_span(months)),
        "days_per_month": draw(shares(0, 12)), "policy": draw(st.sampled_from(POLICIES)),
        "whom": draw(st.sampled_from(["enrolled", "all"])), "visits_per_facility": draw(st.integers(1, 4)),
        "external": draw(st.booleans()), "skill": draw(shares()),
    }  # fmt: skip


@st.composite
def exchanges(draw: st.DrawFn, world: World, months: int, indicators: list[str]) -> dict[str, Any]:
    """Exchange visits, some months with several."""
    return {
        "kind": "exchange_visits", "visits": draw(st.integers(0, 60)), **draw(_coverage(world)),
        **draw(_span(months)), "reach": draw(st.sampled_from(["district", "province", "anywhere"])),
        "indicator": draw(st.just("") | st.sampled_from(indicators)),
    }  # fmt: skip


@st.composite
def programmes(
    draw: st.DrawFn, world: World, months: int, indicators: list[str], ideas: list[str], core: Sequence[str]
) -> list[dict[str, Any]]:
    """Elements of the kinds of `core`, and up to two more of any kind."""
    kinds = {
        "collaborative": collaboratives(world, months, ideas),
        "coaching": coachings(world, months),
        "exchange_visits": exchanges(world, months, indicators),
    }
    elements = [draw(kinds[kind]) for kind in core]
    elements += draw(st.lists(st.one_of(*kinds.values()), max_size=2))
    return [{**element, "name": f"element {number}"} for number, element in enumerate(elements)]


@st.composite
def scenarios(draw: st.DrawFn, registry: bool, core: Sequence[str]) -> tuple[Scenario, World]:
    """A scenario with at least the programme elements of `core`, and its world, made up or read from a registry."""
    months, indicators = draw(st.integers(12, 30) | st.integers(1, 30)), draw(indicator_lists())
    ideas = draw(idea_lists(indicators))
    document: dict[str, Any] = {
        "title": "random", "start": START, "months": months, "indicators": indicators, "ideas": ideas,
        "target": {"score": draw(shares(0.3, 0.9)), "coverage": 0.8},
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        if registry:
            draw(registries(indicators)).to_csv(Path(folder) / "facilities.csv", index=False)
            document["world"] = {"facilities": "facilities.csv"}
        else:
            document["world"] = draw(made_up_worlds())
        world = build_world(from_document(document, Origin(folder=Path(folder))))
    names = [row["name"] for row in indicators], [row["name"] for row in ideas]
    document |= {"programme": draw(programmes(world, months, *names, core)), "behaviour": draw(behaviours())}
    return from_document(document, Origin()), world
