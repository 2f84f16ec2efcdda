"""Points of the user's own: a CSV table with a row a point and a column a factor."""

from __future__ import annotations

import csv
import warnings
from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import ValidationError

from qisim.input.cells import number
from qisim.input.csv_file import SEPARATORS, read_csv
from qisim.input.errors import MOST_LISTED, BadInput, Problem, nearest, reading_failed, shown
from qisim.input.files import check_file, read_start
from qisim.scenario.edit import overlaps, undone
from qisim.scenario.schema import Scenario
from qisim.sweeps.design import Design, Factor
from qisim.sweeps.design_check import MOST_DIMENSIONS, about_the_key, refused, with_nearest

MOST_BYTES = 1_000_000_000
MOST_HEADER, MOST_NAME = 2_000_000, 120
"""Bytes of the first row, and characters of a name in it."""
MOST_WHOLE = 2**53
MOST_TOLD = 3
"""How many bad values of a column are told."""
MOST_TEXTS = 200
"""How many texts of a column are tried."""


def own_points(design: Design, scenario: Scenario) -> tuple[list[Factor], dict[str, npt.NDArray[Any]]]:
    """The factors and their columns; without factors in the design, the columns are keys.

    Raises BadInput with the line and column of values that the scenario cannot have.
    """
    assert design.file is not None
    path = design.origin.folder / design.file
    check_file(path, MOST_BYTES, "a table of points")
    table = _read(path).drop(columns="point", errors="ignore")
    factors = list(design.factors) or [Factor.model_validate({"key": column}) for column in table.columns]
    _check_columns(design, path, factors, list(table.columns))
    lost = overlaps(scenario, [factor.key for factor in factors])
    if lost:
        raise BadInput([Problem(str(path), undone(other), key, 1) for key, other in lost])
    for factor in factors:
        table[factor.called] = _as_meant(table[factor.called])
    bad = list(_empty(table))
    for factor in factors:
        bad += _bad(scenario, factor, table[factor.called])
        if len(bad) > MOST_LISTED:
            break
    if bad:
        raise BadInput(_with_lines(path, bad))
    return factors, {factor.called: table[factor.called].to_numpy() for factor in factors}


@dataclass(frozen=True)
class _Header:
    """The first row that says anything: how many lines stand above it, its separator, and the names in it."""

    above: int
    separator: str
    names: list[str]


def _header(path: Path) -> _Header:
    """The header of a table. Raises BadInput where it names no columns, or cannot be one."""
    try:
        lines = getincrementaldecoder("utf-8-sig")().decode(read_start(path, MOST_HEADER + 1)).splitlines()
    except UnicodeDecodeError as error:
        raise reading_failed(path, error) from None
    above = next((place for place, line in enumerate(lines) if line.strip(SEPARATORS + " ")), None)
    if above is None:
        raise BadInput(Problem(str(path), "is empty", allowed="a first row that names the columns, then a row a point"))
    line = lines[above]
    if "\0" in line:
        raise BadInput(Problem(str(path), "is not UTF-8 text; save it as UTF-8 (in Excel: 'CSV UTF-8')"))
    separator = max(SEPARATORS, key=line.count)
    try:
        names = [name.strip() for name in next(csv.reader([line], delimiter=separator))]
    except csv.Error:  # a name that is too long
        names = [line]
    while len(names) > 1 and not names[-1]:
        names.pop()
    problems = list(_wrong_names(names))
    if problems:
        raise BadInput(Problem(str(path), what, "", above + 1, allowed) for what, allowed in problems[:MOST_LISTED])
    return _Header(above, separator, names)


def _wrong_names(names: list[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with the names of columns, and what is allowed."""
    if len(names) > MOST_DIMENSIONS + 1:
        yield f"names {len(names):,} columns", f"{MOST_DIMENSIONS:,} at most"
        return
    for place, name in enumerate(names, 1):
        try:
            Factor.model_validate({"key": name})
        except ValidationError:
            if not name:
                yield f"column {place} has no name", "a name for each column"
            elif len(name) > MOST_NAME:
                yield f"names a column in {len(name):,} characters", f"{MOST_NAME} at most"
            else:
                yield f"found the column {shown(name)}", "a text in one line, without tabs"
    yield from (
        (f"names the column {shown(name)} twice", "each once") for name, n in Counter(names).items() if n > 1 and name
    )


def _read(path: Path) -> pd.DataFrame:
    header = _header(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # of values that no column would hold
            table = pd.read_csv(
                path, sep=header.separator, encoding="utf-8-sig", keep_default_na=False, na_values=[""],
                index_col=False, skipinitialspace=True, low_memory=False, skiprows=header.above,
            )  # fmt: skip
    except (UnicodeDecodeError, OSError) as error:
        raise reading_failed(path, error) from None
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError, ValueError) as error:
        read_csv(path)  # tells the line of what is wrong
        raise BadInput(Problem(str(path), f"cannot be read as a table: {error}")) from None
    if not len(table):
        raise BadInput(Problem(str(path), "has no rows", allowed="a row a point"))
    nameless = table.columns[len(header.names) :]
    if table[nameless].notna().any(axis=None):
        what = f"has values in {len(table.columns)} columns, of which the first row names {len(header.names)}"
        raise BadInput(Problem(str(path), what, "", header.above + 1))
    return table.drop(columns=nameless).set_axis(header.names, axis=1)


def _as_meant(column: pd.Series) -> pd.Series:
    """Whole numbers as such, also where a spreadsheet wrote 3.0 or left a cell empty; texts without spaces around."""
    if pd.api.types.is_float_dtype(column):
        whole = column.notna().all() and (column == np.floor(column)).all() and column.abs().max() < MOST_WHOLE
        return column.astype(np.int64) if whole else column
    return column.str.strip() if pd.api.types.is_string_dtype(column) else column


def _check_columns(design: Design, path: Path, factors: list[Factor], columns: list[str]) -> None:
    names = [factor.called for factor in factors]
    problems = [
        Problem(str(path), f"has no column {shown(name)}", "", 1, _some(columns), nearest(name, columns))
        for name in names
        if name not in columns
    ]
    problems += [
        Problem(str(path), "is a column of no factor", column, 1, _some(names), nearest(column, names))
        for column in columns
        if column not in names
    ]
    if problems or not columns:
        raise BadInput(problems[:MOST_LISTED] or Problem(str(path), "has no column of a factor"))


def _some(names: list[str]) -> str:
    return ", ".join(names[:MOST_LISTED]) + (" and so on" if len(names) > MOST_LISTED else "")


Bad = tuple[int | None, Problem]
"""What is wrong with the value of a row, or with a column as a whole; its line is still to be told."""


def _empty(table: pd.DataFrame) -> Iterator[Bad]:
    for column in table.columns:
        for row in np.flatnonzero(table[column].isna())[:MOST_TOLD].tolist():
            yield row, Problem("", "is empty", column)


def _bad(scenario: Scenario, factor: Factor, column: pd.Series) -> list[Bad]:
    """The values of a factor that the scenario cannot have, the first few of them."""
    values = column.dropna()
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    found: list[Bad] = []
    for value, problem in _bad_numbers(scenario, factor, values) if numeric else _bad_texts(scenario, factor, values):
        if about_the_key(problem):
            near = problem.nearest and with_nearest(factor.key, problem)
            return [(None, Problem("", problem.what, factor.key, None, problem.allowed, near))]
        rows = np.flatnonzero((column == value).to_numpy(dtype=bool, na_value=False))
        found.append((int(rows[0]), Problem("", problem.what, factor.called, None, problem.allowed, problem.nearest)))
    return found


Refused = Iterator[tuple[Any, Problem]]


def _bad_numbers(scenario: Scenario, factor: Factor, values: pd.Series) -> Refused:
    """What a key allows lies between two limits, perhaps whole numbers only; so it is tried from both ends."""
    ordered = np.unique(values.to_numpy())
    broken = ordered[ordered != np.floor(ordered)]
    told: set[float] = set()
    for row in (ordered, ordered[::-1], broken):
        for value in map(_whole, row[:MOST_TOLD].tolist()):
            problems = [] if value in told else refused(scenario, factor, value)
            if value not in told and not problems:
                break
            told.add(value)
            yield from ((value, problem) for problem in problems[:1])


def _bad_texts(scenario: Scenario, factor: Factor, values: pd.Series) -> Refused:
    """Where only some are numbers, those are tried as such, so that what is wrong is told of the others."""
    texts = values.unique()[:MOST_TEXTS].tolist()
    meant = [number(text) if isinstance(text, str) else None for text in texts]
    told = 0
    for text, meaning in zip(texts, meant, strict=True):
        problems = refused(scenario, factor, _whole(meaning) if meaning is not None else text)
        if problems and told < MOST_TOLD:
            told += 1
            yield text, problems[0]
    if not told and any(meaning is not None for meaning in meant):
        for text in texts:
            yield from ((text, problem) for problem in refused(scenario, factor, text)[:1])


def _whole(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


def _with_lines(path: Path, bad: list[Bad]) -> list[Problem]:
    """Problems with the lines of their rows."""
    rows = {row for row, _ in bad if row is not None}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, delimiter=_header(path).separator)
        lines = {row: line for row, line in enumerate(_lines(reader), -1) if row in rows}
    placed = [
        Problem(str(path), p.what, p.key, 1 if row is None else lines.get(row), p.allowed, p.nearest) for row, p in bad
    ]
    return sorted(placed, key=lambda problem: problem.line or 0)[:MOST_LISTED]


def _lines(reader: Any) -> Iterator[int]:
    """The line in which each row that is not blank begins, the header's first."""
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row) or len(row) > 1:
                yield line
            line = reader.line_num + 1
    except csv.Error:  # a value that is too long, in this row
        yield line
