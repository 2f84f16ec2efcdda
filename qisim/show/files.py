"""Charts as files of a results folder, for reports (svg) and slides (png)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qisim.show.chart import Chart, drawn
from qisim.show.style import figure_bytes


def chart_files(
    charts: dict[str, Chart[Any]], subject: Any, drawing: Callable[[int, int], None] | None = None
) -> dict[str, bytes]:
    """Each chart that has something to show, drawn once, as NAME.svg and NAME.png.

    `drawing` is told how many charts are drawn, of how many.
    """
    files: dict[str, bytes] = {}
    names = drawn(charts, subject)
    for done, name in enumerate(names):
        if drawing:
            drawing(done, len(names))
        figure = charts[name](subject)
        files |= {f"{name}.{form}": figure_bytes(figure, form) for form in ("svg", "png")}
    return files


def svgs(files: dict[str, bytes]) -> dict[str, bytes]:
    """The SVG files among them, by the names of their charts."""
    return {name.removesuffix(".svg"): content for name, content in files.items() if name.endswith(".svg")}
