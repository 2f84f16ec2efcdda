"""`qisim run`: simulate a scenario, tell the outcome, write a results folder."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qisim.study.options import Parameters, drawing_from, tell_sets
from qisim.terminal.faults import tell_faults
from qisim.terminal.say import (
    PREPARING,
    command_line,
    complain,
    console,
    counted,
    say_json,
    stopping_means,
    tell,
    tell_where,
)

if TYPE_CHECKING:
    from qisim.study.results import Results
    from qisim.study.study import Study


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Scenario file.")],
    replicates: Annotated[
        int, typer.Option(min=1, max=1_000_000, metavar="N", help="How many possible futures to simulate.")
    ] = 200,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, metavar="N", help="The luck: the same seed, the same results.")
    ] = 1,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Results folder; out/ and the scenario's name unless told.", show_default=False
        ),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(min=1, max=1024, metavar="N", help="Processor cores to use; all unless told.", show_default=False),
    ] = None,
    detail: Annotated[bool, typer.Option("--detail", help="Keep every facility's months, too (large).")] = False,
    parameters: Parameters = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Simulate a scenario and write its results.

    Prints the outcome table, and writes a folder with a report, tables and charts.
    """
    from qisim.check.notes import notes
    from qisim.model.calendar import build_calendar
    from qisim.store import folder
    from qisim.study import folder as results_folder
    from qisim.study.study import load

    study = drawing_from(load(file), parameters)
    out = Path("out") / file.stem if out is None else out
    folder.check_destination(out)
    build_calendar(study.scenario, study.world)  # what does not fit together is told of before any note
    tell_sets(study)
    for note in notes(study.scenario, study.world):
        complain(str(note))
    inputs = folder.read_inputs(study.scenario)
    replaced = _earlier(out)
    results = _simulate(study, replicates, seed, threads, detail)
    command = shlex.join(["qisim", *sys.argv[1:]])
    with stopping_means(f"{out} holds the whole of the new tables, or is as it was."):
        results_folder.save(results, out, command, inputs=inputs)
    faults: list[str] = []
    with stopping_means(f"the tables are in {out}; report and charts may be missing."):
        folder.add(out, _draw(results, faults))
    with stopping_means(f"the results are in {out}."):
        if replaced:
            complain(f"Replaced the earlier results in {out} ({replaced}). --out DIR keeps results elsewhere.")
        if as_json:
            _tell_json(results, out, faults)
        else:
            _tell(results, out, faults)
        tell_faults(faults, out)


def _earlier(out: Path) -> str:
    """What the results are of that lie in `out` now; empty where there are none."""
    from qisim.store import manifest
    from qisim.study import manifest as own

    if not (out / manifest.NAME).exists():
        return ""
    earlier = own.read(out)
    return f"seed {earlier.seed}, {counted(earlier.replicates, 'run')}"


def _simulate(study: Study, replicates: int, seed: int, threads: int | None, detail: bool) -> Results:
    from qisim.terminal.progress import watching

    with watching("Simulating") as watch:
        return study.run(
            replicates=replicates,
            seed=seed,
            threads=threads,
            detail=detail,
            progress=watch.advance,
            compiling=lambda: watch.say(PREPARING),
        )


def _draw(results: Results, faults: list[str]) -> dict[str, bytes]:
    """The report and every chart as files of the results folder; faults of these are added to `faults`."""
    from qisim.charts.files import report_files
    from qisim.study.charts.catalogue import CHARTS
    from qisim.study.report import run_report
    from qisim.terminal.progress import watching

    with watching("Drawing charts") as watch:
        return report_files(CHARTS, results, run_report, watch.advance, faults)


def _tell(results: Results, out: Path, faults: list[str]) -> None:
    from qisim.charts.files import noting
    from qisim.study.screen import outcome_table

    tables = []
    with noting(faults, "the table of outcomes"):
        tables = [outcome_table(results)]
    for table in tables:
        console().print(table)
    tell_where(out)
    tell(f"To look at one simulated future month by month:\n  {command_line('replay', out, '--replicate', 0)}")


def _tell_json(results: Results, out: Path, faults: list[str]) -> None:
    from qisim.charts.files import noting
    from qisim.study.screen import outcome_rows

    rows = []
    with noting(faults, "the table of outcomes"):
        rows = outcome_rows(results)
    say_json(
        {
            "title": results.scenario.title,
            "facilities": len(results.world),
            "months": results.scenario.months,
            "replicates": results.replicates,
            "seed": results.seed,
            "outcomes": rows,
            "folder": str(out),
        }
    )
