"""The layout of the code, drawn from the code itself.

- `python docs/architecture.py` rewrites the table in docs/architecture.md and draws docs/pictures/architecture.svg;
- `python docs/architecture.py --check` changes nothing, and leaves with 1 where page or picture differ from the code.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "qisim"
PAGE, PICTURE = ROOT / "docs" / "architecture.md", ROOT / "docs" / "pictures" / "architecture.svg"
SECTION = re.compile(r"(<!-- rooms -->\n).*?(<!-- end of rooms -->)", re.DOTALL)

LAYERS: list[tuple[str, tuple[str, ...]]] = [
    ("commands", ("cli",)),
    ("capabilities", ("evidence", "evaluate", "replay", "sensitivities", "calibration", "tracking")),
    ("", ("comparison", "sweeps")),
    ("", ("study",)),
    ("", ("check",)),
    ("shared", ("report", "terminal")),
    ("", ("charts", "workers")),
    ("", ("store", "observed")),
    ("", ("outcomes",)),
    ("the model", ("model",)),
    ("", ("world",)),
    ("", ("scenario",)),
    ("the ground", ("words", "input")),
]
"""From the top down: a room imports only from rows below its own. What a row is part of stands before it."""

ROOMS = [room for _, row in LAYERS for room in row]
HEIGHT = {room: len(LAYERS) - i for i, (_, row) in enumerate(LAYERS) for room in row}


def room_of(dotted: str) -> str:
    """The room of a module such as `qisim.study.run`; empty for qisim itself."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in HEIGHT else ""


def module_name(path: Path) -> str:
    """The dotted name of a module, its `__init__` included, so that relative imports resolve alike for all."""
    return ".".join(["qisim", *path.relative_to(PACKAGE).with_suffix("").parts])


def imported(source: str, module: str) -> Iterator[str]:
    """Dotted names of what a module uses of qisim, wherever in its text, also what only the type checker reads."""
    for node in ast.walk(ast.parse(source)):
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
    """What a module uses that does not stand below its own room."""
    own = room_of(module)
    if not own:  # qisim itself fetches its names from any room
        return []
    return [
        name
        for name in imported(source, module)
        if room_of(name) != own and HEIGHT.get(room_of(name), len(LAYERS) + 1) >= HEIGHT[own]
    ]


def uses() -> dict[str, set[str]]:
    """The rooms that each room imports from."""
    found: dict[str, set[str]] = {room: set() for room in ROOMS}
    for path in sorted(PACKAGE.rglob("*.py")):
        module = module_name(path)
        if own := room_of(module):
            found[own] |= {room_of(name) for name in imported(path.read_text(encoding="utf-8"), module)} - {own, ""}
    return found


def purpose(room: str) -> str:
    """The first paragraph of what a room says of itself."""
    file = PACKAGE / room / "__init__.py" if (PACKAGE / room).is_dir() else PACKAGE / f"{room}.py"
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split())


def table() -> str:
    """One row per room: what it is for, and what it uses."""
    rows = ["| room | what it is for | uses |", "| --- | --- | --- |"]
    used = uses()
    for room in ROOMS:
        below = sorted(used[room], key=ROOMS.index)
        rows.append(f"| `{room}` | {purpose(room)} | {', '.join(below) or 'nothing'} |")
    return "\n".join(rows) + "\n"


WIDTH, LEFT, ROW, BOX, GAP = 900, 130, 46, 32, 10
SHADES = {
    "commands": "#F3E3D3",
    "capabilities": "#DCE9F5",
    "shared": "#E3F1E3",
    "the model": "#F7EFC9",
    "the ground": "#E8E8E8",
}


def picture() -> str:
    """The rooms in their rows, as SVG."""
    height = ROW * len(LAYERS) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'role="img" aria-label="The rooms of qisim; each imports only from rows below its own">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
    ]
    part = ""
    for i, (name, row) in enumerate(LAYERS):
        part, top = name or part, 10 + i * ROW
        if name:
            parts.append(f'<text x="10" y="{top + 21}" font-size="15" font-weight="bold">{escape(name)}</text>')
        width = (WIDTH - LEFT - GAP * len(row)) / len(row)
        for j, room in enumerate(row):
            left = LEFT + j * (width + GAP)
            parts.append(
                f'<rect x="{left:.0f}" y="{top}" width="{width:.0f}" height="{BOX}" rx="5" fill="{SHADES[part]}" '
                f'stroke="#666"/><text x="{left + width / 2:.0f}" y="{top + 21}" font-size="14" '
                f'text-anchor="middle">{escape(room)}</text>'
            )
    parts.append(
        f'<text x="{LEFT}" y="{height - 8}" font-size="13" fill="#444">'
        "A room imports only from rows below its own.</text></svg>"
    )
    return "\n".join(parts) + "\n"


def main(check: bool) -> int:
    """Write page and picture, or compare them; the exit code."""
    page = PAGE.read_text(encoding="utf-8")
    wanted = {PAGE: SECTION.sub(lambda found: found[1] + table() + found[2], page), PICTURE: picture()}
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if check:
        for path in stale:
            print(f"{path.relative_to(ROOT)} differs from the code: run python docs/architecture.py", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
