"""Progress of a long run on stderr: a bar with the time left, or plain lines where nobody watches a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qisim.commands.say import complain, console

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

    def advance(self, done: int, total: int) -> None:
        if done == 0:
            self.progress.reset(self.task, total=total)
        self.progress.update(self.task, completed=done, total=total)

    def say(self, text: str) -> None:
        self.progress.console.print(text)


@dataclass
class Lines(Watch):
    """A line now and then, with the time left."""

    what: str
    began: float
    told: float

    def advance(self, done: int, total: int) -> None:
        now = time.monotonic()
        if done == 0:
            self.began = now
        elif done < total and now - self.told >= SECONDS_BETWEEN_LINES:
            self.told = now
            left = (now - self.began) / done * (total - done)
            complain(f"{self.what}: {done} of {total}, about {left:.0f} seconds left")


@contextmanager
def watching(what: str) -> Iterator[Watch]:
    """Show the progress of `what`, such as "Simulating"."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        now = time.monotonic()
        yield Lines(what, now, now)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("time left"))
    with Progress(*columns, TimeRemainingColumn(), console=screen, transient=True) as progress:
        yield Bar(progress, progress.add_task(what, total=None))
