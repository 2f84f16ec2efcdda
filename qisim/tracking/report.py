"""The report of a tracked programme: on track or not, what to expect now, and what that rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qisim.observed.agreement import ELSEWHERE, MEMORY, SPREAD
from qisim.outcomes.time_to_target import in_words
from qisim.report.inline_svg import inline_svg
from qisim.report.page import elements, render, shared_style, where
from qisim.report.row import Row
from qisim.scenario.version import __version__
from qisim.tracking import tables
from qisim.tracking.charts.catalogue import CHARTS, reading
from qisim.tracking.experiment import LEAST_EFFECTIVE
from qisim.tracking.target import note
from qisim.tracking.terms import amount, interval, when
from qisim.tracking.words import answer, basis, effective, power, warnings
from qisim.words.numbers import percent, score, target_percent
from qisim.words.sentences import capital

if TYPE_CHECKING:
    import pandas as pd

    from qisim.tracking.experiment import Tracked

TEMPLATE = "tracking/report.html.j2"
LATEST = 3
"""Months of each series that are shown unfolded."""


def track_report(tracked: Tracked, svgs: Mapping[str, bytes]) -> bytes:
    """The report as an HTML file. `svgs` are the charts as SVG files by name. All that users wrote is escaped."""
    return render(TEMPLATE, _content(tracked, svgs))


def _content(tracked: Tracked, svgs: Mapping[str, bytes]) -> dict[str, Any]:
    from markupsafe import Markup

    scenario, table = tracked.scenario, tables.seen(tracked)
    whole = table["district"] == ""
    return {
        "style": shared_style(),
        "heading": scenario.title,
        "question": _question(tracked),
        "answer": answer(tracked),
        "warnings": warnings(tracked),
        "basis": basis(tracked),
        "description": scenario.description,
        "elements": elements(scenario),
        "note": note(tracked),
        "outcomes": [_outcome(tracked, row) for _, row in tables.outcomes(tracked).iterrows()],
        "latest": _parts(tracked, table[whole], latest=True),
        "earlier": _parts(tracked, table[whole], latest=False),
        "districts": _parts(tracked, table[~whole]),
        "tolerances": [_tolerance(tracked, row) for _, row in tables.tolerances(tracked).iterrows()],
        "charts": [
            {"title": CHARTS[name].title, "reading": reading(name, tracked), "svg": Markup(inline_svg(svg, name))}
            for name, svg in svgs.items()
        ],
        "model": {"tolerance": f"{tracked.tolerance:g}", "memory": f"{MEMORY:g}", "elsewhere": f"{ELSEWHERE:g}",
                  "spread": f"{SPREAD:g}", "effective": effective(tracked.untempered.effective),
                  "power": power(tracked.power) if tracked.collapsed else "", "tempered": f"{LEAST_EFFECTIVE}"},
        "replicates": tracked.replicates,
        "seed": tracked.seed,
        "version": __version__,
    }  # fmt: skip


def _question(tracked: Tracked) -> str:
    scenario = tracked.scenario
    return (
        f"Is the programme on track, and when are {target_percent(scenario.target.coverage)} of "
        f"{where(scenario, tracked.world)} at the standard (a score of {score(scenario.target.score)})? "
        f"What was seen {when(tracked, tracked.observed.last_month)} and before is compared with the forecast."
    )


def _outcome(tracked: Tracked, row: pd.Series) -> Row:
    cells = []
    for name in ("forecast", "updated"):
        value, low, high = (float(row[f"{name}{end}"]) for end in ("", "_low", "_high"))
        cells.append(_value(tracked, str(row["unit"]), value, low, high))
    return Row(_name(tracked, str(row["key"])), cells)


def _name(tracked: Tracked, key: str) -> str:
    if key.startswith("chance_by_month_"):
        return f"chance of the target by {in_words(int(key.rpartition('_')[2]), tracked.scenario.start)}"
    return {
        "time_to_target": f"{target_percent(tracked.scenario.target.coverage)} of facilities at the standard",
        "coverage_at_end": "facilities at the standard at the end",
        "score_at_end": "mean score at the end",
    }[key]


def _value(tracked: Tracked, unit: str, value: float, low: float, high: float) -> str:
    """A value with its interval where there is one."""
    horizon = tracked.scenario.months
    if unit == "month":
        said = in_words(value, tracked.scenario.start) if value < math.inf else f"not within {horizon} months"
        return "; ".join(filter(None, (said, interval(low, high, horizon))))
    form = {"share": percent, "score": score}[unit]
    return form(value) if math.isnan(low) else f"{form(value)}; 90% interval {form(low)} to {form(high)}"


def _parts(tracked: Tracked, table: pd.DataFrame, latest: bool | None = None) -> dict[str, list[Row]]:
    """Rows by place and series, each in order of time: all, only the latest months, or those before."""
    parts = {}
    for (district, name), group in table.sort_values("month", kind="stable").groupby(
        ["district", "series"], sort=False
    ):
        chosen = group if latest is None else group.iloc[-LATEST:] if latest else group.iloc[:-LATEST]
        if len(chosen):
            words = tracked.observed.series[name].words
            heading = f"{district}: {words}" if district else words
            parts[heading] = [_seen(tracked, row) for _, row in chosen.iterrows()]
    return parts


def _seen(tracked: Tracked, row: pd.Series) -> Row:
    series = tracked.observed.series[row["series"]]
    ends = f"{amount(row['forecast_low'], series)} to {amount(row['forecast_high'], series)}"
    return Row(
        capital(when(tracked, row["month"])),
        [amount(row["value"], series), f"{amount(row['forecast'], series)} ({ends})", percent(row["runs_below"]),
         str(row["standing"])],
    )  # fmt: skip


def _tolerance(tracked: Tracked, row: pd.Series) -> Row:
    time = _value(tracked, "month", row["time_to_target"], row["low"], row["high"])
    return Row(
        f"{row['tolerance']:g}",
        [effective(row["effective_runs"]), power(row["power"]), time, percent(row["chance_by_end"])],
    )
