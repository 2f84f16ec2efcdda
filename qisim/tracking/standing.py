"""Where a tracked programme stands to its forecast, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qisim.observed.series import KINDS, Series
from qisim.tracking import tables
from qisim.tracking.tables import ON_TRACK
from qisim.tracking.terms import amount, beside, place, when
from qisim.words.numbers import percent
from qisim.words.sentences import capital

if TYPE_CHECKING:
    from qisim.tracking.experiment import Tracked

MATTERS = (
    ("at_standard", False),
    ("measured", False),
    ("reported", False),
    ("measured", True),
    ("reported", True),
    ("enrolled", False),
)
"""Kinds of series, and whether they are of single indicators; what a programme is judged by rather stands first."""

MIDDLE = (0.25, 0.75)
"""Between these shares of runs an observation is on track without any but."""

MOST_OTHERS = 3


def verdict(tracked: Tracked) -> str:
    """How what was seen last stands to the forecast: of all facilities where they were seen as a whole then."""
    rows, known = _judged(tracked, tables.seen(tracked)), tracked.observed.series
    whole, first = _is_whole(rows), known[rows["series"].iloc[0]]
    if len(set(rows["series"])) > 1:
        return _several(tracked, rows, capital(KINDS[first.kind]), "indicators", "" if whole else " of districts")
    if len(rows) > 1:
        return _several(tracked, rows, capital(first.words), "districts")
    row = rows.iloc[0]
    return (
        f"{_standing(row)}. "
        f"{capital(place(first, row['district']))} {when(tracked, row['month'])}: {amount(row['value'], first)}; "
        f"the forecast was {amount(row['forecast'], first)} (90% of runs: {amount(row['forecast_low'], first)} to "
        f"{amount(row['forecast_high'], first)}; {percent(row['runs_below'])} of runs lower)."
    )


def otherwise(tracked: Tracked) -> list[str]:
    """What else was seen of all facilities that is behind where the verdict is not, or the reverse, in a sentence.

    Of the verdict's month, and of earlier ones after the start what matters more than that by which it judges.
    """
    table, known = tables.seen(tracked), tracked.observed.series
    judged = _judged(tracked, table)
    behind, whole = set(_behind(judged)), _is_whole(judged)
    table["rank"] = [_rank(known[name]) for name in table["series"]]
    rows = table[table["district"] == ""].sort_values("month", kind="stable").drop_duplicates("series", keep="last")
    rows = rows.drop(index=judged.index, errors="ignore").sort_values("rank", kind="stable")
    matters_more = rows["rank"] < (_rank(known[judged["series"].iloc[0]]) if whole else len(MATTERS))
    told = (rows["month"] == judged["month"].iloc[0]) | ((rows["month"] > 0) & matters_more)
    rows = rows[told & ~_behind(rows).isin(behind)]
    if rows.empty:
        return []
    more = f"; and {len(rows) - MOST_OTHERS} more" if len(rows) > MOST_OTHERS else ""
    return [
        f"{'Not behind' if True in behind else 'Behind'}, though: {beside(tracked, rows.iloc[:MOST_OTHERS])}{more}."
    ]


def judged_by(tracked: Tracked, rows: pd.DataFrame) -> Series:
    """The series that matters most of those in some rows of `track_tables.seen`."""
    there = set(rows["series"])
    return min((one for name, one in tracked.observed.series.items() if name in there), key=_rank)


def counts(rows: pd.DataFrame) -> tuple[int, int]:
    """How many rows of `track_tables.seen` stand behind the forecast, and how many ahead of it."""
    return int(_behind(rows).sum()), int(rows["standing"].str.endswith("ahead").sum())


def _judged(tracked: Tracked, table: pd.DataFrame) -> pd.DataFrame:
    """The rows that the verdict is of: the last month, all facilities if seen as a whole, and what matters most."""
    last = table[table["month"] == table["month"].max()]
    whole = last[last["district"] == ""]
    rows = whole if len(whole) else last
    series = judged_by(tracked, rows)
    alike = [one.name for one in tracked.observed.series.values() if one.kind == series.kind and one.indicator]
    return rows[rows["series"].isin(alike if series.indicator else [series.name])]


def _is_whole(rows: pd.DataFrame) -> bool:
    """Whether rows tell of all facilities."""
    return bool((rows["district"] == "").all())


def _rank(series: Series) -> int:
    return MATTERS.index((series.kind, bool(series.indicator)))


def _behind(rows: pd.DataFrame) -> pd.Series:
    return rows["standing"].str.endswith("behind")


def _standing(row: pd.Series) -> str:
    if row["standing"] != ON_TRACK:
        return f"{capital(row['standing'])} {'of the' if row['standing'].endswith('ahead') else 'the'} forecast"
    if MIDDLE[0] <= row["runs_below"] <= MIDDLE[1]:
        return "On track"
    return f"On track, but on the {'low' if row['runs_below'] < MIDDLE[0] else 'high'} side of the forecast"


def _several(tracked: Tracked, rows: pd.DataFrame, what: str, each: str, more: str = "") -> str:
    """How many of several observations of one month stand where."""
    behind, ahead = counts(rows)
    return (
        f"{what} {when(tracked, rows['month'].iloc[0])}: of {len(rows)} {each}{more} {behind} behind the forecast, "
        f"{len(rows) - behind - ahead} on track, {ahead} ahead."
    )
