"""Charts as files of a results folder, for reports (svg) and slides (png)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from qisim.charts.chart import Chart, drawn
from qisim.charts.style import figure_bytes


@contextmanager
def noting(faults: list[str] | None, what: str) -> Iterator[None]:
    """Note any fault of the block in `faults` and go on after it; without such a list it is raised.

    Tables that took hours are worth keeping whatever is wrong with a chart of them.
    """
    try:
        yield
    except Exception as error:
        if faults is None:
            raise
        said = str(error).partition("\n")[0]
        faults.append(f"{what} could not be made: {type(error).__name__}{f': {said}' if said else ''}")


def report_files(
    charts: dict[str, Chart[Any]],
    subject: Any,
    report: Callable[[Any, Mapping[str, bytes]], bytes],
    drawing: Callable[[int, int], None] | None = None,
    faults: list[str] | None = None,
) -> dict[str, bytes]:
    """Report and charts as files of a results folder by name; `drawing` and `faults` as in `chart_files`."""
    figures = chart_files(charts, subject, drawing, faults)
    files = {f"charts/{name}": content for name, content in figures.items()}
    with noting(faults, "the report"):
        files["report.html"] = report(subject, svgs(figures))
    return files


def chart_files(
    charts: dict[str, Chart[Any]],
    subject: Any,
    drawing: Callable[[int, int], None] | None = None,
    faults: list[str] | None = None,
    forms: Sequence[Literal["svg", "png"]] = ("svg", "png"),
) -> dict[str, bytes]:
    """Each chart that has something to show, drawn once, as NAME.svg and NAME.png, or in one of the `forms` alone.

    `drawing` is called with how many charts are drawn, of how many. With `faults`, a list, a chart that fails is left
    out and the fault is added to it.
    """
    files: dict[str, bytes] = {}
    names: list[str] = []
    with noting(faults, "charts"):
        names = drawn(charts, subject)
    for done, name in enumerate(names):
        if drawing:
            drawing(done, len(names))
        with noting(faults, f"the chart {name}"):
            figure = charts[name](subject)
            files |= {f"{name}.{form}": figure_bytes(figure, form) for form in forms}
    return files


def svgs(files: dict[str, bytes]) -> dict[str, bytes]:
    """The SVG files among them, by the names of their charts."""
    return {name.removesuffix(".svg"): content for name, content in files.items() if name.endswith(".svg")}
