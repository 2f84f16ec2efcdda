"""qisim: how improvement collaboratives spread through the facilities of a health system.

    study = qisim.load("scenarios/cambodia.toml")
    results = study.run(replicates=200, seed=1)

Names are fetched when they are first used, so that importing qisim stays light.
"""

from __future__ import annotations

from qisim.scenario.version import __version__

TYPE_CHECKING = False  # typing itself takes longer to load than all that is here
if TYPE_CHECKING:
    from typing import Any

    from qisim.calibration.calibration import Calibration, calibrate
    from qisim.charts.run_chart import plot_p_chart, plot_run_chart
    from qisim.comparison.comparison import Comparison, compare
    from qisim.input.errors import BadInput
    from qisim.model.agents.model import QIModel
    from qisim.outcomes.run_chart import p_chart, run_chart
    from qisim.sensitivities.sensitivity import Sensitivity, sensitivity
    from qisim.store.folder import save as save_results
    from qisim.study.results import Results
    from qisim.study.run import run
    from qisim.study.study import Run, Study, load, load_results
    from qisim.sweeps.sweeps import Design, Sweep, load_sweep, sweep
    from qisim.tracking.tracking import Tracking, track

__all__ = ["BadInput", "Calibration", "Comparison", "Design", "QIModel", "Results", "Run", "Sensitivity", "Study",
           "Sweep", "Tracking", "__version__", "calibrate", "compare", "load", "load_results", "load_sweep",
           "p_chart", "plot_p_chart", "plot_run_chart", "run", "run_chart", "save_results", "sensitivity", "sweep",
           "track"]  # fmt: skip

_HOME = {
    "BadInput": ("qisim.input.errors", "BadInput"),
    "Calibration": ("qisim.calibration.calibration", "Calibration"),
    "Comparison": ("qisim.comparison.comparison", "Comparison"),
    "Design": ("qisim.sweeps.sweeps", "Design"),
    "QIModel": ("qisim.model.agents.model", "QIModel"),
    "Results": ("qisim.study.results", "Results"),
    "Run": ("qisim.study.study", "Run"),
    "Sensitivity": ("qisim.sensitivities.sensitivity", "Sensitivity"),
    "Study": ("qisim.study.study", "Study"),
    "Sweep": ("qisim.sweeps.sweeps", "Sweep"),
    "Tracking": ("qisim.tracking.tracking", "Tracking"),
    "calibrate": ("qisim.calibration.calibration", "calibrate"),
    "compare": ("qisim.comparison.comparison", "compare"),
    "load": ("qisim.study.study", "load"),
    "load_results": ("qisim.study.study", "load_results"),
    "load_sweep": ("qisim.sweeps.sweeps", "load_sweep"),
    "p_chart": ("qisim.outcomes.run_chart", "p_chart"),
    "plot_p_chart": ("qisim.charts.run_chart", "plot_p_chart"),
    "plot_run_chart": ("qisim.charts.run_chart", "plot_run_chart"),
    "run": ("qisim.study.run", "run"),
    "run_chart": ("qisim.outcomes.run_chart", "run_chart"),
    "save_results": ("qisim.store.folder", "save"),
    "sensitivity": ("qisim.sensitivities.sensitivity", "sensitivity"),
    "sweep": ("qisim.sweeps.sweeps", "sweep"),
    "track": ("qisim.tracking.tracking", "track"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'qisim' has no attribute {name!r}")
    from importlib import import_module

    module, attribute = _HOME[name]
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
