"""The report of a comparison: one HTML file that opens without a network, on a phone and on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qisim.outcomes.outcome import calendar_month, score, target_percent
from qisim.scenario.behaviour import ASSUMED, GROUPS, PARAMETERS, Parameter
from qisim.scenario.difference import scenario_changes
from qisim.scenario.uncertain import Uncertain
from qisim.scenario.version import __version__
from qisim.show.compare_table import best_cells, cells_against_best, cells_against_first, differing, value_cells
from qisim.show.compare_words import answer, certainty
from qisim.show.inline_svg import inline_svg

if TYPE_CHECKING:
    from qisim.experiments.compare import Compared
    from qisim.outcomes.decision import Finding

TEMPLATE = "report.html.j2"

READING = {
    "time_to_target": (
        "When the target is reached",
        "Each line tells in what share of the simulated futures the target is reached by each month. A line further to "
        "the left is faster; a line that stays below 100% does not always get there.",
    ),
    "differences": (
        "Months won or lost against A",
        "Each dot is one simulated future, in which both strategies met the same luck. Dots left of the line are "
        "futures in which the strategy is earlier than A. The black bar is the 90% interval of the mean.",
    ),
    "coverage": (
        "Facilities at the standard, month by month",
        "The thick line is the median of the futures; the dark band holds half of them, the light band nine of ten.",
    ),
}
"""The heading of each chart, and how to read it."""


@dataclass(frozen=True)
class Row:
    """A row of a table: what it is about, its cells, and which of them are the best."""

    head: str
    cells: list[str]
    best: list[int]


def report(compared: Compared, charts: Mapping[str, bytes]) -> bytes:
    """The report as an HTML file. `charts` are SVG files by name. All that users wrote is escaped."""
    from importlib.resources import files

    from jinja2 import Environment, StrictUndefined

    text = files("qisim.show").joinpath(TEMPLATE).read_text(encoding="utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return page.from_string(text).render(_content(compared, charts)).encode()


def _content(compared: Compared, charts: Mapping[str, bytes]) -> dict[str, Any]:
    from markupsafe import Markup

    first = compared.strategies[0].scenario
    return {
        "question": _question(compared),
        "answer": answer(compared),
        "certainty": certainty(compared),
        "strategies": [_strategy(compared, place) for place in range(len(compared.strategies))],
        "labels": [strategy.label for strategy in compared.strategies],
        "values": _rows(compared, value_cells),
        "against_first": _rows(compared, cells_against_first),
        "against_best": _rows(compared, cells_against_best),
        "best": _rows(compared, best_cells),
        "charts": [
            {"title": READING[name][0], "reading": READING[name][1], "svg": Markup(inline_svg(svg, name))}
            for name, svg in charts.items()
        ],
        "changed": _changed_parameters(compared),
        "groups": {group: [_parameter(p) for p in parameters] for group, parameters in GROUPS.items()},
        "ideas": [(idea.name, idea.indicator, _said(idea.effect), _said(idea.complexity)) for idea in first.ideas],
        "assumed": sum(p.source == ASSUMED for p in PARAMETERS.values()),
        "parameters": len(PARAMETERS),
        "uncertain": any(strategy.scenario.has_uncertainty for strategy in compared.strategies),
        "seed": compared.seed,
        "replicates": compared.replicates,
        "version": __version__,
    }


def _question(compared: Compared) -> str:
    scenario, world = compared.strategies[0].scenario, compared.world
    facilities, districts = len(world), len(world.districts)
    return (
        f"Which of {len(compared.strategies)} strategies brings {target_percent(scenario.target.coverage)} of "
        f"{facilities:,} facilit{'y' if facilities == 1 else 'ies'} in {districts:,} "
        f"district{'' if districts == 1 else 's'} to the standard (a score of {score(scenario.target.score)}) soonest, "
        f"and with what effort? Simulated are {scenario.months} months from {calendar_month(scenario.start, 1)}."
    )


def _strategy(compared: Compared, place: int) -> dict[str, Any]:
    strategy, first = compared.strategies[place], compared.strategies[0].scenario
    inherited = place > 0 and strategy.scenario.description == first.description
    changes = scenario_changes(first, strategy.scenario) if place else []
    return {
        "label": strategy.label,
        "name": strategy.name,
        "description": "" if inherited else strategy.scenario.description,
        "elements": [f"{e.name} ({e.kind.replace('_', ' ')})" for e in strategy.scenario.programme],
        "changes": changes,
        "dominated": [compared.strategies[by].label for by in compared.dominated.get(place, [])],
    }


def _rows(compared: Compared, cells: Any) -> list[Row]:
    shown = compared.findings if cells is value_cells else differing(compared)
    return [
        Row(finding.measure.name, cells(finding), _best(finding) if cells is value_cells else []) for finding in shown
    ]


def _best(finding: Finding) -> list[int]:
    """The strategies with the best mean; none where all are alike."""
    means = [told.mean for told in finding.estimates]
    best = [place for place, mean in enumerate(means) if mean == means[finding.best]]
    return best if len(best) < len(means) else []


def _changed_parameters(compared: Compared) -> list[dict[str, Any]]:
    """The behaviour parameters that some strategy does not leave at their defaults."""
    found = []
    for name, parameter in PARAMETERS.items():
        values = [getattr(strategy.scenario.behaviour, name) for strategy in compared.strategies]
        if any(value != parameter.default for value in values):
            found.append({**_parameter(parameter), "values": [_said(value) for value in values]})
    return found


def _parameter(p: Parameter) -> dict[str, Any]:
    return {"name": p.name, "meaning": p.meaning, "unit": p.unit, "default": f"{p.default:g}",
            "range": f"{p.low:g} to {p.high:g}", "source": p.source}  # fmt: skip


def _said(value: float | Uncertain) -> str:
    if not isinstance(value, Uncertain):
        return f"{value:g}"
    return ", ".join(f"{name} {number:g}" for name, number in value if number is not None)
