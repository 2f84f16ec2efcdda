"""The decision table, for the terminal, for reports and for machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from qisim.comparison import tables as comparison_tables
from qisim.comparison.words import NOT_TOLD, answer, certainty, futures_text, gap_text, value_text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.table import Table

    from qisim.comparison.decision import Finding
    from qisim.comparison.experiment import Compared

BEST, NOT_COMPARED = "best", "not compared"

SHARE_BEST = "Best in so many of 100 simulated futures (ties shared), where one is clearly the best on average"

NAMES, COLUMN = 30, 20
"""Least columns of the screen for the names of measures and for each strategy, if they are to stand side by side."""


def headed(compared: Compared) -> list[str]:
    """The strategies' labels, those that are dominated marked."""
    return [
        f"{strategy.label} (dominated)" if place in compared.dominated else strategy.label
        for place, strategy in enumerate(compared.strategies)
    ]


def value_cells(finding: Finding) -> list[str]:
    """A measure's value under each strategy."""
    return [value_text(finding, place) for place in range(len(finding.estimates))]


def best_cells(finding: Finding) -> list[str]:
    """In how many of 100 simulated futures each strategy is the best, ties shared."""
    return [
        NOT_TOLD if why else f"{100 * share:.0f}" if place in finding.rivals else NOT_COMPARED
        for place, (why, share) in enumerate(zip(finding.untold, finding.best_share, strict=True))
    ]


def cells_against_first(finding: Finding) -> list[str]:
    """A measure's difference of each strategy to the first; the first itself is left out."""
    return [gap_text(finding, i, 0) for i in range(1, len(finding.estimates))]


def cells_against_best(finding: Finding) -> list[str]:
    """A measure's difference of each strategy to the best mean, which is called best where that is clear."""
    best, leader = finding.clear_best, finding.leader
    reference = "lowest mean" if finding.measure.less_is_better else "highest mean"
    return [
        BEST if i in best else reference if i == leader else gap_text(finding, i, leader)
        for i in range(len(finding.estimates))
    ]


def differing(compared: Compared) -> list[Finding]:
    """The measures that are not the same for all strategies in all futures."""
    return [finding for finding in compared.findings if finding.differs]


def with_best(compared: Compared) -> list[Finding]:
    """The measures by which a strategy is clearly the best."""
    return [finding for finding in compared.findings if finding.clear_best]


def shown(compared: Compared, cells: Callable[[Finding], list[str]]) -> list[Finding]:
    """The measures that have a row in a table with these cells."""
    if cells is value_cells:
        return compared.findings
    return with_best(compared) if cells is best_cells else differing(compared)


class DecisionTable:
    """A row a measure, the main ones first; a column a strategy, or below each other where the screen is narrow."""

    def __init__(self, compared: Compared, title: str, heads: list[str], cells: Callable[[Finding], list[str]]):
        self.title, self.heads, self.cells = title, heads, cells
        self.findings = shown(compared, cells)
        main = [place for place, finding in enumerate(self.findings) if finding.measure.main]
        self.last_main = main[-1] if main else -1

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """What rich asks of an object that it is to print."""
        beside = options.max_width >= NAMES + COLUMN * len(self.heads)
        yield self._beside() if beside else self._below()

    def _beside(self) -> Table:
        from rich.text import Text

        table = self._empty("outcome", *self.heads)
        for place, finding in enumerate(self.findings):
            cells = (Text(cell) for cell in self.cells(finding))
            table.add_row(Text(finding.measure.name), *cells, end_section=place == self.last_main)
        return table

    def _below(self) -> Table:
        """Each measure as a heading over the strategies."""
        from rich.text import Text

        table = self._empty("", "")
        table.columns[0].max_width = NAMES
        for place, finding in enumerate(self.findings):
            table.add_row(Text(finding.measure.name, style="bold"), "")
            cells = list(zip(self.heads, self.cells(finding), strict=True))
            for head, cell in cells:
                last = place == self.last_main and (head, cell) == cells[-1]
                table.add_row(Text(f"  {head}"), Text(cell), end_section=last)
        return table

    def _empty(self, *heads: str) -> Table:
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(title=Text(self.title), title_justify="left", box=box.SIMPLE_HEAD, show_header=any(heads))
        for head in heads:
            table.add_column(Text(head))
        return table


def decision_tables(compared: Compared) -> list[DecisionTable]:
    """Values, differences to the first strategy, differences to the best, and how often each is the best."""
    heads = headed(compared)
    tables = [
        DecisionTable(compared, "Mean over futures (nine of ten futures lie within)", heads, value_cells),
        DecisionTable(compared, "Compared with A", heads[1:], cells_against_first),
    ]
    if len(heads) > 2:
        tables.append(DecisionTable(compared, "Compared with the best of each line", heads, cells_against_best))
    if with_best(compared):
        tables.append(DecisionTable(compared, SHARE_BEST, heads, best_cells))
    return tables


def comparison_rows(compared: Compared) -> dict[str, Any]:
    """The whole comparison as plain values that JSON can hold."""
    labels = [strategy.label for strategy in compared.strategies]
    found = {finding.measure.key: finding for finding in compared.findings}
    outcomes = comparison_tables.outcomes(compared).to_dict("records")
    for row in outcomes:
        row["text"] = value_text(found[row["measure"]], labels.index(row["strategy"]))
    gaps = comparison_tables.differences(compared).to_dict("records")
    for row in gaps:
        finding = found[row["measure"]]
        pair = labels.index(row["strategy"]), labels.index(row["other"])
        row["text"] = f"{gap_text(finding, *pair)}; {futures_text(finding.measure, finding.differences[pair])}"
    return {
        "strategies": [{"label": strategy.label, "name": strategy.name} for strategy in compared.strategies],
        "seed": compared.seed,
        "replicates": compared.replicates,
        "precision": compared.precision,
        "precise": compared.precise,
        "answer": answer(compared),
        "certainty": certainty(compared),
        "outcomes": outcomes,
        "differences": gaps,
        "dominated": {labels[i]: [labels[j] for j in by] for i, by in compared.dominated.items()},
    }
