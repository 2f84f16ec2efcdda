"""Hypothesis strategies for small scenarios of every make, valid by construction."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from qisim.scenario.behaviour import PARAMETERS, Parameter
from qisim.scenario.costs import PRICED
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Scenario
from qisim.world.world import World, build_world
from tests.agreement.random_elements import START, programmes, shares

KINDS = ["hospital", "health_centre", "health_post"]
SETTINGS = ["urban", "rural", ""]
MADE_UP_GROUPS = ["province", "staff"]
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
    "cascade_fidelity": st.sampled_from([0.0, 1.0]),
    "campaign_awareness": st.sampled_from([0.0, 1.0]),
    "policy_compliance": st.sampled_from([0.0, 1.0]),
    "paper_reach": st.sampled_from([0.0, 1.0]),
    "endorsement_evidence": st.sampled_from([0.0, 1.0]),
    "feedback_information": st.sampled_from([0.0, 1.0]),
    "feedback_intention": st.sampled_from([0.0, 1.0]),
    "feedback_behaviour": st.sampled_from([0.0, 1.0]),
    "payment_slack": st.sampled_from([0.0, 1.0]),
    "transfer_skill": st.sampled_from([0.0, 1.0]),
    "accreditation_lapse": st.sampled_from([0.0, 1.0]),
    "shock_workload": st.sampled_from([0.0, 1.0]),
    "upheaval_heads": st.sampled_from([0.0, 1.0]),
    "upheaval_embedding": st.sampled_from([0.0, 1.0]),
    "upheaval_lapse": st.sampled_from([0.0, 1.0]),
    "upheaval_teams": st.sampled_from([0.0, 1.0]),
    "attention_fading": st.sampled_from([0.0, 1.0]),
    "head_loss_engagement": st.sampled_from([0.0, 1.0]),
    "imposed_loss": st.sampled_from([0.0, 1.0]),
}


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
        "setting": st.sampled_from(SETTINGS),
        "travel_days": st.just("") | st.sampled_from([0, 0.5, 1, 3]),
        "connectivity": st.just("") | shares(),
        **dict.fromkeys(("leadership", "openness", "workload"), st.just("") | shares()),
        **{f"baseline_indicator_{j}": st.just("") | shares() for j in range(len(indicators))},
    }  # fmt: skip
    for name, values in optional.items():
        if draw(st.booleans()):
            table[name] = column(values)
    return pd.DataFrame(table)


def _priced() -> st.SearchStrategy[dict[str, Any]]:
    """Costs of some units, or none at all."""
    units = {unit: st.integers(0, 1000).map(float) for unit in PRICED}
    costs = st.fixed_dictionaries({}, optional={"currency": st.just("riel"), **units})
    return st.fixed_dictionaries({}, optional={"costs": costs})


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
    columns = [name for name in (*MADE_UP_GROUPS, "setting") if name in world.facilities]
    document |= {
        "programme": draw(programmes(world, months, *names, core)), "behaviour": draw(behaviours()),
        "groups": draw(st.lists(st.sampled_from(columns), unique=True)), **draw(_priced()),
    }  # fmt: skip
    return from_document(document, Origin()), world
