"""`qisim calibrate`: fit behaviour parameters to what was observed."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qisim.terminal import ctrl_c
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
    from rich.table import Table

    from qisim.calibration.calibration import Calibration
    from qisim.input.errors import Problem
    from qisim.scenario.schema import Scenario
    from qisim.study.study import Study

FAILED = 1
FRAME, LEAST_NAME, LEAST_VALUE, NARROWER = 13, 26, 8, len("(little told)")
"""Letters of a line of the table of parameters: its frame, and the least width of columns."""

TABLES = (".csv", ".parquet", ".json")
PARAMETERS = "parameters"
"""Where settings say that a parameter or a prior is wrong, whichever option it came from."""


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
    from qisim.calibration import settings as asked
    from qisim.model.machine import available_cores
    from qisim.study.study import load

    study = load(file)
    out = Path("out") / f"{file.stem}_calibrated" if out is None else out
    told = {"simulations": simulations, "rounds": rounds, "tolerance": tolerance, "seed": seed}
    numbers = {name: value for name, value in told.items() if value is not None}
    options = _options(study.scenario, parameters, prior or [], numbers)
    found = _fit(study, data, out, options, workers or available_cores())
    faults: list[str] = []
    with stopping_means(f"the simulations in {out} are kept, and the same command writes the results anew."):
        found.save({})
        found.save(_draw(found, faults))
    if as_json:
        say_json({**found.rows(), "folder": str(out)})
    else:
        _tell(found, file, out, asked.PREDICTIVE)
    tell_faults(faults, out)


def _options(scenario: Scenario, parameters: str | None, prior: list[str], told: dict[str, Any]) -> dict[str, Any]:
    """What the command line says, over what the file says. Raises BadInput with every problem found in either."""
    from qisim.calibration import settings as asked
    from qisim.input.errors import BadInput

    options: dict[str, Any] = {"parameters": None, "priors": {}}
    of_names = "--parameters"
    if parameters is not None and Path(parameters).suffix == ".toml":
        of_names = parameters
        options |= {name: value for name, value in asked.read(Path(parameters)) if value is not None}
    elif parameters is not None:
        options["parameters"] = _names(parameters)
    ranges, problems = _ranges(prior)
    of_file = {name: shape for name, shape in options["priors"].items() if name not in ranges}
    problems += _wrong(scenario, options["parameters"] or [], of_file, of_names)
    problems += _wrong(scenario, [], ranges, "--prior")
    options = {**options, "priors": {**of_file, **ranges}, **told}
    try:
        asked.settings(scenario, **options)
    except BadInput as error:
        problems += [problem for problem in error.problems if problem.where != PARAMETERS or not problems]
    if problems:
        raise BadInput(problems)
    return options


def _names(text: str) -> list[str]:
    """Names with commas between. Raises BadInput for a file that holds none."""
    from qisim.input.errors import BadInput, Problem

    if {"/", "\\"} & set(text) or Path(text).suffix in TABLES or Path(text).is_file():
        allowed = "names of behaviour parameters with commas between, or a .toml file with a [calibrate] table"
        raise BadInput(Problem("--parameters", f"found the file {text!r}", allowed=allowed))
    return [name.strip() for name in text.split(",") if name.strip()]


def _ranges(prior: list[str]) -> tuple[dict[str, Any], list[Problem]]:
    """The ranges of `--prior` by name, and what is wrong with how they are written."""
    from qisim.calibration.priors import parse
    from qisim.input.errors import BadInput, Problem

    ranges: dict[str, Any] = {}
    problems: list[Problem] = []
    for text in prior:
        try:
            name, shape = parse(text)
            if name in ranges:
                problems.append(Problem("--prior", f"{name} is given twice", allowed="one range for each"))
            ranges[name] = shape
        except BadInput as error:
            problems += error.problems
    return ranges, problems


def _wrong(scenario: Scenario, names: list[str], priors: Mapping[str, Any], where: str) -> list[Problem]:
    """What is wrong with parameters and priors that were given at one place."""
    from qisim.calibration.priors import priors_of
    from qisim.input.errors import BadInput

    if not names and not priors:
        return []
    try:
        priors_of(scenario, names, priors, where)
    except BadInput as error:
        return error.problems
    return []


def _fit(study: Study, data: Path, out: Path, options: dict[str, Any], workers: int) -> Calibration:
    from qisim.calibration.calibration import calibrate
    from qisim.calibration.experiment import TooFew
    from qisim.calibration.running import Told
    from qisim.terminal.progress import watching
    from qisim.workers.pools import Halted

    command = shlex.join(["qisim", *sys.argv[1:]])
    again = f"what is finished is kept. To go on:\n  {command_line(*sys.argv[1:])}"
    ctrl_c.leaves(again)
    try:
        with watching("Simulating", rated=True) as watch:
            told = Told(watch.advance, watch.say, lambda: watch.say(PREPARING))
            return calibrate(study, data, out=out, workers=workers, command=command, told=told, **options)
    except TooFew as error:
        complain(f"Nothing was written but the simulations: {error} (--simulations, with another folder for --out).")
        raise typer.Exit(FAILED) from None
    except Halted as error:
        complain(f"{error}; {again}")
        raise typer.Exit(FAILED) from None


def _draw(found: Calibration, faults: list[str]) -> dict[str, bytes]:
    from qisim.terminal.progress import watching

    with watching("Drawing charts") as watch:
        return found.files(watch.advance, faults)


def _tell(found: Calibration, file: Path, out: Path, draws: int) -> None:
    from qisim.calibration.words import basis

    screen = console()
    said = found.answer()
    screen.print(said[0])
    screen.print()
    screen.print(_table(found, screen.width))
    screen.print(f"\n{said[-1]}")
    for warning in found.warnings():
        complain(f"Note: {warning}")
    screen.print(f"\nFrom {basis(found.checks)}.")
    tell_where(out)
    if not found.checks.misfit:
        tell(f"To forecast with {counted(draws, 'draw')} of what was fitted:")
        tell(f"  {command_line('run', file, '--parameters', out / 'parameters.csv')}")


def _table(found: Calibration, width: int) -> Table:
    """The parameters before and after in so many columns of a screen, where no name is cut."""
    from rich.table import Table

    from qisim.calibration.names import named
    from qisim.calibration.words import between, narrower

    told = found.checks.told
    rows = [
        (named(row.name), between(row.before), between(row.after), narrower(row).replace(" (", "\n(")) for row in told
    ]
    name = max(LEAST_NAME, *(len(f"({row.name})") for row in told))
    longest = max(len(text) for row in rows for text in row[1:3])
    value = max(LEAST_VALUE, min(longest, (width - FRAME - name - NARROWER) // 2))
    table = Table(title="Parameters: median (90% interval)", title_justify="left", show_lines=True)
    table.add_column("parameter", max_width=max(name, width - FRAME - NARROWER - 2 * value), overflow="fold")
    for column in ("before", "after"):
        table.add_column(column, width=value)
    table.add_column("narrower by", width=NARROWER)
    for row in rows:
        table.add_row(*row)
    return table
