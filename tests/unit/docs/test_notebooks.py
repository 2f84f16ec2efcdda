"""The notebooks run, and are what their sources make them."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "notebooks"
AGAIN = "make it again: python notebooks/build.py"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "build")


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_notebooks", FOLDER / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stored(name: str) -> nbformat.NotebookNode:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def test_every_source_is_built_and_has_its_notebook(build: ModuleType) -> None:
    assert [path.stem for path in build.sources()] == NAMES == sorted(path.stem for path in FOLDER.glob("*.ipynb"))


@pytest.mark.parametrize("name", NAMES)
def test_notebook_has_the_cells_of_its_source(build: ModuleType, name: str) -> None:
    source, notebook = build.read(FOLDER / f"{name}.py"), stored(name)
    cells = [[(cell.id, cell.cell_type, cell.source) for cell in one.cells] for one in (source, notebook)]
    assert cells[0] == cells[1], AGAIN
    assert notebook.metadata == source.metadata


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_notebook_runs_and_says_what_it_said(build: ModuleType, name: str) -> None:
    again, notebook = build.executed(FOLDER / f"{name}.py"), stored(name)
    assert build.said(again) == build.said(notebook), AGAIN
    assert pictures(again) == pictures(notebook) > 0


def pictures(notebook: nbformat.NotebookNode) -> int:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in outputs)


@pytest.mark.parametrize("name", NAMES)
def test_notebook_names_no_machine_or_time(name: str) -> None:
    text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
    assert not [trace for trace in (os.fspath(ROOT), sys.prefix, os.fspath(Path.home())) if trace in text]
    assert not re.search(r"/tmp|site-packages|(?<![0-9A-Za-z+/])0x[0-9a-f]{8}|\"(?:execution|iopub\.\w+)\"", text)


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    text = "\n".join(cell.source for cell in stored(name).cells if cell.cell_type == "markdown")
    targets = re.findall(r"\]\((?!https:)([^)#\s]+)", text)
    assert targets
    assert all((FOLDER / target).is_file() for target in targets)


def test_a_notebook_that_fails_or_warns_is_not_made(build: ModuleType, tmp_path: Path) -> None:
    from nbclient.exceptions import CellExecutionError

    source = tmp_path / "bad.py"
    for code, refusal in (("1 / 0", CellExecutionError), ("import warnings\nwarnings.warn('mind')", RuntimeError)):
        source.write_text(f"# %%\n{code}\n")
        with pytest.raises(refusal):
            build.write(source)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.py"]
