"""`qisim params`: the behaviour parameters and the evidence behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qisim.terminal.say import console, say_json

if TYPE_CHECKING:
    from rich.table import Table

    from qisim.scenario.behaviour import Parameter


def params(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Show only these.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List behaviour parameters with their evidence.

    Default, plausible range, meaning, unit and source of each.
    """
    from dataclasses import asdict

    from qisim.scenario.behaviour import GROUPS

    wanted = _known(names or [])
    groups = {group: [p for p in parameters if not wanted or p.name in wanted] for group, parameters in GROUPS.items()}
    if as_json:
        say_json([{"group": group, **asdict(p)} for group, parameters in groups.items() for p in parameters])
        return
    screen = console()
    screen.print(_table({group: parameters for group, parameters in groups.items() if parameters}))
    if not wanted:
        screen.print("\nTo change one, set it in the [behaviour] table of a scenario, such as turnover_annual = 0.20")


def _known(names: list[str]) -> set[str]:
    from qisim.input.errors import BadInput, Problem, nearest, shown
    from qisim.scenario.behaviour import PARAMETERS

    unknown = [name for name in names if name not in PARAMETERS]
    if unknown:
        raise BadInput(
            Problem("params", f"there is no parameter {shown(name)}", nearest=nearest(name, PARAMETERS))
            for name in unknown
        )
    return set(names)


def _table(groups: dict[str, list[Parameter]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    from qisim.scenario.behaviour import ASSUMED

    table = Table(box=None, pad_edge=False)
    table.add_column("Parameter", no_wrap=True)
    table.add_column("Default", justify="right", no_wrap=True)
    table.add_column("Plausible", no_wrap=True)
    table.add_column("Meaning, unit and source", overflow="fold")
    for group, parameters in groups.items():
        table.add_row()
        table.add_row(Text(group, style="bold"))
        for p in parameters:
            source = "Assumed." if p.source == ASSUMED else f"Source: {p.source}."
            meaning = Text(f"{p.meaning} ({p.unit}). ").append(source, style="dim")
            table.add_row(p.name, f"{p.default:g}", f"{p.low:g} to {p.high:g}", meaning)
    return table
