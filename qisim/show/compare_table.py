"""The decision table, for the terminal, for reports and for machines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qisim.experiments import comparison_tables
from qisim.show.compare_words import answer, certainty, futures_text, gap_text, value_text

if TYPE_CHECKING:
    from rich.table import Table

    from qisim.experiments.compare import Compared
    from qisim.outcomes.decision import Finding

BEST = "best"


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
    return [f"{100 * share:.0f}" for share in finding.best_share]


def cells_against_first(finding: Finding) -> list[str]:
    """A measure's difference of each strategy to the first; the first itself is left out."""
    return [gap_text(finding.measure, finding.differences[i, 0]) for i in range(1, len(finding.estimates))]


def cells_against_best(finding: Finding) -> list[str]:
    """A measure's difference of each strategy to the one with the best mean."""
    return [
        BEST if i == finding.best else gap_text(finding.measure, finding.differences[i, finding.best])
        for i in range(len(finding.estimates))
    ]


def differing(compared: Compared) -> list[Finding]:
    """The measures that are not the same for all strategies in all futures."""
    return [finding for finding in compared.findings if (finding.by_run != finding.by_run[0]).any()]


def decision_tables(compared: Compared) -> list[Table]:
    """Values, differences to the first strategy, differences to the best, and how often each is the best."""
    heads = headed(compared)
    tables = [
        _table(compared, "Mean over futures (nine of ten futures lie within)", heads, value_cells),
        _table(compared, "Compared with A", heads[1:], cells_against_first),
        _table(compared, "Best in so many of 100 simulated futures (ties shared)", heads, best_cells),
    ]
    if len(heads) > 2:
        tables.insert(2, _table(compared, "Compared with the best of each line", heads, cells_against_best))
    return tables


def _table(compared: Compared, title: str, heads: list[str], cells: Callable[[Finding], list[str]]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("outcome")
    for head in heads:
        table.add_column(Text(head))
    for finding in compared.findings if cells is value_cells else differing(compared):
        table.add_row(Text(finding.measure.name), *(Text(cell) for cell in cells(finding)))
    return table


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
        gap = finding.differences[labels.index(row["strategy"]), labels.index(row["other"])]
        row["text"] = f"{gap_text(finding.measure, gap)}; {futures_text(finding.measure, gap)}"
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
