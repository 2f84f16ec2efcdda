"""Files that a user names: what a name may be, and reading ordinary files only, of bounded size, without waiting."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from qisim.input.errors import BadInput, Problem, not_text, reading_failed

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
"""The control characters, Unicode's category Cc: they cannot be seen, and terminals obey them."""
CHUNK = 2**16
MOST_SEARCHED = 1_000_000
GEOJSON = re.compile(r'"type"\s*:\s*"(?:FeatureCollection|Feature|GeometryCollection|Topology)"')


def control_character(text: str) -> str:
    """The first control character of a text, such as "'\\x00'"; empty where it holds none."""
    found = CONTROL.search(text)
    return repr(found.group()) if found else ""


def check_file(path: Path, most_bytes: int, what: str) -> None:
    """Raise BadInput unless `path` is an ordinary file of at most so many bytes; `what` is what it should be.

    Anything else, such as a pipe, might never end.
    """
    try:
        if path.stat().st_size > most_bytes:
            raise _too_large(path, most_bytes, what)
        if path.is_dir():
            raise BadInput(Problem(str(path), "is a folder, not a file"))
        if not path.is_file():
            raise BadInput(Problem(str(path), "is not an ordinary file"))
    except OSError as error:
        raise reading_failed(path, error) from None
    except ValueError:
        found = control_character(str(path))
        raise BadInput(Problem(ascii(str(path))[1:-1], f"cannot be the name of a file: it holds {found}")) from None


def read_file(path: Path, most_bytes: int, what: str) -> bytes:
    """The whole of an ordinary file of at most so many bytes. Raises BadInput; `what` is what the file should be.

    What the size says is not relied on: files that a system makes up as they are read give none.
    """
    check_file(path, most_bytes, what)
    data = read_start(path, most_bytes + 1)
    if len(data) > most_bytes:
        raise _too_large(path, most_bytes, what)
    return data


def read_start(path: Path, most_bytes: int) -> bytes:
    """The first bytes of an ordinary file, as far as they come without waiting. Raises BadInput."""
    parts: list[bytes] = []
    left = most_bytes
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb", buffering=0) as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise BadInput(Problem(str(path), "is not an ordinary file"))
            while left and (part := stream.read(min(left, CHUNK))):
                parts.append(part)
                left -= len(part)
    except OSError as error:
        raise reading_failed(path, error) from None
    return b"".join(parts)


def read_text(path: Path, most_bytes: int, what: str) -> str:
    """The text of such a file, which is UTF-8; lines end with a single line break. Raises BadInput."""
    try:
        text = read_file(path, most_bytes, what).decode("utf-8-sig")  # editors may put a mark at the start
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadInput(Problem(str(path), not_text(path.suffix, error.object[:8]), line=line)) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def json_in(text: str) -> str:
    """Whether a text is "GeoJSON" or other "JSON"; empty for anything else."""
    if not text.lstrip().startswith("{"):
        return ""
    return "GeoJSON" if GEOJSON.search(text[:MOST_SEARCHED]) else "JSON"


def _too_large(path: Path, most_bytes: int, what: str) -> BadInput:
    return BadInput(Problem(str(path), f"is larger than {most_bytes // 10**6} MB; is it {what}?"))
