"""Ties that the user knows of: a CSV file of pairs of facilities."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from qisim.input.cells import number
from qisim.input.csv_file import CsvFile, listed, read_csv
from qisim.input.errors import MOST_LISTED, BadInput, Problem, cut, nearest, shown
from qisim.world.columns import slug
from qisim.world.geography import Floats, Ints
from qisim.world.ties import Ties

COLUMNS = ("from", "to", "weight")
MOST_WEIGHT = 1_000_000.0


def user_ties(path: Path, ids: list[str]) -> Ties:
    """The ties of a CSV file with the columns from, to (ids of facilities) and weight (above 0).

    Raises BadInput with every row that cannot be used; a pair may stand in one row only, whichever way round.
    """
    problems: list[Problem] = []
    file = _with_known_headers(read_csv(path, problems))
    rows = {value: row for row, value in enumerate(ids)}
    a, b = (_facilities(file, column, rows, problems) for column in ("from", "to"))
    weight = _weights(file, problems)
    problems += _pair_problems(file, a, b)
    if problems:
        raise listed(file.name, problems)
    return Ties("user", a, b, weight)


def _with_known_headers(raw: CsvFile) -> CsvFile:
    """The file with each header spelled as qisim spells it. Raises BadInput where one is missing or double."""
    names = {header: slug(header) if slug(header) in COLUMNS else header for header in raw.columns}
    spelled = list(names.values())
    problems = [
        raw.header_problem(header, f"means the same as {name!r}", "one of them")
        for place, (header, name) in enumerate(names.items())
        if name in spelled[:place]
    ]
    problems += [
        raw.header_problem(column, f"is missing; the file has {raw.in_words()}", ", ".join(COLUMNS),
                           nearest(column, raw.columns))
        for column in COLUMNS
        if column not in spelled
    ]  # fmt: skip
    if problems:
        raise BadInput(problems)
    columns = {names[header]: values for header, values in raw.columns.items()}
    return CsvFile(raw.name, columns, raw.lines, raw.header_line)


def _facilities(file: CsvFile, column: str, rows: dict[str, int], problems: list[Problem]) -> Ints:
    result = np.array([rows.get(value, -1) for value in file.columns[column]], dtype=np.int64)
    for count, row in enumerate(np.flatnonzero(result < 0).tolist()):
        value = file.columns[column][row]
        near = nearest(value, rows) if count < MOST_LISTED else ""
        problems.append(file.problem(row, column, f"no facility has the id {shown(value)}", nearest=near))
    return result


def _weights(file: CsvFile, problems: list[Problem]) -> Floats:
    weights = [number(text) for text in file.columns["weight"]]
    for row, weight in enumerate(weights):
        if weight is None or not 0 < weight <= MOST_WEIGHT:
            found = file.columns["weight"][row] or "nothing"
            problems.append(file.problem(row, "weight", f"found {cut(found)}", "a number above 0, up to 1,000,000"))
    return np.array([weight or 0.0 for weight in weights])


def _pair_problems(file: CsvFile, a: Ints, b: Ints) -> list[Problem]:
    problems = []
    first: dict[tuple[int, int], int] = {}
    for row, (one, other) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        if min(one, other) < 0:
            continue
        if one == other:
            problems.append(file.problem(row, "to", "ties a facility to itself", "another facility's id"))
        elif first.setdefault((min(one, other), max(one, other)), row) != row:
            line = file.lines[first[min(one, other), max(one, other)]]
            problems.append(file.problem(row, "from, to", f"this pair stands in line {line} already", "each pair once"))
    return problems
