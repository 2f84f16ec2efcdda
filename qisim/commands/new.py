"""`qisim new`: a scenario to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qisim.commands.say import write_file


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The scenario file to make, such as my_scenario.toml.")],
) -> None:
    """Write a commented scenario to start from."""
    from importlib.resources import files

    from qisim.scenario.errors import BadInput, Problem

    if file.is_dir():
        raise BadInput(Problem(str(file), "is a folder; give the name of a file in it"))
    if file.exists() or file.is_symlink():
        raise BadInput(Problem(str(file), "exists already and is left as it is; choose another name"))
    write_file(file, files("qisim.scenario").joinpath("template.toml").read_text(encoding="utf-8"))
    typer.echo(f"Wrote {file}. Open it in a text editor, change what you need, then:")
    typer.echo(f"  qisim check {file}\n  qisim run {file}")
