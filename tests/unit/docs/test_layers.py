"""The rooms of qisim: imports run downwards only, none in a circle, and `import qisim` stays light."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import networkx as nx
import pytest

ARCHITECTURE = Path(__file__).parents[3] / "docs" / "architecture.py"


def _architecture() -> ModuleType:
    spec = importlib.util.spec_from_file_location("architecture", ARCHITECTURE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


architecture = _architecture()
PACKAGE: Path = architecture.PACKAGE
MODULES = sorted(PACKAGE.rglob("*.py"))
module_name, upward = architecture.module_name, architecture.upward
HEAVY = {"numpy", "pandas", "numba", "mesa", "matplotlib", "typer", "pydantic", "scipy", "networkx", "pyarrow", "rich",
         "jinja2"}  # fmt: skip


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_run_downwards(path: Path) -> None:
    assert upward(path.read_text(encoding="utf-8"), module_name(path)) == []


def test_every_module_is_in_a_room() -> None:
    parts = {module_name(path).split(".")[1] for path in MODULES}
    assert parts == {*architecture.ROOMS, "__init__", "__main__"}


def test_modules_import_each_other_in_no_circle() -> None:
    """But for the agents and their model, which is Mesa's own way."""
    names = {module_name(path).removesuffix(".__init__"): path for path in MODULES}
    graph = nx.DiGraph()
    for name, path in names.items():
        for used in architecture.imported(path.read_text(encoding="utf-8"), module_name(path)):
            parts = used.split(".")
            module = next(m for n in range(len(parts), 0, -1) if (m := ".".join(parts[:n])) in names)
            if module not in ("qisim", name):
                graph.add_edge(name, module)
    circles = [sorted(part) for part in nx.strongly_connected_components(graph) if len(part) > 1]
    assert all(name.startswith("qisim.model.agents.") for circle in circles for name in circle), circles


def test_page_and_picture_of_the_layout_are_those_of_the_code() -> None:
    assert architecture.main(check=True) == 0, "run python docs/architecture.py"


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("qisim.model.core", "from qisim.world.world import World", []),
        ("qisim.model.core", "from qisim.model import rules", []),
        ("qisim.world.world", "import qisim.model.core", ["qisim.model.core"]),
        ("qisim.world.world", "from qisim import model", ["qisim.model"]),
        ("qisim.world.world", "from ..model import core", ["qisim.model.core"]),
        ("qisim.world.__init__", "from . import world", []),
        ("qisim.scenario.load", "def f():\n    from qisim.study.charts import costs", ["qisim.study.charts.costs"]),
        ("qisim.scenario.load", "import_module('qisim.cli')", ["qisim.cli"]),
        ("qisim.scenario.load", "import qisim\nqisim.load", ["qisim.load"]),
        ("qisim.scenario.load", "from qisim import load", ["qisim.load"]),
        ("qisim.scenario.load", "import numpy, qisimilar", []),
        ("qisim.scenario.load", "if TYPE_CHECKING:\n    import qisim.cli", ["qisim.cli"]),
        ("qisim.tracking.words", "from qisim.calibration import words", ["qisim.calibration.words"]),
        ("qisim.tracking.words", "from qisim.study.study import load", []),
        ("qisim.__init__", "from qisim import cli", []),
    ],
)
def test_upward_imports_are_seen(module: str, source: str, found: list[str]) -> None:
    assert upward(source, module) == found


def loaded_by(statement: str) -> set[str]:
    """Top-level packages that a new interpreter has loaded after `statement`."""
    code = f"{statement}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    return set(done.stdout.split())


def test_importing_qisim_is_light() -> None:
    assert "pydantic" in loaded_by("import qisim.scenario.schema")
    assert loaded_by("import qisim") & HEAVY == set()
