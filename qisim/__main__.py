"""`qisim` and `python -m qisim`. Ctrl-C is heeded before anything else is loaded."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _uncaught(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        return sys.__excepthook__(kind, error, trace)
    os.write(2, b"\nStopped; nothing was written. The same command starts again.\n")
    os._exit(130)


sys.excepthook = _uncaught  # until the rest is loaded

from qisim.terminal.ctrl_c import heeded  # noqa: E402


def main() -> None:
    """Run the command line and leave with its exit code."""
    heeded(_command_line)


def _command_line() -> None:
    from qisim.cli import app

    app(prog_name="qisim")


if __name__ == "__main__":
    main()
