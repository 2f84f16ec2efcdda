"""A tracked programme in words: on track or not, what to expect now, and how far that can be relied on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from qisim.experiments import track_tables
from qisim.experiments.track_tables import ON_TRACK
from qisim.outcomes.observed import KINDS, Series
from qisim.outcomes.outcome import calendar_month, percent, score, target_percent
from qisim.outcomes.time_to_target import in_words

if TYPE_CHECKING:
    from qisim.experiments.track import Tracked
    from qisim.outcomes.weights import WeightedTime

MATTERS_MOST = ("at_standard", "score_measured", "score")
"""The series by which a programme is judged: the first that was seen; without them by its indicators."""

MIDDLE = (0.25, 0.75)
"""Between these shares of runs an observation is on track without any but."""

MOST_OFF = 3


def answer(tracked: Tracked) -> list[str]:
    """Whether the programme is on track, what was seen of its target, when it may reach it, and with what chance."""
    return [verdict(tracked), *settled(tracked), time(tracked), chance(tracked)]


def settled(tracked: Tracked) -> list[str]:
    """Whether the target was seen to be reached, by counts of all facilities; the simulation only comes near these."""
    table = track_tables.seen(tracked)
    counts = table[(table["district"] == "") & (table["series"] == "at_standard")].sort_values("month")
    if counts.empty:
        return []
    coverage = tracked.scenario.target.coverage
    reached = counts[counts["value"] >= coverage * len(tracked.world) - 1e-9]
    what = f"{target_percent(coverage)} of facilities at the standard"
    if len(reached):
        return [f"{what} were seen {when(tracked, reached['month'].iloc[0])} for the first time."]
    return [f"{what} were not yet seen {when(tracked, counts['month'].iloc[-1])}, the last time they were counted."]


def verdict(tracked: Tracked) -> str:
    """How the last observation stands to the forecast, of all facilities where they were seen as a whole."""
    table = track_tables.seen(tracked)
    whole = table[table["district"] == ""]
    rows = whole if len(whole) else table
    series, known = judged_by(tracked, rows), tracked.observed.series
    alike = [one.name for one in known.values() if one.kind == series.kind and one.indicator]
    rows = rows[rows["series"].isin(alike if series.indicator else [series.name])]
    rows = rows[rows["month"] == rows["month"].max()]
    if len(set(rows["series"])) > 1:
        return _several(tracked, rows, sentence(KINDS[series.kind]), "indicator", "" if len(whole) else " of districts")
    series = known[rows["series"].iloc[0]]
    if not len(whole):
        return _several(tracked, rows, sentence(series.words), "district")
    row = rows.iloc[0]
    return (
        f"{_standing(row)}. "
        f"{sentence(series.words)} {when(tracked, row['month'])}: {amount(row['value'], series)}; the forecast was "
        f"{amount(row['forecast'], series)} (90% of runs: {amount(row['forecast_low'], series)} to "
        f"{amount(row['forecast_high'], series)}; {percent(row['runs_below'])} of runs lower)."
    )


def judged_by(tracked: Tracked, rows: pd.DataFrame) -> Series:
    """The series that matters most of those in some rows of `track_tables.seen`."""
    series, there = tracked.observed.series, set(rows["series"])
    indicators = sorted((one for one in series.values() if one.indicator), key=lambda one: one.kind != "measured")
    names = (*MATTERS_MOST, *(one.name for one in indicators), "enrolled")
    return next(series[name] for name in names if name in there)


def _standing(row: pd.Series) -> str:
    if row["standing"] != ON_TRACK:
        return f"{sentence(row['standing'])} {'of the' if row['standing'].endswith('ahead') else 'the'} forecast"
    if MIDDLE[0] <= row["runs_below"] <= MIDDLE[1]:
        return "On track"
    return f"Within the forecast, but on its {'low' if row['runs_below'] < MIDDLE[0] else 'high'} side"


def _several(tracked: Tracked, rows: pd.DataFrame, what: str, each: str, more: str = "") -> str:
    """How many of several observations of one month stand where."""
    behind, ahead = counts(rows)
    several = f"{len(rows)} {each}{'' if len(rows) == 1 else 's'}{more}"
    return (
        f"{what} {when(tracked, rows['month'].iloc[0])}: of {several} {behind} behind the forecast, "
        f"{len(rows) - behind - ahead} on track, {ahead} ahead."
    )


def counts(rows: pd.DataFrame) -> tuple[int, int]:
    """How many rows of `track_tables.seen` stand behind the forecast, and how many ahead of it."""
    behind, ahead = (int(rows["standing"].str.endswith(way).sum()) for way in ("behind", "ahead"))
    return behind, ahead


def time(tracked: Tracked) -> str:
    """When the target is reached, by the forecast and by the updated one."""
    before, after = (_time(tracked.arrival(weights), tracked) for weights in (tracked.before, tracked.after))
    share = target_percent(tracked.scenario.target.coverage)
    return f"{share} of facilities at the standard: {_both(after, before)}."


def chance(tracked: Tracked) -> str:
    """The chance of reaching the target in time, by the forecast and by the updated one."""
    horizon = tracked.scenario.months
    before, after = (tracked.arrival(weights).probability(horizon) for weights in (tracked.before, tracked.after))
    by = in_words(horizon, tracked.scenario.start)
    return f"Chance of reaching that by {by}: {_both(percent(after), percent(before))}."


def _both(after: str, before: str) -> str:
    """What is to be expected now, and what was."""
    return f"{after}, as forecast" if after == before else f"{after}, with what was seen; the forecast was {before}"


def _time(time: WeightedTime, tracked: Tracked) -> str:
    start, horizon = tracked.scenario.start, tracked.scenario.months
    said = in_words(time.median, start) if time.median < math.inf else f"not within {horizon} months"
    ends = time.interval()
    if ends is None:
        return f"{said} (too few runs agree for an interval)"
    return f"{said} ({interval(*ends, horizon)})"


def interval(low: float, high: float, horizon: int) -> str:
    """A 90% interval of months."""
    if low == math.inf:
        return f"90% interval beyond {horizon}"
    return f"90% interval {low:.0f} to {f'{high:.0f}' if high < math.inf else f'beyond {horizon}'}"


def basis(tracked: Tracked) -> str:
    """What the updated forecast rests on."""
    observed = tracked.observed
    cells = f"{len(observed):,} observations, the last {when(tracked, observed.last_month)}"
    return (
        f"{tracked.replicates:,} runs, seed {tracked.seed}, weighed by {cells}, tolerance {tracked.tolerance:g}: "
        f"they count as {effective(tracked)} equal runs would."
    )


def effective(tracked: Tracked) -> str:
    """The effective sample size, to the first decimal while it is small."""
    number = tracked.after.effective
    return f"{number:,.0f}" if number >= 10 else f"{number:.1f}"


def warnings(tracked: Tracked) -> list[str]:
    """What must be known before the updated forecast is used."""
    told = []
    if tracked.collapsed:
        told.append(
            f"Few runs agree with what was seen: {tracked.replicates:,} count as only {effective(tracked)}. "
            f"Do not rely on the updated forecast. {_furthest(tracked)} {_advice(tracked)}"
        )
    elif tracked.agreement.missed:
        told.append(f"No run comes as close to what was seen as errors explain. {_furthest(tracked)}")
    if not tracked.scenario.has_uncertainty:
        told.append(
            "The scenario gives every quantity as known, so that only luck was weighed: if the programme is off "
            "because some number is wrong, the updated forecast moves too little. Give what you do not know as a range."
        )
    return told


def _advice(tracked: Tracked) -> str:
    if tracked.agreement.missed:
        return (
            "Even the closest run misses it by more than the tolerance explains: check that the scenario tells the "
            "programme as it went, give ranges to what is not known, or calibrate it; a larger --tolerance helps "
            "if the model is too simple for this."
        )
    return (
        "Some runs are close enough, but few: ask for more --replicates, or for a larger --tolerance; leave out "
        "districts that do not matter; or calibrate the scenario first, so that more runs are near."
    )


def _furthest(tracked: Tracked) -> str:
    """The observations that the forecast is furthest from."""
    table, series = track_tables.seen(tracked), tracked.observed.series
    rows = table.loc[table["off"].abs().sort_values(ascending=False).index[:MOST_OFF]]
    places = [
        f"{series[row.series].words}{f' in {row.district}' if row.district else ''} {when(tracked, row.month)} "
        f"({amount(row.value, series[row.series])} seen, {amount(row.forecast, series[row.series])} forecast)"
        for row in rows.itertuples()
    ]
    return f"Furthest off: {'; '.join(places)}."


def when(tracked: Tracked, month: int) -> str:
    """A month in words, such as "at the end of Mar 2020"."""
    return f"at the end of {calendar_month(tracked.scenario.start, int(month))}" if month else "at the start"


def amount(value: float, series: Series) -> str:
    """A value of a series: a number of facilities, or a mean of 0-1."""
    return f"{value:,.0f}" if series.counts else score(value)


def sentence(text: str) -> str:
    """A text that begins with a capital."""
    return text[:1].upper() + text[1:]
