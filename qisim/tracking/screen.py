"""What was seen of all facilities beside the forecast, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.tracking import tables
from qisim.tracking.terms import amount
from qisim.words.dates import calendar_month
from qisim.words.numbers import percent

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from qisim.tracking.experiment import Tracked

LATEST = 4
"""Months of a series that are shown; the report and seen.csv hold all."""

INDENT = 2


def seen_table(tracked: Tracked) -> Table:
    """The latest months of each series over all facilities, and the last of districts where no whole was seen then."""
    from rich import box
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text("What was seen, and the forecast of it"), title_justify="left", box=box.SIMPLE_HEAD)
    for head in ("observation", "seen", "forecast", "90% of runs", "lower", "standing"):
        table.add_column(head, overflow="fold")
    for (district, name), group in _shown(tracked).groupby(["district", "series"], sort=False):
        series = tracked.observed.series[name]
        table.add_row(Text(f"{district}: {series.words}" if district else series.words, style="bold"))
        for row in group.sort_values("month").tail(1 if district else LATEST).itertuples():
            month = f"{row.month} ({calendar_month(tracked.scenario.start, row.month)})" if row.month else "0 (start)"
            values = [amount(value, series) for value in (row.value, row.forecast, row.forecast_low, row.forecast_high)]
            cells = [values[0], values[1], f"{values[2]} to {values[3]}", percent(row.runs_below), row.standing]
            table.add_row(Padding(Text(month), (0, 0, 0, INDENT)), *map(Text, cells))
    return table


def _shown(tracked: Tracked) -> pd.DataFrame:
    rows = tables.seen(tracked)
    whole = rows[rows["district"] == ""]
    return whole if tracked.observed.last_month in set(whole["month"]) else rows
