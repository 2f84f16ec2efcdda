"""What a user is told when an input cannot be used: where, what was found, what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from difflib import get_close_matches
from operator import index
from pathlib import Path
from typing import Any

MOST_SHOWN = 60
TEXT_FILES = (".toml", ".csv")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one input.

    `where` is a file name, `key` the dotted key or the column, `line` counts from 1.
    """

    where: str
    what: str
    key: str = ""
    line: int | None = None
    allowed: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        place = self.where + (f", line {self.line}" if self.line else "")
        text = f"{place}: {self.key}: {self.what}" if self.key else f"{place}: {self.what}"
        if self.nearest:
            text += f"; did you mean {self.nearest!r}?"
        if self.allowed:
            text += f" (allowed: {self.allowed})"
        return text


class BadInput(Exception):
    """An input that cannot be used, with every problem found in it."""

    def __init__(self, problems: Problem | Iterable[Problem]):
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[BadInput], tuple[list[Problem]]]:
        """As worker processes hand it over; Python would make it anew from its text."""
        return type(self), (self.problems,)


def whole(name: str, value: Any, low: int, high: int) -> int:
    """`value` as a whole number between two limits; raises BadInput if it is not one."""
    try:
        number = None if isinstance(value, bool) else index(value)
    except TypeError:
        number = None
    if number is None or not low <= number <= high:
        raise BadInput(Problem(name, f"found {value!r}", allowed=f"a whole number from {low} to {high}"))
    return number


def nearest(name: str, names: Iterable[str]) -> str:
    """The one of `names` that `name` was probably meant to be, or an empty string."""
    matches = get_close_matches(str(name), list(names), n=1, cutoff=0.6)
    return matches[0] if matches else ""


def shown(value: Any) -> str:
    """What was found, as a message shows it: as a file writes it, and shortened where it is long."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, time)):
        return value.isoformat()
    try:
        text = repr(value)
    except ValueError:  # Python writes no whole number of more than some thousand digits
        return "a number of very many digits"
    if len(text) <= MOST_SHOWN:
        return text
    return text[: MOST_SHOWN - 4] + " ..." + ("'" if isinstance(value, str) else "")


def reading_failed(path: Path, error: OSError | UnicodeDecodeError) -> BadInput:
    """A file that cannot be opened or decoded, as a user would say it."""
    if isinstance(error, FileNotFoundError):
        return BadInput(Problem(str(path), "no such file", nearest=nearest_file(path)))
    if isinstance(error, IsADirectoryError):
        return BadInput(Problem(str(path), "is a folder, not a file"))
    if isinstance(error, UnicodeDecodeError):
        return BadInput(Problem(str(path), _not_text(path)))
    return BadInput(Problem(str(path), f"cannot be read: {error.strerror}"))


def nearest_file(path: Path, but: str = "") -> str:
    """The file beside `path` that was probably meant, other than `but`; an empty string where there is none.

    Files of the same name with another ending come first, and are sought among scenarios and tables only.
    """
    try:
        beside = sorted(file.name for file in path.parent.iterdir() if file.name != but)
    except OSError:
        return ""
    same = [name for name in beside if Path(name).stem in (path.stem, path.name) and Path(name).suffix in TEXT_FILES]
    known = {Path(name).stem: name for name in beside if Path(name).suffix == path.suffix}
    return same[0] if same else known.get(nearest(path.stem, known), "")


def _not_text(path: Path) -> str:
    """What to do about a file that is not UTF-8 text."""
    try:
        with path.open("rb") as stream:
            beginning = stream.read(8)
    except OSError:
        beginning = b""
    if path.suffix.casefold() == ".toml":
        return "is not UTF-8 text; save it again with a text editor, with the encoding UTF-8"
    if beginning.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "is an Excel workbook or the like; save it as 'CSV UTF-8', and name that file"
    return "is not UTF-8 text; save it as UTF-8 (in Excel: 'CSV UTF-8')"
