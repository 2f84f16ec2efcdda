"""Small parts of sentences that all reports share."""

from __future__ import annotations

from collections.abc import Sequence


def listed(things: Sequence[str]) -> str:
    """Things in a sentence, such as "a, b and c"."""
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"


def capital(text: str) -> str:
    """A text that begins with a capital."""
    return text[:1].upper() + text[1:]


def counted(number: int, one: str, several: str = "") -> str:
    """A number of things, such as "1 point" and "105 points"."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
