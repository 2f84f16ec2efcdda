"""What a Mesa user expects of the model: construction, stepping, agents, space, data, subclasses, the log, memory."""

from __future__ import annotations

import gc
import weakref
from collections import defaultdict
from functools import cache
from typing import Any

import mesa
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from mesa.agent import AgentSet
from mesa.discrete_space import Network

import qisim
from qisim.input.errors import BadInput
from qisim.model.agents.coach import Coach
from qisim.model.agents.facility import Facility
from qisim.model.agents.model import QIModel
from qisim.model.state import FACILITY_MONTH
from tests.agreement.engines import COMPARED, SHIPPED, assert_same_table

FILE = next(file for file in SHIPPED if file.stem == "one_district")
FACILITIES, COACHES, MONTHS = 12, 1, 24
SEED = 3


@cache
def study() -> Any:
    return qisim.load(FILE)


def model(**options: Any) -> QIModel:
    return QIModel(scenario=study().scenario, world=study().world, **{"rng": SEED, **options})


@pytest.fixture(scope="module")
def finished() -> QIModel:
    one = model()
    one.run()
    return one


# --- construction and stepping --------------------------------------------------------------------------------------


def test_it_is_built_by_keywords_from_a_scenario_or_a_study(finished: QIModel) -> None:
    built = [
        QIModel(scenario=study().scenario, rng=SEED, replicate=0),
        QIModel(study(), rng=np.int64(SEED)),
        study().model(rng=SEED),
    ]
    for one in built:
        assert isinstance(one, mesa.Model)
        assert_same_table(one.run().months, finished.tables().months, "months")


def test_seed_and_replicate_are_what_tells_models_apart(finished: QIModel) -> None:
    for options in ({"rng": SEED + 1}, {"replicate": 1}):
        assert not model(**options).run().months["score"].equals(finished.tables().months["score"])


def test_mesas_own_streams_belong_to_a_seed_and_a_replicate() -> None:
    """For extensions that draw from them."""

    def drawn(**options: Any) -> tuple[float, float]:
        one = model(**options)
        return one.random.random(), float(one.rng.random())

    cases: list[dict[str, int]] = [{}, {"replicate": 1}, {"rng": SEED + 1}, {"rng": SEED + 1, "replicate": 1}]
    numbers = [drawn(**options) for options in cases]
    assert numbers == [drawn(**options) for options in cases]
    assert len({number for pair in numbers for number in pair}) == 8


@pytest.mark.parametrize("rng", [-1, 2**32, 1.5, "1", None], ids=repr)
def test_a_seed_that_cannot_be_is_refused(rng: Any) -> None:
    with pytest.raises(BadInput, match=r"rng: found .*allowed: a whole number from 0 to 4294967295"):
        model(rng=rng)


def test_it_steps_month_by_month_and_stops_at_the_end(finished: QIModel) -> None:
    one = model()
    for month in range(MONTHS):
        assert (one.month, one.running) == (month, True)
        one.step()
        assert len(one.tables().months) == month + 2
    assert (one.month, one.running) == (MONTHS, False)
    events = len(one.log)
    one.step()
    assert (one.month, one.running, len(one.log)) == (MONTHS, False, events)
    for name in COMPARED:
        assert_same_table(getattr(one.tables(), name), getattr(finished.tables(), name), name)


# --- agents, space, data --------------------------------------------------------------------------------------------


def test_facilities_and_coaches_are_agents(finished: QIModel) -> None:
    assert isinstance(finished.facilities, AgentSet) and isinstance(finished.coaches, AgentSet)
    assert set(finished.agents_by_type[Facility]) == set(finished.facilities)
    assert set(finished.agents_by_type[Coach]) == set(finished.coaches)
    assert (len(finished.facilities), len(finished.coaches)) == (FACILITIES, COACHES)
    assert len(finished.agents) == FACILITIES + COACHES
    assert {facility.id for facility in finished.facilities} == set(study().world.facilities["id"])


def test_agents_are_numbered_from_1_in_every_model(finished: QIModel) -> None:
    for one in (finished, model(), model()):
        assert sorted(agent.unique_id for agent in one.agents) == list(range(1, FACILITIES + COACHES + 1))
        assert [facility.unique_id for facility in one.by_index] == list(range(1, FACILITIES + 1))


def test_the_peer_network_is_a_mesa_space_with_a_facility_in_each_cell(finished: QIModel) -> None:
    assert isinstance(finished.grid, Network)
    network = study().world.network
    for facility in finished.facilities:
        assert facility.cell is finished.grid[facility.index]
        assert list(facility.cell.agents) == [facility]
        peers = {agent.index for cell in facility.cell.connections.values() for agent in cell.agents}
        assert peers == set(network.peer[slice(*network.start[facility.index : facility.index + 2])].tolist())
        assert peers == {peer.index for peer, _ in facility.peers}


def test_the_peer_network_is_not_rewired_without_effect() -> None:
    """Influence passes along the ties of the world; a tie made or cut in the space would be for show."""
    grid = model().grid
    one, other = grid[0], next(iter(grid[0].connections.values()))
    for change in (lambda: one.connect(other), lambda: one.disconnect(other), lambda: grid.add_connection(one, other),
                   lambda: grid.remove_connection(one, other)):  # fmt: skip
        with pytest.raises(BadInput, match="the peer network cannot be rewired"):
            change()
    with pytest.raises(nx.NetworkXError):
        grid.G.add_edge(0, 1)


def test_the_data_collector_holds_what_the_tables_hold(finished: QIModel) -> None:
    tables, collected = finished.tables(), finished.datacollector
    months = collected.get_model_vars_dataframe()
    assert list(months.index) == list(range(MONTHS + 1))
    for name in months:
        assert np.array_equal(months[name], tables.months[name]), name
    agents = collected.get_agenttype_vars_dataframe(Facility)
    assert set(agents.columns) == set(FACILITY_MONTH) and len(agents) == (MONTHS + 1) * FACILITIES
    for name in FACILITY_MONTH:
        assert agents[name].tolist() == tables.facility_months[name].tolist(), name
    coaches = collected.get_agenttype_vars_dataframe(Coach)
    assert len(coaches) == (MONTHS + 1) * COACHES and coaches["skill"].between(0, 1).all()


def test_a_model_without_coaches_collects_data_too() -> None:
    scenario = study().scenario.model_copy(update={"programme": []})
    one = QIModel(scenario, study().world, rng=SEED)
    one.run()
    assert len(one.coaches) == 0
    assert len(one.datacollector.get_agenttype_vars_dataframe(Facility)) == (MONTHS + 1) * FACILITIES


# --- subclasses -----------------------------------------------------------------------------------------------------


class OrdinaryFacility(Facility):
    def meeting_chance(self) -> float:
        return super().meeting_chance()


class OrdinaryCoach(Coach):
    def visit(self, facility: Facility) -> None:
        super().visit(facility)


class NeverMeets(Facility):
    def meet(self, u_whether: float, u_cycles: float) -> None:
        self.called = False
        super().meet(1.0, u_cycles)


class FirstNeverMeets(Facility):
    def meet(self, u_whether: float, u_cycles: float) -> None:
        if self.index == 0:
            self.called, u_whether = False, 1.0
        super().meet(u_whether, u_cycles)


class StaysAtHome(Coach):
    def visit(self, facility: Facility) -> None:
        pass


def test_subclasses_that_change_nothing_give_the_same(finished: QIModel) -> None:
    one = model(facility_class=OrdinaryFacility, coach_class=OrdinaryCoach)
    tables = one.run()
    assert set(map(type, one.agents)) == {OrdinaryFacility, OrdinaryCoach}
    for name in COMPARED:
        assert_same_table(getattr(tables, name), getattr(finished.tables(), name), name)
    assert one.log == finished.log


def test_facilities_that_never_meet_adopt_nothing_but_are_otherwise_as_before(finished: QIModel) -> None:
    usual, tables = finished.tables(), model(facility_class=NeverMeets).run()
    assert tables.months[["meetings", "cycles"]].to_numpy().sum() == 0 < usual.months["meetings"].sum()
    adopted = tables.idea_totals.groupby("month")["adopted"].sum()
    assert adopted.is_monotonic_decreasing  # only those in use from the start, as they lapse
    assert tables.facility_months["supportive_head"].equals(usual.facility_months["supportive_head"])
    for column in ("visits", "attendances"):
        assert tables.months[column].equals(usual.months[column]), column
    first = tables.facility_months["month"] == 0
    assert_same_table(tables.facility_months[first], usual.facility_months[first], "month 0")


def test_a_change_of_one_facility_leaves_the_others_alone_until_they_learn_of_it(finished: QIModel) -> None:
    usual, other = finished.tables().facility_months, model(facility_class=FirstNeverMeets).run().facility_months
    differs = (usual["score"] != other["score"]) | (usual["engagement"] != other["engagement"])
    first = usual["facility"] == finished.by_index[0].id
    assert differs[first].any()
    assert usual["month"][differs & ~first].min() > usual["month"][differs & first].min()


def test_coaches_who_stay_at_home_help_nobody(finished: QIModel) -> None:
    usual, tables = finished.tables(), model(coach_class=StaysAtHome).run()
    assert tables.months["visits"].sum() == 0 < usual.months["visits"].sum()
    assert (tables.months["data_quality"] == tables.months["data_quality"][0]).all()
    assert usual.months["data_quality"].iloc[-1] > tables.months["data_quality"].iloc[-1]
    assert tables.months["enrolled"].le(usual.months["enrolled"]).all()  # without visits more of them drop out


# --- the event log --------------------------------------------------------------------------------------------------

LEADS_TO = {
    "heard of an idea": ({"unaware"}, "aware"),
    "thought of an idea": ({"unaware"}, "aware"),
    "started a test": ({"aware", "lapsed"}, "testing"),
    "test stopped": ({"testing"}, "aware"),
    "cycle without success": ({"testing"}, "testing"),
    "adopted an idea": ({"testing"}, "adopted"),
    "abandoned an idea": ({"testing", "adopted"}, "abandoned"),
    "practice lapsed": ({"adopted"}, "lapsed"),
    "reconsidered an idea": ({"abandoned"}, "aware"),
}
"""What an event finds an idea in a facility at, and what it leads to."""


@pytest.fixture(scope="module", params=["one_district", "ethiopia"])
def logged(request: pytest.FixtureRequest) -> QIModel:
    one = qisim.load(next(file for file in SHIPPED if file.stem == request.param)).model(rng=SEED)
    one.run()
    return one


def test_the_log_tells_every_change_of_stage(logged: QIModel) -> None:
    stages = logged.tables().idea_months
    at: dict[tuple[str, str], str] = {}
    for facility, idea, stage in stages.loc[stages["month"] == 0, ["facility", "idea", "stage"]].itertuples(
        index=False
    ):
        at[facility, idea] = stage
    by_month = defaultdict(list)
    for event in logged.log:
        by_month[event.month].append(event)
    assert max(by_month) <= logged.month and min(by_month) >= 1
    seen = set()
    for month in range(1, logged.month + 1):
        for event in by_month[month]:
            if event.idea is not None:
                before, after = LEADS_TO[event.what]
                assert at[event.facility, event.idea] in before, event
                at[event.facility, event.idea] = after
                seen.add(event.what)
        rows = stages.loc[stages["month"] == month, ["facility", "idea", "stage"]]
        assert {(facility, idea): stage for facility, idea, stage in rows.itertuples(index=False)} == at
    assert {"heard of an idea", "started a test", "adopted an idea"} <= seen


def test_the_log_counts_what_the_table_of_months_counts(logged: QIModel) -> None:
    months = logged.tables().months.set_index("month")
    log = pd.DataFrame(logged.log)
    happened = pd.crosstab(log["month"], log["what"]).reindex(months.index, fill_value=0)

    def total(*whats: str) -> list[int]:
        return happened.reindex(columns=list(whats), fill_value=0).sum(axis=1).tolist()

    assert total("coach visited") == months["visits"].tolist()
    assert total("learning session") == months["attendances"].tolist()
    assert total("exchange visit") == months["exchanges"].tolist() == total("hosted an exchange visit")
    assert total("cycle without success", "adopted an idea") == months["cycles"].tolist()
    changes = np.array(total("joined the programme")) - total("support ended", "dropped out")
    assert changes.cumsum().tolist() == months["enrolled"].tolist()
    assert happened.to_numpy().sum() == len(logged.log)


def test_the_log_says_why(logged: QIModel) -> None:
    ids = set(logged.world.facilities["id"])
    for event in logged.log:
        assert event.facility in ids and event.what
        assert event.why or event.what == "support ended"


def test_a_month_of_the_log_has_a_date() -> None:
    one = model()
    assert [one.date_of(month).isoformat() for month in (1, 12, 13)] == ["2025-01-01", "2025-12-01", "2026-01-01"]


# --- memory ---------------------------------------------------------------------------------------------------------


def test_finished_models_are_let_go() -> None:
    gone = []
    for replicate in range(5):
        one = model(replicate=replicate)
        one.run()
        gone += [weakref.ref(one), weakref.ref(one.by_index[0]), weakref.ref(one.by_post[0])]
        del one
    gc.collect()
    assert [reference() for reference in gone] == [None] * 15
