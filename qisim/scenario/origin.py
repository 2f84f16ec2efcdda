"""Which file and line a key of a scenario was read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from qisim.input.lines import Lines, name_of

NAMED_LISTS = ("indicators", "ideas", "programme", "kinds")
LONGEST_POSITION = 9
"""Digits of a position in a list."""


@dataclass
class Origin:
    """The files of a scenario, the extending one first, and the merged document."""

    files: list[tuple[Path, str]] = field(default_factory=list)
    merged: dict[str, Any] = field(default_factory=dict)
    folder: Path = Path()

    @property
    def name(self) -> str:
        """What messages call the scenario: its file's path."""
        return str(self.files[0][0]) if self.files else "scenario"

    @cached_property
    def _lines(self) -> list[tuple[str, Lines]]:
        return [(str(file), Lines(text)) for file, text in self.files]

    def locate(self, key: str | Sequence[Any]) -> tuple[str, int | None]:
        """The file, and the line from 1, of a dotted key (or of its parts) or of the nearest table around it."""
        path = self._with_names(_parts(key))
        while path:
            for file, lines in self._lines:
                line = lines.at(tuple(path))
                if line:
                    return file, line
            path = path[:-1]
        return self.name, None

    def place(self, key: str | Sequence[Any]) -> str:
        """The file and line of a key as a message gives them; empty where the scenario stands in no file."""
        where, line = self.locate(key)
        return "" if not self.files else f"{where}, line {line}" if line else where

    def named(self, key: str | Sequence[Any]) -> str:
        """A dotted key with the names of tables for their positions, and other positions counted from 1.

        Without files the scenario is of Python, where positions count from 0.
        """
        path = _parts(key)
        told = [f"(number {part + 1})" if isinstance(part, int) else part for part in self._with_names(path)]
        if not self.files:
            return ".".join(str(part) for part in self._with_names(path))
        return ".".join(told).replace(".(", " (")

    def _with_names(self, path: list[Any]) -> list[Any]:
        """The path with positions in merged lists replaced by the names of their tables."""
        result: list[Any] = []
        here: Any = self.merged
        for part in path:
            try:
                here = here[part]
            except (KeyError, IndexError, TypeError):
                here = None
            named = isinstance(part, int) and result and result[-1] in NAMED_LISTS
            result.append((name_of(here) or part) if named else part)
        return result


def _parts(key: str | Sequence[Any]) -> list[Any]:
    """The parts of a dotted key, with numbers for positions."""
    if not isinstance(key, str):
        return list(key)
    return [int(part) if part.isdecimal() and len(part) <= LONGEST_POSITION else part for part in key.split(".")]
