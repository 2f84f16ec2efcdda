"""Whether a run can be followed facility by facility."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qisim.scenario.schema import Scenario
    from qisim.world.world import World

MOST_ROWS = 3_000_000
"""Facilities x months x ideas that are followed one by one for a chart; more would take gigabytes."""


def can_be_followed(scenario: Scenario, world: World) -> bool:
    """Whether one future is small enough to be kept facility by facility."""
    return len(world) * (scenario.months + 1) * len(scenario.ideas) <= MOST_ROWS
