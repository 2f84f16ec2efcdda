"""The report of a comparison, to take into the meeting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from qisim.comparison.charts.catalogue import CHARTS
from qisim.comparison.screen import SHARE_BEST, best_cells, cells_against_best, cells_against_first, shown, value_cells
from qisim.comparison.words import answer, certainty, clear_in_words
from qisim.outcomes.cost import currency
from qisim.report.page import elements, render, shared_content, where
from qisim.report.row import Row
from qisim.scenario.difference import scenario_changes
from qisim.words.dates import calendar_month
from qisim.words.numbers import score, target_percent

if TYPE_CHECKING:
    from qisim.comparison.decision import Finding
    from qisim.comparison.experiment import Compared

TEMPLATE = "comparison/report.html.j2"


def comparison_report(compared: Compared, svgs: Mapping[str, bytes]) -> bytes:
    """The report as an HTML file. `svgs` are the charts as SVG files by name. All that users wrote is escaped."""
    return render(TEMPLATE, _content(compared, svgs))


def _content(compared: Compared, svgs: Mapping[str, bytes]) -> dict[str, Any]:
    labels = [strategy.label for strategy in compared.strategies]
    return {
        **shared_content(compared.strategies, labels, compared.world, CHARTS, svgs),
        "title": f"Strategies compared: {' | '.join(strategy.name for strategy in compared.strategies)}",
        "heading": "Strategies compared",
        "question": _question(compared),
        "answer": answer(compared),
        "certainty": certainty(compared),
        "strategies": [_strategy(compared, place) for place in range(len(labels))],
        "values": _rows(compared, value_cells),
        "against_first": _rows(compared, cells_against_first),
        "against_best": _rows(compared, cells_against_best),
        "best": _rows(compared, best_cells),
        "share_best": SHARE_BEST,
        "clear": clear_in_words(),
        "ideas_of": " of A, as its scenario gives them",
        "seed": compared.seed,
        "replicates": compared.replicates,
    }


def _question(compared: Compared) -> str:
    scenario, world = compared.strategies[0].scenario, compared.world
    cost = "at what cost" if currency([runs.scenario for runs in compared.strategies]) else "with what effort"
    return (
        f"Which of {len(compared.strategies)} strategies brings {target_percent(scenario.target.coverage)} of "
        f"{where(scenario, world)} to the standard (a score of {score(scenario.target.score)}) soonest, {cost}, how "
        f"fairly, and does it last? {scenario.months} months are simulated, from {calendar_month(scenario.start, 1)}."
    )


def _strategy(compared: Compared, place: int) -> dict[str, Any]:
    strategy, first = compared.strategies[place], compared.strategies[0].scenario
    inherited = place > 0 and strategy.scenario.description == first.description
    return {
        "label": strategy.label,
        "name": strategy.name,
        "description": "" if inherited else strategy.scenario.description,
        "elements": elements(strategy.scenario),
        "changes": scenario_changes(first, strategy.scenario) if place else [],
        "dominated": [compared.strategies[by].label for by in compared.dominated.get(place, [])],
    }


def _rows(compared: Compared, cells: Callable[[Finding], list[str]]) -> list[Row]:
    return [
        Row(finding.measure.name, cells(finding), finding.clear_best if cells is value_cells else [])
        for finding in shown(compared, cells)
    ]
