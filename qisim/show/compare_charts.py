"""Every chart of a comparison. A chart is added by one file with a `figure` function and its line in `CHARTS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from qisim.show import compare_coverage, compare_differences, compare_time

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from qisim.experiments.compare import Compared

CHARTS: dict[str, Callable[[Compared], Figure]] = {
    "time_to_target": compare_time.figure,
    "differences": compare_differences.figure,
    "coverage": compare_coverage.figure,
}
