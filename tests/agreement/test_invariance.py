"""What must not change a result: threads, chunks, company, the order of facilities, elements that do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pandas as pd
import pytest
from mesa.agent import AgentSet

from qisim.model.agents.model import QIModel
from qisim.model.batch import simulate
from qisim.model.batch.arrays import Out
from qisim.model.calendar import build_calendar
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.study.folder import DETAIL_TABLES
from qisim.study.results import Results
from qisim.study.run import run
from qisim.study.study import Study
from tests.agreement.engines import COMPARED, TABLES, assert_same_results, assert_same_table

SEED, REPLICATES = 11, 17
COLLABORATIVE = {
    "kind": "collaborative", "waves": [{"start": 0, "sites": 9}, {"start": 5}], "select": "random",
    "cohort": "district", "sessions": 3, "action_months": 2, "release": "stages", "synthesis": True, "champions": 2,
}  # fmt: skip
COACHING = {
    "kind": "coaching", "coaches_per_district": 2, "days_per_month": 5.5, "policy": "weakest", "whom": "all",
    "visits_per_facility": 2, "external": True,
}  # fmt: skip
EXCHANGE = {"kind": "exchange_visits", "visits": 9}


def _study(*programme: dict[str, Any]) -> Study:
    """A country with every kind of element, uncertain quantities and more than four ideas and indicators."""
    indicators = [{"name": f"indicator {j}", "baseline": {"low": 0.2, "high": 0.6}} for j in range(5)]
    ideas = [
        {"name": f"idea {k}", "indicator": f"indicator {k % 5}", "effect": {"low": 0.3, "high": 0.9}} for k in range(7)
    ]
    document = {
        "title": "three districts", "start": "2025-01-01", "months": 20, "indicators": indicators, "ideas": ideas,
        "target": {"score": 0.6},
        "world": {"provinces": 2, "districts": 3, "kinds": [
            {"name": "hospital", "per_district": 1}, {"name": "health_centre", "count": 13}]},
        "programme": [{"name": element["kind"], **element} for element in programme],
        "behaviour": {"turnover_annual": {"low": 0.05, "high": 0.45}},
    }  # fmt: skip
    return Study(from_document(document, Origin()))


@pytest.fixture(scope="module")
def study() -> Study:
    return _study(COLLABORATIVE, COACHING, EXCHANGE)


@pytest.fixture(scope="module")
def whole(study: Study) -> Results:
    return study.run(replicates=REPLICATES, seed=SEED, threads=1, detail=True)


def test_seed_and_replicate_change_results(study: Study, whole: Results) -> None:
    scores = whole.facility_months.groupby("replicate")["score"].mean()
    assert scores.nunique() == REPLICATES
    other = study.run(replicates=1, seed=SEED + 1, detail=True)
    assert other.facility_months["score"].mean() not in set(scores)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_nothing(study: Study, whole: Results, threads: int) -> None:
    assert_same_results(study.run(replicates=REPLICATES, seed=SEED, threads=threads, detail=True), whole)


@pytest.mark.parametrize(("chunk_bytes", "at_a_time", "threads"), [(1, 8, 1), (1, 1, 5), (2_000_000, 3, 2)])
def test_chunks_change_nothing(
    study: Study, whole: Results, monkeypatch: pytest.MonkeyPatch, chunk_bytes: int, at_a_time: int, threads: int
) -> None:
    monkeypatch.setattr(simulate, "CHUNK_BYTES", chunk_bytes)
    monkeypatch.setattr(simulate, "REPLICATES_AT_A_TIME", at_a_time)
    chunks = [chunk for chunk, _ in _simulated(study, range(REPLICATES), threads)]
    assert len(chunks) > 1, "the replicates must not fit into one chunk"
    assert_same_results(study.run(replicates=REPLICATES, seed=SEED, threads=threads, detail=True), whole)


def test_detail_changes_nothing(study: Study, whole: Results) -> None:
    bare = study.run(replicates=REPLICATES, seed=SEED)
    assert bare.facility_months is None and bare.idea_months is None
    assert_same_results(bare, whole, [table for table in TABLES if table not in DETAIL_TABLES])


def _simulated(study: Study, replicates: range, threads: int = 1) -> Iterator[tuple[range, Out]]:
    programme = build_calendar(study.scenario, study.world)
    return simulate.simulate(
        study.scenario, study.world, programme, replicates, SEED, threads=threads, detail=True
    )  # fmt: skip


@pytest.mark.parametrize("replicate", [0, 1, 8, 16])
def test_a_replicate_alone_is_that_of_a_batch(study: Study, replicate: int) -> None:
    ((chunk, alone),) = _simulated(study, range(replicate, replicate + 1))
    ((_, batch),) = _simulated(study, range(REPLICATES), threads=2)
    assert chunk == range(replicate, replicate + 1)
    for name, array in alone._asdict().items():
        assert array[0].tobytes() == batch._asdict()[name][replicate].tobytes(), name


class InAnyOrder(AgentSet):
    """Agents that act in another order each time."""

    orders: ClassVar[set[tuple[int, ...]]] = set()

    def do(self, method: Any, *args: Any, **kwargs: Any) -> AgentSet:
        self.shuffle(inplace=True)
        self.orders.add(tuple(agent.unique_id for agent in self))
        return super().do(method, *args, **kwargs)


@pytest.mark.parametrize("replicate", [0, 2])
def test_the_order_of_facilities_changes_nothing(study: Study, replicate: int) -> None:
    in_order = study.model(rng=SEED, replicate=replicate)
    shuffled = study.model(rng=SEED, replicate=replicate)
    shuffled.facilities = InAnyOrder(shuffled.facilities, random=shuffled.random)
    InAnyOrder.orders.clear()
    one, other = in_order.run(), shuffled.run()
    assert len(InAnyOrder.orders) > study.scenario.months
    for name in COMPARED:
        assert_same_table(getattr(one, name), getattr(other, name), name)


IDLE = [
    {"name": "no coaches", "kind": "coaching", "coaches": 0},
    {"name": "no coaches in districts", "kind": "coaching", "coaches_per_district": 0, "external": True},
    {"name": "no days", "kind": "coaching", "coaches_per_district": 2, "days_per_month": 0, "whom": "all"},
    {"name": "no visits", "kind": "exchange_visits", "visits": 0},
]


@pytest.mark.parametrize("place", [0, 3], ids=["first", "last"])
@pytest.mark.parametrize("programme", [[], [COLLABORATIVE, COACHING, EXCHANGE]], ids=["nothing", "everything"])
@pytest.mark.parametrize("idle", IDLE, ids=lambda idle: idle["name"])
def test_an_element_that_does_nothing_changes_nothing(
    programme: list[dict[str, Any]], idle: dict[str, Any], place: int
) -> None:
    without, added = _study(*programme), _study(*programme[:place], idle, *programme[place:])
    results = [run(study.scenario, study.world, replicates=6, seed=SEED, detail=True) for study in (without, added)]
    assert_same_results(*results, tables=[table for table in TABLES if table != "units"])
    assert_same_table(_counted(results[0].units), _counted(results[1].units, idle["name"]), "units")


def _counted(units: pd.DataFrame, *without: str) -> pd.DataFrame:
    """What was counted, without some elements, by the plain names of the others."""
    rest = units[~units["element"].isin(without)].reset_index(drop=True)
    return rest.assign(element=rest["element"].astype(str))


@pytest.mark.parametrize("element", [COLLABORATIVE, COACHING, EXCHANGE], ids=lambda element: element["kind"])
def test_an_element_that_does_something_changes_something(element: dict[str, Any]) -> None:
    rest = [other for other in (COLLABORATIVE, COACHING, EXCHANGE) if other is not element]
    results = [_study(*programme).run(replicates=2, seed=SEED).months for programme in (rest, [*rest, element])]
    assert not results[0]["score"].equals(results[1]["score"])


def test_the_readable_engine_sees_no_idle_element_either() -> None:
    everything = (COLLABORATIVE, COACHING, EXCHANGE)
    models = [QIModel(_study(*programme), rng=SEED) for programme in (everything, (*IDLE, *everything))]
    one, other = (model.run() for model in models)
    for name in COMPARED:
        if name == "units":
            idle = _counted(other.units, *(idle["name"] for idle in IDLE))
            assert_same_table(_counted(one.units), idle, name)
        else:
            assert_same_table(getattr(one, name), getattr(other, name), name)
