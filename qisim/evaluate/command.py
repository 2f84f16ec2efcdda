"""`qisim evaluate`: would an evaluation of the programme find what it really does?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qisim.store.writing import write_file
from qisim.terminal.say import complain, console, counted, say_json, stopping_means, tell

if TYPE_CHECKING:
    from rich.table import Table

    from qisim.evaluate import Evaluation


def evaluate(
    file: Annotated[Path, typer.Argument(metavar="SCENARIO", help="Scenario file.")],
    design: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Only this design, such as did; may be repeated.", show_default=False),
    ] = None,
    sites: Annotated[
        int | None,
        typer.Option(metavar="N", help="Facilities with the programme; a third unless told.", show_default=False),
    ] = None,
    comparison: Annotated[
        int | None,
        typer.Option(metavar="N", help="Facilities to compare with; as many unless told.", show_default=False),
    ] = None,
    before: Annotated[int, typer.Option(metavar="MONTHS", help="Months of data before the launch.")] = 12,
    after: Annotated[int, typer.Option(metavar="MONTHS", help="Months of data from the launch on.")] = 18,
    data: Annotated[str, typer.Option(metavar="DATA", help="measured or reported.")] = "measured",
    choose: Annotated[
        str, typer.Option(metavar="RULE", help="How sites are chosen: random, weakest, strongest, volunteers.")
    ] = "random",
    replicates: Annotated[int, typer.Option(metavar="N", help="Simulated evaluations.")] = 100,
    seed: Annotated[int, typer.Option(metavar="N", help="Number that fixes all chance.")] = 1,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every estimate to a CSV file.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Evaluate the evaluation of a programme.

    Simulates the data that an evaluation would see, analyses them by each design, and tells how far the answers are
    from the true effect, which a simulation knows.
    """
    from qisim.evaluate.experiment import evaluation
    from qisim.input.spreadsheet import csv_text
    from qisim.terminal.progress import watching

    _check_out(out)
    told = {name: value for name, value in (("sites", sites), ("comparison", comparison)) if value is not None}
    with watching("Simulating evaluations") as watch:
        found = evaluation(file, designs=design or None, replicates=replicates, seed=seed, progress=watch.advance,
                           before=before, after=after, data=data, choose=choose, **told)  # fmt: skip
    if out is not None:
        with stopping_means(f"{out} holds the whole of the estimates, or is as it was."):
            write_file(out, csv_text(found.estimates))
    for name, why in found.untold.items():
        complain(f"Left out: {name} {why}.")
    for line in _failures(found):
        complain(line)
    if as_json:
        say_json(_rows(found))
        return
    screen = console()
    screen.print(_table(found))
    screen.print(f"\n{_basis(found)}")
    if out is not None:
        tell(f"\nThe estimates are in {out}.")


def _check_out(out: Path | None) -> None:
    from qisim.input.errors import BadInput, Problem
    from qisim.store.writing import check_new_file

    if out is None:
        return
    if out.suffix.lower() != ".csv":
        allowed = "the name of a CSV file, such as estimates.csv"
        raise BadInput(Problem("--out", f"found {str(out)!r}", allowed=allowed))
    check_new_file(out)


def _failures(found: Evaluation) -> Iterator[str]:
    """How many estimates of each design could not be made, where any could not."""
    for row in found.table().to_dict("records"):
        if row["failed"] or row["null_failed"]:
            yield (
                f"Left out: estimates of {row['design']} that the data did not allow, as where they never change: "
                f"{row['failed']} of {row['replicates']} with the programme, {row['null_failed']} of "
                f"{row['replicates']} with one that does nothing."
            )


def _basis(found: Evaluation) -> str:
    plan = found.plan
    return (
        f"{counted(found.replicates, 'simulated evaluation')} of {counted(plan.sites, 'site')}, with {plan.comparison} "
        f"to compare and {counted(plan.months, 'month')} of data. Effects in percentage points of the score, bias with "
        "its 95% interval; 'holds it': share of 95% intervals that hold the true effect; false alarms: share of "
        "evaluations that find a significant effect of a programme that does nothing."
    )


def _rows(found: Evaluation) -> dict[str, Any]:
    """The whole answer as plain values that JSON can hold."""
    from dataclasses import asdict

    return {
        "title": found.title,
        "plan": asdict(found.plan),
        "designs": found.table().to_dict("records"),
        "left_out": found.untold,
    }


def _table(found: Evaluation) -> Table:
    from rich.table import Table

    from qisim.evaluate import DESIGNS
    from qisim.evaluate.judge import half_width

    table = Table(box=None, pad_edge=False)
    table.add_column("Design", overflow="fold")
    for name in ("True effect", "Estimate", "Bias", "Holds it", "Found", "False alarms"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in found.table().to_dict("records"):
        half = half_width(row)
        bias = f"{100 * row['bias']:+.1f} ± {100 * half:.1f}" if half == half else "-"
        means = (_or_dash(100 * row[name], ".1f") for name in ("true_effect", "estimate"))
        shares = (_or_dash(row[name], ".0%") for name in ("coverage", "power", "type_1_error"))
        table.add_row(DESIGNS[row["design"]].title, *means, bias, *shares)
    return table


def _or_dash(value: float, style: str) -> str:
    """A number, or a dash where there is none."""
    return format(value, style) if value == value else "-"
