"""H1 to H4: published figures that had no part in tuning."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qisim.evidence.band import a_quarter, of_share, told
from qisim.evidence.pattern import Figure, Pattern
from qisim.evidence.patterns.trials import ROWE_TRAINING, median
from qisim.outcomes.recorded import recorded

if TYPE_CHECKING:
    import numpy as np

    from qisim.evidence.simulate import Simulated

ROWE_STRATEGIES = "Rowe et al. 2018, Lancet Global Health"
MAGGE = "Magge et al. 2015, Rwanda"
CLINICS = "PMC7332191, a collaborative of 13 clinics"
QUARTILES = "the middle half of the studies that the source tells"

OUTREACH = Pattern(
    key="H1",
    title="outreach visits",
    says="Educational outreach visits alone bring about 10 points.",
    settings=("trial", "trial_outreach"),
    figures=(
        Figure("H1.outreach", "effect of outreach visits alone after a year, median trial", "9.9 points", ROWE_TRAINING,
               "true", "points", a_quarter(9.9), partial(median, of="trial_outreach")),
    ),
    tuned=False,
)  # fmt: skip

MESSAGES = Pattern(
    key="H2",
    title="messages and printed guidelines",
    says="Technology alone, and printed information alone, bring about a point.",
    settings=("trial", "trial_messages", "trial_printed"),
    figures=(
        Figure("H2.messages", "effect of messages alone after a year, median trial", "1.0 points", ROWE_STRATEGIES,
               "true", "points", told(-2.8, 9.9, QUARTILES), partial(median, of="trial_messages")),
        Figure("H2.printed", "effect of printed guidelines alone after a year, median trial", "1.4 points",
               ROWE_STRATEGIES, "true", "points", told(-4.8, 6.2, QUARTILES), partial(median, of="trial_printed")),
    ),
    tuned=False,
)  # fmt: skip


def _gain(simulated: Simulated, column: str, indicator: str) -> np.ndarray:
    """Points gained in a year, float64[studies]; performance of an indicator is true by itself, whatever `column`."""
    run = simulated.run("mentors")
    which = [one.name for one in run.scenario.indicators].index(indicator)
    by_month = recorded(run).indicator_months("performance")[..., which]
    return 100.0 * (by_month[:, -1] - by_month[:, 0])


MENTORS = Pattern(
    key="H3",
    title="mentors in Rwanda",
    says="In a year with mentors classification rises by 36 points and treatment by 20.",
    settings=("mentors",),
    figures=(
        Figure("H3.classified", "gain in correct classification in a year", "35.5 points (56.0 to 91.5)", MAGGE, "true",
               "points", a_quarter(35.5), partial(_gain, indicator="illness classified correctly")),
        Figure("H3.treated", "gain in correct treatment in a year", "19.9 points (78.3 to 98.2)", MAGGE, "true",
               "points", a_quarter(19.9), partial(_gain, indicator="illness treated correctly")),
    ),
    tuned=False,
)  # fmt: skip


def _withdrew(simulated: Simulated, column: str) -> np.ndarray:
    """Percent of the teams that left before the end, float64[studies]."""
    return 100.0 * simulated.months("clinics", "dropped_out")[:, 0, -1] / len(simulated.run("clinics").world)


WITHDRAWN = Pattern(
    key="H4",
    title="teams that withdraw",
    says="Two of thirteen teams withdraw from a collaborative within eight months.",
    settings=("clinics",),
    figures=(
        Figure("H4.withdrew", "teams that withdrew", "15% (2 of 13)", CLINICS, "counted", "%", of_share(15.4, 13),
               _withdrew),
    ),
    tuned=False,
)  # fmt: skip
