"""Progress of a long run on stderr: a bar with the time left, or plain lines where nobody watches a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qisim.terminal.say import complain, console

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SECONDS_BETWEEN_LINES = 10.0


class Watch:
    """What a run reports to: how much is done, and remarks."""

    def advance(self, done: int, total: int) -> None:
        """So many are done, of so many; none, when the work itself begins."""

    def say(self, text: str) -> None:
        """A remark."""
        complain(text)


@dataclass
class Bar(Watch):
    """A bar that grows, with the time left."""

    progress: Progress
    task: TaskID
    began: float

    def advance(self, done: int, total: int) -> None:
        if done == 0:
            self.began = time.monotonic()
            self.progress.reset(self.task, total=total)
        self.progress.update(self.task, completed=done, total=total, rate=_rate(done, time.monotonic() - self.began))

    def say(self, text: str) -> None:
        self.progress.console.print(text)


@dataclass
class Lines(Watch):
    """A line now and then, with the time left."""

    what: str
    began: float
    told: float
    rated: bool = False

    def advance(self, done: int, total: int) -> None:
        now = time.monotonic()
        if done == 0:
            self.began = now
        elif done < total and now - self.told >= SECONDS_BETWEEN_LINES:
            self.told = now
            left = (now - self.began) / done * (total - done)
            rate = _rate(done, now - self.began) if self.rated else ""
            complain(f"{self.what}: {done} of {total},{rate and f' {rate},'} about {left:.0f} seconds left")


def _rate(done: int, seconds: float) -> str:
    """How fast it goes, such as "250 a second"."""
    if done == 0 or seconds <= 0:
        return ""
    each = done / seconds
    return f"{each:,.0f} a second" if each >= 10 else f"{each:.1f} a second"


@contextmanager
def watching(what: str, *, rated: bool = False) -> Iterator[Watch]:
    """Show the progress of `what`, such as "Simulating"; `rated` tells how fast it goes, too."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        now = time.monotonic()
        yield Lines(what, now, now, rated)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate = [TextColumn("{task.fields[rate]}")] if rated else []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *rate, TextColumn("time left"))
    with Progress(*columns, TimeRemainingColumn(), console=screen, transient=True) as progress:
        yield Bar(progress, progress.add_task(what, total=None, rate=""), time.monotonic())
