"""qisim: how improvement collaboratives spread through the facilities of a health system.

    study = qisim.load("scenarios/cambodia.toml")
    results = study.run(replicates=200, seed=1)

Names are fetched when they are first used, so that importing qisim stays light.
"""

from __future__ import annotations

from qisim.input.lazily import lazily
from qisim.scenario.version import __version__

TYPE_CHECKING = False  # typing itself takes longer to load than all that is here
if TYPE_CHECKING:
    from qisim.calibration.calibration import Calibration, calibrate
    from qisim.charts.run_chart import plot_p_chart, plot_run_chart
    from qisim.comparison.comparison import Comparison, compare
    from qisim.input.errors import BadInput
    from qisim.model.agents.model import QIModel
    from qisim.outcomes.run_chart import p_chart, run_chart
    from qisim.sensitivities.sensitivity import Sensitivity, sensitivity
    from qisim.study.folder import save as save_results
    from qisim.study.results import Results
    from qisim.study.run import run
    from qisim.study.study import Run, Study, load, load_results
    from qisim.sweeps.sweeps import Design, Sweep, load_sweep, sweep
    from qisim.tracking.tracking import Tracking, track

__all__ = ["BadInput", "Calibration", "Comparison", "Design", "QIModel", "Results", "Run", "Sensitivity", "Study",
           "Sweep", "Tracking", "__version__", "calibrate", "compare", "load", "load_results", "load_sweep",
           "p_chart", "plot_p_chart", "plot_run_chart", "run", "run_chart", "save_results", "sensitivity", "sweep",
           "track"]  # fmt: skip

__getattr__, __dir__ = lazily(__name__, {
    "BadInput": "qisim.input.errors",
    "Calibration": "qisim.calibration.calibration",
    "Comparison": "qisim.comparison.comparison",
    "Design": "qisim.sweeps.sweeps",
    "QIModel": "qisim.model.agents.model",
    "Results": "qisim.study.results",
    "Run": "qisim.study.study",
    "Sensitivity": "qisim.sensitivities.sensitivity",
    "Study": "qisim.study.study",
    "Sweep": "qisim.sweeps.sweeps",
    "Tracking": "qisim.tracking.tracking",
    "calibrate": "qisim.calibration.calibration",
    "compare": "qisim.comparison.comparison",
    "load": "qisim.study.study",
    "load_results": "qisim.study.study",
    "load_sweep": "qisim.sweeps.sweeps",
    "p_chart": "qisim.outcomes.run_chart",
    "plot_p_chart": "qisim.charts.run_chart",
    "plot_run_chart": "qisim.charts.run_chart",
    "run": "qisim.study.run",
    "run_chart": "qisim.outcomes.run_chart",
    "save_results": "qisim.study.folder:save",
    "sensitivity": "qisim.sensitivities.sensitivity",
    "sweep": "qisim.sweeps.sweeps",
    "track": "qisim.tracking.tracking",
})  # fmt: skip
