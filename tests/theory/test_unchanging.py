"""What must not change when nothing acts on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qisim.model.agents.model import QIModel
from qisim.model.rules import up
from qisim.model.state import STAGES
from qisim.outcomes import cost
from qisim.scenario.behaviour import PARAMETERS
from qisim.scenario.costs import UNITS
from qisim.scenario.edit import changed
from qisim.scenario.schema import Scenario
from qisim.study.run import run
from tests.theory.settings import Z, assert_mean, idea, scenario, session, simulate, wide

ENGINES = [("core", 60), ("mesa", 2)]
NOTHING_LOST = {
    **dict.fromkeys(["turnover_annual", "head_turnover_annual", "lapse_monthly", "found_out"], 0.0),
    "reconsider_evidence": 1.0,  # more than others can show
}
COLLABORATIVE = session(sessions=4, action_months=3)
COACHING = {"kind": "coaching", "coaches_per_district": 1, "days_per_month": 6, "external": True, "end": 18}
SUPPORT = [COLLABORATIVE, COACHING]
EXCHANGE = {"kind": "exchange_visits", "visits": 24}


def busy(programme: list[dict[str, Any]], effect: float = 0.4, **behaviour: float) -> Scenario:
    """Two districts of six facilities over 36 months, three ideas, default behaviour but for what is told."""
    ideas = [idea(str(k), effect=effect, initial_users=0.1) for k in range(3)]
    return scenario(36, 6, districts=2, ideas=ideas, programme=programme, behaviour=behaviour)


def by_practice(table: pd.DataFrame) -> np.ndarray:
    """Stages as int[practices, months + 1]."""
    table = table.assign(code=table["stage"].cat.codes)
    return table.pivot(index=["replicate", "facility", "idea"], columns="month", values="code").to_numpy()


def went_back(stages: np.ndarray) -> set[tuple[str, str]]:
    """Changes to a stage that comes before the one left; abandoning a test is a way forward."""
    before, after = stages[:, :-1], stages[:, 1:]
    back = (after < before) | ((before == STAGES.index("adopted")) & (after != before))
    return {(STAGES[a], STAGES[b]) for a, b in zip(before[back], after[back], strict=True)}


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
def test_stages_never_go_back_and_the_trained_never_fall(engine, replicates):
    tables = simulate(engine, busy(SUPPORT, **NOTHING_LOST), replicates)
    stages = by_practice(tables.idea_months)
    assert went_back(stages) == set()
    assert set(np.unique(stages)) == {STAGES.index(s) for s in ("unaware", "aware", "testing", "adopted", "abandoned")}
    trained = tables.facility_months.pivot(index=["replicate", "facility"], columns="month", values="trained")
    assert (np.diff(trained, axis=1) >= 0).all()
    assert trained.to_numpy().max() > 0


@pytest.mark.parametrize(("evidence", "back"), [(0.94, True), (0.96, False)])
def test_an_abandoned_idea_comes_back_with_enough_evidence(evidence, back):
    """Seen at work in an exchange visit it has an evidence of 0.95; the few facilities of a caseload show less."""
    behaviour = {**NOTHING_LOST, "reconsider_evidence": evidence, "exchange_evidence": 0.95, "abandon_per_failure": 0.3}
    changes = went_back(by_practice(simulate("core", busy([*SUPPORT, EXCHANGE], **behaviour), 60).idea_months))
    # Within the month the idea may be tested anew, and adopted.
    after = {("abandoned", stage) for stage in ("aware", "testing", "adopted")} if back else set()
    assert changes == after


@pytest.mark.parametrize(
    ("lost", "change"),
    [
        ({"lapse_monthly": 0.04}, ("adopted", "lapsed")),
        ({"found_out": 0.1}, ("adopted", "abandoned")),
        ({"head_turnover_annual": 0.4}, ("testing", "aware")),
        ({"reconsider_evidence": 0.5}, ("abandoned", "aware")),
    ],
)
def test_each_way_back_has_its_cause(lost, change):
    tables = simulate("core", busy(SUPPORT, **{**NOTHING_LOST, **lost}), 60)
    assert change in went_back(by_practice(tables.idea_months))


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
def test_a_practice_that_works_is_never_found_out(engine, replicates):
    question = busy(SUPPORT, **{**NOTHING_LOST, "found_out": 0.5, "works_base": 20.0})
    tables = simulate(engine, question, replicates)
    assert went_back(by_practice(tables.idea_months)) == set()
    assert (tables.idea_months["stage"] == "adopted").sum() > 100


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
def test_ideas_without_effect_leave_performance_at_baseline(engine, replicates):
    tables = simulate(engine, busy([*SUPPORT, EXCHANGE], effect=0.0, attention_gap=0.0, routine_months=1), replicates)
    assert (wide(tables.months, "cycles").sum(axis=1) > 0).all()
    table = tables.facility_months
    start = table[table["month"] == 0].set_index(["replicate", "facility"])["score"]
    start = start.reindex(pd.MultiIndex.from_frame(table[["replicate", "facility"]]))
    np.testing.assert_array_equal(table["score"], start)
    # What is reported: n records, right with the true probability raised by the bias; rounding to whole records adds
    # a twelfth to the variance.
    n, bias = PARAMETERS["records"].default, PARAMETERS["reporting_bias"].default
    mean = up(table["score"], bias * (1.0 - table["data_quality"]))
    off = (table["reported_score"] - mean) / np.sqrt((mean * (1.0 - mean) + 1.0 / (12.0 * n)) / n)
    assert_mean(off.to_numpy(), 0.0, 1.0)
    assert abs((off**2).mean() - 1.0) < Z * np.sqrt(2.0 / len(off))


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
def test_records_outside_a_programme_are_reviewed_every_so_many_months(engine, replicates):
    table = simulate(engine, busy([], effect=0.0, routine_months=4), replicates).facility_months
    reported = table.pivot(index=["replicate", "facility"], columns="month", values="reported_score").to_numpy()
    changed = (np.diff(reported, axis=1) != 0).any(axis=0)
    np.testing.assert_array_equal(changed, np.arange(1, 37) % 4 == 0)


@pytest.mark.parametrize("effect", [0.4, -0.4])
def test_performance_has_no_other_source_than_ideas_that_work(effect):
    tables = simulate("core", busy(SUPPORT, effect=effect, attention_gap=0.0, works_base=-20.0), 20)
    used = (tables.idea_months["stage"] == "adopted") & ~tables.idea_months["works"]
    assert used.any()
    in_use = tables.idea_months["works"].groupby([tables.idea_months[c] for c in ("replicate", "facility")]).any()
    score = tables.facility_months.pivot(index=["replicate", "facility"], columns="month", values="score")
    never = score.loc[in_use.index[~in_use]].to_numpy()
    assert len(never) > 50
    np.testing.assert_array_equal(never, np.repeat(never[:, :1], never.shape[1], axis=1))


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
@pytest.mark.parametrize(
    ("programme", "never"),
    [
        ([], ["visits", "enrolled", "attendances", "exchanges", "dropped_out", "trained"]),
        ([COLLABORATIVE], ["visits", "exchanges"]),
        ([COLLABORATIVE, {**COACHING, "coaches_per_district": 0}], ["visits"]),
        ([COLLABORATIVE, {**COACHING, "days_per_month": 0}], ["visits"]),
        ([COACHING], ["visits", "enrolled"]),  # coaches of enrolled facilities have nobody to visit
        ([{**COACHING, "whom": "all"}], ["enrolled", "attendances"]),
        ([EXCHANGE], ["exchanges", "enrolled"]),
    ],
)
def test_what_is_not_in_the_programme_does_not_happen(engine, replicates, programme, never):
    months = simulate(engine, busy(programme), replicates).months
    assert (months[never] == 0).all(axis=None)
    assert months["score"].gt(0).all()
    happens = {"visits": COACHING, "attendances": COLLABORATIVE}
    for count, element in happens.items():
        assert (months[count].sum() > 0) == (element["kind"] in [e["kind"] for e in programme] and count not in never)


@pytest.mark.parametrize("coaches", [0, 1])
def test_no_coaches_cost_nothing(coaches):
    """On both engines nothing is counted of a coaching element without coaches, so that it costs nothing."""
    coaching = {**COACHING, "name": "coaches", "coaches_per_district": coaches, "whom": "all"}
    question = changed(busy([coaching]), {"costs": {"coach_days": 40.0, "coach_months": 400.0, "visits": 5.0}})
    core = run(question, replicates=20, seed=1)
    mesa = QIModel(question, rng=1, replicate=0).run()
    counted = [table[list(UNITS)].to_numpy().sum() for table in (core.units, mesa.units)]
    assert [count > 0 for count in counted] == [coaches > 0] * 2
    assert (cost.total(core) > 0).all() == (coaches > 0)
    if not coaches:
        np.testing.assert_array_equal(cost.total(core), 0.0)
