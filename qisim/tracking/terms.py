"""How months, amounts and intervals of a tracked programme are said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qisim.words.dates import calendar_month
from qisim.words.numbers import score

if TYPE_CHECKING:
    import pandas as pd

    from qisim.observed.series import Series
    from qisim.tracking.experiment import Tracked


def when(tracked: Tracked, month: int) -> str:
    """A month in words, such as "at the end of Mar 2020"."""
    return f"at the end of {calendar_month(tracked.scenario.start, int(month))}" if month else "at the start"


def amount(value: float, series: Series) -> str:
    """A value of a series: a number of facilities, or a mean of 0-1."""
    return f"{value:,.0f}" if series.counts else score(value)


def place(series: Series, district: str) -> str:
    """What was seen, and where."""
    return f"{series.words} in {district}" if district else series.words


def beside(tracked: Tracked, rows: pd.DataFrame) -> str:
    """Rows of `track_tables.seen` in one line: what was seen where and when, and the forecast of it."""
    series = tracked.observed.series
    return "; ".join(
        f"{place(series[row.series], row.district)} {when(tracked, row.month)} "
        f"({amount(row.value, series[row.series])} seen, {amount(row.forecast, series[row.series])} forecast)"
        for row in rows.itertuples()
    )


def interval(low: float, high: float, horizon: int) -> str:
    """A 90% interval of months; empty where nothing of it is known, or all of it is beyond the horizon."""
    if math.isnan(low) or low == math.inf:
        return ""
    return f"90% interval {low:.0f} to {f'{high:.0f}' if high < math.inf else f'beyond {horizon}'}"
