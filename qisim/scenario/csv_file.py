"""CSV files as they come from spreadsheets, read as text with the line of every row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from qisim.scenario.errors import BadInput, Problem, nearest, reading_failed
from qisim.scenario.files import CONTROL, check_file
from qisim.scenario.spreadsheet import plain

MOST_BYTES = 200_000_000
MOST_LISTED = 20
MOST_COMPARED = 2000
SEPARATORS = ",;\t"
BREAKS = dict.fromkeys(map(ord, "\t\r\n"), " ")


@dataclass(frozen=True)
class CsvFile:
    """The columns of a CSV file by header, as stripped text, one value a row; lines count from 1."""

    name: str
    columns: dict[str, list[str]]
    lines: list[int]
    header_line: int

    def __len__(self) -> int:
        return len(self.lines)

    def problem(self, row: int, column: str, what: str, allowed: str = "", nearest: str = "") -> Problem:
        """A problem with one value."""
        return Problem(self.name, what, column, self.lines[row], allowed, nearest)

    def header_problem(self, column: str, what: str, allowed: str = "", nearest: str = "") -> Problem:
        """A problem with a column as a whole."""
        return Problem(self.name, what, column, self.header_line, allowed, nearest)


def read_csv(path: Path) -> CsvFile:
    """Read a comma-, semicolon- or tab-separated UTF-8 file whose first row names the columns.

    Rows without any value are left out. Raises BadInput with every row that does not fit the header, or that holds
    control characters other than tabs and line breaks.
    """
    check_file(path, MOST_BYTES, "the right file")
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return _parse(str(path), stream)
    except (OSError, UnicodeDecodeError) as error:
        raise reading_failed(path, error) from None


def listed(name: str, problems: Iterable[Problem]) -> BadInput:
    """All problems of a file as one error: by line, the first `MOST_LISTED` spelled out."""
    ordered = sorted(problems, key=lambda problem: problem.line or 0)
    if len(ordered) > MOST_LISTED:
        more = Problem(name, f"and {len(ordered) - MOST_LISTED} more")
        ordered = [*ordered[:MOST_LISTED], more]
    return BadInput(ordered)


def nearest_id(value: str, ids: dict[str, int]) -> str:
    """The id that was probably meant; among very many, none is looked for, as that would take minutes."""
    return nearest(value, ids) if len(ids) <= MOST_COMPARED else ""


def _parse(name: str, stream: IO[str]) -> CsvFile:
    separator = _separator(stream)
    rows = _rows(name, stream, separator)
    header_line, header = next(rows, (0, []))
    if not header:
        raise BadInput(Problem(name, "is empty", allowed="a first row that names the columns, then a row for each"))
    while header and not header[-1]:
        header.pop()
    problems = _header_problems(name, header_line, header)
    lines, kept = [], []
    for line, row in rows:
        if any(row[len(header) :]) or len(row) < len(header):
            problems.append(
                Problem(name, f"has {len(row)} values; the first row names {len(header)} columns", line=line)
            )
        if CONTROL.search("".join(row)):
            problems += _unseen(name, line, zip(header, row, strict=False))
        lines.append(line)
        kept.append(row[: len(header)])
    if problems:
        raise listed(name, problems)
    if not kept:
        raise BadInput(Problem(name, "has no row below the one that names the columns"))
    return CsvFile(name, {column: [row[i] for row in kept] for i, column in enumerate(header)}, lines, header_line)


def _unseen(name: str, line: int, cells: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    """Values with characters that cannot be seen; spreadsheets put tabs and line breaks in long texts."""
    for column, value in cells:
        found = CONTROL.search(value.translate(BREAKS))
        if found:
            yield Problem(name, f"holds the control character {found.group()!r}", column, line, "a text without it")


def _separator(stream: IO[str]) -> str:
    """The separator that makes most columns of the first line that says anything."""
    first = next((line for line in stream if line.strip()), "")[: csv.field_size_limit()]
    stream.seek(0)
    return max(SEPARATORS, key=lambda separator: len(next(csv.reader([first], delimiter=separator), [])))


def _rows(name: str, stream: IO[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with any value, stripped, each with the line it starts in."""
    reader = csv.reader(stream, delimiter=separator, strict=True)
    line = 1
    try:
        for row in reader:
            values = [plain(value.strip()) for value in row]
            if any(values):
                yield line, values
            line = reader.line_num + 1
    except csv.Error as error:
        what = 'cannot be read from here on: a quotation mark (") is not closed, or stands within a value'
        if "field limit" in str(error):
            too_long = f"a value is longer than {csv.field_size_limit():,} characters"
            closed = reader.line_num <= line
            what = too_long if closed else f'{too_long}; perhaps a quotation mark (") is not closed'
        raise BadInput(Problem(name, what, line=line)) from None


def _header_problems(name: str, line: int, header: list[str]) -> list[Problem]:
    problems = [
        Problem(name, f"names the column {column!r} twice", column, line)
        for i, column in enumerate(header)
        if column and column in header[:i]
    ]
    problems += [
        Problem(name, f"found the column {column!r}", line=line, allowed="names without control characters")
        for column in header
        if CONTROL.search(column)
    ]
    if "" in header:
        problems.append(Problem(name, f"column {header.index('') + 1} has no name", line=line))
    return problems
