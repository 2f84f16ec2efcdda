"""Both engines give the same trajectory, to the last bit, on random small scenarios."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qisim.model.batch.core import replicates
from qisim.model.state import SOURCES
from qisim.scenario.schema import Scenario
from qisim.study import load
from qisim.world.world import World
from tests.agreement.engines import SHIPPED, assert_engines_agree
from tests.agreement.random_scenarios import scenarios

EXAMPLES = 10
SLOW_OR_LARGE = [HealthCheck.too_slow, HealthCheck.data_too_large]
PHASES = [Phase.generate, Phase.shrink]  # explaining a failing scenario would take minutes and say little
CORES = [
    (),
    ("collaborative", "coaching"),
    ("collaborative", "exchange_visits"),
    ("collaborative", "coaching", "exchange_visits"),
    ("collaborative", "collaborative", "coaching"),
]
"""Kinds of programme element that the random scenarios of a round have at least."""

HAPPENINGS = {
    "abandoned an idea", "adopted an idea", "became a champion", "coach visited", "cycle without success",
    "dropped out", "exchange visit", "head left", "heard of an idea", "hosted an exchange visit",
    "joined the programme", "learning session", "member trained", "practice lapsed", "reconsidered an idea",
    "started a test", "support ended", "test stopped", "thought of an idea", "trained staff left",
}  # fmt: skip


@pytest.mark.parametrize("registry", [False, True], ids=["made_up", "registry"])
def test_both_engines_give_the_same_trajectory(registry: bool) -> None:
    happened: Counter[str] = Counter()
    for core in CORES:

        @settings(max_examples=EXAMPLES, suppress_health_check=SLOW_OR_LARGE, phases=PHASES)
        @given(scenarios(registry, core), st.integers(0, 2**32 - 1), st.integers(0, 2))
        def agree(case: tuple[Scenario, World], seed: int, replicate: int) -> None:
            model = assert_engines_agree(*case, seed, [replicate])[0]
            happened.update({event.what for event in model.log} | set(model.tables().idea_months["source"]))

        agree()
    missing = HAPPENINGS.union(SOURCES) - {"exchange"} - set(happened)  # most hear of an idea before they see it
    assert not missing, "random scenarios in which these never happen compare less than they should"


def test_one_compiled_form_serves_every_scenario() -> None:
    """Runs after the random scenarios of this file; a second form would cost every user another compilation."""
    for file in SHIPPED:
        study = load(file)
        study.run(replicates=1)
    assert len(replicates.signatures) == 1
