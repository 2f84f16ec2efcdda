"""The outcome table, for the terminal and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qisim.outcomes import outcomes
from qisim.outcomes.intervals import LEVEL, runs_needed, supported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.table import Table

    from qisim.outcomes.outcome import Outcome
    from qisim.study.results import Results

NARROW = 100
"""On screens with fewer columns remarks stand below the outcome, not beside it."""

INDENT = 2


class OutcomeTable:
    """Every outcome under its heading: value, 90% interval over runs, remark; laid out for the width of the screen."""

    def __init__(self, results: Results):
        self.title, self.caption, self.parts = results.scenario.title, _caption(results), outcomes(results)
        self.several, self.intervals = results.replicates > 1, supported(LEVEL, results.replicates)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """What rich asks of an object that it is to print."""
        yield self._table(options.max_width)

    def _table(self, width: int) -> Table:
        """The table with remarks beside the outcomes, or below them where the screen is narrow."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(title=Text(self.title), caption=Text(self.caption), title_justify="left",
                      caption_justify="left", box=box.SIMPLE_HEAD)  # fmt: skip
        beside = width >= NARROW
        table.add_column("outcome")
        table.add_column("median of runs" if self.several else "the run", max_width=None if beside else width // 4)
        if self.intervals:
            table.add_column(f"{LEVEL:.0%} interval")
        if beside:
            table.add_column("note")
        for heading, rows in self.parts.items():
            if rows:
                table.add_row(Text(heading, style="bold"))
            for row in rows:
                table.add_row(*self._cells(row, beside))
        return table

    def _cells(self, row: Outcome, beside: bool) -> list[RenderableType]:
        """Text is set in, its second line as far as its first."""
        from rich.console import Group
        from rich.padding import Padding
        from rich.text import Text

        name: list[RenderableType] = [Padding(Text(row.name), (0, 0, 0, INDENT))]
        if row.note and not beside:
            name.append(Padding(Text(row.note, style="italic"), (0, 0, 0, 2 * INDENT)))
        told = [row.value, *([row.spread] if self.intervals else []), *([row.note] if beside else [])]
        return [Group(*name), *map(Text, told)]


def outcome_table(results: Results) -> OutcomeTable:
    """Every outcome, for a rich console to print."""
    return OutcomeTable(results)


def outcome_rows(results: Results) -> list[dict[str, Any]]:
    """Every outcome as plain values that JSON can hold; `text` is the outcome as a sentence."""
    return [{"heading": heading, **row.row()} for heading, rows in outcomes(results).items() for row in rows]


def _caption(results: Results) -> str:
    runs = "1 run" if results.replicates == 1 else f"{results.replicates:,} runs"
    facilities = f"{len(results.facility_summary):,} facilities"
    told = f"{runs}, seed {results.seed}, {facilities}, {results.scenario.months} months"
    if supported(LEVEL, results.replicates):
        return told
    return f"{told}\nToo few runs for an interval: {runs_needed(LEVEL)} are needed for {LEVEL:.0%}"
