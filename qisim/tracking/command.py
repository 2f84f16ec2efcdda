"""`qisim track`: a running programme beside its forecast, and the forecast updated by what was seen."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qisim.study.options import Parameters, drawing_from, tell_sets
from qisim.terminal.faults import tell_faults
from qisim.terminal.say import PREPARING, complain, console, say_json, stopping_means, tell_where

if TYPE_CHECKING:
    from qisim.observed.observed import Observed
    from qisim.study.study import Study
    from qisim.tracking.tracking import Tracking


def track(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Scenario file.")],
    data: Annotated[Path, typer.Option(metavar="CSV", help="What was seen: a row a month, a column a series.")],
    replicates: Annotated[
        int, typer.Option(min=100, max=1_000_000, metavar="N", help="How many possible futures to simulate.")
    ] = 3000,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, metavar="N", help="The luck: the same seed, the same results.")
    ] = 1,
    tolerance: Annotated[
        float, typer.Option(metavar="SHARE", help="How far the model itself may be off, as a standard deviation.")
    ] = 0.05,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Results folder; out/ and the scenario's name and -track unless told.",
                     show_default=False),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(min=1, max=1024, metavar="N", help="Processor cores to use; all unless told.", show_default=False),
    ] = None,
    parameters: Parameters = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:  # fmt: skip
    """Compare a running programme with its forecast.

    Tells whether it is on track, updates the forecast by what was seen, and writes a folder with a report, charts and
    tables.
    """
    from qisim.check.notes import notes
    from qisim.model.calendar import build_calendar
    from qisim.observed.observed import read_observed
    from qisim.store import folder, manifest
    from qisim.study.study import load

    study = drawing_from(load(file), parameters)
    out = Path("out") / f"{file.stem}-track" if out is None else out
    folder.check_destination(out, manifest.TRACKING)
    build_calendar(study.scenario, study.world)  # what does not fit together is told of before any note
    observed = read_observed(data, study.scenario, study.world)
    tell_sets(study)
    for note in notes(study.scenario, study.world):
        complain(str(note))
    tracking = _simulate(study, observed, replicates, seed, tolerance, threads)
    with stopping_means(f"{out} holds the whole of the new tables, or is as it was."):
        tracking.save(out, shlex.join(["qisim", *sys.argv[1:]]), files={})
    faults: list[str] = []
    with stopping_means(f"the tables are in {out}; report and charts may be missing."):
        folder.add(out, _draw(tracking, faults))
    with stopping_means(f"the results are in {out}."):
        if as_json:
            _tell_json(tracking, out, faults)
        else:
            _tell(tracking, out, faults)
        tell_faults(faults, out)


def _simulate(
    study: Study, observed: Observed, replicates: int, seed: int, tolerance: float, threads: int | None
) -> Tracking:
    from qisim.terminal.progress import watching
    from qisim.tracking.tracking import track

    with watching("Simulating") as watch:
        return track(
            study,
            observed,
            replicates=replicates,
            seed=seed,
            tolerance=tolerance,
            threads=threads,
            progress=watch.advance,
            compiling=lambda: watch.say(PREPARING),
        )


def _warn(warnings: list[str]) -> None:
    for warning in warnings:
        complain(f"Note: {warning}")


def _draw(tracking: Tracking, faults: list[str]) -> dict[str, bytes]:
    from qisim.terminal.progress import watching

    with watching("Drawing charts") as watch:
        return tracking.files(watch.advance, faults)


def _tell_json(tracking: Tracking, out: Path, faults: list[str]) -> None:
    from qisim.charts.files import noting

    rows: dict[str, Any] = {}
    with noting(faults, "the answer"):
        rows = tracking.rows()
    _warn(rows.get("warnings", []))
    say_json({**rows, "folder": str(out)})


def _tell(tracking: Tracking, out: Path, faults: list[str]) -> None:
    from qisim.charts.files import noting
    from qisim.tracking.screen import seen_table
    from qisim.tracking.words import basis

    warnings: list[str] = []
    said: list[Any] = []
    with noting(faults, "the answer"):
        warnings = tracking.warnings()
        said = [*tracking.answer(), seen_table(tracking.tracked), basis(tracking.tracked)]
    _warn(warnings)
    screen = console()
    for line in said:
        screen.print(line)
    tell_where(out)
