"""Calibration, from Python: `qisim.calibrate("scenario.toml", "observed.csv")`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qisim.calibration import settings as asked
from qisim.calibration import tables
from qisim.calibration.checks import Checks
from qisim.calibration.experiment import ENOUGH, Fitted, fit
from qisim.calibration.running import Told
from qisim.calibration.store import Store
from qisim.input.errors import BadInput, Problem, nearest
from qisim.observed.observed import Observed, read_observed
from qisim.study.study import Study, load
from qisim.workers.pools import leave_main_alone

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


class Calibration:
    """Behaviour parameters fitted to what was observed, with tables, charts, checks and a report."""

    def __init__(self, fitted: Fitted, store: Store):
        self.fitted, self.checks = fitted, Checks(fitted)
        self._store = store

    def __repr__(self) -> str:
        return f"Calibration({self.fitted.scenario.title!r}, {', '.join(self.fitted.settings.names)})"

    @property
    def folder(self) -> Path | None:
        """Where simulations and results are kept, if anywhere."""
        return self._store.folder

    @property
    def posterior(self) -> pd.DataFrame:
        """The weighted draws: a column a parameter, in its unit, and `weight`."""
        return tables.posterior(self.checks)

    @property
    def parameters(self) -> pd.DataFrame:
        """Equally likely draws, a column a parameter, for other runs to use."""
        return tables.parameters(self.checks)

    def table(self, name: str = "summary") -> pd.DataFrame:
        """A table: summary, pairs, rounds, series or cells. Raises BadInput where there is none of that name."""
        if name not in tables.TABLES:
            near = nearest(name, tables.TABLES)
            raise BadInput(
                Problem("table", f"there is no table {name!r}", allowed=", ".join(tables.TABLES), nearest=near)
            )
        return tables.TABLES[name](self.checks)

    def answer(self) -> list[str]:
        """What the data tell, in a few sentences."""
        from qisim.calibration.words import answer

        return answer(self.checks)

    def warnings(self) -> list[str]:
        """What must be known before the result is used: misfit, and parameters of which the data say little."""
        from qisim.calibration.words import warnings

        return warnings(self.checks)

    def plot_fit(self, *, districts: bool = False) -> Sequence[Axes]:
        """What was seen against runs before and after, a panel a series. Returns the axes drawn on."""
        from qisim.calibration.charts.fit import plot_fit

        return plot_fit(self.checks, districts=districts)

    def plot_parameters(self) -> Sequence[Axes]:
        """Each parameter before and after. Returns the axes drawn on."""
        from qisim.calibration.charts.parameters import plot_parameters

        return plot_parameters(self.checks)

    def plot_pairs(self) -> Sequence[Axes]:
        """Draws of the posterior by two parameters at a time. Returns the axes drawn on."""
        from qisim.calibration.charts.parameters import plot_pairs

        if len(self.checks.told) < 2:
            raise BadInput(Problem("parameters", "there is one alone, and no pair"))
        return plot_pairs(self.checks)

    @cached_property
    def report(self) -> bytes:
        """The report as an HTML file, with every chart in it."""
        return self.files()["report.html"]

    def files(
        self, drawing: Callable[[int, int], None] | None = None, faults: list[str] | None = None
    ) -> dict[str, bytes]:
        """Tables, charts and report as files by name. `drawing` is called with the charts drawn, of how many.

        With `faults`, a list, what cannot be drawn is left out and added to it.
        """
        from qisim.calibration.charts.catalogue import CHARTS
        from qisim.calibration.report import report
        from qisim.charts.files import report_files

        return {**tables.files(self.checks), **report_files(CHARTS, self.checks, report, drawing, faults)}

    def rows(self) -> dict[str, Any]:
        """The whole calibration as plain values that JSON can hold."""
        fitted, checks = self.fitted, self.checks
        return {
            "title": fitted.scenario.title,
            "simulations": fitted.simulations,
            "effective_draws": fitted.posterior.effective,
            "answer": self.answer(),
            "warnings": self.warnings(),
            "inside": int(checks.inside.sum()),
            "cells": len(checks.inside),
            "as_far_by_chance": checks.as_far,
            "beyond_prior": len(checks.outside),
            "as_alone_in_prior": checks.alone,
            **{name: self.table(name).to_dict("records") for name in ("summary", "pairs", "series")},
        }

    def save(self, files: Mapping[str, bytes] | None = None) -> Path:
        """Write tables, charts and report to the folder. Raises BadInput where there is none."""
        if self.folder is None:
            raise BadInput(Problem("out", "was not given, so there is no folder for results"))
        self._store.finish(self.rows(), self.files() if files is None else files)
        return self.folder


def calibrate(
    scenario: str | Path | Study,
    data: str | Path | Observed,
    *,
    out: str | Path | None = None,
    parameters: Sequence[str] | None = None,
    priors: Mapping[str, Any] | None = None,
    simulations: int = asked.SIMULATIONS,
    rounds: int = asked.ROUNDS,
    tolerance: float = 0.0,
    seed: int = asked.SEED,
    workers: int = 1,
    command: str = "",
    told: Told | None = None,
) -> Calibration:
    """Fit behaviour parameters of a scenario to what was observed: `data`, a CSV file.

    `priors` are ranges `(low, high)` or distributions as in scenario files, by parameter; others are the scenario's own
    distributions, or uniform over the plausible range. Each of the `rounds` has so many `simulations`. `tolerance` is
    how far the model itself may be off, as a share. With `out`, simulations are kept in that folder, from which the
    same call goes on after an interruption; `save` writes the results there. `workers` are processes, which change
    no result.

    Raises BadInput for what cannot be used, with every problem found, and TooFew where there are too few simulations
    for an estimate.
    """
    if workers > 1:
        leave_main_alone()
    study = scenario if isinstance(scenario, Study) else load(scenario)
    settings = asked.settings(
        study.scenario, parameters, priors, simulations=simulations, rounds=rounds, tolerance=tolerance, seed=seed
    )
    observed = data if isinstance(data, Observed) else read_observed(Path(data), study.scenario, study.world)
    folder = None if out is None else Path(out)
    fitted, store = fit(
        study.scenario, study.world, observed, settings, folder=folder, workers=workers, command=command, told=told
    )
    found = Calibration(fitted, store)
    misfit = found.checks.misfit
    if fitted.rounds[-1].draws < ENOUGH or not misfit:  # after enough simulations the misfit itself is the answer
        fitted.check(misfit)
    return found
