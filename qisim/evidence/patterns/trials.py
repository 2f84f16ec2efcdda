"""P7 and P8: trials of audit and feedback, training and supervision, each alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from qisim.evidence.band import of_quantile, told
from qisim.evidence.pattern import Figure, Pattern

if TYPE_CHECKING:
    from qisim.evidence.simulate import Simulated

IVERS = "Ivers et al. 2012, in Foy et al. 2020, BMJ 368:m213"
ROWE_TRAINING = "Rowe et al. 2021, BMJ Global Health"
ROWE_SUPERVISION = "Rowe SY et al. 2022, Human Resources for Health"
ARSENAULT = "Arsenault et al. 2022, BMJ Quality & Safety"
ROWES = 199, 81
"""Studies of training and of supervision that the reviews sum up."""
FEEDBACK_TRIALS = 140
DESIGNS = ("trial_feedback_plain", "trial_feedback_full")
OBSERVED, FOLLOWED = 12, slice(3, 25)
"""The month in which effects are observed; the months of follow-up over which they decay. Both assumed."""


def effects(simulated: Simulated, name: str, units: int, column: str) -> np.ndarray:
    """Points more than in the control arm with the same luck, float64[studies, units, M + 1]."""
    return 100.0 * (simulated.months(name, column, units) - simulated.months("trial", column, units))


def _feedback(simulated: Simulated, column: str, share: float) -> np.ndarray:
    """A quantile of the effects of a study's 140 trials, half of them with every feature."""
    each = FEEDBACK_TRIALS // len(DESIGNS)
    observed = [effects(simulated, name, each, column)[..., OBSERVED] for name in DESIGNS]
    return np.quantile(np.concatenate(observed, axis=1), share, axis=1)


FEEDBACK = Pattern(
    key="P7",
    title="audit and feedback alone",
    says="Audit and feedback alone has a small effect on average, and a wide spread.",
    settings=("trial", *DESIGNS),
    figures=(
        Figure("P7.median", "effect after a year, median trial", "4.3 points", IVERS, "true", "points",
               of_quantile(4.3, 0.5, 0.5, 16.0, FEEDBACK_TRIALS), partial(_feedback, share=0.5)),
        Figure("P7.lower", "effect after a year, lower quartile", "0.5 points", IVERS, "true", "points",
               of_quantile(0.5, 0.25, 0.5, 16.0, FEEDBACK_TRIALS), partial(_feedback, share=0.25)),
        Figure("P7.upper", "effect after a year, upper quartile", "16 points", IVERS, "true", "points",
               of_quantile(16.0, 0.75, 0.5, 16.0, FEEDBACK_TRIALS), partial(_feedback, share=0.75)),
    ),
)  # fmt: skip
TRIALS = 80


def median(simulated: Simulated, column: str, of: str) -> np.ndarray:
    """The median effect of a study's trials, float64[studies]."""
    return np.median(effects(simulated, of, TRIALS, column)[..., OBSERVED], axis=1)


def _slope(simulated: Simulated, column: str, of: str) -> np.ndarray:
    """Points a month by which the mean effect changes in the time of follow-up (least squares)."""
    mean = effects(simulated, of, TRIALS, column)[..., FOLLOWED].mean(axis=1)
    months = np.arange(mean.shape[1]) - (mean.shape[1] - 1) / 2.0
    return mean @ months / (months @ months)


TRAINING_AND_SUPERVISION = Pattern(
    key="P8",
    title="training and supervision",
    says="Supervision alone brings about 11 points, training alone about 7; both fade.",
    settings=("trial", "trial_training", "trial_supervision", "trial_training_supervision"),
    figures=(
        Figure("P8.training", "effect of training alone after a year, median trial", "7.3 points", ROWE_TRAINING,
               "true", "points", of_quantile(7.3, 0.5, 3.6, 17.4, ROWES[0]), partial(median, of="trial_training")),
        Figure("P8.supervision", "effect of supervision alone after a year, median trial", "10.7 points",
               ROWE_SUPERVISION, "true", "points", of_quantile(10.7, 0.5, 9.9, 27.9, ROWES[1]),
               partial(median, of="trial_supervision")),
        Figure("P8.fading", "change of the effect of training a month", "-0.19 points", ARSENAULT, "true",
               "points a month", told(-0.36, -0.03, "95% interval that the source tells"),
               partial(_slope, of="trial_training")),
        Figure("P8.fading_both", "change of the effect of training with supervision a month", "-0.40 points", ARSENAULT,
               "true", "points a month", told(-0.68, -0.12, "95% interval that the source tells"),
               partial(_slope, of="trial_training_supervision")),
    ),
)  # fmt: skip
