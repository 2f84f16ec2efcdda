"""Every chart of a tracked programme. A chart is added by one file with a `figure` function and its place here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.charts.chart import Chart
from qisim.tracking.charts import chance, districts, fan, indicators
from qisim.tracking.target import counted, expected

if TYPE_CHECKING:
    from qisim.tracking.experiment import Tracked

FANS = (
    "Grey and hatched is the forecast before anything was seen, blue the forecast updated by it. The dotted line is "
    "the last observation."
)
DIAMONDS = "Diamonds are what was seen; their bars hold 90% of the error that the comparison allows for."
NO_DIAMONDS = "Nothing of this was seen of all facilities."
LATER = "The updated curve counts only futures that had not reached the target when it was last counted."

CHARTS: dict[str, Chart[Tracked]] = {
    "coverage": Chart(fan.coverage_figure, "Facilities at the standard", FANS),
    "chance": Chart(
        chance.figure,
        "When the target is reached",
        "A curve rises as more of the simulated futures get there. What it lacks to 100% at the right edge does not "
        "get there in time.",
    ),
    "score": Chart(fan.score_figure, "Mean score", FANS),
    "enrolled": Chart(fan.enrolled_figure, "Facilities enrolled", FANS, fan.saw("enrolled")),
    "indicators": Chart(indicators.figure, "Indicators", FANS, indicators.applies),
    "districts": Chart(
        districts.figure,
        "Districts",
        "A diamond left of its grey bar is behind the forecast of that district, one right of it ahead.",
        districts.applies,
    ),
}

OF_ALL = "Blue is of all runs; the title is only of those that had not reached the target by the last count."

SHOWN: dict[str, tuple[str, ...]] = {"coverage": ("at_standard",), "score": fan.SCORES}
"""Charts that are drawn whether or not their series were seen."""


def reading(name: str, tracked: Tracked) -> str:
    """How to read a chart, with the marks that are in it."""
    chart = CHARTS[name]
    if name == "chance":
        counts = counted(tracked)
        waits = counts is not None and expected(tracked) is not None
        return f"{chart.reading} {LATER}" if waits else chart.reading
    if chart.reading != FANS:
        return chart.reading
    seen, counts = fan.national(tracked), counted(tracked)
    of_all = f" {OF_ALL}" if name == "coverage" and counts is not None and expected(tracked) is not None else ""
    return f"{FANS} {DIAMONDS if name not in SHOWN or set(SHOWN[name]) & set(seen) else NO_DIAMONDS}{of_all}"
