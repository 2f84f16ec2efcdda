"""The outcome table, for the terminal and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qisim.outcomes import outcomes

if TYPE_CHECKING:
    from rich.table import Table

    from qisim.experiments.results import Results


def outcome_table(results: Results) -> Table:
    """Every outcome under its heading: value, 90% interval over runs, remark."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(results.scenario.title), caption=Text(_caption(results)), title_justify="left",
                  caption_justify="left", box=box.SIMPLE_HEAD)  # fmt: skip
    table.add_column("outcome")
    table.add_column("median of runs" if results.replicates > 1 else "the run")
    table.add_column("90% interval")
    table.add_column("note")
    for heading, rows in outcomes(results).items():
        if rows:
            table.add_row(Text(heading, style="bold"))
        for row in rows:
            table.add_row(Text("  " + row.name), Text(row.value), Text(row.spread), Text(row.note))
    return table


def outcome_rows(results: Results) -> list[dict[str, Any]]:
    """Every outcome as plain values that JSON can hold; `text` is the outcome as a sentence."""
    return [{"heading": heading, **row.row()} for heading, rows in outcomes(results).items() for row in rows]


def _caption(results: Results) -> str:
    runs = "1 run" if results.replicates == 1 else f"{results.replicates:,} runs"
    facilities = f"{len(results.facility_summary):,} facilities"
    return f"{runs}, seed {results.seed}, {facilities}, {results.scenario.months} months"
