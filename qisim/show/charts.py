"""Every chart of a run. A chart is added by one file with a `figure` function and its line in `CHARTS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from qisim.show import adoption, coverage, district_times, facility_map

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from qisim.experiments.results import Results

CHARTS: dict[str, Callable[[Results], Figure]] = {
    "coverage": coverage.figure,
    "adoption": adoption.figure,
    "district_times": district_times.figure,
    "facility_map": facility_map.figure,
}


def charts(results: Results) -> dict[str, Figure]:
    """Every chart of the results, by name."""
    return {name: figure(results) for name, figure in CHARTS.items()}
