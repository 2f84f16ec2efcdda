"""Files that a user names: what a name may be, and whether there is an ordinary file of it."""

from __future__ import annotations

import re
from pathlib import Path

from qisim.scenario.errors import BadInput, Problem, reading_failed

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
"""The control characters, Unicode's category Cc: they cannot be seen, and terminals obey them."""


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
            raise BadInput(Problem(str(path), f"is larger than {most_bytes // 10**6} MB; is it {what}?"))
        if path.is_dir():
            raise BadInput(Problem(str(path), "is a folder, not a file"))
        if not path.is_file():
            raise BadInput(Problem(str(path), "is not an ordinary file"))
    except OSError as error:
        raise reading_failed(path, error) from None
    except ValueError:
        found = control_character(str(path))
        raise BadInput(Problem(ascii(str(path))[1:-1], f"cannot be the name of a file: it holds {found}")) from None
