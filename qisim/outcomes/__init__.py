"""What came of a programme. An outcome is added by one file here and its line in `OUTCOMES`."""

from __future__ import annotations

from collections.abc import Callable

from qisim.outcomes import adoption, coverage, effort, groups, sustained, time_to_target
from qisim.outcomes.outcome import Outcome
from qisim.outcomes.runs import Runs

OUTCOMES: dict[str, Callable[[Runs], list[Outcome]]] = {
    "time to target": time_to_target.outcome,
    "sustainment": sustained.outcome,
    "who comes first and last": groups.outcome,
    "coverage and score": coverage.outcome,
    "change ideas in use and working at the end": adoption.outcome,
    "effort": effort.outcome,
}


def outcomes(runs: Runs) -> dict[str, list[Outcome]]:
    """Every outcome of the runs by its heading, in the order in which a planner asks for them."""
    return {heading: outcome(runs) for heading, outcome in OUTCOMES.items()}
