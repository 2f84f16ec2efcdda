"""Every chart of a calibration. A chart is added by its line in `CHARTS`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.calibration.charts import fit, parameters
from qisim.charts.chart import Chart

if TYPE_CHECKING:
    from qisim.calibration.checks import Checks

CHARTS: dict[str, Chart[Checks]] = {
    "fit": Chart(
        fit.figure,
        "What was seen, and what the model says",
        "Hatched, and outlined where blue covers it: where nine of ten runs lie before the data were used. Blue: the "
        "same afterwards, at fitted values of the parameters, luck included; darker the middle half of the runs. About "
        "nine of ten points seen should lie in the blue bands.",
    ),
    "fit_districts": Chart(
        fit.districts_figure,
        "The same in districts",
        "Read as above. Districts are small, so luck spreads the runs further.",
        lambda checks: bool(checks.fitted.observed.districts) and "" in set(checks.fitted.observed.table["district"]),
    ),
    "parameters": Chart(
        parameters.figure,
        "The parameters before and after",
        "Dashed line: what was believed before. Bars: what the data leave. Where the bars follow the line, the data "
        "say little.",
    ),
    "pairs": Chart(
        parameters.pairs_figure,
        "Parameters two by two",
        "A slanted cloud means that the data tell of two parameters only together: one may be higher if the other is "
        "higher, or lower, too. The table of parameters says what each is.",
        lambda checks: len(checks.told) > 1,
    ),
}
