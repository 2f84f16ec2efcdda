"""Fonts for what the usual one cannot write, such as names in Khmer: those that the computer has."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.artist import Artist

USUAL = "DejaVu Sans"
"""Comes with matplotlib."""

NOT_DRAWN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"}
"""Classes of Unicode for which no font has a glyph."""

_without_font: set[str] = set()


def make_readable(drawn: Artist) -> None:
    """Write every text of a figure in fonts that have its letters, where there are any; call it before measuring."""
    from matplotlib.text import Text

    for text in drawn.findobj(Text):
        written = text.get_text()
        if written.isascii():
            continue
        lacking = [letter for letter in dict.fromkeys(written) if not _is_usual(letter)]
        _without_font.update(letter for letter in lacking if not _family(letter))
        if families := dict.fromkeys(family for letter in lacking if (family := _family(letter))):
            text.set_fontfamily([USUAL, *families, "sans-serif"])


@contextmanager
def boxes_without_warnings() -> Iterator[None]:
    """Let matplotlib draw a box for a letter that no font has, and leave it to `note` to say so once."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font|Matplotlib currently does not support")
        yield


def note() -> str:
    """What no font could write in the charts so far, and what to do about it; empty where nothing was missing."""
    if not _without_font:
        return ""
    scripts = ", ".join(sorted({_script(letter) for letter in _without_font}))
    return (
        f"Note: this computer has no font with all letters of these scripts: {scripts}. Charts show boxes instead. "
        "Install such fonts and give the command again; Noto has them all (https://fonts.google.com/noto, or on Debian "
        "and Ubuntu: apt install fonts-noto)."
    )


def _script(letter: str) -> str:
    return unicodedata.name(letter, "other").split()[0].capitalize()


@cache
def _is_usual(letter: str) -> bool:
    """Whether the usual font has a letter, in bold, too."""
    from matplotlib import font_manager

    paths = [font_manager.findfont(font_manager.FontProperties(family=[USUAL], weight=w)) for w in ("normal", "bold")]
    return unicodedata.category(letter) in NOT_DRAWN or all(ord(letter) in _codes(path) for path in paths)


@cache
def _family(letter: str) -> str:
    """The family of the first font that has a letter; empty where there is none."""
    return next((name for name, path in _fonts() if ord(letter) in _codes(path)), "")


@cache
def _fonts() -> list[tuple[str, str]]:
    """Family and file of each plain font of the computer, those first that go best with the usual one."""
    from matplotlib import font_manager

    known = font_manager.fontManager
    listed = {entry.fname for entry in known.ttflist}
    for path in font_manager.findSystemFonts():  # some were installed after matplotlib made its list
        if path not in listed:
            with suppress(OSError, RuntimeError, ValueError):  # what is no font, after all
                known.addfont(path)
    plain = [font for font in known.ttflist if (font.style, font.variant, font.weight) == ("normal", "normal", 400)]
    return sorted({(font.name, font.fname) for font in plain if "Last Resort" not in font.name}, key=_unlike)


def _unlike(font: tuple[str, str]) -> tuple[Any, ...]:
    name = font[0]
    return not name.startswith("Noto Sans"), "Serif" in name, "Mono" in name, len(name), font


@cache
def _codes(path: str) -> frozenset[int]:
    """The code points of the letters that a font can draw at any size."""
    from matplotlib.ft2font import FT2Font

    try:
        font = FT2Font(path)
    except (OSError, RuntimeError):
        return frozenset()
    return frozenset(font.get_charmap()) if font.scalable else frozenset()
