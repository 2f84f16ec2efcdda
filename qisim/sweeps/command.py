"""`qisim sweep`: many things varied at once, on all processors or a cluster; stopped and picked up at will."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qisim.input.errors import BadInput, Problem
from qisim.terminal import ctrl_c
from qisim.terminal.say import PREPARING, command_line, complain, counted, say_json, tell

if TYPE_CHECKING:
    from qisim.sweeps.plan import Estimate, Plan
    from qisim.sweeps.status import Status
    from qisim.terminal.progress import Watch

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
            help="Processes on this computer; as many as it has cores unless told.",
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
        return _estimate(file, out, workers, cluster, as_json)
    return _run(file, out, workers, cluster, strict, as_json)


def _run(file: Path, out: Path, workers: int | None, cluster: str | None, strict: bool, as_json: bool) -> None:
    from qisim.sweeps import experiment
    from qisim.sweeps.design import load_design
    from qisim.sweeps.status import status
    from qisim.terminal.progress import watching
    from qisim.workers.pools import Halted

    design = load_design(file)
    command = shlex.join(["qisim", *sys.argv[1:]])
    ctrl_c.leaves(GOES_ON[0].lower() + GOES_ON[1:])
    try:
        with watching("Simulating", rated=True) as watch:
            experiment.sweep(
                design, out, workers=_workers(workers, cluster), cluster=cluster, strict=strict, command=command,
                told=_told(watch, out),
            )  # fmt: skip
    except experiment.SweepStopped as stopped:
        ctrl_c.leaves(f"{stopped}. To go on:\n  {command_line(*sys.argv[1:])}")
        raise
    except (Halted, experiment.PointFailed) as error:
        complain(f"{error}. {GOES_ON}" if isinstance(error, Halted) else f"Stopped: {error}")
        raise typer.Exit(FAILED) from None
    except MemoryError:
        complain(f"There is not enough memory for this; take fewer --workers. {GOES_ON}")
        raise typer.Exit(FAILED) from None
    except OSError as error:
        complain(f"{error.filename or out}: {error.strerror or error}. {GOES_ON}")
        raise typer.Exit(FAILED) from None
    _tell(out, status(out), as_json)


def _workers(workers: int | None, cluster: str | None) -> int | None:
    """Processes of this computer: as many as it has cores, unless told; a cluster has its own."""
    from qisim.sweeps.plan import default_workers

    return workers if workers or cluster else default_workers()


def _told(watch: Watch, out: Path) -> Any:
    from qisim.sweeps.experiment import Told

    return Told(
        progress=watch.advance,
        say=watch.say,
        estimated=lambda estimate: watch.say(_in_words(estimate, out)),
        resumed=lambda done, runs: watch.say(f"Going on: {done:,} of {runs:,} runs are finished already."),
        compiling=lambda: watch.say(PREPARING),
    )


def _in_words(estimate: Estimate, out: Path) -> str:
    with_workers = counted(estimate.workers, "worker") if estimate.workers else "one worker; none has joined yet"
    return (
        f"{counted(estimate.points, 'point')}, {counted(estimate.replicates, 'replicate')} each: "
        f"{counted(estimate.runs, 'run')}, about {_lasting(_seconds(estimate))} with {with_workers}, "
        f"and {_size(estimate.bytes)} in {out}."
    )


def _seconds(estimate: Estimate) -> float:
    return estimate.seconds / max(1, estimate.workers)


def _lasting(seconds: float) -> str:
    """A time as people say it."""
    for length, one, several in ((86_400, "day", "days"), (3_600, "hour", "hours"), (60, "minute", "minutes")):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.0f} {several}"
        if seconds >= 0.95 * length:
            return f"1 {one}"
    return counted(max(1, round(seconds)), "second")


def _size(size: int) -> str:
    return f"about {size / 1e6:,.0f} MB" if size >= 1e6 else "less than 1 MB"


def _estimate(file: Path, out: Path, workers: int | None, cluster: str | None, as_json: bool) -> None:
    """Tell what a design takes, what of it is done already, and whether it may be run into its folder."""
    from qisim.sweeps import store
    from qisim.sweeps.design import load_design
    from qisim.sweeps.experiment import begun, estimated
    from qisim.sweeps.plan import bytes_on_disk, check_disk, plan
    from qisim.sweeps.status import status
    from qisim.workers.choose import pool_of
    from qisim.workers.pools import working

    design = load_design(file)
    with working(pool_of(None, _workers(workers, cluster), cluster, None)) as pool:
        ready = plan(design, lambda: complain(PREPARING))
        layout, estimate = estimated(ready, pool)
    there = begun(ready, out)
    store.check(out, ready.manifest(there or layout, "")[0])
    left = estimate.runs
    if there:
        found = status(out)
        left -= found.runs
        estimate.seconds *= left / estimate.runs
        estimate.bytes = bytes_on_disk(ready, left, found.of_chunks - found.chunks)
    check_disk(out, estimate.bytes)
    if as_json:
        say_json(_estimate_row(estimate, ready, out, left))
        return
    tell(_in_words(estimate, out))
    if left < estimate.runs:
        tell(f"{estimate.runs - left:,} of these runs are finished already; time and room are for the others.")
    tell(f"Outcomes kept: {', '.join(ready.outcomes)}.")


def _estimate_row(estimate: Estimate, ready: Plan, out: Path, left: int) -> dict[str, Any]:
    return {
        "points": estimate.points,
        "replicates": estimate.replicates,
        "runs": estimate.runs,
        "finished": estimate.runs - left,
        "seconds": _seconds(estimate),
        "workers": estimate.workers,
        "bytes": estimate.bytes,
        "factors": [factor.called for factor in ready.factors],
        "outcomes": list(ready.outcomes),
        "folder": str(out),
    }


def _tell(out: Path, status: Status, as_json: bool) -> None:
    if as_json:
        say_json(_row(out, status))
        return
    if status.complete:
        tell(f"{counted(status.runs, 'run')} {_are(status.runs)} finished, in {out}.")
    else:
        tell(f"{_share(status)}, in {out}; the same command tries the others again.")
    if status.failed:
        tell(f"{counted(status.failed, 'run')} failed; the first, {status.first_error}")
    tell(f"To see what matters:\n  {command_line('sensitivity', out)}")


def _show_status(folder: Path, as_json: bool) -> None:
    from qisim.sweeps.status import status

    found = status(folder)
    if as_json:
        say_json(_row(folder, found))
        return
    share = found.runs / found.of_runs
    tell(f"{_share(found)} ({100 * share:.0f}%), in {found.chunks:,} of {counted(found.of_chunks, 'part')}.")
    if found.failed:
        tell(f"{counted(found.failed, 'run')} failed.")
    if found.damaged:
        tell(f"{counted(found.damaged, 'damaged file')}; the sweep, started again, runs them anew.")
    if not found.complete:
        tell(_under_way(found))


def _share(found: Status) -> str:
    return f"{found.runs:,} of {counted(found.of_runs, 'run')} {_are(found.of_runs)} finished"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _under_way(found: Status) -> str:
    """Whether an unfinished sweep is running, and what to expect."""
    ago = f"; the last part was finished {_lasting(max(0.0, time.time() - found.last))} ago" if found.last else ""
    if found.running is None:
        return f"Whether it is running cannot be found out{ago}."
    if not found.running:
        return f"It is not running{ago}." + (f" To go on:\n  {found.command}" if found.command else "")
    left = f", about {_lasting(found.seconds_left)} left" if found.seconds_left is not None else ""
    return f"It is running{left}{ago}."


def _row(folder: Path, status: Status) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "complete": status.complete,
        "running": status.running,
        "seconds_left": status.seconds_left,
        "runs": status.runs,
        "of_runs": status.of_runs,
        "parts": status.chunks,
        "of_parts": status.of_chunks,
        "failed": status.failed,
        "damaged": status.damaged,
        "last_finished": status.last,
    }
