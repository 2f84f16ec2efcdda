"""Evaluating the evaluation: would an evaluation of this programme find what it really does?

from qisim import evaluate

found = evaluate.evaluation("scenarios/sessions_and_coaching.toml", sites=20)
print(found.table())
"""

from qisim.evaluate.by_sites import BySites, power
from qisim.evaluate.designs import DESIGNS
from qisim.evaluate.evaluation import Evaluation, evaluation
from qisim.evaluate.plan import Plan
from qisim.evaluate.what_if import CIRCUMSTANCES, FAULTLESS, Circumstances, circumstances

__all__ = ["CIRCUMSTANCES", "DESIGNS", "FAULTLESS", "BySites", "Circumstances", "Evaluation", "Plan", "circumstances",
           "evaluation", "power"]  # fmt: skip
