"""Makes the notebooks, outputs and pictures included, from their sources.

`python notebooks/build.py` runs every other Python file of this folder, cell by cell, and writes the notebook beside
it. The same source, versions and machine give the same bytes.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

FOLDER = Path(__file__).resolve().parent
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
PATIENCE = 900
"""Seconds for a cell: the first run on a computer compiles the model's core."""


def sources() -> list[Path]:
    """The Python files that notebooks are made from."""
    return sorted(path for path in FOLDER.glob("*.py") if path != Path(__file__).resolve())


def read(source: Path) -> NotebookNode:
    """The notebook of a source, without outputs; cells are numbered, for their usual ids are drawn at random."""
    notebook = jupytext.read(source, fmt="py:percent")
    for number, cell in enumerate(notebook.cells):
        cell.id, cell.metadata = f"cell-{number}", {}
    notebook.metadata = METADATA
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return nbformat.from_dict(notebook)


def executed(source: Path) -> NotebookNode:
    """The notebook of a source with its outputs.

    Raises nbclient's CellExecutionError where a cell fails, and RuntimeError where one warns.
    """
    notebook = read(source)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=PATIENCE,
        record_timing=False,  # times would differ from one execution to the next
        coalesce_streams=True,  # whether lines come in one message or several is chance
        resources={"metadata": {"path": str(FOLDER)}},
    )
    client.execute()
    notebook.metadata = METADATA
    complaints = said(notebook, "stderr")
    if complaints:
        raise RuntimeError(f"{source.name} does not run without warnings:\n{complaints}")
    return notebook


def said(notebook: NotebookNode, stream: str = "stdout") -> str:
    """All that the code of an executed notebook wrote to a stream."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.output_type == "stream" and output.name == stream)


def write(source: Path) -> Path:
    """Execute a source and put the notebook beside it, which is returned."""
    notebook = executed(source)
    nbformat.validate(notebook)
    target = source.with_suffix(".ipynb")
    unfinished = target.with_suffix(".unfinished")
    unfinished.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    os.replace(unfinished, target)
    return target


def main() -> int:
    """Make every notebook."""
    for source in sources():
        print(f"wrote {write(source).relative_to(FOLDER.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
