"""What came of a programme. An outcome is added by one file here and its place in `OUTCOMES`."""

from __future__ import annotations

from collections.abc import Callable

from qisim.outcomes import (
    adoption,
    attribution,
    cost,
    coverage,
    effort,
    equity,
    groups,
    reporting,
    sustainment,
    target_held,
    time_to_target,
)
from qisim.outcomes.outcome import Outcome
from qisim.outcomes.runs import Runs

OUTCOMES: dict[str, list[Callable[[Runs], list[Outcome]]]] = {
    "time to target": [time_to_target.outcome],
    "coverage and score": [coverage.outcome, reporting.outcome],
    "cost": [cost.outcome],
    "equity": [equity.outcome],
    "sustainment": [sustainment.outcome, target_held.outcome],
    "who comes first and last": [groups.outcome],
    "change ideas in use and working at the end": [adoption.outcome],
    "where adopted practices were learnt": [attribution.outcome],
    "effort": [effort.outcome],
}


def outcomes(runs: Runs) -> dict[str, list[Outcome]]:
    """Every outcome of the runs by its heading, in the order in which a planner asks for them."""
    return {heading: [row for part in parts for row in part(runs)] for heading, parts in OUTCOMES.items()}
