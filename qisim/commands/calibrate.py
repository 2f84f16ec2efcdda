"""`qisim calibrate`: fit behaviour parameters to what was observed."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qisim.commands.say import Stopped, command_line, complain, console, counted, say_json, stopping_means

if TYPE_CHECKING:
    from qisim.calibration import Calibration
    from qisim.study import Study

FAILED = 1


def calibrate(
    file: Annotated[Path, typer.Argument(metavar="SCENARIO", help="Scenario file.")],
    data: Annotated[
        Path, typer.Option("--data", metavar="CSV", help="What was seen: month, district, enrolled, at_standard, ...")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Results folder; out/, the scenario's name and _calibrated.", show_default=False
        ),
    ] = None,
    parameters: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES", help="Parameters, with commas between, or a file with [calibrate].", show_default=False
        ),
    ] = None,
    prior: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=LOW..HIGH", help="Range to search; may be given several times.", show_default=False),
    ] = None,
    simulations: Annotated[
        int | None, typer.Option(metavar="N", help="Simulations a round; 4000 unless told.", show_default=False)
    ] = None,
    rounds: Annotated[
        int | None, typer.Option(metavar="N", help="Rounds, each nearer the data; 3 unless told.", show_default=False)
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(metavar="SHARE", help="How far the model may be off, such as 0.03; 0.", show_default=False),
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="The luck; 1 unless told.", show_default=False)] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=256, metavar="N", help="Processes; a core each unless told.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Fit behaviour parameters to what was seen.

    Prints what the data tell, and writes a folder with a report, charts, tables and draws of the parameters; Ctrl-C
    stops, the same command goes on.
    """
    from qisim.experiments.calibrate import settings as asked
    from qisim.model.batch.simulate import available_cores
    from qisim.study import load

    study = load(file)
    out = Path("out") / f"{file.stem}_calibrated" if out is None else out
    told = {"simulations": simulations, "rounds": rounds, "tolerance": tolerance, "seed": seed}
    options = _options(parameters, prior or [], {name: value for name, value in told.items() if value is not None})
    found = _fit(study, data, out, options, workers or available_cores())
    files = _draw(found)
    with stopping_means(f"the simulations in {out} are kept, and the same command writes the results anew."):
        found.save(files)
    if as_json:
        say_json({**found.rows(), "folder": str(out)})
    else:
        _tell(found, file, out, asked.PREDICTIVE)


def _options(parameters: str | None, prior: list[str], told: dict[str, Any]) -> dict[str, Any]:
    """What the command line says, over what the file says."""
    from qisim.experiments.calibrate import settings as asked
    from qisim.experiments.calibrate.priors import parse
    from qisim.scenario.errors import BadInput, Problem

    options: dict[str, Any] = {"parameters": None, "priors": {}}
    if parameters is not None and parameters.endswith(".toml"):
        given = asked.read(Path(parameters))
        options |= {name: value for name, value in given if value is not None}
    elif parameters is not None:
        options["parameters"] = [name.strip() for name in parameters.split(",") if name.strip()]
    problems: list[Problem] = []
    for text in prior:
        try:
            name, shape = parse(text)
            options["priors"] = {**options["priors"], name: shape}
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    return {**options, **told}


def _fit(study: Study, data: Path, out: Path, options: dict[str, Any], workers: int) -> Calibration:
    from qisim.calibration import calibrate
    from qisim.commands.progress import watching
    from qisim.experiments.calibrate.running import Told
    from qisim.experiments.executors import Halted

    command = shlex.join(["qisim", *sys.argv[1:]])
    again = f"what is finished is kept. To go on:\n  {command_line(*sys.argv[1:])}"
    try:
        with watching("Simulating", rated=True) as watch:
            preparing = "Preparing the simulation for this computer; this is done once and kept."
            told = Told(watch.advance, watch.say, lambda: watch.say(preparing))
            return calibrate(study, data, out=out, workers=workers, command=command, told=told, **options)
    except KeyboardInterrupt:
        raise Stopped(again) from None
    except Halted as error:
        complain(f"{error}; {again}")
        raise typer.Exit(FAILED) from None


def _draw(found: Calibration) -> dict[str, bytes]:
    from qisim.commands.progress import watching

    with watching("Drawing charts") as watch:
        return found.files(watch.advance)


def _tell(found: Calibration, file: Path, out: Path, draws: int) -> None:
    from qisim.show.calibrate_words import basis, between

    screen = console()
    screen.print(_table(found, between))
    for sentence in found.answer()[-1:]:
        screen.print(f"\n{sentence}")
    for warning in found.warnings():
        complain(f"Mind: {warning}")
    screen.print(f"\nFrom {basis(found.checks)}.")
    typer.echo(f"Results are in {out}: report.html to open or to print, charts, and tables for a spreadsheet.")
    typer.echo(f"To forecast with {counted(draws, 'draw')} of the fitted parameters:")
    typer.echo(f"  {command_line('run', file, '--parameters', out / 'parameters.csv')}")


def _table(found: Calibration, between: Any) -> Any:
    from rich.table import Table

    from qisim.outcomes.outcome import percent

    table = Table(title="Parameters: median (90% interval)", title_justify="left")
    for column in ("parameter", "before", "after", "narrower by", ""):
        table.add_column(column)
    for row in found.checks.told:
        narrower = percent(row.narrowed) if row.narrowed > 0 else "not at all"
        table.add_row(row.name, between(row.before), between(row.after), narrower, "little told" if row.little else "")
    return table
