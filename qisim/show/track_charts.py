"""Every chart of a tracked programme. A chart is added by one file with a `figure` function and its place here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.show import track_chance, track_districts, track_fan, track_indicators
from qisim.show.chart import Chart

if TYPE_CHECKING:
    from qisim.experiments.track import Tracked

FANS = (
    "Grey and hatched is the forecast before anything was seen, blue the forecast updated by it. Diamonds are what was "
    "seen; their bars hold 90% of the error that the comparison allows for. The dotted line is the last observation."
)

CHARTS: dict[str, Chart[Tracked]] = {
    "coverage": Chart(track_fan.coverage_figure, "Facilities at the standard", FANS),
    "chance": Chart(
        track_chance.figure,
        "When the target is reached",
        "Each curve rises as more of the simulated futures get there. What it lacks to 100% at the right edge does not "
        "get there in time.",
    ),
    "score": Chart(track_fan.score_figure, "Mean score", FANS),
    "indicators": Chart(track_indicators.figure, "Indicators", FANS, track_indicators.applies),
    "districts": Chart(
        track_districts.figure,
        "Districts",
        "A diamond left of its grey bar is behind the forecast of that district, one right of it ahead.",
        track_districts.applies,
    ),
}
