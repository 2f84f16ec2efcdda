"""Every chart of a run. A chart is added by one file with a `figure` function and its place in `CHARTS`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.charts.chart import Chart, drawn
from qisim.outcomes.followed import can_be_followed
from qisim.study.charts import (
    adoption,
    costs,
    coverage,
    district_times,
    equity,
    facility_charts,
    facility_map,
    indicators,
    learning,
    sources,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from qisim.study.results import Results


def _followed(results: Results) -> bool:
    return can_be_followed(results.scenario, results.world)


CHARTS: dict[str, Chart[Results]] = {
    "coverage": Chart(
        coverage.figure,
        "When the target is reached",
        "Each thin line is one run, which is one possible future. The thick line is the median; the dark band holds "
        "half of the runs, the light band nine of ten.",
    ),
    "adoption": Chart(
        adoption.figure,
        "Which change ideas are in use",
        "An idea that is in use does not always work: the solid line counts the facilities where it does.",
    ),
    "indicators": Chart(
        indicators.figure,
        "How each indicator develops",
        "The thick line is the median of the runs, the band holds nine of ten. Where the dashed line lies above it, "
        "facilities report more than is so.",
        indicators.applies,
    ),
    "costs": Chart(
        costs.figure,
        "What it costs, and when",
        "Each bar is a period, each part an element of the programme. The black line tells how much the whole bar "
        "differs from run to run.",
        costs.applies,
    ),
    "equity": Chart(
        equity.figure,
        "Who is ahead and who is behind",
        "Each line is the mean score of a group of facilities. Where the lines come closer, the gap narrows. Groups "
        "by remoteness are thirds of the facilities by their days of travel, as far as those differ.",
        equity.applies,
    ),
    "district_times": Chart(
        district_times.figure,
        "Which districts come first and last",
        "Each row is a district. The dot is the median of the runs; the bars hold half of them and nine of ten.",
    ),
    "facility_map": Chart(
        facility_map.figure,
        "Where the standard is reached",
        "The darker a facility, the more often it is at the standard at the end.",
    ),
    "sources": Chart(
        sources.figure,
        "Where practices were learnt",
        "Of all that facilities took into use after the start, the share that they had learnt of in each way.",
        sources.applies,
    ),
    "learning": Chart(
        learning.figure,
        "Who learnt from whom",
        "One typical run. Arrows and circles are ideas that passed from facility to facility; squares are ideas that "
        "came from sessions, from coaches or another way.",
        _followed,
    ),
    "run_charts": Chart(
        facility_charts.figure,
        "Run charts of four facilities",
        "One typical run, as the teams see it: the score that they report from their own records. A shift or a trend "
        "is a signal to look closer; luck alone makes some, too, the more the more points there are: the chart says "
        "how many. Where records are not reviewed every month there are fewer points.",
        _followed,
    ),
}


def charts(results: Results) -> dict[str, Figure]:
    """Every chart that has something to show, by name."""
    return {name: CHARTS[name](results) for name in drawn(CHARTS, results)}
