"""Published directions: what helps, what harms, what is slow. Sizes are looked at elsewhere.

Strategies share their luck, so that they are compared replicate by replicate; a difference counts from three standard
errors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qisim.model.agents.model import QIModel
from qisim.study.results import Results
from qisim.study.run import run
from tests.patterns.settings import COACHING, SESSIONS, setting

Programme = list[dict[str, Any]]
BOTH: Programme = [SESSIONS, COACHING]


def of_month(results: Results, month: int, column: str) -> np.ndarray:
    """A column of the months at one month, by replicate."""
    months = results.months
    return months.loc[months["month"] == month, column].to_numpy(dtype=float)


def assert_higher(high: np.ndarray, low: np.ndarray, by: float = 0.0) -> None:
    """The first samples exceed the second, their pairs, by more than `by` on average."""
    difference = high - low - by
    assert difference.mean() > 3.0 * difference.std(ddof=1) / np.sqrt(len(difference))


def facilities(results: Results, column: str) -> np.ndarray:
    """A column of the facilities' months, as float64[replicates, facilities, months + 1]."""
    assert results.facility_months is not None
    table = results.facility_months.pivot(index=["replicate", "facility"], columns="month", values=column)
    return table.to_numpy(dtype=float).reshape(results.replicates, len(results.world), -1)


def test_natural_diffusion_is_slow():
    """Ten years bring far fewer than the programme's 18 months do, yet more than none."""
    results = run(setting([], months=120), replicates=50)
    totals = results.idea_totals.groupby(["replicate", "month"])["adopted"].sum().unstack() / (60 * 5)
    start, end = totals[0].to_numpy(), totals[120].to_numpy()
    assert_higher(end, start)
    assert_higher(np.full(50, 0.15), end)
    assert_higher(of_month(run(setting(BOTH), replicates=50), 18, "score"), of_month(results, 120, "score"), by=0.1)


@pytest.mark.parametrize("alone", [[SESSIONS], [COACHING]], ids=["sessions", "coaching"])
def test_sessions_with_coaching_beat_either_alone(alone: Programme):
    neither, one, both = (run(setting(p), replicates=50) for p in ([], alone, BOTH))
    assert_higher(of_month(both, 18, "score"), of_month(one, 18, "score"), by=0.03)
    assert_higher(of_month(one, 18, "score"), of_month(neither, 18, "score"))


@pytest.mark.parametrize("column", ["engagement", "meetings"])
def test_mentors_who_leave_let_the_dependent_down(column: str):
    """Visits weekly for a year, then none: teams lose drive, more so where the mentors came from outside."""
    home, outside = (
        run(setting([{**SESSIONS, "sessions": 3}, weekly(external)], months=24), replicates=50)
        for external in (False, True)
    )
    assert_higher(of_month(outside, 12, column), 1.5 * of_month(outside, 24, column))
    assert_higher(of_month(home, 24, column), 1.1 * of_month(outside, 24, column))
    np.testing.assert_allclose(of_month(home, 12, column).mean(), of_month(outside, 12, column).mean(), rtol=0.02)


def weekly(external: bool) -> dict[str, Any]:
    """Mentors with time for about three visits a month to each facility, in the first year."""
    return {**COACHING, "days_per_month": 30.0, "visits_per_facility": 4, "external": external, "end": 12}


@pytest.mark.parametrize("programme", [[SESSIONS], BOTH], ids=["sessions", "sessions and coaching"])
def test_the_loss_of_a_supportive_head_sets_a_team_back(programme: Programme):
    """Each team that loses its head in the first year, beside itself with the same luck and a head who stays."""
    loses, keeps = (
        run(setting(programme, head_turnover_annual=annual), replicates=100, detail=True) for annual in (0.4, 0.0)
    )
    supports = facilities(loses, "supportive_head") > 0
    first = np.where(supports[..., 0], (~supports).argmax(axis=-1), 0)  # month of the first loss; 0 for none
    replicate, facility = np.nonzero((first > 0) & (first <= 12))
    assert len(first[replicate, facility]) > 500
    for column, later in (("engagement", 0), ("engagement", 6), ("score", 6)):
        month = first[replicate, facility] + later
        set_back, other = (facilities(r, column)[replicate, facility, month] for r in (loses, keeps))
        assert_higher(other, set_back)


def test_most_exchange_visitors_test_what_they_saw_within_two_months():
    exchange = {"kind": "exchange_visits", "visits": 36, "start": 4, "end": 16}
    question, visits, prompt = setting([*BOTH, exchange]), 0, 0
    for replicate in range(8):
        model = QIModel(question, rng=1, replicate=replicate)
        model.run()
        log = pd.DataFrame(model.log)
        tests = log[(log["what"] == "started a test") & (log["why"] == "seen in an exchange visit")]
        for visit in log[log["what"] == "exchange visit"].itertuples():
            waited = tests.loc[tests["facility"] == visit.facility, "month"] - visit.month
            visits, prompt = visits + 1, prompt + bool(waited.between(0, 2).any())
    assert visits > 200
    assert prompt / visits > 0.5 + 3.0 * np.sqrt(0.25 / visits)


def test_a_spread_wave_with_a_synthesis_is_faster_than_its_demonstration():
    """Of facilities like each other, drawn by lot and coached alike, those of the spread have more working ideas a
    year after they joined; and more than they would have without the workshop."""
    with_it, without = (waves(synthesis) for synthesis in (True, False))
    assert_higher(with_it["spread"], with_it["demonstration"])
    assert_higher(with_it["spread"], without["spread"])


def waves(synthesis: bool) -> dict[str, np.ndarray]:
    """Mean gain in working ideas of a facility in the year after it joined, by replicate, for both phases."""
    first = {**SESSIONS, "name": "demonstration", "waves": [{"start": 0, "sites": 15}], "select": "random",
             "synthesis": synthesis, "champions": 4 if synthesis else 0}  # fmt: skip
    second = {**SESSIONS, "name": "spread", "phase": "spread", "waves": [{"start": 16}]}
    programme = [first, second, {**COACHING, "whom": "enrolled"}]
    results = run(setting(programme, months=28), replicates=100, detail=True)
    assert results.idea_months is not None
    keys = ["replicate", "facility", "month"]
    working = results.idea_months.groupby(keys, observed=True)["works"].sum().to_numpy().reshape(100, 60, -1)
    enrolled = facilities(results, "enrolled") > 0
    gains = {}
    for phase, start in (("demonstration", 0), ("spread", 16)):
        members = enrolled[..., start + 1] & ~(enrolled[..., start] & (start > 0))
        gain = (working[..., start + 12] - working[..., start]) * members
        gains[phase] = gain.sum(axis=1) / members.sum(axis=1)
    assert (results.months.query("month == 1")["enrolled"] == 15).all()
    return gains
