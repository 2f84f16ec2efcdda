"""The layers of qisim: imports run downwards only, and `import qisim` stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

LAYERS = [
    "scenario", "world", "model", "outcomes", "experiments", "show", "study", "comparison", "sweeps", "sensitivities",
    "tracking", "calibration", "evidence", "evaluate", "commands", "cli",
]  # fmt: skip
TOP = len(LAYERS)  # qisim itself, which fetches its names from any layer
PACKAGE = Path(__file__).parents[2] / "qisim"
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = {"numpy", "pandas", "numba", "mesa", "matplotlib", "typer", "pydantic", "scipy", "networkx", "pyarrow", "rich",
         "jinja2"}  # fmt: skip


def module_name(path: Path) -> str:
    """The dotted name of a module, its `__init__` included, so that relative imports resolve alike for all."""
    return ".".join(["qisim", *path.relative_to(PACKAGE).with_suffix("").parts])


def layer(dotted: str) -> int:
    """How high a module or a name of qisim stands, 0 being the lowest layer."""
    part = dotted.split(".")[1]
    return LAYERS.index(part) if part in LAYERS else TOP


def when_running(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below `node` that are reached when the program runs, not only when types are checked."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            for other in child.orelse:
                yield other
                yield from when_running(other)
        else:
            yield child
            yield from when_running(child)


def imported(source: str, module: str) -> Iterator[str]:
    """Dotted names of what a module of qisim uses of qisim, wherever in its text."""
    for node in when_running(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            home = module.split(".")[: -node.level] if node.level else []
            names = [".".join([*home, *filter(None, [node.module]), alias.name]) for alias in node.names]
        elif isinstance(node, ast.Attribute):
            names = [ast.unparse(node)]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            names = [str(a.value) for a in node.args[:1] if isinstance(a, ast.Constant)]
        yield from (name for name in names if name.startswith("qisim."))


def upward(source: str, module: str) -> list[str]:
    """What a module uses that stands above its own layer."""
    return [name for name in imported(source, module) if layer(name) > layer(module)]


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_run_downwards(path: Path) -> None:
    assert upward(path.read_text(encoding="utf-8"), module_name(path)) == []


def test_every_module_is_in_a_layer() -> None:
    parts = {module_name(path).split(".")[1] for path in MODULES}
    assert parts == {*LAYERS, "__init__", "__main__"}


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("qisim.model.core", "from qisim.world.world import World", []),
        ("qisim.model.core", "from qisim.model import rules", []),
        ("qisim.world.world", "import qisim.model.core", ["qisim.model.core"]),
        ("qisim.world.world", "from qisim import model", ["qisim.model"]),
        ("qisim.world.world", "from ..model import core", ["qisim.model.core"]),
        ("qisim.world.__init__", "from . import world", []),
        ("qisim.scenario.load", "def f():\n    from qisim.show import charts", ["qisim.study.charts.catalogue"]),
        ("qisim.scenario.load", "import_module('qisim.cli')", ["qisim.cli"]),
        ("qisim.scenario.load", "import qisim\nqisim.load", ["qisim.load"]),
        ("qisim.scenario.load", "from qisim import load", ["qisim.load"]),
        ("qisim.scenario.load", "import numpy, qisimilar", []),
        ("qisim.scenario.load", "if TYPE_CHECKING:\n    import qisim.cli", []),
        ("qisim.scenario.load", "if TYPE_CHECKING:\n    pass\nelse:\n    import qisim.cli", ["qisim.cli"]),
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
