"""Every chart of a comparison. A chart is added by one file with a `figure` function and its place in `CHARTS`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.charts.chart import Chart
from qisim.comparison.charts import cost, coverage, differences, equity, facilities, learning, sources, time
from qisim.outcomes.followed import can_be_followed

if TYPE_CHECKING:
    from qisim.comparison.experiment import Compared


def _followed(compared: Compared) -> bool:
    return all(can_be_followed(strategy.scenario, compared.world) for strategy in compared.strategies)


CHARTS: dict[str, Chart[Compared]] = {
    "time_to_target": Chart(
        time.figure,
        "When the target is reached",
        "Each line tells in what share of the simulated futures the target is reached by each month. A line further to "
        "the left is faster; a line that stays below 100% does not always get there.",
    ),
    "costs": Chart(
        cost.figure,
        "What it takes, and how soon it gets there",
        "Lower is cheaper, further to the left is faster: the best corner is at the lower left. Small dots are single "
        "futures.",
    ),
    "differences": Chart(
        differences.figure,
        "Months won or lost against A",
        "Each dot is one simulated future, in which both strategies met the same luck. Dots left of the line are "
        "futures in which the strategy is earlier than A. The black bar is the 90% interval of the mean.",
    ),
    "coverage": Chart(
        coverage.figure,
        "Facilities at the standard, month by month",
        "The thick line is the median of the futures; the dark band holds half of them, the light band nine of ten.",
    ),
    "equity": Chart(
        equity.figure,
        "How far the worst group is behind the best",
        "A line that falls is a gap that narrows. Groups by remoteness are thirds of the facilities by their days of "
        "travel, as far as those differ.",
        equity.applies,
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
        "One typical future of each strategy. Arrows and circles are ideas that passed from facility to facility; "
        "squares are ideas that came from sessions, from coaches or another way.",
        _followed,
    ),
    "run_charts": Chart(
        facilities.figure,
        "Run charts of a facility in the middle and of the remotest",
        "One typical future of each strategy, as the teams see it: the score that they report from their own records. "
        "A shift or a trend is a signal to look closer; luck alone makes some, too, the more the more points there "
        "are: the chart says how many. "
        "Where records are not reviewed every month there are fewer points.",
        _followed,
    ),
}
