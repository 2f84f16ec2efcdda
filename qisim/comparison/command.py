"""`qisim compare`: several strategies with the same luck, a decision table, a folder with report and charts."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qisim.study.options import Parameters, drawing_from, tell_sets
from qisim.terminal.faults import tell_faults
from qisim.terminal.say import PREPARING, complain, console, say_json, stopping_means, tell, tell_where

if TYPE_CHECKING:
    from qisim.comparison.comparison import Comparison
    from qisim.study.study import Study

MOST_LETTERS = 80


def compare(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Scenario files, 2 to 8; the first is A.")],
    precision: Annotated[
        float, typer.Option(metavar="MONTHS", help="How exactly to tell differences in time to target.")
    ] = 0.5,
    replicates: Annotated[
        int, typer.Option(min=1, max=1_000_000, metavar="N", help="At most so many possible futures a strategy.")
    ] = 400,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, metavar="N", help="The luck: the same seed, the same results.")
    ] = 1,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Results folder; out/ and the files' names unless told.", show_default=False),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(min=1, max=1024, metavar="N", help="Processor cores to use; all unless told.", show_default=False),
    ] = None,
    parameters: Parameters = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare strategies among the same facilities.

    Simulates each with the same luck, prints the decision table, and writes a folder with a report and charts.
    """
    from qisim.check.notes import notes
    from qisim.comparison import folder as comparison_folder
    from qisim.comparison.experiment import check_comparable
    from qisim.store import folder, manifest
    from qisim.study.study import load

    studies = [drawing_from(load(file), parameters) for file in files]
    out = _default_folder(files) if out is None else out
    folder.check_destination(out, manifest.COMPARISON)
    check_comparable([study.scenario for study in studies], [study.world for study in studies])
    tell_sets(studies[0])
    for note in dict.fromkeys(str(note) for study in studies for note in notes(study.scenario, study.world)):
        complain(note)
    inputs = [folder.read_inputs(study.scenario) for study in studies]
    compared = _simulate(studies, precision, replicates, seed, threads)
    with stopping_means(f"{out} holds the whole of the new tables, or is as it was."):
        comparison_folder.save(compared, out, shlex.join(["qisim", *sys.argv[1:]]), inputs=inputs)
    faults: list[str] = []
    with stopping_means(f"the tables are in {out}; report and charts may be missing."):
        folder.add(out, _draw(compared, faults))
    with stopping_means(f"the results are in {out}."):
        if as_json:
            _tell_json(compared, out, faults)
        else:
            _tell(compared, out, faults)
        tell_faults(faults, out)


def _default_folder(files: list[Path]) -> Path:
    return Path("out") / "_vs_".join(file.stem for file in files)[:MOST_LETTERS]


def _simulate(studies: list[Study], precision: float, replicates: int, seed: int, threads: int | None) -> Comparison:
    from qisim.comparison.comparison import compare
    from qisim.terminal.progress import watching

    with watching("Simulating, at most") as watch:
        return compare(
            studies,
            precision=precision,
            replicates=replicates,
            seed=seed,
            threads=threads,
            progress=watch.advance,
            compiling=lambda: watch.say(PREPARING),
        )


def _draw(compared: Comparison, faults: list[str]) -> dict[str, bytes]:
    from qisim.terminal.progress import watching

    with watching("Drawing charts") as watch:
        return compared.files(watch.advance, faults)


def _tell_json(compared: Comparison, out: Path, faults: list[str]) -> None:
    from qisim.charts.files import noting
    from qisim.comparison.screen import comparison_rows

    rows: dict[str, Any] = {}
    with noting(faults, "the decision table"):
        rows = comparison_rows(compared)
    say_json({**rows, "folder": str(out)})


def _tell(compared: Comparison, out: Path, faults: list[str]) -> None:
    from qisim.charts.files import noting
    from qisim.comparison.screen import decision_tables
    from qisim.comparison.words import answer, certainty

    said: list[Any] = []
    with noting(faults, "the decision table"):
        tables = [line for table in decision_tables(compared) for line in ("", table)]
        said = [*answer(compared), *tables, *certainty(compared)]
    for strategy in compared.strategies:
        tell(f"{strategy.label}: {strategy.name}")
    tell("")
    screen = console()
    for line in said:
        screen.print(line)
    tell_where(out)
