"""Channels other than coaches, sessions and exchange visits: each alone, with a known answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import binom

from qisim.model.agents.model import QIModel
from tests.theory.elements import ENGINES, FACILITIES, HALF, NO_TESTS, ask, by_month, counted
from tests.theory.settings import assert_distributed, assert_share, idea, session, simulate, wide

# --- awareness ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
@pytest.mark.parametrize(("reach", "awareness"), [(1.0, 0.2), (0.6, 0.3)])
def test_months_until_a_campaign_is_heard_are_geometric(engine, replicates, reach, awareness):
    campaign, months = {"kind": "campaign", "reach": reach}, 15
    question = ask(campaign, months, behaviour={"campaign_awareness": awareness})
    aware = wide(simulate(engine, question, replicates).idea_totals, "aware").sum(axis=0)
    everybody, p = FACILITIES * replicates, reach * awareness
    never = everybody - aware[-1]
    probabilities = np.append(p * (1 - p) ** np.arange(months), (1 - p) ** months)
    assert_distributed(np.append(np.diff(aware), never), probabilities)


def test_those_who_sign_up_in_a_campaign_do_so_evenly():
    campaign = {"kind": "campaign", "reach": 0.0, "enrols": 0.6, "end": 6}
    enrolled = wide(simulate("core", ask(campaign, 8), 3).months, "enrolled")
    assert (enrolled == [0, 15, 30, 45, 60, 75, 90, 0, 0]).all()


@pytest.mark.parametrize("engine", ["core", "mesa"])
def test_to_have_signed_up_keeps_nobody_from_a_collaborative(engine):
    campaign = {"kind": "campaign", "reach": 0.0, "enrols": 1.0, "end": 8}
    question = ask([campaign, session(waves=[{"start": 4}], action_months=3)], 8)
    enrolled = wide(simulate(engine, question, 1).months, "enrolled")[0]
    assert enrolled[4] < FACILITIES
    assert enrolled[5:8].tolist() == [FACILITIES] * 3, "everybody joined, whether signed up or not"
    assert enrolled[8] < FACILITIES / 2, "who joined left with the collaborative"


@pytest.mark.parametrize("engine", ["core", "mesa"])
@pytest.mark.parametrize("joined", [False, True])
def test_coaches_speak_of_what_was_signed_up_for_only_while_it_holds(engine, joined):
    """Signed up for one idea in the first two months; then coaches go on with the others, or with those of the
    collaborative that was joined before."""
    names = ["one", "other", "third"]
    coach = {"kind": "coaching", "coaches": FACILITIES, "days_per_month": 31.0, "whom": "all", "start": 1}
    campaign = {"kind": "campaign", "reach": 0.0, "enrols": 1.0, "start": 1, "end": 3, "package": ["one"]}
    before = [session(package=["third"])] if joined else []
    question = ask([*before, campaign, coach], 7, ideas=[idea(name) for name in names], behaviour=NO_TESTS)
    totals = simulate(engine, question, 1).idea_totals
    aware = {name: (wide(totals, "aware", idea=name)[0] / FACILITIES).tolist() for name in names}
    third = [0, 1, 1, 1, 1, 1, 1, 1] if joined else [0, 0, 0, 0, 0, 1, 1, 1]
    assert aware["third"] == third
    assert aware["other"] == ([0] * 8 if joined else [0, 0, 0, 0, 1, 1, 1, 1])
    assert aware["one"] == ([0, 0, 0.5, 1, 1, 1, 1, 1] if joined else [0, 0, 1, 1, 1, 1, 1, 1])


@pytest.mark.parametrize("engine", ["core", "mesa"])
@pytest.mark.parametrize(("months", "dropped_out"), [(1, 0), (6, FACILITIES)])
def test_who_leaves_a_campaign_is_in_its_collaborative_what_it_was(engine, months, dropped_out):
    """Support that ended leaves no drop-outs, support that was left leaves some; a signature changes neither."""
    campaign = {"kind": "campaign", "reach": 0.0, "enrols": 1.0, "start": 7, "end": 20}
    behaviour = {"engagement_base": -20.0, "dropout_engagement": 0.5, "dropout_months": 3}
    question = ask([session(action_months=months), campaign], 20, behaviour=behaviour)
    table = simulate(engine, question, 1).months
    assert wide(table, "enrolled")[0, 7:].max() > 0 == wide(table, "enrolled")[0, 6]
    assert set(wide(table, "dropped_out")[0, 6:]) == {dropped_out}
    if engine == "mesa":
        model = QIModel(question, rng=1)
        model.run()
        assert {cohort.size for cohort in model.cohorts if cohort.size} == ({FACILITIES} if months == 1 else set())


@pytest.mark.parametrize(("standing", "heard"), [(1.0, 0.3), (0.5, 0.8)])
def test_an_endorsement_is_heard_once(standing, heard):
    endorsement = {"kind": "endorsement", "standing": standing}
    question = ask(endorsement, 4, behaviour={"endorsement_awareness": heard, **NO_TESTS})
    aware = wide(simulate("core", question, 20).idea_totals, "aware").sum(axis=0)
    assert aware[0] == 0 and set(aware[1:]) == {aware[1]}
    assert_share(aware[1], 20 * FACILITIES, standing * heard)


def test_agents_tell_of_one_idea_a_visit_in_the_order_of_the_package():
    names, months = [f"idea {k}" for k in range(8)], 8
    agents = {"kind": "extension_agents", "agents": 6, "visits_per_month": 10.0, "package": names[::-1]}
    question = ask(agents, months, ideas=[idea(name) for name in names], behaviour=NO_TESTS)
    results = counted(question)
    reach = 60 / FACILITIES
    known = results.idea_months[results.idea_months["stage"] != "unaware"]
    last = known[known["month"] == months].groupby(["replicate", "facility"], observed=True)["idea"]
    heard = last.size()
    observed = np.bincount(heard, minlength=months + 1)
    observed[0] = 20 * FACILITIES - len(heard)
    assert_distributed(observed, binom.pmf(np.arange(months + 1), months, reach))
    first_heard = {name: (known["idea"] == name).sum() for name in names}
    assert sorted(names, key=lambda name: -first_heard[name]) == names[::-1]
    assert results.units["visits"].sum() == heard.sum()


# --- training -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tiers", [1, 2, 4])
def test_a_cascade_loses_its_content_tier_by_tier(tiers):
    training = {"kind": "cascade_training", "tiers": tiers, "months_per_tier": 2, "reach": 1.0, "people": 2,
                "days": 3.0, "start": 1}  # fmt: skip
    behaviour = {"training_skill": 0.4, "skill_start": 0.1, "cascade_fidelity": 0.6, "imposed_loss": 0.0,
                 **NO_TESTS}  # fmt: skip
    results = counted(ask(training, 10, behaviour=behaviour))
    left, when = 0.6 ** (tiers - 1), 2 + 2 * (tiers - 1)
    expected = np.where(np.arange(11) < when, 0.1, 0.1 + 0.4 * left * 0.9)
    assert by_month(results.facility_months, "skill") == pytest.approx(expected)
    assert by_month(results.facility_months, "trained")[when] == 2
    aware = wide(results.idea_totals, "aware").sum(axis=0)
    assert aware[when - 1] == 0 and aware[when] == aware[-1]
    assert_share(aware[when], 20 * FACILITIES, left)
    units = results.units.groupby("month")[["attendances", "staff_days"]].sum()
    assert units.loc[when].tolist() == [20 * FACILITIES, 20 * FACILITIES * 2 * 3.0] == units.sum().tolist()


@pytest.mark.parametrize(
    ("element", "days"),
    [
        ({"kind": "cascade_training", "tiers": 1, "people": 50, "days": 3.0, "reach": 1.0}, 4 * 3.0),
        (session(attendees=50, session_days=2.0), 4 * 2.0),
    ],
    ids=["training", "session"],
)
def test_a_facility_sends_its_team_and_nobody_else(element, days):
    units = counted(ask(element, 1, behaviour={"team_min": 4, "team_max": 4}), 2).units
    assert units["staff_days"].sum() == 2 * FACILITIES * days


# --- policy ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
@pytest.mark.parametrize(("enforcement", "ownership"), [(1.0, 0.0), (0.5, 0.4), (1.0, 1.0)])
def test_a_decree_is_complied_with_on_paper_and_changes_nothing(engine, replicates, enforcement, ownership):
    policy = {"kind": "policy", "reach": 1.0, "rounds": 3, "every_months": 2, "enforcement": enforcement,
              "ownership": ownership}  # fmt: skip
    behaviour = {"policy_awareness": 1.0, "policy_compliance": 0.5, "paper_reach": 0.07, "reach_growth": 0.0,
                 "works_base": -20.0, "fatigue_imposed": 0.1, "fatigue_fading": 0.0, **NO_TESTS}  # fmt: skip
    tables = simulate(engine, ask(policy, 6, behaviour=behaviour), replicates)
    p, rounds = 0.5 * enforcement * (1 - ownership), np.array([0, 1, 1, 2, 2, 3, 3])
    adopted = wide(tables.idea_totals, "adopted").sum(axis=0)
    assert_share(adopted, FACILITIES * replicates, 1 - (1 - p) ** rounds)
    assert tables.idea_totals["working"].sum() == 0
    assert set(tables.idea_months.loc[tables.idea_months["stage"] == "adopted", "reach"]) <= {0.07}
    assert tables.facility_months.groupby(["replicate", "facility"], observed=True)["score"].nunique().eq(1).all()
    fatigue = by_month(tables.facility_months, "fatigue")
    assert fatigue == pytest.approx(1 - (1 - 0.1 * (1 - ownership)) ** rounds)


# --- feedback -------------------------------------------------------------------------------------------------------

FEEDBACK = {"feedback_information": 0.5, "feedback_intention": 0.4, "feedback_behaviour": 0.3, "feedback_gap": 1.5,
            "feedback_feature": 0.7, "feedback_action_plans": 1.1, "feedback_engagement": 1.0, "imposed_loss": 0.0,
            "data_quality_start": 1.0, "records": 1_000_000, **HALF, **NO_TESTS}  # fmt: skip
KNOWN_GAP = [{"name": "indicator", "baseline": 0.4, "baseline_sd": 0.0}]


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
@pytest.mark.parametrize(("verbal", "colleague", "targets"), [(0, 0, 0), (1, 1, 0), (1, 1, 1)])
def test_feedback_must_cross_three_gaps(engine, replicates, verbal, colleague, targets):
    """A feedback is repeated from the second one on; with action plans the ideas become known at the third gap."""
    feedback = {"kind": "audit_feedback", "every_months": 1, "verbal_and_written": bool(verbal), "action_plans": True,
                "by_colleague": bool(colleague), "targets": bool(targets)}  # fmt: skip
    tables = simulate(engine, ask(feedback, 2, indicators=KNOWN_GAP, behaviour=FEEDBACK), replicates)
    informed = expit(logit(0.5) + 0.7 * (verbal + np.array([0, 1])))
    intends = informed * expit(logit(0.4) + 0.7 * (colleague + targets) + 1.5 * 0.6)
    acts = intends * expit(logit(0.3) + 1.1)
    aware = wide(tables.idea_totals, "aware").sum(axis=0)
    assert_share(aware[1:], FACILITIES * replicates, 1 - np.cumprod(1 - acts))
    lifted = (tables.facility_months["engagement"] > 0.99).groupby(tables.facility_months["month"]).sum()
    assert_share(lifted[1:], FACILITIES * replicates, 1 - np.cumprod(1 - intends))


def test_without_action_plans_a_team_that_acts_comes_upon_one_idea_if_it_knows_none():
    feedback = {"kind": "audit_feedback", "every_months": 1, "by_colleague": False}
    question = ask(feedback, 4, indicators=KNOWN_GAP, ideas=[idea("first"), idea("second")],
                   behaviour={**FEEDBACK, "feedback_feature": 0.0})  # fmt: skip
    totals = simulate("core", question, 20).idea_totals
    acts = 0.5 * expit(logit(0.4) + 1.5 * 0.6) * 0.3
    aware = wide(totals, "aware", idea="first").sum(axis=0)
    assert_share(aware, 20 * FACILITIES, 1 - (1 - acts) ** np.arange(5))
    assert wide(totals, "aware", idea="second").sum() == 0


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
@pytest.mark.parametrize(
    ("element", "calls"),
    [
        ({"kind": "cascade_training", "tiers": 3, "months_per_tier": 0, "reach": 0.8}, 0.8 * 0.7**2),
        ({"kind": "audit_feedback", "once": True, "reach": 0.8, "by_colleague": False},
         0.8 * 0.5 * expit(logit(0.4) + 1.5 * 0.6) * 0.3),
    ],
    ids=["training", "feedback"],
)  # fmt: skip
def test_a_training_and_a_feedback_call_a_meeting_where_nobody_would_meet(engine, replicates, element, calls):
    """A training as far as its content is left, a feedback where the team acts on it."""
    behaviour = {**FEEDBACK, "feedback_engagement": 0.0, "training_engagement": 0.0, "cascade_fidelity": 0.7,
                 "engagement_base": -20.0}  # fmt: skip
    question = ask(element, 3, indicators=KNOWN_GAP, behaviour=behaviour)
    meetings = wide(simulate(engine, question, replicates).months, "meetings").sum(axis=0)
    assert_share(meetings[1], replicates * FACILITIES, calls)
    assert meetings[2:].sum() == 0


def first_adopted(element: dict[str, Any], **behaviour: float) -> set[str]:
    """Which of two ideas known from the first month on is taken into use first; the first promises more."""
    rows = [{"name": name, "baseline": 0.4, "baseline_sd": 0.0} for name in ("indicator", "patients")]
    ideas = [idea("promising", effect=0.6), idea("other", indicator="patients", effect=0.5)]
    measured = {"records": 1_000_000, "data_quality_start": 1.0}
    question = ask([session(), element], 1, indicators=rows, ideas=ideas, behaviour=behaviour | measured)
    months = simulate("core", question, 3).idea_months
    return set(months.loc[months["stage"] == "adopted", "idea"])


@pytest.mark.parametrize(
    ("element", "first"),
    [
        ({"kind": "patient_feedback", "indicator": "patients", "use": 1.0}, "other"),
        ({"kind": "patient_feedback", "indicator": "patients", "use": 0.0}, "promising"),
        ({"kind": "patient_feedback", "indicator": "indicator", "use": 1.0}, "promising"),
        ({"kind": "endorsement", "standing": 1.0, "package": ["other"]}, "other"),
        ({"kind": "endorsement", "standing": 1.0}, "promising"),
        ({"kind": "audit_feedback", "indicator": "patients"}, "other"),
    ],
    ids=str,
)
def test_what_matters_to_patients_assessors_and_peers_comes_first(element, first):
    certain = {"feedback_information": 1.0, "feedback_intention": 1.0, "feedback_behaviour": 1.0}
    assert first_adopted(element, endorsement_evidence=0.9, **certain) == {first}


def test_looking_at_what_patients_tell_improves_the_data():
    listening = {"kind": "patient_feedback", "indicator": "indicator", "use": 1.0, "every_months": 2, "end": 5}
    behaviour = {"data_quality_start": 0.2, "patients_data_quality": 0.3}
    quality = by_month(simulate("core", ask(listening, 6, behaviour=behaviour), 2).facility_months, "data_quality")
    assert quality == pytest.approx(1 - 0.8 * 0.7 ** np.array([0, 1, 1, 2, 2, 3, 3]))


# --- money ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
def test_payment_is_by_the_highest_threshold_reached_and_its_slack_ends(engine, replicates):
    """A score of 0.5 reaches the second of three thresholds, which pays a quarter of the highest amount."""
    paid = [{"score": 0.3, "amount": 10.0}, {"score": 0.49, "amount": 25.0}, {"score": 0.6, "amount": 100.0}]
    financing = {"kind": "performance_financing", "thresholds": paid, "records": 1_000_000, "start": 1, "end": 6,
                 "ownership": 1.0}  # fmt: skip
    behaviour = {"workload_mean": 0.5, "payment_slack": 0.8, "payment_engagement": 0.0, **NO_TESTS}
    half = [{"name": "indicator", "baseline": 0.5, "baseline_sd": 0.0}]
    question = ask(financing, 8, indicators=half, ideas=[idea(effect=0.0)], behaviour=behaviour)
    meetings = wide(simulate(engine, question, replicates).months, "meetings")[:, 1:].sum(axis=0)
    slack = 0.8 * 0.25 * np.array([0, 1, 1, 1, 1, 1, 0, 0])
    assert_share(meetings, FACILITIES * replicates, 0.5 + slack)
    payments = counted(question, 2).units.groupby("month")["payments"].sum()
    assert payments.tolist() == [0, 0, 2 * FACILITIES * 25.0, 0, 0, 2 * FACILITIES * 25.0, 0, 0, 0]
    rise = ask({**financing, "identity": 0.5}, 2, indicators=half,
               behaviour={"payment_engagement": 0.4, "imposed_loss": 0.6, **HALF})  # fmt: skip
    engagement = by_month(simulate("core", rise, 2).facility_months, "engagement")
    assert engagement[2] == pytest.approx(0.5 + 0.5 * 0.4 * 0.25 * (1 - 0.6 * 0.5))


def test_assessors_judge_by_a_sample():
    """Two or more of four records right, each with one half."""
    financing = {"kind": "performance_financing", "thresholds": [{"score": 0.5, "amount": 1.0}], "records": 4,
                 "every_months": 1}  # fmt: skip
    question = ask(financing, 4, indicators=[{"name": "indicator", "baseline": 0.5, "baseline_sd": 0.0}],
                   ideas=[idea(effect=0.0)], behaviour={"payment_engagement": 0.0})  # fmt: skip
    units = counted(question).units
    assert_share(units["payments"].sum(), 4 * 20 * FACILITIES, binom.sf(1, 4, 0.5))
    assert units["contacts"].sum() == 4 * 20 * FACILITIES


# --- handing over ---------------------------------------------------------------------------------------------------


def test_dependence_on_mentors_fades_and_those_who_take_over_learn():
    """Mentors visit for 3 months, then capacity is transferred for 4, then the coaches who took over visit once."""
    coach = {"kind": "coaching", "coaches": 2 * FACILITIES, "days_per_month": 31.0, "whom": "all"}
    mentors = {**coach, "coaches": FACILITIES, "external": True, "end": 3, "skill": 0.0}
    own = {**coach, "name": "own coaches", "coaches": FACILITIES, "start": 7, "end": 8, "skill": 0.4}
    transfer = {"kind": "capacity_transfer", "effort": 0.5, "to": "own coaches", "start": 3, "end": 7}
    behaviour = {"visit_dependence": 0.3, "dependence_fading": 0.0, "visit_skill": 1.0, "transfer_dependence": 0.4,
                 "transfer_skill": 0.2, "skill_start": 0.0, **NO_TESTS}  # fmt: skip
    months = simulate("core", ask([mentors, own, transfer], 9, behaviour=behaviour), 1).facility_months
    visits, handed = np.array([0, 1, 2, 3, 3, 3, 3, 3, 3, 3]), np.array([0, 0, 0, 0, 1, 2, 3, 4, 4, 4])
    assert by_month(months, "dependence") == pytest.approx((1 - 0.7**visits) * (1 - 0.4 * 0.5) ** handed)
    coaches = 1 - 0.6 * 0.9**4
    assert by_month(months, "skill")[7:] == pytest.approx([1 - 0.9**4] + 2 * [1 - 0.9**4 * (1 - coaches)])


# --- champions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [0.5, 4.0])
def test_champions_cost_days_and_no_salary(days):
    """A year tested by a third, then everybody joins: champions visit, and stay on the payroll of their facility."""
    first = session(waves=[{"start": 0, "sites": 40}], action_months=3, synthesis=True, champions=4, champion_days=days)
    second = {**session(waves=[{"start": 3}], action_months=6), "phase": "spread"}
    units = counted(ask([first, second], 9, behaviour={"coach_turnover_annual": 0.0}), 2).units
    own = units[units["element"] == "collaborative 0"]
    assert own["visits"].sum() > 0 and own["coach_days"].sum() > 0
    assert (own["coach_months"] == 0).all()
    assert (own[own["month"] <= 3]["visits"] == 0).all()
