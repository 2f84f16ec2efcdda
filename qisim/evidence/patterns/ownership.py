"""P10 and P14: the same package owned or imposed, and copied without being tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qisim.evidence.band import only_direction, told
from qisim.evidence.pattern import Figure, Pattern

if TYPE_CHECKING:
    from qisim.evidence.simulate import Simulated

GREENHALGH = "Greenhalgh and Papoutsi 2019, BMJ 365:l2068, box 4"
BACKHOUSE = "Backhouse and Ogunlayi 2020, BMJ 368:m865"


def _gain(simulated: Simulated, name: str, column: str) -> np.ndarray:
    path = simulated.months(name, column)[:, 0]
    return 100.0 * (path[:, -1] - path[:, 0])


def _contrast(simulated: Simulated, column: str) -> np.ndarray:
    return _gain(simulated, "michigan", column) - _gain(simulated, "matching_michigan", column)


def _more_than_twice(simulated: Simulated, column: str) -> np.ndarray:
    return _gain(simulated, "michigan", column) - 2.0 * _gain(simulated, "matching_michigan", column)


MICHIGAN = Pattern(
    key="P10",
    title="Michigan and Matching Michigan",
    says="One package, nearly the same phases: it succeeded where professionals led and largely failed where imposed.",
    settings=("michigan", "matching_michigan"),
    figures=(
        Figure("P10.contrast", "gain in Michigan less that in Matching Michigan", "success against failure", GREENHALGH,
               "true", "points", only_direction(), _contrast),
        Figure("P10.failed", "gain in Michigan less twice that in Matching Michigan", "largely failed", GREENHALGH,
               "true", "points", only_direction(), _more_than_twice),
    ),
)  # fmt: skip


def _adoption(simulated: Simulated, _column: str) -> np.ndarray:
    """Facilities that use an idea at the end, mean over ideas, per cent."""
    run = simulated.run("big_bang")
    last = run.idea_totals[run.idea_totals["month"] == run.scenario.months]
    shares = last.groupby("replicate")["adopted"].mean().to_numpy(float)
    return 100.0 * shares / len(run.world)


def _added(simulated: Simulated, column: str) -> np.ndarray:
    return _gain(simulated, "big_bang", column) - _gain(simulated, "districts", column)


BIG_BANG = Pattern(
    key="P14",
    title="rolled out at once without adaptation",
    says="Launched everywhere with a campaign and copied without adaptation, adoption is high and problems remain.",
    settings=("big_bang", "districts"),
    figures=(
        Figure("P14.adoption", "facilities that use an idea after two years", "high", BACKHOUSE, "counted", "%",
               told(50.0, 100.0, "more than half, for the word"), _adoption),
        Figure("P14.effect", "gain in true score, more than without it", "the same issues continue", BACKHOUSE, "true",
               "points", told(-3.0, 3.0, "within three points of none, for the words"), _added),
    ),
)  # fmt: skip
