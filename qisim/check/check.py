"""`qisim check`: is a scenario fit to run?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qisim.terminal.say import complain, console, counted, say_json, tell

if TYPE_CHECKING:
    from qisim.check.timetable import Planned
    from qisim.scenario.schema import Scenario


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Scenario files.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check scenario files.

    Reads every key and the facilities a scenario names, draws up the calendar of its programme, and notes what is
    probably not meant.
    """
    findings = [_check(file) for file in files]
    if as_json:
        say_json(findings)
    for found in findings if not as_json else []:
        _tell(found)
    if not all(found["ok"] for found in findings):
        raise typer.Exit(2)


def _check(file: Path) -> dict[str, Any]:
    from qisim.check.notes import notes
    from qisim.check.timetable import timetable
    from qisim.input.errors import BadInput
    from qisim.model.calendar import build_calendar
    from qisim.scenario.load import load_scenario
    from qisim.world.groupings import groupings
    from qisim.world.world import build_world

    try:
        scenario = load_scenario(file)
        world = build_world(scenario)
        build_calendar(scenario, world)
        groupings(world, scenario)
    except BadInput as error:
        problems = [{"text": str(problem), **asdict(problem)} for problem in error.listed()]
        return {"file": str(file), "ok": False, "problems": problems}
    return {
        "file": str(file),
        "ok": True,
        "title": scenario.title,
        "facilities": len(world),
        "districts": len(world.districts),
        "months": scenario.months,
        "elements": [element.name for element in scenario.programme],
        "calendar": [_line(scenario, planned) for planned in timetable(scenario, world)],
        "notes": [str(note) for note in notes(scenario, world)],
    }


def _line(scenario: Scenario, planned: Planned) -> dict[str, Any]:
    """A line of the calendar with its months as names; `until` is the last month, None where that is not simulated."""
    from qisim.words.dates import calendar_month

    told = asdict(planned)
    start, end = told.pop("start"), told.pop("end")
    first = calendar_month(scenario.start, start + 1)
    return {**told, "from": first, "until": end and calendar_month(scenario.start, end)}


def _tell(found: dict[str, Any]) -> None:
    if not found["ok"]:
        for problem in found["problems"]:
            complain(problem["text"])
        return
    programme = "" if found["elements"] else "; no programme (natural diffusion)"
    size = f"{counted(found['facilities'], 'facility', 'facilities')} in {counted(found['districts'], 'district')}"
    size += f", {counted(found['months'], 'month')}"
    tell(f"{found['file']}: ready to run: {found['title']}; {size}{programme}")
    if found["calendar"]:
        _tell_calendar(found["calendar"])
    for note in found["notes"]:
        complain(note)


def _tell_calendar(calendar: list[dict[str, Any]]) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("element", "what", "how many", "from", "until", ""):
        table.add_column(heading, overflow="fold")
    for line in calendar:
        least, most = line["least"], line["most"]
        number = f"{least:,}" if least == most else f"{least:,} to {most:,}"
        if line["what"].startswith("wave "):
            number += " facility" if (least, most) == (1, 1) else " facilities"
        until = line["until"] or "the end"
        times = (line["from"], until) if most else ("", "")
        table.add_row(line["element"], line["what"], number, *times, line["detail"])
    console().print(table)
