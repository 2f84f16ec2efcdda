"""`qisim check`: is a scenario fit to run?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qisim.commands.say import complain, counted, say_json

if TYPE_CHECKING:
    from qisim.scenario.schema import Scenario


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Scenario files.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check scenario files.

    Reads every key and the facilities a scenario names, and draws up the calendar of its programme.
    """
    findings = [_check(file) for file in files]
    if as_json:
        say_json(findings)
    for found in findings if not as_json else []:
        _tell(found)
    if not all(found["ok"] for found in findings):
        raise typer.Exit(2)


def _check(file: Path) -> dict[str, Any]:
    from qisim.model.calendar import build_calendar
    from qisim.scenario.errors import BadInput
    from qisim.scenario.load import load_scenario
    from qisim.world.world import build_world

    try:
        scenario = load_scenario(file)
        world = build_world(scenario)
        build_calendar(scenario, world)
    except BadInput as error:
        problems = [{"text": str(problem), **asdict(problem)} for problem in error.problems]
        return {"file": str(file), "ok": False, "problems": problems}
    return {
        "file": str(file),
        "ok": True,
        "title": scenario.title,
        "facilities": len(world),
        "districts": len(world.districts),
        "months": scenario.months,
        "elements": [element.name for element in scenario.programme],
        "notes": notes(scenario),
    }


def _tell(found: dict[str, Any]) -> None:
    if not found["ok"]:
        for problem in found["problems"]:
            complain(problem["text"])
        return
    programme = ", ".join(found["elements"]) or "no programme (natural diffusion)"
    size = f"{counted(found['facilities'], 'facility', 'facilities')} in {counted(found['districts'], 'district')}"
    size += f", {counted(found['months'], 'month')}"
    typer.echo(f"{found['file']}: ready to run: {found['title']}; {size}; {programme}")
    for note in found["notes"]:
        complain(note)


def notes(scenario: Scenario) -> list[str]:
    """What is allowed in a scenario but unusual: behaviour values outside their plausible range."""
    from qisim.scenario.behaviour import PARAMETERS
    from qisim.scenario.uncertain import Uncertain

    result = []
    for name, value in scenario.behaviour:
        p = PARAMETERS[name]
        ends = value.ends() if isinstance(value, Uncertain) else [value]
        outside = [end for end in ends if not p.low <= end <= p.high]
        if outside:
            where, line = scenario.origin.locate(f"behaviour.{name}")
            place = f"{where}, line {line}" if line else where
            found = " and ".join(f"{end:g}" for end in outside)
            result.append(
                f"{place}: note: behaviour.{name} is {found}; plausible is {p.low:g} to {p.high:g} {p.unit}"
                f" ({p.meaning}; source: {p.source})"
            )
    return result
