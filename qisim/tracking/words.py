"""A tracked programme in words: on track or not, what to expect now, and how far that can be relied on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.scenario.plausible import PLAUSIBLE
from qisim.tracking import tables
from qisim.tracking.experiment import LEAST_EFFECTIVE
from qisim.tracking.standing import otherwise, verdict
from qisim.tracking.target import target
from qisim.tracking.terms import beside, when

if TYPE_CHECKING:
    from qisim.tracking.experiment import Tracked

MOST_OFF = 3


def answer(tracked: Tracked) -> list[str]:
    """Whether the programme is on track, what was seen of its target, when it may reach it, and with what chance."""
    return [verdict(tracked), *otherwise(tracked), *target(tracked)]


def basis(tracked: Tracked) -> str:
    """What the updated forecast rests on."""
    observed = tracked.observed
    cells = f"{len(observed):,} observations, the last {when(tracked, observed.last_month)}"
    sets = tracked.scenario.parameters
    drawn = f" Each run draws {sets.in_words()}." if sets else ""
    return (
        f"{tracked.replicates:,} runs, seed {tracked.seed}, weighed by {cells}, tolerance {tracked.tolerance:g}: "
        f"they count as {counting(tracked)}.{drawn}"
    )


def counting(tracked: Tracked) -> str:
    """How many equal runs the weighted ones count as, and how that was brought about."""
    said = f"{effective(tracked.untempered.effective)} equal runs would"
    if not tracked.collapsed:
        return said
    return (
        f"{said}, and as {effective(tracked.after.effective)} with the likelihood tempered (to the power "
        f"{power(tracked.power)})"
    )


def power(value: float) -> str:
    """The power of the likelihood, to two digits."""
    return f"{value:.2g}"


def effective(number: float) -> str:
    """An effective sample size, to the first decimal while it is small."""
    return f"{number:,.0f}" if number >= 10 else f"{number:.1f}"


def warnings(tracked: Tracked) -> list[str]:
    """What must be known before the updated forecast is used."""
    told = []
    if tracked.collapsed:
        worth = effective(tracked.untempered.effective)
        told.append(
            f"Few runs agree with what was seen: {tracked.replicates:,} count as only {worth}. What was seen is "
            f"therefore given less weight (likelihood to the power {power(tracked.power)}), until {LEAST_EFFECTIVE} "
            "count. The updated forecast lies between the forecast and what all the data would say: as a rule it moves "
            f"too little, and its intervals are wider than with enough runs. {_furthest(tracked)} {_advice(tracked)}"
        )
    elif tracked.agreement.missed:
        told.append(f"No run comes as close to what was seen as errors explain. {_furthest(tracked)}")
    if _own_sets(tracked):
        told.append(
            f"Sets of parameters were drawn from {_own_sets(tracked)}. Observations that they were calibrated to count "
            "twice when they are tracked again: give only what was seen after those."
        )
    if not tracked.scenario.has_uncertainty:
        told.append(
            "The scenario gives every quantity as known, so that only luck was weighed: if the programme is off "
            "because some number is wrong, the updated forecast moves too little. Give what you do not know as a range."
        )
    return told


def _own_sets(tracked: Tracked) -> str:
    """The file that sets of parameters came from, which may have been calibrated; empty without."""
    sets = tracked.scenario.parameters
    return "" if sets is None or sets.source == PLAUSIBLE else sets.source


def _advice(tracked: Tracked) -> str:
    if tracked.agreement.missed:
        ranges = "give ranges to what is not known" + ("" if _own_sets(tracked) else ", or calibrate it")
        return (
            "Do not rely on it: even the closest run misses what was seen by more than the tolerance explains. Check "
            f"that the scenario tells the programme as it went, {ranges}; a larger --tolerance helps if the model is "
            "too simple for this."
        )
    ways = ["ask for more --replicates, or for a larger --tolerance", "leave out districts that do not matter"]
    if not _own_sets(tracked):
        ways.append("calibrate the scenario first, so that more runs are near")
    return f"Some runs are close enough, but few: {'; '.join(ways[:-1])}; or {ways[-1]}."


def _furthest(tracked: Tracked) -> str:
    """The observations that the forecast is furthest from."""
    table = tables.seen(tracked)
    rows = table.loc[table["off"].abs().sort_values(ascending=False).index[:MOST_OFF]]
    return f"Furthest off: {beside(tracked, rows)}."
