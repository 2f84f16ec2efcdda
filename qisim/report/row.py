"""A row of a table in a report."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """A row of a table: what it is about, its cells, and which of them are the best."""

    head: str
    cells: list[str]
    best: list[int] = field(default_factory=list)
