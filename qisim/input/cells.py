"""Numbers in the cells of a CSV file."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from qisim.input.csv_file import CsvFile
from qisim.input.errors import Problem, cut


def numbers(
    file: CsvFile, column: str, problems: list[Problem], low: float, high: float, whole: bool = False
) -> npt.NDArray[np.float64]:
    """A column as float64, one value a row; NaN where the cell is empty or the column missing.

    Cells that hold no number from `low` to `high` (a whole one if `whole`) are added to `problems`.
    """
    result = np.full(len(file), np.nan)
    for row, text in enumerate(file.columns.get(column, [])):
        if not text:
            continue
        value = number(text)
        if value is None or not low <= value <= high or (whole and value != int(value)):
            problems.append(file.problem(row, column, f"found {cut(text)}", _allowed(text, value, low, high, whole)))
        else:
            result[row] = value
    return result


def number(text: str) -> float | None:
    """The finite number that `text` writes, with a decimal point; None if it writes none."""
    try:
        value = float(text) if "_" not in text else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _allowed(text: str, value: float | None, low: float, high: float, whole: bool) -> str:
    allowed = f"{'whole numbers ' if whole else ''}{low:g} to {high:g}"
    comma = number(text.replace(",", "."))
    percent = value if value is not None else number(text.rstrip("% "))
    if (low, high) == (0, 1) and percent is not None and 0 <= percent <= 100:
        return f"{allowed}, e.g. {percent / 100:g}"
    if value is None and comma is not None:
        return f"{allowed}, with a decimal point: {comma:g}"
    return allowed if value is not None else f"a number: {allowed}, or nothing where untold"
