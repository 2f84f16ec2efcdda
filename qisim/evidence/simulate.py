"""Simulating the settings of patterns: each as many times as there are simulated studies and units in a study."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

from qisim.study.study import Run, Study, load

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

SEED = 1
STUDIES = 100
MOST_LOGS = 20
"""Futures of which the event log is kept: only the Mesa model writes one, and it is slow."""


def setting(name: str, behaviour: Mapping[str, float] | None = None, parameters: str | None = None) -> Study:
    """A shipped setting by the name of its file, with its facilities.

    `behaviour` takes the place of defaults, or sets of `parameters` do; what the setting itself tells stays.
    """
    with as_file(files("qisim.evidence") / "settings") as folder:
        study = load(folder / f"{name}.toml")
        study = Study(study.scenario, study.world)  # a registry is read while its file is there
    told = study.scenario.behaviour.model_fields_set
    changes: dict[str, Any] = {f"behaviour.{key}": v for key, v in (behaviour or {}).items() if key not in told}
    if parameters:
        changes["parameters"] = parameters
    return study.changed(changes) if changes else study


class Simulated:
    """Simulated studies. A setting is simulated when it is first asked for, and kept until it is forgotten.

    All settings have the same luck, so that those that are set beside each other are compared future by future.
    """

    def __init__(
        self,
        studies: int = STUDIES,
        seed: int = SEED,
        threads: int | None = None,
        compiling: Callable[[], None] | None = None,
        behaviour: Mapping[str, float] | None = None,
        parameters: str | None = None,
    ):
        self.behaviour, self.parameters = behaviour, parameters
        self.studies, self.seed, self.threads, self.compiling = studies, seed, threads, compiling
        self._runs: dict[tuple[str, int, bool], Run] = {}
        self._logs: dict[str, list[pd.DataFrame]] = {}

    def run(self, name: str, units: int = 1, *, detail: bool = False) -> Run:
        """The runs of a setting: `units` of them make a study; `detail` keeps every facility's months."""
        key = name, units, detail
        if key not in self._runs:
            study = setting(name, self.behaviour, self.parameters)
            self._runs[key] = study.run(
                replicates=self.studies * units,
                seed=self.seed,
                threads=self.threads,
                detail=detail,
                compiling=self.compiling,
            )
        return self._runs[key]

    def forget(self, but: Iterable[str] = ()) -> None:
        """Drop the runs of all settings but these, for the sake of memory."""
        kept = set(but)
        self._runs = {key: run for key, run in self._runs.items() if key[0] in kept}
        self._logs = {name: logs for name, logs in self._logs.items() if name in kept}

    def months(self, name: str, column: str, units: int = 1, *, detail: bool = False) -> np.ndarray:
        """A column of the monthly table as float64[studies, units, M + 1]."""
        from qisim.outcomes.runs import by_run

        table = by_run(self.run(name, units, detail=detail).months, column)
        return table.reshape(self.studies, units, -1)

    def facilities(self, name: str, column: str) -> np.ndarray:
        """A column of every facility's months as float64[studies, M + 1, F]."""
        run = self.run(name, detail=True)
        assert run.facility_months is not None
        values = run.facility_months[column].to_numpy(dtype=float)
        return values.reshape(self.studies, run.scenario.months + 1, len(run.world))

    def ideas(self, name: str, column: str) -> np.ndarray:
        """A column of every idea's months as [studies, M + 1, F, K]; codes where the column holds names."""
        run = self.run(name, detail=True)
        assert run.idea_months is not None
        column_values = run.idea_months[column]
        values = column_values.cat.codes if hasattr(column_values, "cat") else column_values
        shape = self.studies, run.scenario.months + 1, len(run.world), len(run.scenario.ideas)
        return values.to_numpy().reshape(shape)

    def logs(self, name: str) -> list[pd.DataFrame]:
        """The event logs of the first futures of a setting, at most 20: month, facility, what, idea, why."""
        if name not in self._logs:
            import pandas as pd

            study = setting(name, self.behaviour, self.parameters)
            models = [study.model(rng=self.seed, replicate=r) for r in range(min(self.studies, MOST_LOGS))]
            for model in models:
                model.run()
            self._logs[name] = [pd.DataFrame(model.log) for model in models]
        return self._logs[name]
