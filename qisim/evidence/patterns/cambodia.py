"""P3, P12 and P15: exchange visits, collaboratives on top of financing, and topics that improve or get worse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qisim.evidence.band import only_direction, told
from qisim.evidence.pattern import Figure, Pattern
from qisim.evidence.simulate import setting

if TYPE_CHECKING:
    import pandas as pd

    from qisim.evidence.simulate import Simulated

PERRY = "Perry et al. 2022, BMJ Global Health 7:e008245"
IMPROVED = ("topic_hand_hygiene", "topic_medical_waste", "topic_tuberculosis", "topic_contraception")
WORSE = "topic_general_waste"
PROMPT = 2
"""Months after a visit within which tests start."""


def _waits(log: pd.DataFrame, months: int) -> np.ndarray:
    """Months from each exchange visit to the test of what was seen in one; infinite where none was started.

    Visits too late to tell are left out.
    """
    visits = log[(log["what"] == "exchange visit") & (log["month"] <= months - PROMPT)]
    tests = log[(log["what"] == "started a test") & (log["why"] == "seen in an exchange visit")]
    waits = []
    for visit in visits.itertuples():
        since = tests.loc[tests["facility"] == visit.facility, "month"] - visit.month
        waits.append(min(since[since >= 0], default=np.inf))
    return np.array(waits)


def _median_wait(simulated: Simulated, _column: str) -> np.ndarray:
    """Median over the visits of a study; NaN where half of them or more were followed by no test."""
    months = setting("cambodia").scenario.months
    medians = np.array([np.median(_waits(log, months)) for log in simulated.logs("cambodia")])
    return np.where(np.isinf(medians), np.nan, medians)


def _prompt(simulated: Simulated, _column: str) -> np.ndarray:
    months = setting("cambodia").scenario.months
    return np.array([100.0 * np.mean(_waits(log, months) <= PROMPT) for log in simulated.logs("cambodia")])


EXCHANGE = Pattern(
    key="P3",
    title="after an exchange visit",
    says="Lower-performing facilities take up what they saw within one or two months of an exchange visit.",
    settings=("cambodia",),
    figures=(
        Figure("P3.wait", "months from a visit to the test of what was seen, median", "1-2", PERRY, "counted",
               "months", told(0.0, 2.0, "within the time that the source tells"), _median_wait),
        Figure("P3.prompt", "visits followed by such a test within two months", "normally", PERRY, "counted",
               "%", told(50.0, 100.0, "more than half, for the word"), _prompt),
    ),
)  # fmt: skip


def _more_at_standard(simulated: Simulated, _column: str) -> np.ndarray:
    both, alone = (simulated.months(name, "coverage")[:, 0, -1] for name in ("cambodia", "cambodia_financing"))
    return 100.0 * (both - alone)


ON_TOP_OF_FINANCING = Pattern(
    key="P12",
    title="collaboratives on top of financing",
    says="Collaboratives on top of performance-based financing bring more facilities to 80% than financing alone.",
    settings=("cambodia", "cambodia_financing"),
    figures=(
        Figure("P12.more", "facilities truly at 80% after 30 months, more than with financing alone", "a larger share",
               PERRY, "true", "points", only_direction(), _more_at_standard),
    ),
)  # fmt: skip


def _change(simulated: Simulated, name: str, column: str) -> np.ndarray:
    path = simulated.months(name, column)[:, 0]
    return 100.0 * (path[:, -1] - path[:, 0])


def _least_change(simulated: Simulated, column: str) -> np.ndarray:
    return np.min([_change(simulated, name, column) for name in IMPROVED], axis=0)


def _loss(simulated: Simulated, column: str) -> np.ndarray:
    return -_change(simulated, WORSE, column)


TOPICS = Pattern(
    key="P15",
    title="four of five topics improve",
    says="Of five topics four improved, and one got worse while teams went on with its change idea.",
    settings=(*IMPROVED, WORSE),
    figures=(
        Figure("P15.improved", "change of the topic that improves least of four", "all four rose, by 11 to 34 points",
               PERRY + ", table 2", "reported", "points", only_direction(), _least_change),
        Figure("P15.worse", "fall of the fifth", "fell by 13 points", PERRY + ", table 2", "reported", "points",
               only_direction(), _loss),
    ),
)  # fmt: skip
