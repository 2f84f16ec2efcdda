"""Coaches: their posts stand vacant as renewal theory says, and more of their days never make it slower."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from qisim.check.notes import notes
from qisim.model.rules import monthly
from qisim.outcomes.time_to_target import time_to_target
from qisim.scenario.schema import Scenario
from qisim.study.run import run
from qisim.world.world import build_world
from tests.theory.settings import STILL, assert_share, idea, scenario, session, simulate, wide


def posts(months: int, districts: int, **behaviour: float) -> Scenario:
    """Coaches with a day a month and one facility each, at their base: one visit in each month in post."""
    coaching = {"kind": "coaching", "coaches_per_district": 1, "days_per_month": 1, "whom": "all"}
    return scenario(months, 1, districts=districts, programme=[coaching], behaviour={**STILL, **behaviour})


def in_post(months: int, leave: float, vacancy: int) -> np.ndarray:
    """Probability of a visit in each month: in post at its start, and not leaving in it."""
    filled = np.ones(months)
    for month in range(1, months):
        appointed = filled[month - vacancy] * leave if month >= vacancy else 0.0
        filled[month] = filled[month - 1] * (1.0 - leave) + appointed
    return filled * (1.0 - leave)


@pytest.mark.parametrize(("engine", "districts", "replicates"), [("core", 400, 25), ("mesa", 50, 1)])
@pytest.mark.parametrize(("annual", "vacancy"), [(0.2, 3), (0.9, 6), (0.9, 1)])
def test_share_of_posts_that_are_filled(engine, districts, replicates, annual, vacancy):
    months, leave = 60, monthly(annual)
    question = posts(months, districts, coach_turnover_annual=annual, coach_vacancy_months=vacancy)
    visits = wide(simulate(engine, question, replicates).months, "visits")[:, 1:]
    expected = in_post(months, leave, vacancy)
    assert_share(visits.sum(axis=0), districts * replicates, expected)
    # Renewal: on average (1 - leave) / leave months in post, then the vacancy.
    assert expected[-1] == pytest.approx((1.0 - leave) / (1.0 - leave + leave * vacancy), rel=1e-3)


@pytest.mark.parametrize("number", [{"coaches_per_district": 3}, {"coaches": 30}])
def test_coaches_without_a_facility_are_not_appointed(number):
    """Ten districts of two facilities: no more than 20 coaches, and the salaries of 20."""
    coaching = {"kind": "coaching", "days_per_month": 1, "whom": "all", **number}
    question = scenario(3, 2, districts=10, programme=[coaching], behaviour=STILL)
    assert run(question, replicates=1).units["coach_months"].sum() == 3 * 20
    noted = [note.text for note in notes(question, build_world(question))]
    assert sum(text.startswith("10 of the 30 coaches of 'coaching' have no facility") for text in noted) == 1


def test_a_coach_who_stays_grows_and_a_successor_starts_anew():
    """Skill shows in what a visit teaches: full skill of the coach and of the visit brings the team's to 1."""
    behaviour = {"visit_skill": 1.0, "skill_start": 0.0, "coach_learning": 0.1}
    tables = simulate("core", posts(1, 1, **behaviour), 1)
    assert wide(tables.months, "skill")[0, 1] == pytest.approx(0.7 + 0.1 * 0.3)


# A visit can only be of use: an idea works or not for good, every study is right, failures and comparisons do not
# discourage, and nothing is lost again.
MONOTONE = {
    **dict.fromkeys(
        ["turnover_annual", "head_turnover_annual", "coach_turnover_annual", "recognition", "pressure", "optimism",
         "success_engagement", "failure_engagement", "abandon_per_failure", "study_right_data", "lapse_monthly",
         "found_out", "dropout_engagement"], 0.0,
    ),
    "study_right": 1.0,
}  # fmt: skip


def coached(days: float, districts: int, facilities: int) -> Scenario:
    """A collaborative on one idea, and a coach a district, who visits a facility up to eight times a month."""
    coaching = {"kind": "coaching", "coaches_per_district": 1, "days_per_month": days, "whom": "all",
                "visits_per_facility": 8}  # fmt: skip
    return scenario(
        60, facilities, districts=districts, ideas=[idea(effect=0.9, initial_users=0.03)], behaviour=MONOTONE,
        programme=[session(sessions=4, action_months=6), coaching],
    )  # fmt: skip


@pytest.mark.parametrize(("engine", "districts", "replicates"), [("core", 24, 50), ("mesa", 12, 1)])
def test_a_facility_is_never_worse_off_for_more_visits(engine, districts, replicates):
    """A coach for each facility: the visits of few days are among those of many, so luck alone cannot favour few."""
    scores = [
        simulate(engine, coached(days, districts, 1), replicates).facility_months["score"].to_numpy()
        for days in (1, 2, 4)
    ]
    for fewer, more in pairwise(scores):
        assert (more >= fewer - 1e-12).all()
        assert (more > fewer + 0.01).any()


@pytest.mark.parametrize("seed", range(1, 6))
def test_twice_the_coaching_days_never_delay_the_median(seed):
    """Coaches who share their days among eight facilities come at other times, not only more often; so a single
    replicate may be later by chance, the median is not."""
    times = [time_to_target(simulate("core", coached(days, 3, 8), 60, seed).months, 0.5) for days in (1, 2, 4, 8)]
    medians = [time.median for time in times]
    assert medians == sorted(medians, reverse=True)
    assert medians[-1] < medians[0] < np.inf
    later = [(more.month > fewer.month).mean() for fewer, more in pairwise(times)]
    assert max(later) < 0.2
