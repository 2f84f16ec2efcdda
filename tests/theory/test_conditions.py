"""Institutions, endorsements, reorganisations and epidemics: each alone, with a known answer."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from tests.theory.elements import ENGINES, FACILITIES, HALF, NO_TESTS, ask, by_month, counted
from tests.theory.settings import assert_share, idea, session, simulate, wide

# --- what holds around facilities -----------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["core", "mesa"])
def test_what_holds_around_a_facility_adds_up_and_ends(engine):
    """With engagement at its own level at once, it is the inverse logit of all that holds in the month."""
    programme = [
        {"kind": "institutionalisation", "supervision": 0.5, "start": 1, "end": 6},
        {"kind": "institutionalisation", "agreements": 1.0, "start": 3},
        {"kind": "endorsement", "standing": 0.4, "start": 2, "end": 4},
        {"kind": "shock", "what": "reorganisation", "severity": 0.6, "start": 4, "months": 2},
        {"kind": "shock", "what": "other", "severity": 0.25, "cuts_bureaucracy": True, "start": 5, "months": 2},
    ]
    behaviour = {"engagement_rate": 1.0, "engagement_base": 0.1, "engagement_workload": 2.0, "supervision_level": 0.3,
                 "agreements_level": 0.5, "endorsement_level": 0.7, "upheaval_level": 1.1, "freedom_level": 0.9,
                 "shock_workload": 0.2, "upheaval_heads": 0.0}  # fmt: skip
    months = simulate(engine, ask(programme, 8, facilities=5, behaviour=behaviour), 1).facility_months
    supervision, agreements = np.array([0, 1, 1, 1, 1, 1, 0, 0]), np.array([0, 0, 0, 1, 1, 1, 1, 1])
    endorsed, upheaval = np.array([0, 0, 1, 1, 0, 0, 0, 0]), np.array([0, 0, 0, 0, 1, 1, 0, 0])
    other = np.array([0, 0, 0, 0, 0, 1, 1, 0])
    shift = 0.3 * 0.5 * supervision + 0.5 * agreements + 0.7 * 0.4 * endorsed
    shift = shift - 1.1 * 0.6 * upheaval + 0.9 * 0.25 * other
    load = 0.2 * (0.6 * upheaval + 0.25 * other)
    assert by_month(months, "engagement") == pytest.approx(expit(0.1 + np.append(0.0, shift - 2.0 * load)))


def test_accreditation_prevents_lapse_and_ends():
    accreditation = {"kind": "institutionalisation", "accreditation": 0.5, "start": 2, "end": 5}
    behaviour = {"lapse_monthly": 0.2, "initial_embedding": 0.0, "embedding_growth": 0.0, "lapse_dependence": 0.0,
                 "accreditation_lapse": 0.8, **HALF, **NO_TESTS}  # fmt: skip
    question = ask(accreditation, 7, ideas=[idea(initial_users=1.0)], behaviour=behaviour)
    kept = wide(simulate("core", question, 20).idea_totals, "adopted")
    stays = np.cumprod(1 - 0.2 * np.array([0, 1, 1, 0.6, 0.6, 0.6, 1, 1]))
    assert_share(kept.sum(axis=0), 20 * FACILITIES, stays)


def test_newcomers_who_were_taught_before_keep_up_the_skill():
    """All who were trained leave in month 2."""
    taught = {"kind": "institutionalisation", "preservice": 0.5}
    behaviour = {"rotation_months": 2, "rotation_share": 1.0, "skill_in_people": 0.8, "preservice_skill": 0.6,
                 "session_skill": 0.5, "skill_start": 0.0}  # fmt: skip
    skill = by_month(simulate("core", ask([session(), taught], 3, behaviour=behaviour), 2).facility_months, "skill")
    assert skill == pytest.approx([0, 0.5, 0.5, 0.5 * (1 - 0.8 * (1 - 0.6 * 0.5))])


def test_a_reorganisation_loosens_what_was_embedded_and_moves_heads():
    """Successors support improvement as often as those who left did: with one half, the leadership of all."""
    blow = {"kind": "shock", "what": "reorganisation", "severity": 0.5, "start": 1, "months": 3}
    behaviour = {"initial_embedding": 0.8, "embedding_growth": 0.0, "upheaval_embedding": 0.6, "upheaval_heads": 0.8,
                 "head_loss_engagement": 0.0, "upheaval_level": 0.0}  # fmt: skip
    tables = simulate("core", ask(blow, 3, ideas=[idea(initial_users=1.0)], behaviour=behaviour), 20)
    assert by_month(tables.idea_months, "embedding") == pytest.approx([0.8, 0.8, 0.56, 0.56])
    heads = tables.facility_months.groupby("month")["supportive_head"].sum()
    assert_share(heads, 20 * FACILITIES, 0.5)
    disheartened = (tables.facility_months["engagement"] < 0.5).groupby(tables.facility_months["month"]).sum()
    assert disheartened[1] == 0 and disheartened[2] == disheartened[3]
    assert_share(disheartened[2], 20 * FACILITIES, 0.5 * 0.8 * 0.5)


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
def test_a_reorganisation_breaks_up_teams_tires_and_undoes_practices(engine, replicates):
    """At half severity: of teams of three each member is moved with one half of 0.8, each practice lapses with 0.3."""
    blow = {"kind": "shock", "what": "reorganisation", "severity": 0.5, "start": 2, "months": 1}
    behaviour = {"upheaval_teams": 0.8, "upheaval_lapse": 0.6, "upheaval_fatigue": 0.5, "upheaval_embedding": 0.4,
                 "upheaval_heads": 0.0, "fit_low": 0.5, "fit_high": 0.5, "fatigue_fading": 0.0, **NO_TESTS}  # fmt: skip
    question = ask([session(attendees=3), blow], 4, ideas=[idea(initial_users=1.0)], behaviour=behaviour)
    tables = simulate(engine, question, replicates)
    teams = replicates * FACILITIES
    trained = wide(tables.months, "trained").sum(axis=0)
    assert trained[2] == 3 * teams and trained[3] == trained[4]
    assert_share(3 * teams - trained[3], 3 * teams, 0.5 * 0.8)
    adopted = wide(tables.idea_totals, "adopted").sum(axis=0)
    assert adopted[2] == teams and adopted[3] == adopted[4]
    assert_share(adopted[3], teams, 1 - 0.5 * 0.6)
    assert by_month(tables.facility_months, "fatigue") == pytest.approx([0, 0, 0, 0.25, 0.25])
    assert by_month(tables.idea_months, "fit") == pytest.approx([0.5, 0.5, 0.5, 0.4, 0.4])


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
def test_practices_lapse_more_in_the_month_in_which_a_team_is_broken_up(engine, replicates):
    """All members are moved: the hazard of lapse is doubled in that month, and only then."""
    blow = {"kind": "shock", "what": "reorganisation", "start": 1, "months": 1}
    behaviour = {"upheaval_teams": 1.0, "upheaval_heads": 0.0, "upheaval_embedding": 0.0, "upheaval_level": 0.0,
                 "lapse_monthly": 0.2, "lapse_dependence": 0.0, "initial_embedding": 0.0, "embedding_growth": 0.0,
                 **HALF, **NO_TESTS}  # fmt: skip
    question = ask(blow, 3, ideas=[idea(initial_users=1.0)], behaviour=behaviour)
    adopted = wide(simulate(engine, question, replicates).idea_totals, "adopted").sum(axis=0)
    assert_share(adopted, replicates * FACILITIES, np.cumprod([1.0, 0.8, 0.6, 0.8]))


# --- an epidemic ----------------------------------------------------------------------------------------------------

EPIDEMIC = {"kind": "shock", "what": "epidemic", "start": 2, "months": 3}
STRUCK = np.array([False, False, False, True, True, True, False, False])
"""By month of the tables, from 0."""


@pytest.mark.parametrize(
    ("mode", "when_stopped"), [("in_person", "cancel"), ("in_person", "virtual"), ("virtual", "cancel")]
)
def test_an_epidemic_stops_sessions_in_person_and_virtual_ones_go_on(mode, when_stopped):
    """Every month a session; all come in person, and online as far as they are connected (0.7)."""
    monthly = session(sessions=7, mode=mode, when_stopped=when_stopped)
    units = counted(ask([monthly, EPIDEMIC], 7)).units
    own = units[units["element"] == "collaborative 0"].groupby("month")[["attendances", "online_attendances"]].sum()
    everybody = 20 * FACILITIES
    held = np.arange(8) > 0
    online = held if mode == "virtual" else STRUCK & (when_stopped == "virtual")
    in_person = held & ~STRUCK & (mode == "in_person")
    assert own["attendances"].tolist() == (everybody * in_person).tolist()
    assert_share(own["online_attendances"], everybody, 0.7 * online)


@pytest.mark.parametrize(("stops_visits", "stops_gatherings"), [(None, None), (False, True), (True, False)])
def test_an_epidemic_stops_visits_and_takes_time(stops_visits, stops_gatherings):
    """Posts stay filled; workload of 0.3 x 0.5 is missing in meetings, except where a training calls one."""
    coach = {"kind": "coaching", "coaches": FACILITIES, "days_per_month": 31.0, "whom": "all"}
    agents = {"kind": "extension_agents", "agents": FACILITIES, "visits_per_month": 1.0}
    training = {"kind": "cascade_training", "tiers": 1, "reach": 1.0, "rounds": 7, "every_months": 1}
    told = {"stops_visits": stops_visits, "stops_gatherings": stops_gatherings}
    epidemic = {**EPIDEMIC, "severity": 0.5, **{key: value for key, value in told.items() if value is not None}}
    results = counted(ask([coach, agents, training, epidemic], 7, behaviour={"shock_workload": 0.3}))
    units = results.units.groupby(["element", "month"], observed=True)[["visits", "coach_months", "attendances"]].sum()
    held, everybody = np.arange(8) > 0, 20 * FACILITIES
    visited = held & ~(STRUCK & (stops_visits is not False))
    gathered = held & ~(STRUCK & (stops_gatherings is not False))
    assert units.loc["coaching 0", "visits"].tolist() == (everybody * visited).tolist()
    assert units.loc["coaching 0", "coach_months"].tolist() == (everybody * held).tolist()
    assert units.loc["extension_agents 1", "visits"].tolist() == (everybody * visited).tolist()
    assert units.loc["cascade_training 2", "attendances"].tolist() == (everybody * gathered).tolist()
    meetings = wide(results.months, "meetings").sum(axis=0)
    assert_share(meetings, everybody, np.where(STRUCK & ~gathered, 0.85, 1.0) * held)
