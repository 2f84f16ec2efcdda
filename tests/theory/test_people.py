"""Who leaves, who stays: members of teams and heads of facilities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from qisim.model.agents.model import QIModel
from qisim.model.rules import monthly
from qisim.scenario.schema import Scenario
from tests.theory.settings import (
    STILL,
    Tables,
    assert_distributed,
    assert_mean,
    assert_share,
    scenario,
    session,
    simulate,
    wide,
)

TRAINED = 4
ENGINES = [("core", 500, 20), ("mesa", 40, 1)]  # facilities, replicates


def teams(months: int, facilities: int, trained: int = TRAINED, **behaviour: float) -> Scenario:
    """Facilities that train some members in the first month, and nobody afterwards."""
    behaviour = {**STILL, "team_min": trained, "team_max": trained, **behaviour}
    return scenario(months, facilities, programme=[session(attendees=trained)], behaviour=behaviour)


def by_facility(tables: Tables, column: str) -> np.ndarray:
    """A column of the table of facilities, as float64[replicates x facilities, months + 1]."""
    table = tables.facility_months.pivot(index=["replicate", "facility"], columns="month", values=column)
    return table.to_numpy(dtype=float)


@pytest.mark.parametrize(("engine", "facilities", "replicates"), ENGINES)
@pytest.mark.parametrize("annual", [0.14, 0.45])
def test_share_of_the_trained_left_after_years(engine, facilities, replicates, annual):
    years = 5
    tables = simulate(engine, teams(12 * years + 1, facilities, turnover_annual=annual), replicates)
    trained, people = wide(tables.months, "trained").sum(axis=0), facilities * replicates * TRAINED
    assert trained[1] == people  # trained at the end of the first month, so months 2 to 61 are 60 months of turnover
    after = np.arange(12 * years + 1) / 12.0
    assert_share(trained[1:], people, (1.0 - annual) ** after)
    assert 0.0 < trained[-1] < people


@pytest.mark.parametrize(("engine", "replicates"), [("core", 20), ("mesa", 1)])
def test_leavers_of_a_month_are_binomial(engine, replicates):
    members, annual = 9, 0.97
    tables = simulate(engine, teams(2, 500, members, turnover_annual=annual), replicates)
    left = members - by_facility(tables, "trained")[:, 2].astype(int)
    assert_distributed(
        np.bincount(left, minlength=members + 1), binom.pmf(np.arange(members + 1), members, monthly(annual))
    )


@pytest.mark.parametrize(("engine", "facilities", "replicates"), ENGINES)
def test_rotation_comes_on_top_of_turnover(engine, facilities, replicates):
    question = teams(14, facilities, turnover_annual=0.14, rotation_months=4, rotation_share=0.4)
    tables = simulate(engine, question, replicates)
    trained = wide(tables.months, "trained").sum(axis=0)
    rotations = np.arange(1, 14) // 4  # in months 4, 8 and 12, counted from 0
    expected = 0.86 ** (np.arange(1, 14) / 12.0) * 0.6**rotations
    assert_share(trained[2:], trained[1], expected)


@pytest.mark.parametrize(("engine", "facilities", "replicates"), ENGINES)
def test_skill_leaves_with_members_trained_or_not(engine, facilities, replicates):
    """Of a team of four, each leaver takes a fourth of what it can do: on average, the share that leaves a month."""
    question = teams(36, facilities, turnover_annual=0.45, skill_in_people=1.0, skill_start=0.6)
    tables = simulate(engine, question, replicates)
    skill, trained = by_facility(tables, "skill"), by_facility(tables, "trained")
    assert_mean(skill[:, 1:], 0.6 * (1.0 - monthly(0.45)) ** np.arange(1, 37))
    falls = skill[:, 1:] < skill[:, :-1]
    assert falls[:, 1:][trained[:, 1:-1] > trained[:, 2:]].all()
    assert falls[:, 1:][trained[:, 1:-1] == trained[:, 2:]].any()


@pytest.mark.parametrize(("engine", "facilities", "replicates"), [("core", 200, 5), ("mesa", 20, 1)])
def test_training_on_the_job_costs_no_skill(engine, facilities, replicates):
    """With members trained or not, the same people leave and take the same with them."""
    coach = {"kind": "coaching", "coaches": facilities, "days_per_month": 31.0, "whom": "all"}
    skills = []
    for trains in (0.0, 1.0):
        behaviour = {**STILL, "turnover_annual": 0.45, "skill_start": 0.6, "visit_trains": trains}
        question = scenario(24, facilities, programme=[coach], behaviour=behaviour)
        tables = simulate(engine, question, replicates)
        skills.append(by_facility(tables, "skill"))
        assert (wide(tables.months, "trained")[:, 12:] > 0).all() == (trains == 1.0)
    assert np.array_equal(*skills) and skills[0].min() < 0.3


@pytest.mark.parametrize(("engine", "facilities", "replicates"), ENGINES)
def test_tenure_of_heads(engine, facilities, replicates):
    """Where the head supports improvement at the start: the same head (geometric tenure), or such a successor."""
    annual, support = 0.4, 0.3
    behaviour = {**STILL, "head_turnover_annual": annual, "trait_mean": support}
    tables = simulate(engine, scenario(60, facilities, behaviour=behaviour), replicates)
    supports = by_facility(tables, "supportive_head") > 0
    assert_share(supports.sum(axis=0), len(supports), support)
    stays = (1.0 - annual) ** (np.arange(61) / 12.0)
    had = supports[supports[:, 0]]
    assert_share(had.sum(axis=0), len(had), stays + (1.0 - stays) * support)


def test_heads_leave_at_the_annual_rate():
    facilities, months, annual = 60, 48, 0.4
    behaviour = {**STILL, "head_turnover_annual": annual}
    model = QIModel(scenario(months, facilities, behaviour=behaviour), rng=1)
    model.run()
    left = sum(event.what == "head left" for event in model.log)
    assert_share(left, facilities * months, monthly(annual))


def test_losing_a_supportive_head_costs_engagement():
    """Each such loss multiplies engagement by the factor; all heads support improvement, so the losses are Poisson
    trials: the mean of 0.5 ** losses is (1 - p / 2) ** months."""
    behaviour = {**STILL, "head_turnover_annual": 0.4, "head_loss_engagement": 0.5, "trait_mean": 1.0}
    tables = simulate("core", scenario(36, 200, behaviour=behaviour), 20)
    p = monthly(0.4)
    assert_mean(by_facility(tables, "engagement")[:, 1:], (1.0 - 0.5 * p) ** np.arange(1, 37), rounding=1e-8)
