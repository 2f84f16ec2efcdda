"""CSV files as they come from spreadsheets, read as text with the line of every row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from qisim.input.errors import BadInput, Problem, cut, not_text, shown
from qisim.input.files import CONTROL, json_in, read_file
from qisim.input.spreadsheet import plain

MOST_BYTES = 200_000_000
MOST_COLUMNS = 1000
MOST_NAMED = 20
"""Columns of a file that a message lists."""
NOT_DECODED = re.compile("[\ud800-\udfff]")
"""What stands for a byte that is not UTF-8."""
OTHER_FILES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff")
"""Beginnings of files that are no UTF-8 text at all: workbooks, and texts in UTF-16."""
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

    def in_words(self) -> str:
        """The columns there are, for a message."""
        names = [cut(column, 40) for column in self.columns]
        return ", ".join(names[:MOST_NAMED]) + (", ..." if len(names) > MOST_NAMED else "")


def read_csv(path: Path, problems: list[Problem] | None = None, most_rows: int | None = None) -> CsvFile:
    """Read a comma-, semicolon- or tab-separated UTF-8 file whose first row names the columns.

    Rows without any value are left out. Raises BadInput with every row that does not fit the header, or that holds
    control characters other than tabs and line breaks, or bytes that are not UTF-8; with a list of `problems`, single
    values of which the latter is true are added to it, for whoever looks for more.
    """
    data = read_file(path, MOST_BYTES, "the right file")
    if data.startswith(OTHER_FILES):
        raise BadInput(Problem(str(path), not_text(path.suffix, data[:8])))
    with io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        other = json_in(stream.read(io.DEFAULT_BUFFER_SIZE))
        stream.seek(0)
        if other:
            how = "save it as a CSV file (in QGIS: export the layer as CSV, with GEOMETRY AS_XY)"
            raise BadInput(Problem(str(path), f"is {other}, not a table; {how}"))
        found: list[Problem] = []
        table = _parse(str(path), stream, found, most_rows)
    if problems is None and found:
        raise listed(str(path), found)
    if problems is not None:
        problems += found
    return table


def listed(name: str, problems: Iterable[Problem]) -> BadInput:
    """All problems of a file as one error, by line."""
    return BadInput(sorted(problems, key=lambda problem: problem.line or 0))


def _parse(name: str, stream: IO[str], found: list[Problem], most_rows: int | None) -> CsvFile:
    """The table of a stream; values that hold what they must not are added to `found`."""
    separator = _separator(stream)
    rows = _rows(name, stream, separator)
    header_line, header = next(rows, (0, []))
    if not header:
        raise BadInput(Problem(name, "is empty", allowed="a first row that names the columns, then a row for each"))
    while header and not header[-1]:
        header.pop()
    problems = _header_problems(name, header_line, header)
    lines: list[int] = []
    kept: list[list[str]] = []
    damaged = [(header_line, i) for i, column in enumerate(header) if NOT_DECODED.search(column)][:1]
    for line, row in rows:
        if len(kept) == most_rows:
            raise BadInput(Problem(name, f"has more than {most_rows:,} rows", allowed=f"at most {most_rows:,}"))
        if any(row[len(header) :]) or len(row) < len(header):
            problems.append(
                Problem(name, f"has {len(row)} values; the first row names {len(header)} columns", line=line)
            )
        text = "".join(row)
        if CONTROL.search(text):
            found += _unseen(name, line, zip(header, row, strict=False))
        if not text.isascii() and NOT_DECODED.search(text):
            damaged.append((line, next(i for i, value in enumerate(row) if NOT_DECODED.search(value))))
        lines.append(line)
        kept.append(row[: len(header)])
    if problems:
        raise listed(name, [*problems, *_not_decoded(name, header, damaged)])
    if not kept:
        raise BadInput(Problem(name, "has no row below the one that names the columns"))
    found += _not_decoded(name, header, damaged)
    return CsvFile(name, {column: [row[i] for row in kept] for i, column in enumerate(header)}, lines, header_line)


def _not_decoded(name: str, header: list[str], damaged: list[tuple[int, int]]) -> Iterator[Problem]:
    """One problem for all values, each with its line and column, that are not UTF-8."""
    if damaged:
        line, place = damaged[0]
        more = len(damaged) - 1
        rows = f", as are {more:,} more rows" if more > 1 else ", as is one more row" if more else ""
        what = not_text("", b"").replace(";", f"{rows};", 1)
        yield Problem(name, what, "" if place >= len(header) else header[place], line)


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
    if len(header) > MOST_COLUMNS:
        raise BadInput(Problem(name, f"names {len(header):,} columns", "", line, f"at most {MOST_COLUMNS:,}"))
    problems = [
        Problem(name, f"names the column {shown(column)} twice", column, line)
        for i, column in enumerate(header)
        if column and column in header[:i]
    ]
    problems += [
        Problem(name, f"found the column {shown(column)}", line=line, allowed="names without control characters")
        for column in header
        if CONTROL.search(column)
    ]
    if "" in header:
        problems.append(Problem(name, f"column {header.index('') + 1} has no name", line=line))
    return problems
