"""Both engines give the same trajectory, to the last bit, on random small scenarios."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qisim.model.batch.core import replicates
from qisim.model.state import SOURCES
from qisim.scenario.costs import UNITS
from qisim.scenario.elements import KINDS
from qisim.scenario.schema import Scenario
from qisim.study.study import load
from qisim.world.world import World
from tests.agreement.engines import SHIPPED, assert_engines_agree
from tests.agreement.random_elements import STRATEGIES
from tests.agreement.random_scenarios import scenarios

EXAMPLES = {"made_up": 6, "registry": 10}
"""Random scenarios of each round: so many that everything in `HAPPENINGS` happens."""

SLOW_OR_LARGE = [HealthCheck.too_slow, HealthCheck.data_too_large]
PHASES = [Phase.generate, Phase.shrink]  # explaining a failing scenario would take minutes and say little
CORES = [
    ("collaborative", "coaching"),
    ("collaborative", "exchange_visits", "shock"),
    ("collaborative", "coaching", "exchange_visits", "capacity_transfer"),
    ("collaborative", "campaign", "audit_feedback", "performance_financing"),
    ("coaching", "cascade_training", "extension_agents", "policy", "endorsement"),
    ("collaborative", "collaborative", "coaching", "patient_feedback", "institutionalisation", "shock"),
    (),
]
"""Kinds of programme element that the random scenarios of a round have at least."""

HAPPENINGS = {
    "abandoned an idea", "adopted an idea", "adopted an idea on paper", "agent visited", "assessed",
    "became a champion", "coach visited", "cycle without success", "dropped out", "exchange visit", "feedback",
    "head left", "heard of an idea", "hosted an exchange visit", "joined the programme", "learning session",
    "listened to patients", "member trained", "practice lapsed", "reconsidered an idea", "reorganisation",
    "started a test", "support ended", "test stopped", "thought of an idea", "trained staff left", "training",
    "untrained staff left",
}  # fmt: skip


@pytest.mark.parametrize("world", EXAMPLES)
def test_both_engines_give_the_same_trajectory(world: str) -> None:
    happened: Counter[str] = Counter()
    for core in CORES:

        @settings(max_examples=EXAMPLES[world], suppress_health_check=SLOW_OR_LARGE, phases=PHASES)
        @given(scenarios(world == "registry", core), st.integers(0, 2**32 - 1), st.integers(0, 2))
        def agree(case: tuple[Scenario, World], seed: int, replicate: int) -> None:
            model = assert_engines_agree(*case, seed, [replicate])[0]
            tables = model.tables()
            happened.update({event.what for event in model.log} | set(tables.idea_months["source"]))
            happened.update(unit for unit in UNITS if (tables.units[unit] > 0).any())

        agree()
    expected = HAPPENINGS.union(SOURCES, UNITS) - {"exchange"}  # most hear of an idea before they see it
    missing = expected - set(happened)
    assert not missing, "random scenarios in which these never happen compare less than they should"


def test_every_kind_of_element_is_drawn() -> None:
    assert set(STRATEGIES) == set(KINDS) == {kind for core in CORES for kind in core}


def test_one_compiled_form_serves_every_scenario() -> None:
    """Runs after the random scenarios of this file; a second form would cost every user another compilation."""
    for file in SHIPPED:
        study = load(file)
        study.run(replicates=1)
    assert len(replicates.signatures) == 1
