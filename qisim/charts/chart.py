"""What a chart of a registry says of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from matplotlib.figure import Figure

T = TypeVar("T")


@dataclass(frozen=True)
class Chart(Generic[T]):
    """A chart, its heading in a report, how to read it, and whether there is anything for it to show."""

    draw: Callable[[T], Figure]
    title: str
    reading: str
    applies: Callable[[T], bool] = lambda _: True

    def __call__(self, subject: T) -> Figure:
        return self.draw(subject)


def drawn(charts: dict[str, Chart[Any]], subject: Any) -> list[str]:
    """The names of the charts that have something to show."""
    return [name for name, chart in charts.items() if chart.applies(subject)]
