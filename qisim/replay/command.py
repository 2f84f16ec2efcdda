"""`qisim replay`: one simulated future again, with what happened to whom, and why."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qisim.store.writing import write_file
from qisim.terminal.say import command_line, complain, console, counted, say_json, stopping_means, tell

if TYPE_CHECKING:
    import pandas as pd

    from qisim.replay.replay import Replay


def replay(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Results folder of qisim run.")],
    replicate: Annotated[int, typer.Option(metavar="J", help="Which of the simulated futures, from 0.")] = 0,
    facility: Annotated[
        str | None, typer.Option(metavar="ID", help="Tell this facility's story.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the events to a CSV file.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run one simulated future again and tell its story.

    Simulates it once more, event by event, and makes sure that it is the same future as the one in the results.
    """
    from qisim.input.spreadsheet import csv_text
    from qisim.replay.replay import replay as run_again
    from qisim.terminal.progress import watching

    _check_out(out)
    with watching("Replaying months") as watch:
        replayed = run_again(folder, replicate, facility=facility, progress=watch.advance)
    if replayed.difference:
        complain(f"{folder}: future {replicate} does not come out as it was stored: {replayed.difference}")
        complain("Run the scenario again to have results of this version.")
        raise typer.Exit(1)
    if out is None:
        _tell(replayed, folder, facility, as_json)
        return
    text = csv_text(_chosen_events(replayed, facility))
    with stopping_means(f"{out} holds the whole of the events, or is as it was."):
        write_file(out, text)
    with stopping_means(f"the events are in {out}."):
        _tell(replayed, folder, facility, as_json)
        if not as_json:
            tell(f"\nThe events are in {out}.")


def _tell(replayed: Replay, folder: Path, facility: str | None, as_json: bool) -> None:
    if as_json:
        say_json(_as_json(replayed, facility))
        return
    months = counted(replayed.scenario.months, "month")
    same = f"simulated future {replayed.replicate}, the same as in the results, month by month ({months})"
    tell(f"{replayed.scenario.title}: {same}")
    if facility is None:
        _tell_overview(replayed, folder)
    else:
        _tell_story(replayed, facility)


def _check_out(out: Path | None) -> None:
    from qisim.input.errors import BadInput, Problem
    from qisim.store.writing import check_new_file

    if out is None:
        return
    if out.suffix.lower() != ".csv":
        raise BadInput(Problem("--out", f"found {str(out)!r}", allowed="the name of a CSV file, such as events.csv"))
    check_new_file(out)


def _chosen_events(replayed: Replay, facility: str | None) -> pd.DataFrame:
    from qisim.replay.replay import place_of

    events = replayed.events
    if facility is None:
        return events
    return events[events["facility"] == replayed.world.facilities["id"][place_of(replayed.world, facility)]]


def _as_json(replayed: Replay, facility: str | None) -> dict[str, Any]:
    from qisim.replay.replay import place_of, story, worth_a_look

    told: dict[str, Any] = {"title": replayed.scenario.title, "replicate": replayed.replicate, "same_as_stored": True}
    if facility is None:
        return {**told, "facilities": worth_a_look(replayed).to_dict("records")}
    row = replayed.world.facilities.loc[place_of(replayed.world, facility), ["id", "name", "kind", "district"]]
    return {**told, "facility": row.to_dict(), "months": [asdict(month) for month in story(replayed, facility)]}


def _tell_story(replayed: Replay, facility: str) -> None:
    from qisim.replay.replay import place_of, story

    row = replayed.world.facilities.loc[place_of(replayed.world, facility)]
    name = row["id"] if row["id"] == row["name"] else f"{row['name']} ({row['id']})"
    tell(f"\n{name}, {_readable(row['kind'])} in {row['district']}")
    for month in story(replayed, facility):
        number = f" (month {month.month})" if month.month else ""
        tell(f"\n{month.date}{number}, score {month.score:.2f}")
        for happening in month.happenings:
            tell(f"  {happening}")


def _tell_overview(replayed: Replay, folder: Path) -> None:
    from rich import box
    from rich.table import Table

    from qisim.replay.replay import worth_a_look

    facilities = worth_a_look(replayed)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="Facilities with a story to tell", title_justify="left")
    table.add_column("id", no_wrap=True)
    for heading in ("kind", "district", "score", "at the standard", "events", "why"):
        table.add_column(heading, overflow="fold")
    for row in facilities.to_dict("records"):
        reached = _since(row["first_at_target"])
        score = f"{row['start']:.2f} to {row['end']:.2f}"
        table.add_row(
            row["id"], _readable(row["kind"]), row["district"], score, reached, str(row["events"]), row["why"]
        )
    console().print(table)
    first_id = str(facilities["id"].iloc[0])
    again = command_line("replay", folder, "--replicate", replayed.replicate, "--facility", first_id)
    tell(f"To read one facility's story:\n  {again}")


def _readable(kind: str) -> str:
    return kind.replace("_", " ")


def _since(month: float) -> str:
    """Since when a facility was at the standard for the first time; NaN for never."""
    if month != month:
        return "never"
    return f"from month {month:.0f}" if month else "from the start"
