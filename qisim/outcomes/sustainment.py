"""Sustainment: how much of what was gained under support is still there a year after it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.outcomes.outcome import Outcome, over_runs, untold
from qisim.outcomes.recorded import recorded
from qisim.outcomes.runs import Runs
from qisim.words.dates import calendar_month

if TYPE_CHECKING:
    import numpy as np

    from qisim.scenario.schema import Scenario

LATER = 12
"""Months after the end of support at which it is looked at."""

LEAST_GAIN = 0.01
"""The smallest gain in mean score of which a share is told."""

TOO_LITTLE = "there was less than a point of score to keep"


def support_ends(scenario: Scenario) -> int:
    """The month of the tables with which the last support ends; 0 where there is none.

    What is for enrolled facilities only ends with the last element in which any are enrolled.
    """
    enrolled_until = max((e.span(scenario)[1] for e in scenario.programme if e.enrolling), default=0)
    ends = 0
    for element in scenario.programme:
        first, after = element.span(scenario)
        after = min(after, enrolled_until) if element.for_enrolled else after
        if element.supports and first < after:
            ends = max(ends, after)
    return ends


def why_untold(scenario: Scenario) -> str:
    """Why nothing can be said of the time after support; empty where something can."""
    ends, horizon = support_ends(scenario), scenario.months
    if ends == 0:
        return "there is no support that could end"
    if ends >= horizon:
        return "support goes on until the end of the simulation"
    if ends + LATER > horizon:
        return f"the last support is in month {ends}; the simulation ends {horizon - ends} months later, not {LATER}"
    return ""


def gain_and_kept(runs: Runs) -> tuple[np.ndarray, np.ndarray]:
    """The gain in mean score (0-1) by the end of support, and what of it is there 12 months later; each float64[R].

    Raises ValueError where `why_untold` says why nothing can be said.
    """
    if why := why_untold(runs.scenario):
        raise ValueError(why)
    score, ends = recorded(runs).months("score"), support_ends(runs.scenario)
    return score[:, ends] - score[:, 0], score[:, ends + LATER] - score[:, 0]


def share_kept(gain: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """The share of the gain that is kept: above 1 where the score went on rising, below 0 where it fell below the
    start; NaN where there was less than a point to keep.
    """
    import numpy as np

    enough = gain >= LEAST_GAIN
    return np.where(enough, kept / np.where(enough, gain, 1.0), np.nan)


def share_words(share: float) -> str:
    """A share of a gain in per cent."""
    return f"{round(100 * share) + 0:.0f}%"


def outcome(runs: Runs) -> list[Outcome]:
    """The share of the gain in mean score that is kept 12 months after the last support ends; or why it is not told."""
    import numpy as np

    key, name = "gain_kept", f"gain in score kept {LATER} months after support"
    if not runs.scenario.programme:
        return []
    if why := why_untold(runs.scenario):
        return [untold(key, name, "share", why)]
    shares = share_kept(*gain_and_kept(runs))
    told = shares[~np.isnan(shares)]
    if not len(told):
        return [untold(key, name, "share", TOO_LITTLE)]
    ends = support_ends(runs.scenario)
    note = f"last support in month {ends} ({calendar_month(runs.scenario.start, ends)})"
    if len(told) < len(shares):
        note += f"; told of the {len(told)} of {len(shares)} runs that gained a point or more"
    return [over_runs(key, name, "share", told, share_words, note)]
