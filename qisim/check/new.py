"""`qisim new`: a scenario to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qisim.store.writing import write_file
from qisim.terminal.say import command_line, stopping_means, tell


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The scenario file to make, such as my_scenario.toml.")],
) -> None:
    """Write a commented scenario to start from."""
    from importlib.resources import files

    from qisim.input.errors import BadInput, Problem

    if not file.suffix and not file.is_dir():
        file = file.with_name(f"{file.name}.toml")
    if file.is_dir():
        raise BadInput(Problem(str(file), "is a folder; give the name of a file in it"))
    if file.exists() or file.is_symlink():
        raise BadInput(Problem(str(file), "exists already and is left as it is; choose another name"))
    text = files("qisim.scenario").joinpath("template.toml").read_text(encoding="utf-8")
    new_folder = "" if file.parent.exists() else f" in the new folder {file.parent}"
    with stopping_means(f"{file} may be there already, whole."):
        write_file(file, text)
    tell(f"Wrote {file}{new_folder}. Open it in a text editor, change what you need, then:")
    tell(f"  {command_line('check', file)}\n  {command_line('run', file)}")
