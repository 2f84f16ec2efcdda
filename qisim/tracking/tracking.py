"""A running programme beside its forecast, from Python: `qisim.track("scenario.toml", "observed.csv")`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qisim.input.errors import BadInput, Problem, nearest
from qisim.observed.agreement import TOLERANCE
from qisim.observed.observed import Observed, read_observed
from qisim.study.study import Study, load
from qisim.tracking import experiment as tracks
from qisim.tracking.experiment import DEFAULT, Tracked

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class Tracking:
    """A forecast, and the forecast updated by what was seen, with tables, charts and report.

    `inputs` are the files that were read, as a results folder keeps them.
    """

    tracked: Tracked
    inputs: Mapping[str, bytes]

    def __repr__(self) -> str:
        return f"Tracking({self.tracked.scenario.title!r}, {len(self.tracked.observed)} observations)"

    def answer(self) -> list[str]:
        """On track or not, when the target is to be expected now, and with what chance."""
        from qisim.tracking.words import answer

        return answer(self.tracked)

    def warnings(self) -> list[str]:
        """What must be known before the updated forecast is used."""
        from qisim.tracking.words import warnings

        return warnings(self.tracked)

    @property
    def effective(self) -> float:
        """How many equal replicates would tell as much as the weighted ones, before any tempering."""
        return self.tracked.untempered.effective

    def with_tolerance(self, tolerance: float) -> Tracking:
        """The same replicates weighed with another tolerance. Raises BadInput unless it is above 0 and below 1."""
        return Tracking(self.tracked.with_tolerance(tolerance), self.inputs)

    def table(self, name: str) -> pd.DataFrame:
        """A table: outcomes, seen, forecasts, tolerances or runs. Raises BadInput where there is none of that name."""
        from qisim.tracking.tables import TABLES

        if name not in TABLES:
            raise BadInput(
                Problem(
                    "table", f"there is no table {name!r}", allowed=", ".join(TABLES), nearest=nearest(name, TABLES)
                )
            )
        return TABLES[name](self.tracked)

    def plot_coverage(self, ax: Axes | None = None) -> Axes:
        """Facilities at the standard: forecast, updated forecast, what was seen. Returns the axes drawn on."""
        from qisim.tracking.charts.fan import plot_coverage

        return plot_coverage(self.tracked, ax)

    def plot_score(self) -> Sequence[Axes]:
        """Mean score: forecast, updated forecast, what was seen. Returns the axes drawn on."""
        from qisim.tracking.charts.fan import plot_score

        return plot_score(self.tracked)

    def plot_enrolled(self, ax: Axes | None = None) -> Axes:
        """Facilities enrolled: forecast, updated forecast, what was seen. Returns the axes drawn on."""
        from qisim.tracking.charts.fan import plot_enrolled

        return plot_enrolled(self.tracked, ax)

    def plot_indicators(self) -> Sequence[Axes]:
        """The mean of each indicator seen: forecast, updated forecast, what was seen. Returns the axes drawn on."""
        from qisim.tracking.charts.indicators import applies, plot_indicators

        if not applies(self.tracked):
            raise BadInput(Problem(self.tracked.observed.file, "tells of no single indicator over all facilities"))
        return plot_indicators(self.tracked)

    def plot_chance(self, ax: Axes | None = None) -> Axes:
        """The chance of having reached the target by each month, as far as counts leave it open. Returns the axes."""
        from qisim.tracking.charts.chance import plot_chance

        return plot_chance(self.tracked, ax)

    def plot_districts(self, ax: Axes | None = None) -> Axes:
        """Where each district that was seen stands to its forecast. Returns the axes drawn on."""
        from qisim.tracking.charts.districts import plot_districts

        if not self.tracked.observed.districts:
            raise BadInput(Problem(self.tracked.observed.file, "tells of no single district"))
        return plot_districts(self.tracked, ax)

    def files(
        self, drawing: Callable[[int, int], None] | None = None, faults: list[str] | None = None
    ) -> dict[str, bytes]:
        """Report and charts as files by name. `drawing` is called with the charts drawn, of how many.

        With `faults`, a list, what cannot be drawn is left out and added to it.
        """
        from qisim.charts.files import report_files
        from qisim.tracking.charts.catalogue import CHARTS
        from qisim.tracking.report import track_report

        return report_files(CHARTS, self.tracked, track_report, drawing, faults)

    def save(self, folder: str | Path, command: str = "", files: Mapping[str, bytes] | None = None) -> Path:
        """Write tables to a folder, whole or not at all, then `files`: by default report and charts.

        Raises BadInput as `save_results` does.
        """
        from qisim.store.folder import add
        from qisim.tracking.folder import save

        where = save(self.tracked, folder, {}, self.inputs, command)
        add(where, self.files() if files is None else files)
        return where

    def rows(self) -> dict[str, Any]:
        """The outcome in plain values; infinite ones, beyond the horizon, are also named in `beyond_horizon`."""
        from qisim.tracking.target import note

        tracked = self.tracked
        return {
            "title": tracked.scenario.title,
            "facilities": len(tracked.world),
            "months": tracked.scenario.months,
            "replicates": tracked.replicates,
            "seed": tracked.seed,
            "tolerance": tracked.tolerance,
            "effective_runs": self.effective,
            "power": tracked.power,
            "reliable": not tracked.collapsed,
            "answer": self.answer(),
            "note": note(tracked),
            "warnings": self.warnings(),
            **{name: _records(self.table(name)) for name in ("outcomes", "seen", "tolerances")},
        }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, each telling which of its times lie beyond the horizon."""
    rows = table.to_dict("records")
    return [{**row, "beyond_horizon": [key for key, value in row.items() if value == math.inf]} for row in rows]


def track(
    study: Study | str | Path,
    data: Observed | str | Path,
    *,
    replicates: int = DEFAULT,
    seed: int = 1,
    tolerance: float = TOLERANCE,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    compiling: Callable[[], None] | None = None,
) -> Tracking:
    """Compare a programme with its forecast, and update the forecast by what was seen.

    `study` is a study or a scenario file, `data` a CSV file of what was seen, or the same as read before. Each of
    `replicates` possible futures is weighed by how well it agrees with it; `tolerance` is how far the model's shares
    may be off by themselves, as a standard deviation. `progress` and `compiling` as in `Study.run`. Raises BadInput.
    """
    from qisim.tracking.folder import read_files

    study = study if isinstance(study, Study) else load(study)
    observed = data if isinstance(data, Observed) else read_observed(data, study.scenario, study.world)
    inputs = read_files(study.scenario, observed.file)
    tracked = tracks.track(
        study.scenario, study.world, observed, replicates=replicates, seed=seed, tolerance=tolerance,
        threads=threads, progress=progress, compiling=compiling,
    )  # fmt: skip
    return Tracking(tracked, inputs)
