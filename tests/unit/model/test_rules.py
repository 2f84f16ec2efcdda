"""The rules: probabilities stay probabilities, monotone where theory says so, the same bits compiled."""

from __future__ import annotations

import inspect
import struct
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qisim.model import rules
from qisim.model.batch import compile as _makes_rules_compilable  # noqa: F401
from qisim.model.parameters import BEHAVIOUR, DERIVED
from qisim.scenario.behaviour import PARAMETERS

Rule = Callable[..., Any]
RULES: dict[str, Rule] = {
    name: rule for name, rule in vars(rules).items() if inspect.isfunction(rule) and rule.__module__ == rules.__name__
}

shares = st.floats(0, 1)
uniform_numbers = st.integers(0, 2**32 - 1).map(lambda word: (word + 0.5) * 2.0**-32)
months = st.integers(0, 600)
people = st.integers(0, 100)
DOMAINS: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(
        [
            "score", "threshold",
            "a", "accreditation", "agreements", "attention", "base", "bond", "care", "ceiling", "cohort",
            "cohort_tie", "complexity",
            "connectivity", "data_quality", "dependence", "embedding", "endorsed", "enforcement", "engagement",
            "fatigue", "fit", "freedom", "identity", "included", "lapse_share", "leadership", "level", "lost", "mean",
            "network", "openness", "ownership", "p", "partner_tie", "preservice", "proof", "reach", "refinement",
            "reported_score", "severity", "share", "share_kept", "skill", "skill_share", "supervision", "tie", "given",
            "true", "upheaval", "used", "x",
        ],
        shares,
    ),
    **dict.fromkeys(
        ["above", "enrolled", "lapsed", "properly", "supported", "supportive_head", "unsupported", "virtual"],
        st.booleans(),
    ),
    # Whole numbers in the core, truth values in the Mesa model: the same to a rule.
    **dict.fromkeys(
        ["action_plans", "by_colleague", "repeated", "targets", "verbal_and_written"], st.sampled_from([0, 1])
    ),
    **dict.fromkeys(["difficulty", "district_z", "facility_z", "ready", "z"], st.floats(-6.3, 6.3)),
    **dict.fromkeys(["failed", "failures", "planned", "tests", "trained", "visits"], people),
    "team": st.integers(1, 100),
    **dict.fromkeys(["last_visit", "joined"], months | st.just(-1000)),
    **dict.fromkeys(["frequency", "current"], st.floats(0, 8)),
    "annual": st.floats(0, 0.99), "effect": st.floats(-1, 1), "gap": st.floats(-1, 1),
    "gap_left": st.just(0.0) | st.floats(1e-9, 1), "loading": st.floats(0, 5), "month": months, "months": months,
    "partner": st.sampled_from([0.0, 1.0]), "policy": st.integers(0, 4),
    "select": st.integers(0, 7), "district": people, "sd": st.floats(0, 0.5),
    "share_quantile": st.floats(-6, 6), "shift": st.floats(-100, 100), "staff": st.integers(1, 100_000),
    "tiers": st.integers(1, 6), "travel_days": st.floats(0, 31), "weight": shares, "trend": st.floats(-50, 50),
    "u": uniform_numbers, "use": st.floats(0, 3), "workload": st.floats(-1, 10),
}  # fmt: skip
"""What the arguments of rules may be, by their names."""

WORKING = {"evidence": people, "judged_success": st.booleans()}
"""`working` counts facilities in one rule and is the truth about one idea in another."""


def domain(rule: Rule, argument: str) -> st.SearchStrategy[Any]:
    return WORKING[rule.__name__] if argument == "working" else DOMAINS[argument]


@cache
def parameters_of(rule: Rule) -> tuple[str, ...]:
    """The behaviour parameters that a rule, or a rule it calls, reads."""
    names = set(rule.__code__.co_names)
    called = [parameters_of(RULES[name]) for name in (names & RULES.keys()) - {rule.__name__}]
    return tuple(sorted((names & set(BEHAVIOUR.names or ())).union(*called)))


def _allowed(name: str) -> st.SearchStrategy[float]:
    """Allowed values of a parameter, given per year or, where derived, per month."""
    if name in DERIVED:
        return _allowed(DERIVED[name]).map(rules.monthly)
    parameter = PARAMETERS[name]
    plausible = st.floats(parameter.low, parameter.high)
    whole = st.integers(int(parameter.minimum), min(int(parameter.maximum), 100)).map(float)
    return plausible | st.floats(parameter.minimum, parameter.maximum) | whole.filter(lambda v: v >= parameter.minimum)


def arguments(rule: Rule) -> st.SearchStrategy[dict[str, Any]]:
    """Arguments of a rule: states within their domains, behaviour within what is allowed."""
    behaviour = st.fixed_dictionaries({name: _allowed(name) for name in parameters_of(rule)})
    return st.fixed_dictionaries({
        name: behaviour.map(lambda values: SimpleNamespace(**values)) if name == "b" else domain(rule, name)
        for name in inspect.signature(rule).parameters
    })  # fmt: skip


# --- compiled as written --------------------------------------------------------------------------------------------


def _record(behaviour: SimpleNamespace) -> np.ndarray:
    record = np.zeros(1, BEHAVIOUR)
    for name, value in vars(behaviour).items():
        record[name] = value
    return record


@cache
def _compiled(rule: Rule) -> Callable[..., Any]:
    """The rule as the core has it: by the same compiler, with a record for the behaviour."""
    names = list(inspect.signature(rule).parameters)
    handed = ", ".join("b[0]" if name == "b" else name for name in names)
    place: dict[str, Any] = {"rule": rule}
    exec(f"def call({', '.join(names)}):\n    return rule({handed})", place)
    return numba.njit(place["call"], error_model="numpy", nogil=True)


def _bits(value: Any) -> bytes:
    return struct.pack("<d", float(value))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_a_rule_gives_the_same_bits_compiled(rule: Rule) -> None:
    names = list(inspect.signature(rule).parameters)

    @settings(max_examples=40)
    @given(arguments(rule))
    def agree(given_arguments: dict[str, Any]) -> None:
        handed = [_record(given_arguments[name]) if name == "b" else given_arguments[name] for name in names]
        assert _bits(rule(**given_arguments)) == _bits(_compiled(rule)(*handed))

    agree()


# --- probabilities and shares ---------------------------------------------------------------------------------------

SHARES = [
    "up", "down", "expit", "monthly", "trait", "baseline", "leaving", "skill_after_turnover", "attendance", "compared",
    "session_tie", "hears", "invents", "meets", "proper", "abandons", "inclusion", "reach_next", "lapses", "found_out",
    "gap_closed", "kept", "performance", "seen", "own_level", "engagement_next", "fatigue_next", "refined", "evidence",
    "lifted", "imposed", "fidelity", "complies", "understands", "means_to_act", "acts", "lapse_left", "skill_left",
    "loosened", "care", "done", "known_but_not_done", "attention_next", "embedded", "welcomed",
]  # fmt: skip


@pytest.mark.parametrize("name", SHARES)
def test_what_is_a_probability_or_a_share_lies_within_0_and_1(name: str) -> None:
    @settings(max_examples=50)
    @given(arguments(RULES[name]))
    def stays(given_arguments: dict[str, Any]) -> None:
        assert 0 <= RULES[name](**given_arguments) <= 1

    stays()


@pytest.mark.parametrize("name", ["works", "judged_success", "routine_review", "reconsiders", "uses_at_start"])
def test_what_is_a_decision_is_yes_or_no(name: str) -> None:
    @settings(max_examples=20)
    @given(arguments(RULES[name]))
    def decides(given_arguments: dict[str, Any]) -> None:
        assert RULES[name](**given_arguments) in (True, False)

    decides()


# --- rising and falling ---------------------------------------------------------------------------------------------

RISES, FALLS = 1, -1
MONOTONE = [
    ("trait", "mean", RISES), ("trait", "ready", RISES), ("baseline", "mean", RISES), ("baseline", "ready", RISES),
    ("uses_at_start", "ready", RISES), ("uses_at_start", "share_quantile", FALLS),
    ("baseline_without", "given", RISES), ("baseline_without", "share_kept", FALLS), ("team_size", "staff", RISES),
    ("skill_after_turnover", "lost", FALLS), ("visit_frequency", "visits", RISES), ("evidence", "working", RISES),
    ("evidence", "failed", FALLS), ("attendance", "connectivity", RISES), ("attendees", "planned", RISES),
    ("attendees", "team", RISES),
    ("compared", "openness", RISES), ("session_tie", "tie", RISES), ("visible_use", "network", RISES),
    ("visible_use", "cohort", RISES), ("visible_use", "partner", RISES), ("hears", "use", RISES),
    ("invents", "skill", RISES), ("invents", "engagement", RISES), ("meets", "engagement", RISES),
    ("meets", "workload", FALLS), ("meets", "trained", RISES), ("meets", "supported", RISES),
    ("meets", "skill", RISES), ("meets", "dependence", FALLS), ("promise", "gap", RISES), ("promise", "proof", RISES),
    ("promise", "weight", RISES),
    ("promise", "complexity", FALLS), ("promise", "lapsed", FALLS), ("cycles", "frequency", RISES),
    ("cycles", "u", FALLS), ("proper", "skill", RISES), ("proper", "frequency", RISES), ("works", "fit", RISES),
    ("works", "skill", RISES), ("works", "difficulty", FALLS), ("works", "complexity", FALLS),
    ("works", "refinement", RISES), ("abandons", "failures", RISES), ("abandons", "fatigue", RISES),
    ("reconsiders", "proof", RISES), ("inclusion", "trained", RISES), ("inclusion", "staff", FALLS),
    ("reach_next", "engagement", RISES), ("reach_next", "included", RISES), ("reach_next", "embedding", RISES),
    ("lapses", "embedding", FALLS), ("lapses", "engagement", FALLS), ("lapses", "lost", RISES),
    ("lapses", "dependence", RISES), ("lapses", "unsupported", RISES), ("found_out", "data_quality", RISES),
    ("gap_closed", "effect", FALLS), ("gap_closed", "used", FALLS), ("kept", "effect", RISES),
    ("kept", "used", FALLS), ("found_out", "reach", RISES), ("care", "attention", RISES),
    ("care", "engagement", RISES), ("done", "reach", RISES), ("done", "embedding", RISES), ("done", "care", RISES),
    ("known_but_not_done", "attention", FALLS), ("attention_next", "attention", RISES),
    ("attention_next", "dependence", FALLS), ("embedded", "embedding", RISES), ("embedded", "engagement", RISES),
    ("embedded", "dependence", FALLS), ("welcomed", "share", RISES), ("welcomed", "ownership", RISES),
    ("performance", "base", RISES), ("performance", "gap_left", FALLS),
    ("performance", "share_kept", RISES), ("performance", "trend", RISES), ("seen", "true", RISES),
    ("seen", "data_quality", FALLS), ("own_level", "leadership", RISES), ("own_level", "openness", RISES),
    ("own_level", "workload", FALLS), ("own_level", "fatigue", FALLS), ("own_level", "dependence", FALLS),
    ("own_level", "unsupported", FALLS), ("own_level", "supportive_head", RISES), ("own_level", "bond", RISES),
    ("engagement_next", "level", RISES), ("engagement_next", "engagement", RISES), ("fatigue_next", "ownership", FALLS),
    ("fatigue_next", "enrolled", RISES), ("refined", "tests", RISES), ("refined", "refinement", RISES),
    ("skill_after_turnover", "skill_share", FALLS), ("lifted", "x", RISES), ("lifted", "share", RISES),
    ("lifted", "ownership", RISES), ("lifted", "identity", RISES), ("lifted", "fatigue", FALLS),
    ("imposed", "fatigue", RISES), ("imposed", "ownership", FALLS), ("fidelity", "tiers", FALLS),
    ("complies", "enforcement", RISES), ("complies", "ownership", FALLS), ("understands", "repeated", RISES),
    ("understands", "verbal_and_written", RISES), ("means_to_act", "gap", RISES),
    ("means_to_act", "by_colleague", RISES), ("means_to_act", "targets", RISES), ("acts", "action_plans", RISES),
    ("level_shift", "supervision", RISES), ("level_shift", "agreements", RISES), ("level_shift", "endorsed", RISES),
    ("level_shift", "freedom", RISES), ("level_shift", "upheaval", FALLS), ("lapse_left", "lapse_share", RISES),
    ("lapse_left", "accreditation", FALLS), ("skill_left", "skill_share", RISES), ("skill_left", "preservice", FALLS),
    ("loosened", "x", RISES), ("loosened", "severity", FALLS),
    ("lapses", "lapse_share", RISES), ("own_level", "shift", RISES),
    ("monthly", "annual", RISES), ("logit", "p", RISES), ("expit", "x", RISES), ("visit_days", "travel_days", RISES),
]  # fmt: skip
ROUNDING = 1e-9
"""A rise or fall may be lost, but not turned round by more than this."""

# Where theory wants a weight of a sign that the allowed range does not hold to.
NOT_NEGATIVE = ("works_fit", "works_skill", "works_complexity", "engagement_leadership", "engagement_openness")


@pytest.mark.parametrize(("name", "argument", "direction"), MONOTONE, ids=str)
def test_a_rule_rises_or_falls_as_theory_says(name: str, argument: str, direction: int) -> None:
    rule = RULES[name]

    @settings(max_examples=40)
    @given(arguments(rule), domain(rule, argument), domain(rule, argument))
    def monotone(given_arguments: dict[str, Any], one: Any, other: Any) -> None:
        b = given_arguments.get("b", SimpleNamespace())
        for weight in NOT_NEGATIVE:
            assume(getattr(b, weight, 0) >= 0)
        assume(b.fit_low <= b.fit_high if hasattr(b, "fit_low") else True)
        less, more = sorted((one, other))
        change = float(rule(**given_arguments | {argument: more})) - float(rule(**given_arguments | {argument: less}))
        assert direction * change >= -ROUNDING

    monotone()


# --- particular values ----------------------------------------------------------------------------------------------


@given(shares)
def test_up_and_down_reach_their_ends(x: float) -> None:
    assert rules.up(x, 0.0) == x == rules.down(x, 0.0)
    assert rules.up(x, 1.0) == pytest.approx(1) and rules.down(x, 1.0) == 0


@given(st.floats(1e-6, 1 - 1e-6))
def test_logit_and_expit_undo_each_other(p: float) -> None:
    assert rules.expit(rules.logit(p)) == pytest.approx(p)


@given(st.floats(0, 0.99))
def test_twelve_months_make_a_year(annual: float) -> None:
    assert 1 - (1 - rules.monthly(annual)) ** 12 == pytest.approx(annual)


@pytest.mark.parametrize(("every", "months"), [(0, []), (0.5, [1, 2, 3]), (1, [1, 2, 3]), (4, [4, 8]), (4.9, [4, 8])])
def test_staff_rotate_in_the_months_of_rotation_only(every: float, months: list[int]) -> None:
    b = SimpleNamespace(leave_monthly=0.1, rotation_share=0.5, rotation_months=every)
    last = max([*months, 3])
    assert [m for m in range(last + 1) if rules.leaving(m, b) == pytest.approx(0.55)] == months
    assert rules.leaving(0, b) == 0.1


@given(shares, shares, st.lists(st.tuples(st.floats(-1, 1), shares), max_size=6))
def test_the_ideas_in_use_at_the_start_are_part_of_a_given_baseline(
    given_baseline: float, ceiling: float, ideas: list[tuple[float, float]]
) -> None:
    """Useful ones and harmful ones. What cannot be met is met as nearly as can be."""
    gap_left = share_kept = 1.0
    for effect, reach in ideas:
        gap_left = rules.gap_closed(gap_left, effect, reach)
        share_kept = rules.kept(share_kept, effect, reach)
    assume(gap_left > 1e-3 and share_kept > 1e-3)
    best = max(ceiling, given_baseline)
    base = rules.baseline_without(given_baseline, ceiling, gap_left, share_kept)
    assert 0 <= base <= best
    least, most = min(given_baseline, ceiling * (1 - gap_left)) * share_kept, best * share_kept
    start = rules.performance(base, ceiling, gap_left, share_kept, 0.0)
    nearest = min(max(given_baseline, ceiling * (1 - gap_left) * share_kept), most)
    assert least - 1e-9 <= start and start == pytest.approx(nearest, abs=1e-9)


@given(st.permutations([(0.5, 0.3), (0.9, 1.0), (0.2, 0.6)]))
def test_the_order_of_ideas_does_not_matter(ideas: list[tuple[float, float]]) -> None:
    gap_left = 1.0
    for effect, reach in ideas:
        gap_left = rules.gap_closed(gap_left, effect, reach)
    assert gap_left == pytest.approx(0.85 * 0.1 * 0.88)


def test_a_study_that_is_right_tells_the_truth_and_an_improper_one_nothing() -> None:
    b = SimpleNamespace(study_right=0.5, study_right_data=0.5, optimism=0.35)
    for working in (True, False):
        assert rules.judged_success(working, True, 0.99, 1.0, b) is working
        assert rules.judged_success(working, True, 0.6, 0.0, b) is not working
        assert rules.judged_success(working, False, 0.34, 1.0, b) is True
        assert rules.judged_success(working, False, 0.36, 1.0, b) is False


@given(arguments(rules.cycles))
def test_a_meeting_runs_at_most_twelve_cycles(given_arguments: dict[str, Any]) -> None:
    assert rules.cycles(**given_arguments) in range(13)


@given(arguments(rules.team_size))
def test_a_team_has_somebody_and_nobody_from_outside(given_arguments: dict[str, Any]) -> None:
    assert 1 <= rules.team_size(**given_arguments) <= given_arguments["staff"]


def test_policies_put_first_whom_they_say() -> None:
    facilities = {"unvisited": (-1000, 0.5, 3, 1.0), "worst": (5, 0.1, 3, 1.0), "best": (5, 0.9, 3, 1.0),
                  "new": (5, 0.5, 9, 1.0), "near": (5, 0.5, 3, 0.1)}  # fmt: skip
    wanted = {rules.ROTATION: "unvisited", rules.WEAKEST: "worst", rules.STRONGEST: "best", rules.NEWEST: "new",
              rules.NEAREST: "near"}  # fmt: skip
    for policy, first in wanted.items():
        priority = {name: rules.visit_priority(policy, *row) for name, row in facilities.items()}
        assert max(priority, key=lambda name: priority[name]) == first


@given(shares, shares, st.floats(0.01, 10))
def test_a_threshold_of_peers_is_all_or_nothing(use: float, threshold: float, influence: float) -> None:
    assume(threshold > 0)
    b = SimpleNamespace(peer_threshold=threshold, peer_influence=influence)
    heard = rules.hears(use, b)
    assert (heard > 0) == (use >= threshold)
    if heard:
        assert heard == rules.hears(1.0, b)
