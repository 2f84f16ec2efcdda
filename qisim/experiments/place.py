"""Where results go: whether files can be written there, found out before a long run rather than after it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from uuid import uuid4

from qisim.scenario.errors import BadInput, Problem

MOST_OF_A_NAME = 40


def temporary(path: Path, what: str) -> Path:
    """A name beside `path` that nothing else has; short, however long the name of `path` is."""
    return path.with_name(f".{path.name[:MOST_OF_A_NAME]}.{uuid4().hex[:8]}.{what}")


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A stream whose content is the file `path` when the block ends, whole and on disk, or else nothing is left of it.

    Raises OSError where it cannot be written.
    """
    unfinished = temporary(path, "unfinished")
    try:
        with unfinished.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
    except BaseException as error:
        with suppress(OSError):
            unfinished.unlink()
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror or str(error), str(path)) from None
        raise
    keep_names(path.parent)


def keep_names(folder: Path) -> None:
    """See to it that the names of what a folder holds are on disk, too, where the system can do that."""
    if os.name == "nt":
        return
    with suppress(OSError):  # some file systems keep names by themselves, and refuse to be asked
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def check_place(path: Path) -> None:
    """Raise BadInput unless a file or folder named `path` can be made, with the folders above it.

    All of it is tried in a temporary folder in the lowest folder that is there.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100 - a link at the end of the path is what will be replaced
    try:
        above = next(folder for folder in (path.parent, *path.parent.parents) if folder.exists())
        if not above.is_dir():
            raise BadInput(Problem(str(above), "is a file, so no folder can be made in it"))
        _try(above, path.relative_to(above))
    except OSError as error:
        raise BadInput(Problem(str(path), f"cannot be written: {error.strerror}; choose another place")) from None
    except ValueError:
        raise BadInput(Problem(repr(str(path)), "cannot be the name of a file")) from None


def _try(above: Path, rest: Path) -> None:
    trial = temporary(above / "qisim", "trial")
    trial.mkdir()
    try:
        (trial / rest).mkdir(parents=True)
    finally:
        with suppress(OSError):
            shutil.rmtree(trial)
