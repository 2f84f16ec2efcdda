"""`qisim sensitivity`: what a sweep says, in words, tables, charts and a report."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from textwrap import fill, indent
from typing import TYPE_CHECKING, Annotated

import typer

from qisim.terminal.faults import tell_faults
from qisim.terminal.say import complain, console, say_json, stopping_means, tell_where

if TYPE_CHECKING:
    from qisim.sensitivities.sensitivity import Sensitivity


def sensitivity(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a sweep.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Results folder; DIR/sensitivity unless told.", show_default=False),
    ] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Only this outcome; may be given several times.", show_default=False),
    ] = None,
    compare: Annotated[
        str | None,
        typer.Option(metavar="FACTOR", help="When is one of this factor's two levels better?", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell what matters in a sweep.

    Tells which inputs matter, how much is luck and when an outcome is good, and writes a folder with a report, charts
    and tables.
    """
    from qisim.store import manifest
    from qisim.store.folder import add, check_destination

    out = folder / "sensitivity" if out is None else out
    check_destination(out, manifest.SENSITIVITY)
    found = _analyse(folder, outcome or [], compare)
    for note in found.gathered.notes:
        complain(f"Note: {note}.")
    faults: list[str] = []
    with stopping_means(f"{out} holds the whole of the new tables, or is as it was."):
        found.save(out, shlex.join(["qisim", *sys.argv[1:]]), {})
    with stopping_means(f"the tables are in {out}; report and charts may be missing."):
        add(out, _draw(found, faults))
    if as_json:
        say_json({**found.rows(), "folder": str(out)})
    else:
        _tell(found, out)
    tell_faults(faults, out)


def _analyse(folder: Path, outcomes: list[str], compare: str | None) -> Sensitivity:
    from qisim.sensitivities.sensitivity import sensitivity
    from qisim.terminal.progress import watching

    with watching("Analysing outcomes") as watch:
        return sensitivity(folder, outcomes=outcomes, compare=compare, progress=watch.advance)


def _draw(found: Sensitivity, faults: list[str]) -> dict[str, bytes]:
    from qisim.terminal.progress import watching

    with watching("Drawing charts") as watch:
        return found.files(watch.advance, faults)


def _tell(found: Sensitivity, out: Path) -> None:
    from qisim.sensitivities.sensitivity import MOST_CHARTED
    from qisim.sensitivities.words import basis, brief

    screen = console()
    whole = basis(found.analyses[0].sample)
    screen.print(f"\n{whole[0].upper()}{whole[1:]}.")
    for place, one in enumerate(found.analyses):
        screen.print(f"\n{one.measure.key}: {one.measure.name}")
        said = brief(one) if place >= MOST_CHARTED else found.answer(one.measure.key, named=False)
        if basis(one.sample) != whole:
            said = [f"From {'; '.join((basis(one.sample), *one.sample.notes))}.", *said]
        for sentence in said:
            screen.print(indent(fill(sentence, screen.width - 2), "  "), soft_wrap=True)
    for key, why in found.untold.items():
        screen.print(f"\n{key}: nothing can be told: {why}")
    tell_where(out)
