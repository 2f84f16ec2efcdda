"""The line in which each key of a TOML file stands.

TOML parsers give no positions, so the keys are found in the text itself, in one pass. The text is one that a parser
has taken: what would not be TOML is not noticed here.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

KeyPath = tuple[str | int, ...]
"""Keys, and positions in lists from 0."""

TOKEN = re.compile(
    r'''(?P<text>"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+"{3,5}|\'\'\'(?:[^\']++|\'{1,2}(?!\'))*+\'{3,5}'''
    r"""|"(?:[^"\\\n]++|\\.)*+"|'[^'\n]*+')|(?P<mark>[=,\[\]{}\n])|\#[^\n]*|(?P<word>[^\s\#=.,\[\]{}"']+)""",
    re.DOTALL,
)


def name_of(table: Any) -> str | None:
    """The name by which a table of a list is merged: its `name`, or else its `kind`."""
    if not isinstance(table, dict):
        return None
    name = table.get("name", table.get("kind"))
    return name if isinstance(name, str) else None


class Lines:
    """Where the keys of one file stand."""

    def __init__(self, text: str):
        try:
            self._document: Any = tomllib.loads(text)
        except (ValueError, RecursionError):
            self._document, text = {}, ""
        self._lines = key_lines(text)
        self._places: dict[KeyPath, dict[str | None, int]] = {}

    def at(self, path: KeyPath) -> int | None:
        """The line of a path, in which a name may stand for a position; None where the file does not hold it.

        A table of a list stands where it gives its name.
        """
        found: KeyPath = ()
        here = self._document
        for part in path:
            place = self._place(here, found, part) if isinstance(here, list) and isinstance(part, str) else part
            try:
                here = here[place]
            except (KeyError, IndexError, TypeError):
                return None
            assert place is not None
            found = (*found, place)
        if isinstance(found[-1], int) and name_of(here) is not None:
            return self._lines.get((*found, "name" if "name" in here else "kind"))
        return self._lines.get(found)

    def _place(self, rows: list[Any], path: KeyPath, name: str) -> int | None:
        """The position of the first table of a name in the list at `path`."""
        if path not in self._places:
            last_first = reversed([*enumerate(rows)])
            self._places[path] = {name_of(table): place for place, table in last_first}
        return self._places[path].get(name)


def key_lines(text: str) -> dict[KeyPath, int]:
    """The first line, from 1, of each key and each table of a list; of other values in lists, if not the list's."""
    scan, line = _Scan({}, {}, [], []), 1
    for token in TOKEN.finditer(text):
        kind, value = token.lastgroup, token.group()
        if kind == "mark":
            scan.mark(value, line, doubled=text.startswith("[[", token.start()))
        elif kind is not None:
            scan.word(value, line)
        line += value.count("\n")
    return scan.lines


@dataclass
class _Scan:
    """What the text said so far: the lines of its keys, and where the next token belongs."""

    lines: dict[KeyPath, int]
    tables: dict[KeyPath, int]  # how many tables each list of tables has so far
    open: list[tuple[KeyPath, int]]  # the lists and inline tables around; -1 for a table, else the position in a list
    key: list[str]  # parts of the key that is being read
    table: KeyPath = ()
    here: KeyPath = ()  # the key whose value is being read
    reading: str = "key"  # or "heading" or "value"
    doubled: bool = False  # brackets of the heading

    def word(self, text: str, line: int) -> None:
        """A bare word or a text in quotation marks."""
        if self.reading != "value":
            self.key.append(_unquoted(text))
        else:
            self._value(line)

    def mark(self, mark: str, line: int, *, doubled: bool) -> None:
        """A character that shapes the document."""
        if self.reading == "heading":
            if mark == "]":
                self._heading(line)
        elif self.reading == "key":
            if mark == "[" and not self.open:
                self.reading, self.doubled = "heading", doubled
            elif mark == "=":
                self.here = self._record(self.open[-1][0] if self.open else self.table, line)
                self.reading = "value"
            elif mark == "}":
                self._close()
        elif mark in "[{":
            self.open.append((self._value(line, table=True), 0 if mark == "[" else -1))
            self.reading = "value" if mark == "[" else "key"
        elif mark in "]}":
            self._close()
        elif mark == "," and self.open:
            path, place = self.open[-1]
            self.reading = "key" if place < 0 else "value"
            self.open[-1] = path, place if place < 0 else place + 1
        elif mark == "\n" and not self.open:
            self.reading = "key"

    def _close(self) -> None:
        if self.open:
            self.open.pop()
        self.reading = "value"

    def _value(self, line: int, *, table: bool = False) -> KeyPath:
        """The path of the value that begins or goes on; values in a list are noted where the line is another."""
        if not self.open or self.open[-1][1] < 0:
            return self.here
        path, place = self.open[-1]
        item = (*path, place)
        if table or self.lines.get(path) != line:
            self.lines.setdefault(item, line)
        return item

    def _record(self, path: KeyPath, line: int) -> KeyPath:
        """Note the key that was read, below `path`; its path."""
        for part in self.key:
            if path in self.tables:
                path = (*path, self.tables[path] - 1)
            path = (*path, part)
            self.lines.setdefault(path, line)
        self.key = []
        return path

    def _heading(self, line: int) -> None:
        path = self._record((), line)
        if self.doubled:
            place = self.tables.get(path, 0)
            self.tables[path] = place + 1
            path = (*path, place)
            self.lines[path] = line
        self.table, self.reading = path, "value"  # until the line ends


def _unquoted(key: str) -> str:
    if key[0] not in "\"'":
        return key
    if key[0] == "'" or "\\" not in key:
        return key[1:-1]
    return str(tomllib.loads(f"key = {key}")["key"])
