"""What a user is told when an input cannot be used: where, what was found, what is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time
from difflib import get_close_matches
from operator import index
from pathlib import Path
from typing import Any

MOST_SHOWN = 60
MOST_LISTED = 20
"""Problems that are spelled out; the others are counted."""
MOST_COMPARED = 2000
"""Names among which the nearest is looked for; among more it would take minutes."""
LONGEST = {"where": 300, "key": 200, "what": 500, "allowed": 1000, "nearest": 200}
"""Characters of each part of a message."""
TEXT_FILES = (".toml", ".csv")
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Characters that show nothing by themselves; terminals obey some, and others turn the order of the text around."""


def harmless(text: str) -> str:
    """`text` in one line, with its unseen characters as a Python text would write them, such as \\x1b."""
    return UNSEEN.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)


def cut(text: str, most: int = MOST_SHOWN) -> str:
    """The beginning of a long text."""
    return text if len(text) <= most else text[: most - 4] + " ..."


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one input.

    `where` is a file name, `key` the dotted key or the column, `line` counts from 1; `named_in` is the place that names
    the file, where the user did not.
    """

    where: str
    what: str
    key: str = ""
    line: int | None = None
    allowed: str = ""
    nearest: str = ""
    named_in: str = ""

    def __str__(self) -> str:
        part = {name: harmless(cut(str(getattr(self, name)), most)) for name, most in LONGEST.items()}
        text = part["where"] + (f", line {self.line}" if self.line else "")
        text += f": {part['key']}: {part['what']}" if self.key else f": {part['what']}"
        if self.nearest:
            text += f"; did you mean {cut(self.nearest, LONGEST['nearest'])!r}?"
        if self.allowed:
            text += f" (allowed: {part['allowed']})"
        return text + (f" [this file is named in {harmless(self.named_in)}]" if self.named_in else "")


class BadInput(Exception):
    """An input that cannot be used, with the problems found in it; `more` is how many were not worked out."""

    def __init__(self, problems: Problem | Iterable[Problem], more: int = 0):
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        self.more = more
        super().__init__("\n".join(str(problem) for problem in self.listed()))

    def __reduce__(self) -> tuple[type[BadInput], tuple[list[Problem], int]]:
        """As worker processes hand it over; Python would make it anew from its text."""
        return BadInput, (self.problems, self.more)

    def listed(self) -> list[Problem]:
        """The first `MOST_LISTED` problems, and one that counts the others."""
        others = len(self.problems[MOST_LISTED:]) + self.more
        counted = [Problem(self.problems[-1].where, f"and {others:,} more")] if others else []
        return [*self.problems[:MOST_LISTED], *counted]

    def named_in(self, place: str) -> BadInput:
        """The same problems of a file, of which the first says in which place that file is named."""
        first, *rest = self.problems
        return BadInput([replace(first, named_in=first.named_in or place), *rest], self.more)


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
    """The one of `names` that `name` was probably meant to be, or an empty string.

    That is one spelled nearly alike; or else the only one that has all its words and more, or fewer.
    """
    name, spelled = str(name).casefold(), {other.casefold(): other for other in reversed(list(names))}
    if len(spelled) > MOST_COMPARED or len(name) > LONGEST["nearest"]:
        return spelled.get(name, "")
    longer, shorter = _with_the_words(name, spelled)
    alike = get_close_matches(name, spelled, n=1, cutoff=0.85) or longer or shorter
    if not alike or (alike is shorter and len(alike) > 1):
        alike = get_close_matches(name, spelled, n=1, cutoff=0.6)
    return spelled[alike[0]] if len(alike) == 1 else ""


def slip_of(name: str, names: Iterable[str]) -> str:
    """The one of `names` from which `name` differs by its spelling only; an empty string where none does.

    Names that differ in a number or in a single letter, which tell things apart, are two.
    """
    marks = _marks(name)
    alike = [other for other in names if _marks(other) == marks]
    matches = get_close_matches(name.casefold(), map(str.casefold, alike), n=2, cutoff=0.85)
    return next((other for other in alike if [other.casefold()] == matches), "")


def _marks(name: str) -> list[str]:
    words = re.findall(r"[^\W_]+", name.casefold())
    return [word for word in words if len(word) == 1 or any(character.isdigit() for character in word)]


def _with_the_words(name: str, names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Those that are `name` with words added, such as Gasabo District for Gasabo, and those with words left out."""
    words = _words(name)
    some = {other: _words(other) for other in names if words}
    longer = [other for other in some if words <= some[other]]
    return longer, [other for other in some if some[other] and some[other] < words]


def _words(name: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", name))


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
        return BadInput(Problem(str(path), not_text(path.suffix, error.object[:MOST_SHOWN])))
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


def not_text(suffix: str, beginning: bytes) -> str:
    """What to do about a file that is not UTF-8 text."""
    if suffix.casefold() == ".toml":
        return "is not UTF-8 text; save it again with a text editor, with the encoding UTF-8"
    if beginning.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "is an Excel workbook or the like; save it as 'CSV UTF-8', and name that file"
    return "is not UTF-8 text; save it as UTF-8 (in Excel: 'CSV UTF-8')"
