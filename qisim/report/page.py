"""What every report shares: one HTML file that opens without a network, on a phone and on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qisim.report.inline_svg import inline_svg
from qisim.report.money import money_section
from qisim.scenario.behaviour import ASSUMED, GROUPS, PARAMETERS, Parameter
from qisim.scenario.uncertain import Uncertain
from qisim.scenario.version import __version__

if TYPE_CHECKING:
    from qisim.charts.chart import Chart
    from qisim.outcomes.runs import Runs
    from qisim.scenario.schema import Scenario
    from qisim.world.world import World


BASE = "report/base.html.j2"


def render(template: str, content: Mapping[str, Any]) -> bytes:
    """A report as an HTML file. All that users wrote is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    page = Environment(loader=PackageLoader("qisim", ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                       lstrip_blocks=True)  # fmt: skip
    return page.get_template(template).render(content).encode()


def shared_style() -> Any:
    """The style sheet of the base of reports, for those that have a page of their own."""
    from importlib.resources import files

    from markupsafe import Markup

    text = files("qisim").joinpath(BASE).read_text(encoding="utf-8")
    return Markup(text.partition("<style>")[2].partition("</style>")[0])


def shared_content(
    runs: Sequence[Runs],
    labels: Sequence[str],
    world: World,
    charts: Mapping[str, Chart[Any]],
    svgs: Mapping[str, bytes],
) -> dict[str, Any]:
    """What the base of every report needs of one strategy or several, apart from question and answer."""
    from markupsafe import Markup

    scenarios = [of.scenario for of in runs]
    return {
        "labels": labels,
        "charts": [
            {"title": charts[name].title, "reading": charts[name].reading, "svg": Markup(inline_svg(svg, name))}
            for name, svg in svgs.items()
        ],
        "too_large": _too_large(scenarios, world),
        "money": money_section(runs, labels),
        "evidence": _evidence(scenarios[0]),
        "changed": _changed_parameters(scenarios),
        "sets": list(dict.fromkeys(s.parameters.in_words() for s in scenarios if s.parameters)),
        "uncertain": any(scenario.has_uncertainty for scenario in scenarios),
        "version": __version__,
    }


def where(scenario: Scenario, world: World) -> str:
    """The facilities in words, such as "290 facilities in 22 districts"."""
    facilities, districts = len(world), len(world.districts)
    return (
        f"{facilities:,} facilit{'y' if facilities == 1 else 'ies'} in {districts:,} "
        f"district{'' if districts == 1 else 's'}"
    )


def elements(scenario: Scenario) -> list[str]:
    """The elements of a programme, each with its kind."""
    return [f"{e.name} ({e.kind.replace('_', ' ')})" for e in scenario.programme]


def _too_large(scenarios: Sequence[Scenario], world: World) -> str:
    from qisim.outcomes.followed import can_be_followed

    if all(can_be_followed(scenario, world) for scenario in scenarios):
        return ""
    return "Charts of who learnt from whom and of single facilities are left out: the country is too large for them."


def _evidence(first: Scenario) -> dict[str, Any]:
    return {
        "groups": {group: [_parameter(p) for p in parameters] for group, parameters in GROUPS.items()},
        "ideas": [(idea.name, idea.indicator, _said(idea.effect), _said(idea.complexity)) for idea in first.ideas],
        "assumed": sum(p.source == ASSUMED for p in PARAMETERS.values()),
        "parameters": len(PARAMETERS),
    }


def _changed_parameters(scenarios: Sequence[Scenario]) -> list[dict[str, Any]]:
    """The behaviour parameters that some strategy does not leave at their defaults."""
    found = []
    for name, parameter in PARAMETERS.items():
        values = [getattr(scenario.behaviour, name) for scenario in scenarios]
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
