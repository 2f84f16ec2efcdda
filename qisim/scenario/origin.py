"""Which file and line a key of a scenario was read from."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMED_LISTS = ("indicators", "ideas", "programme", "kinds")


def name_of(table: Any) -> str | None:
    """The name by which a table of a list is merged: its `name`, or else its `kind`."""
    if not isinstance(table, dict):
        return None
    name = table.get("name", table.get("kind"))
    return name if isinstance(name, str) else None


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

    def locate(self, key: str) -> tuple[str, int | None]:
        """The file, and the line from 1, of a dotted key or of the nearest table around it."""
        path = self._with_names([int(part) if part.isdigit() else part for part in key.split(".")])
        while path:
            for file, text in self.files:
                line = line_of(text, path)
                if line:
                    return str(file), line
            path = path[:-1]
        return self.name, None

    def named(self, key: str) -> str:
        """A dotted key with the names of tables for their positions, and other positions counted from 1.

        Without files the scenario is of Python, where positions count from 0.
        """
        path = [int(part) if part.isdigit() else part for part in key.split(".")]
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


def _holds(document: Any, path: list[Any]) -> bool:
    here = document
    for part in path:
        if isinstance(here, list) and isinstance(part, str):
            here = {name_of(table): table for table in reversed(here)}  # the first of each name
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def line_of(text: str, path: list[Any]) -> int | None:
    """The line that ends the first prefix of `text` holding `path`.

    TOML parsers do not tell positions, but every prefix that parses shows what the lines up to it say.
    """
    lines = text.splitlines()
    low, high = 0, len(lines)
    if not _holds(_parse(lines, high), path):
        return None
    while low < high:
        middle = (low + high) // 2
        if _holds(_parse(lines, middle), path):
            high = middle
        else:
            low = middle + 1
    return low


def _parse(lines: list[str], count: int) -> dict[str, Any]:
    """What the first `count` lines say, leaving out an unfinished value at their end."""
    for end in range(count, -1, -1):
        try:
            return tomllib.loads("\n".join(lines[:end]))
        except ValueError:  # not TOML, or a number that is not finished or too long
            continue
    return {}
