"""How commands speak: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from qisim.input.errors import UNSEEN, harmless
from qisim.terminal import ctrl_c

if TYPE_CHECKING:
    from rich.console import Console

WIDTH_OF_A_FILE = 120
PREPARING = "Preparing the simulation for this computer, which takes one to three minutes; this is done once and kept."


@contextmanager
def stopping_means(text: str) -> Iterator[None]:
    """Say `text` where Ctrl-C comes from now on, when something may have been written."""
    ctrl_c.leaves(text)
    yield


def tell(text: str, *, err: bool = False) -> None:
    """Tell the user something on stdout; characters that terminals obey are written out."""
    typer.echo("\n".join(map(harmless, text.split("\n"))), err=err)


def tell_where(out: Path) -> None:
    """Say where the results of a command are."""
    tell(f"\nResults are in {out}: report.html to open or to print, charts, and tables for a spreadsheet.")


def complain(text: str) -> None:
    """Tell the user something on stderr."""
    tell(text, err=True)


def console(*, stderr: bool = False) -> Console:
    """A rich console that takes text as it is; wide enough for tables when its output goes to a file."""
    from rich.console import Console
    from rich.text import Text

    class Harmless(Console):
        """Texts of scenarios and files reach the screen without characters that terminals obey."""

        def render_str(self, text: str, **options: Any) -> Text:
            return super().render_str("\n".join(map(harmless, text.split("\n"))), **options)

    made = Harmless(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = WIDTH_OF_A_FILE
    return made


def command_line(*arguments: object) -> str:
    """A qisim command that can be run as it is printed, also where `qisim` is not on the PATH."""
    return shlex.join([*_program(), *(str(argument) for argument in arguments)])


def _program() -> list[str]:
    found, running = shutil.which("qisim"), Path(sys.argv[0])
    if running.stem == "qisim":
        return ["qisim"] if found and Path(found).resolve() == running.resolve() else [str(running)]
    if found and Path(found).resolve().parent == Path(sys.executable).parent.resolve():
        return ["qisim"]
    return [sys.executable, "-m", "qisim"]


def counted(number: int, one: str, several: str = "") -> str:
    """A number of things, such as "1 district" and "22 districts"."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def say_json(value: Any) -> None:
    """Print a value on stdout as JSON. Numbers that JSON does not know (not reached, infinite) become null."""
    text = json.dumps(_plain(value), indent=2, ensure_ascii=False, allow_nan=False)
    typer.echo(
        UNSEEN.sub(lambda found: found.group() if found.group() == "\n" else json.dumps(found.group())[1:-1], text)
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):  # a NumPy number
        value = value.item()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
