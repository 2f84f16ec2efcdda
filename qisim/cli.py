"""The command line. A command is added by `command.py` in its room and its line in `COMMANDS`.

Exit codes: 0 done, 1 failed, 2 bad input, 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from qisim.calibration.command import calibrate
from qisim.charts import fonts
from qisim.check.check import check
from qisim.check.new import new
from qisim.check.params import params
from qisim.comparison.command import compare
from qisim.evaluate.command import evaluate
from qisim.evidence.command import evidence
from qisim.input.errors import BadInput
from qisim.replay.command import replay
from qisim.scenario.version import __version__
from qisim.sensitivities.command import sensitivity
from qisim.study.command import run
from qisim.sweeps.command import sweep
from qisim.terminal import ctrl_c
from qisim.terminal.say import complain
from qisim.tracking.command import track

COMMANDS: list[Callable[..., None]] = [
    run, compare, sweep, sensitivity, track, calibrate, evaluate, evidence, replay, check, new, params,
]  # fmt: skip

FAILED, BAD_INPUT = 1, 2


class Commands(TyperGroup):
    """The commands, and how each of them ends when it cannot do what it was asked."""

    def invoke(self, ctx: Any) -> Any:
        ctrl_c.leaves(ctrl_c.NOTHING_WRITTEN)
        try:
            result = super().invoke(ctx)
            if note := fonts.note():
                complain(note)
            ctrl_c.too_late()
            return result
        except BadInput as error:
            complain(str(error))
            raise typer.Exit(BAD_INPUT) from None
        except KeyboardInterrupt:
            complain(ctrl_c.last_words())
            raise typer.Exit(ctrl_c.STOPPED) from None
        except MemoryError:
            complain("There is not enough memory for this; ask for fewer replicates, or leave out --detail.")
            raise typer.Exit(FAILED) from None
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            complain(f"{error.filename or _output()}: {error.strerror or error}")
            raise typer.Exit(FAILED) from None


def _output() -> str:
    """The output that could not be written to; what is left to be written is dropped, or it would fail once more."""
    with suppress(OSError, ValueError), Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return "standard output"


app = typer.Typer(
    cls=Commands,
    name="qisim",
    help="Simulate how improvement collaboratives spread through the facilities of a health system.",
    epilog="Start with: qisim new my_scenario.toml, then qisim run my_scenario.toml",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # formatting the help with rich would take half of its time
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"qisim {__version__}")
        raise typer.Exit()


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    pass


for _command in COMMANDS:
    app.command()(_command)


def main() -> None:
    """Run the command line and leave with its exit code."""
    ctrl_c.heeded(lambda: app(prog_name="qisim"))
