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

    from qisim.calibration import Calibration, calibrate
    from qisim.comparison import Comparison, compare
    from qisim.experiments.folder import save as save_results
    from qisim.experiments.results import Results
    from qisim.experiments.run import run
    from qisim.model.mesa_model import QIModel
    from qisim.outcomes.run_chart import p_chart, run_chart
    from qisim.scenario.errors import BadInput
    from qisim.sensitivities import Sensitivity, sensitivity
    from qisim.show.run_chart import plot_p_chart, plot_run_chart
    from qisim.study import Run, Study, load, load_results
    from qisim.sweeps import Design, Sweep, load_sweep, sweep
    from qisim.tracking import Tracking, track

__all__ = ["BadInput", "Calibration", "Comparison", "Design", "QIModel", "Results", "Run", "Sensitivity", "Study",
           "Sweep", "Tracking", "__version__", "calibrate", "compare", "load", "load_results", "load_sweep",
           "p_chart", "plot_p_chart", "plot_run_chart", "run", "run_chart", "save_results", "sensitivity", "sweep",
           "track"]  # fmt: skip

_HOME = {
    "BadInput": ("qisim.scenario.errors", "BadInput"),
    "Calibration": ("qisim.calibration", "Calibration"),
    "Comparison": ("qisim.comparison", "Comparison"),
    "Design": ("qisim.sweeps", "Design"),
    "QIModel": ("qisim.model.mesa_model", "QIModel"),
    "Results": ("qisim.experiments.results", "Results"),
    "Run": ("qisim.study", "Run"),
    "Sensitivity": ("qisim.sensitivities", "Sensitivity"),
    "Study": ("qisim.study", "Study"),
    "Sweep": ("qisim.sweeps", "Sweep"),
    "Tracking": ("qisim.tracking", "Tracking"),
    "calibrate": ("qisim.calibration", "calibrate"),
    "compare": ("qisim.comparison", "compare"),
    "load": ("qisim.study", "load"),
    "load_results": ("qisim.study", "load_results"),
    "load_sweep": ("qisim.sweeps", "load_sweep"),
    "p_chart": ("qisim.outcomes.run_chart", "p_chart"),
    "plot_p_chart": ("qisim.show.run_chart", "plot_p_chart"),
    "plot_run_chart": ("qisim.show.run_chart", "plot_run_chart"),
    "run": ("qisim.experiments.run", "run"),
    "run_chart": ("qisim.outcomes.run_chart", "run_chart"),
    "save_results": ("qisim.experiments.folder", "save"),
    "sensitivity": ("qisim.sensitivities", "sensitivity"),
    "sweep": ("qisim.sweeps", "sweep"),
    "track": ("qisim.tracking", "track"),
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
