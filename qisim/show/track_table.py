"""What was seen of all facilities beside the forecast, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.experiments import track_tables
from qisim.outcomes.outcome import calendar_month, percent
from qisim.show.track_words import amount

if TYPE_CHECKING:
    from rich.table import Table

    from qisim.experiments.track import Tracked

LATEST = 4
"""Months of a series that are shown; the report and seen.csv hold all."""


def seen_table(tracked: Tracked) -> Table:
    """The latest months of each series over all facilities, or in each district where no whole was seen."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text("What was seen, and the forecast of it"), title_justify="left", box=box.SIMPLE_HEAD)
    for head in ("observation", "month", "seen", "forecast", "90% of runs", "lower", "standing"):
        table.add_column(head)
    rows = track_tables.seen(tracked)
    whole = rows[rows["district"] == ""]
    for (district, name), group in (whole if len(whole) else rows).groupby(["district", "series"], sort=False):
        series = tracked.observed.series[name]
        about = f"{f'{district}: ' if district else ''}{series.words}"
        latest = group.sort_values("month").tail(LATEST if len(whole) else 1)
        for row in latest.itertuples():
            month = f"{row.month} ({calendar_month(tracked.scenario.start, row.month)})" if row.month else "0 (start)"
            values = [amount(value, series) for value in (row.value, row.forecast, row.forecast_low, row.forecast_high)]
            cells = [about, month, values[0], values[1], f"{values[2]} to {values[3]}", percent(row.runs_below),
                     row.standing]  # fmt: skip
            table.add_row(*map(Text, cells))
            about = ""
    return table
