"""What went wrong with reports and charts, after the tables that they show were kept."""

from __future__ import annotations

from pathlib import Path

import typer

from qisim.terminal.say import complain

FAILED = 1


def tell_faults(faults: list[str], out: Path) -> None:
    """One line for each fault, and the exit code 1 where there is any."""
    for fault in faults:
        complain(f"{fault[:1].upper()}{fault[1:]}; the tables are in {out}.")
    if faults:
        raise typer.Exit(FAILED)
