"""Evaluating the evaluation: would an evaluation of this programme find what it really does?

from qisim import evaluate

found = evaluate.evaluation("scenarios/sessions_and_coaching.toml", sites=20)
print(found.table())
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.input.lazily import lazily

if TYPE_CHECKING:
    from qisim.evaluate.by_sites import BySites, power
    from qisim.evaluate.designs import DESIGNS
    from qisim.evaluate.experiment import Evaluation, evaluation
    from qisim.evaluate.plan import Plan
    from qisim.evaluate.what_if import CIRCUMSTANCES, FAULTLESS, Circumstances, circumstances

__all__ = ["CIRCUMSTANCES", "DESIGNS", "FAULTLESS", "BySites", "Circumstances", "Evaluation", "Plan", "circumstances",
           "evaluation", "power"]  # fmt: skip

__getattr__, __dir__ = lazily(__name__, {
    "BySites": "qisim.evaluate.by_sites",
    "CIRCUMSTANCES": "qisim.evaluate.what_if",
    "Circumstances": "qisim.evaluate.what_if",
    "DESIGNS": "qisim.evaluate.designs",
    "Evaluation": "qisim.evaluate.experiment",
    "FAULTLESS": "qisim.evaluate.what_if",
    "Plan": "qisim.evaluate.plan",
    "circumstances": "qisim.evaluate.what_if",
    "evaluation": "qisim.evaluate.experiment",
    "power": "qisim.evaluate.by_sites",
})  # fmt: skip
