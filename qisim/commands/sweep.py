"""`qisim sweep`: many things varied at once, on all processors or a cluster; stopped and picked up at will."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qisim.commands.say import Stopped, command_line, complain, counted, say_json
from qisim.scenario.errors import BadInput, Problem

if TYPE_CHECKING:
    from qisim.commands.progress import Watch
    from qisim.experiments.sweep_plan import Estimate
    from qisim.experiments.sweep_store import Status

STATUS = "status"
FAILED = 1
GOES_ON = "What is finished is kept, and the same command goes on."


def sweep(
    what: Annotated[
        list[str],
        typer.Argument(metavar="DESIGN", help="Design file; or: status DIR, to see how far a sweep has come."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Sweep folder; out/ and the design's name unless told.", show_default=False),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1024,
            metavar="N",
            help="Processes on this computer; a core each unless told.",
            show_default=False,
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Dask scheduler, such as tcp://127.0.0.1:8786; or local.", show_default=False
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first point that cannot be run.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the design and tell what it takes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Vary many things at once, as a design says.

    Runs every point of the design, or what is left of it in the folder; Ctrl-C stops, the same command goes on.
    """
    if what[0] == STATUS and len(what) == 2:
        return _show_status(Path(what[1]), as_json)
    if len(what) > 1:
        raise BadInput(Problem("sweep", f"found {shlex.join(what)}", allowed="one design file, or: status DIR"))
    file = Path(what[0])
    out = Path("out") / file.stem if out is None else out
    if dry_run:
        return _estimate(file, out, workers, as_json)
    return _run(file, out, workers, cluster, strict, as_json)


def _run(file: Path, out: Path, workers: int | None, cluster: str | None, strict: bool, as_json: bool) -> None:
    from qisim.commands.progress import watching
    from qisim.experiments import sweep as experiment
    from qisim.experiments import sweep_store
    from qisim.experiments.design import load_design
    from qisim.experiments.executors import Halted
    from qisim.experiments.sweep_plan import default_workers

    design = load_design(file)
    workers = workers or default_workers()
    command = shlex.join(["qisim", *sys.argv[1:]])
    try:
        with watching("Simulating", rated=True) as watch:
            told = _told(watch, out, workers)
            experiment.sweep(
                design, out, workers=workers, cluster=cluster, strict=strict, command=command, told=told
            )  # fmt: skip
    except experiment.SweepStopped as stopped:
        raise Stopped(f"{stopped}. To go on:\n  {command_line(*sys.argv[1:])}") from None
    except KeyboardInterrupt:
        raise Stopped(GOES_ON[0].lower() + GOES_ON[1:]) from None
    except (Halted, experiment.PointFailed) as error:
        complain(f"{error}. {GOES_ON}" if isinstance(error, Halted) else f"Stopped: {error}")
        raise typer.Exit(FAILED) from None
    except OSError as error:
        complain(f"{error.filename or out}: {error.strerror or error}. {GOES_ON}")
        raise typer.Exit(FAILED) from None
    _tell(out, sweep_store.status(out), as_json)


def _told(watch: Watch, out: Path, workers: int) -> Any:
    from qisim.experiments.sweep import Told

    return Told(
        progress=watch.advance,
        say=watch.say,
        estimated=lambda estimate: watch.say(_in_words(estimate, out, workers)),
        resumed=lambda done, runs: watch.say(f"Going on: {done:,} of {runs:,} runs are finished already."),
        compiling=lambda: watch.say("Preparing the simulation for this computer; this is done once and kept."),
    )


def _in_words(estimate: Estimate, out: Path, workers: int) -> str:
    return (
        f"{counted(estimate.points, 'point')}, {counted(estimate.replicates, 'replicate')} each: "
        f"{counted(estimate.runs, 'run')}, about {_lasting(estimate.seconds / workers)} with "
        f"{counted(workers, 'worker')}, and about {_size(estimate.bytes)} in {out}."
    )


def _lasting(seconds: float) -> str:
    """A time as people say it."""
    for length, one, several in ((86_400, "day", "days"), (3_600, "hour", "hours"), (60, "minute", "minutes")):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.0f} {several}"
        if seconds >= 0.95 * length:
            return f"1 {one}"
    return counted(max(1, round(seconds)), "second")


def _size(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else "less than 1 MB"


def _estimate(file: Path, out: Path, workers: int | None, as_json: bool) -> None:
    """Tell what a design takes, and whether it may be run into its folder."""
    from qisim.experiments import sweep_store
    from qisim.experiments.design import load_design
    from qisim.experiments.sweep_plan import check_disk, default_workers, plan, trial

    workers = workers or default_workers()
    preparing = "Preparing the simulation for this computer; this is done once and kept."
    ready = plan(load_design(file), lambda: complain(preparing))
    layout, estimate = trial(ready, workers)
    check_disk(out, estimate)
    sweep_store.check(out, ready.manifest(layout, "")[0])
    if not as_json:
        typer.echo(_in_words(estimate, out, workers))
        typer.echo(f"Outcomes kept: {', '.join(ready.outcomes)}.")
        return
    say_json(
        {
            "points": estimate.points,
            "replicates": estimate.replicates,
            "runs": estimate.runs,
            "seconds": estimate.seconds / workers,
            "workers": workers,
            "bytes": estimate.bytes,
            "factors": [factor.called for factor in ready.factors],
            "outcomes": list(ready.outcomes),
            "folder": str(out),
        }
    )


def _tell(out: Path, status: Status, as_json: bool) -> None:
    if as_json:
        say_json(_row(out, status))
        return
    typer.echo(f"{counted(status.of_runs, 'run')} are finished, in {out}.")
    if status.failed:
        from qisim.experiments.sweep_store import load

        first = load(out).failures.iloc[0]
        typer.echo(f"{counted(status.failed, 'run')} failed; the first, point {first['point']}: {first['error']}")
    typer.echo(f"To see what matters:\n  {command_line('sensitivity', out)}")


def _show_status(folder: Path, as_json: bool) -> None:
    from qisim.experiments.sweep_store import status

    found = status(folder)
    if as_json:
        say_json(_row(folder, found))
        return
    share = found.runs / found.of_runs
    typer.echo(
        f"{found.runs:,} of {counted(found.of_runs, 'run')} are finished ({100 * share:.0f}%), in "
        f"{found.chunks:,} of {counted(found.of_chunks, 'part')}."
    )
    if found.failed:
        typer.echo(f"{counted(found.failed, 'run')} failed.")
    if found.damaged:
        typer.echo(f"{counted(found.damaged, 'damaged file')}; the sweep, started again, runs them anew.")
    if found.last is not None and found.chunks < found.of_chunks:
        typer.echo(f"The last part was finished {_lasting(max(0.0, time.time() - found.last))} ago.")


def _row(folder: Path, status: Status) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "complete": status.chunks == status.of_chunks,
        "runs": status.runs,
        "of_runs": status.of_runs,
        "parts": status.chunks,
        "of_parts": status.of_chunks,
        "failed": status.failed,
        "damaged": status.damaged,
        "last_finished": status.last,
    }
