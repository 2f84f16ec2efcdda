"""The report of one strategy: question, answer, outcomes, charts, costs, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qisim.outcomes import outcomes
from qisim.outcomes.intervals import LEVEL, runs_needed, supported
from qisim.outcomes.time_to_target import time_to_target
from qisim.report.page import elements, render, shared_content, where
from qisim.report.row import Row
from qisim.study.charts.catalogue import CHARTS
from qisim.study.charts.coverage import finding
from qisim.words.dates import calendar_month
from qisim.words.numbers import score, target_percent

if TYPE_CHECKING:
    from qisim.outcomes.outcome import Outcome
    from qisim.study.results import Results

TEMPLATE = "study/report.html.j2"

ANSWERS = ("time to target", "cost", "equity", "sustainment")
"""The headings of the outcome table of which the first line belongs to the answer."""

MAIN = ("time to target", "coverage and score", "cost", "equity", "sustainment")
"""The headings that are shown unfolded."""


def run_report(results: Results, svgs: Mapping[str, bytes]) -> bytes:
    """The report as an HTML file. `svgs` are the charts as SVG files by name. All that users wrote is escaped."""
    return render(TEMPLATE, _content(results, svgs))


def _content(results: Results, svgs: Mapping[str, bytes]) -> dict[str, Any]:
    scenario, told = results.scenario, outcomes(results)
    intervals = supported(LEVEL, results.replicates)
    rows_by_heading = {heading: [_row(row, intervals) for row in rows] for heading, rows in told.items() if rows}
    value = "median" if results.replicates > 1 else "the run"
    return {
        **shared_content([results], ["A"], results.world, CHARTS, svgs),
        "title": f"One strategy: {scenario.title}",
        "heading": scenario.title,
        "question": _question(results),
        "answer": _answer(results, told),
        "certainty": _certainty(results),
        "description": scenario.description,
        "elements": elements(scenario),
        "heads": [value, *([f"{LEVEL:.0%} interval"] if intervals else []), "note"],
        "main": {heading: rows for heading, rows in rows_by_heading.items() if heading in MAIN},
        "more": {heading: rows for heading, rows in rows_by_heading.items() if heading not in MAIN},
        "reading": _reading(intervals),
        "ideas_of": "",
        "seed": results.seed,
        "replicates": results.replicates,
    }


def _question(results: Results) -> str:
    scenario = results.scenario
    return (
        f"How long until {target_percent(scenario.target.coverage)} of {where(scenario, results.world)} are at the "
        f"standard (a score of {score(scenario.target.score)}), at what cost, for whom last, and does it last? "
        f"Simulated are {scenario.months} months from {calendar_month(scenario.start, 1)}."
    )


def _answer(results: Results, told: Mapping[str, list[Outcome]]) -> list[str]:
    first = finding(results, time_to_target(results.months, results.scenario.target.coverage))
    lines = [told[heading][0].text for heading in ANSWERS if told.get(heading)]
    return [f"{line[:1].upper()}{line[1:]}." for line in (first, *lines)]


def _certainty(results: Results) -> list[str]:
    if results.replicates == 1:
        return ["One run: one possible future of many. Simulate more of them to see how differently it may go."]
    said = f"{results.replicates:,} runs, each one possible future."
    if supported(LEVEL, results.replicates):
        return [f"{said} Nine of ten of them lie within the 90% intervals."]
    return [f"{said} Too few for a 90% interval: {runs_needed(LEVEL)} are needed."]


def _reading(intervals: bool) -> str:
    return "Half of the runs lie below the median." + (" Nine of ten lie within the interval." if intervals else "")


def _row(row: Outcome, intervals: bool) -> Row:
    return Row(row.name, [row.value, *([row.spread] if intervals else []), row.note])
