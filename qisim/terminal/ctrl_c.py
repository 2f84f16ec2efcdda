"""Ctrl-C from the first line of a command to its last: it ends in one line and exit code 130, wherever it comes.

Python raises KeyboardInterrupt at whatever line it has reached. In a callback from C nobody can catch it: it is printed
and lost. In the middle of an import it turns into other errors. So it is raised again until it is on its way up, and
Python itself reports nothing of what came of it.
"""

from __future__ import annotations

import os
import signal
import sys
from time import monotonic

TYPE_CHECKING = False  # importing typing would leave the first thousandths of a second unguarded
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any, NoReturn

STOPPED = 130
NOTHING_WRITTEN = "nothing was written. The same command starts again."
AGAIN = 0.05
"""Seconds after which an interrupt that was lost is raised again."""
PATIENCE = 1.0
"""Seconds that a command may take to clear up, before one more Ctrl-C ends it in the middle of that."""
SHOW_CURSOR = "\x1b[?25h"


class _Guard:
    """What this process knows of Ctrl-C."""

    def __init__(self) -> None:
        self.on = self.said = False
        self.came: float | None = None
        self.leaves = NOTHING_WRITTEN

    def begin(self) -> None:
        sys.excepthook, sys.unraisablehook = self.uncaught, self.unraisable
        signal.signal(signal.SIGINT, self.pressed)
        if hasattr(signal, "setitimer"):  # not on every system
            signal.signal(signal.SIGALRM, self.again)
        self.on = True

    def pressed(self, number: int, frame: FrameType | None) -> None:
        now = monotonic()
        if self.came is not None and now - self.came > PATIENCE:
            self.end_at_once()
        self.came = self.came or now
        self.insist()
        self.again(number, frame)

    def insist(self) -> None:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, AGAIN, AGAIN)

    def again(self, number: int, frame: FrameType | None) -> None:
        if not _on_its_way():
            raise KeyboardInterrupt

    def unraisable(self, lost: Any) -> None:
        if issubclass(lost.exc_type, KeyboardInterrupt):
            self.came = self.came or monotonic()
            self.insist()
        elif self.came is None:
            sys.__unraisablehook__(lost)

    def uncaught(self, kind: type[BaseException], error: BaseException, trace: Any) -> None:
        """Some libraries written in C print the errors of their imports themselves, in this way."""
        if self.came is None and not issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)

    def deaf(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_IGN)

    def say(self) -> None:
        if not self.said:
            os.write(2, f"{last_words()}\n".encode())

    def end_at_once(self) -> NoReturn:
        if os.isatty(2):  # a bar may have hidden it
            os.write(2, SHOW_CURSOR.encode())
        self.say()
        os._exit(STOPPED)

    def end(self) -> NoReturn:
        self.deaf()
        self.say()
        exec("")  # or Python, where the interrupt has passed an exec of some library, ends by a signal after all
        sys.exit(STOPPED)


_guard = _Guard()


def _on_its_way() -> bool:
    """Whether what runs now is the clearing up after an interrupt."""
    error = sys.exception()
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def heeded(command: Callable[[], None]) -> None:
    """Run a command so that Ctrl-C ends it as it should; where Ctrl-C is ignored from the start, it stays so."""
    if _guard.on or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        command()
        return
    try:
        _guard.begin()
        command()
        too_late()
    except BaseException as error:
        if _guard.came is not None or isinstance(error, KeyboardInterrupt):
            _guard.end()
        _guard.deaf()
        raise


def leaves(text: str) -> None:
    """From now on, Ctrl-C leaves behind what `text` says."""
    _guard.leaves = text


def last_words() -> str:
    """What the user is to read after Ctrl-C; whoever takes it says it."""
    _guard.said = True
    return f"\nStopped; {_guard.leaves}"


def too_late() -> None:
    """The command has done all that was asked: from now on Ctrl-C changes nothing. Raises one that got lost before."""
    if _guard.on:
        if _guard.came is not None:
            raise KeyboardInterrupt
        _guard.deaf()
