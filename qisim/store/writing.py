"""Where results go: whether files can be written there, found out before a long run rather than after it."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING
from uuid import uuid4

from qisim.input.errors import BadInput, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_OF_A_NAME = 40
UNFINISHED = re.compile(r"\..*\.[0-9a-f]{8}\.unfinished")
LOCK, FORMER = ".lock", "former"


def temporary(path: Path, what: str) -> Path:
    """A name beside `path` that nothing else has; short, however long the name of `path` is."""
    return path.with_name(f".{path.name[:MOST_OF_A_NAME]}.{uuid4().hex[:8]}.{what}")


def is_unfinished(path: Path) -> bool:
    """Whether a file or folder is named as one that a process is writing, or left when it was killed."""
    return UNFINISHED.fullmatch(path.name) is not None


@contextmanager
def working_folder(path: Path) -> Iterator[Path]:
    """A folder beside `path` while the block lasts; a process that is killed leaves it to `put_away_dead`."""
    import filelock

    folder = temporary(path, "unfinished")
    folder.mkdir()
    lock = filelock.FileLock(folder / LOCK)
    try:
        with suppress(NotImplementedError):  # without locks it is left to the user to put it away
            lock.acquire(timeout=0)
        yield folder
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def former_place(working: Path, path: Path) -> Path:
    """Where in a working folder that is put aside which stands at `path`."""
    (working / FORMER).mkdir()
    return working / FORMER / path.name


def put_away_dead(path: Path) -> None:
    """Take away the working folders beside `path` of processes that were killed; what they had put aside goes back."""
    import filelock

    for folder in sorted(path.parent.glob(".*.unfinished")):
        if not is_unfinished(folder) or folder.is_symlink() or not (folder / LOCK).is_file():
            continue
        lock = filelock.FileLock(folder / LOCK)
        try:
            lock.acquire(timeout=0)
            for former in (folder / FORMER).glob("*"):
                if not (path.parent / former.name).exists():
                    former.rename(path.parent / former.name)
        except (filelock.Timeout, NotImplementedError, OSError):  # of a process at work, or of somebody else
            continue
        finally:
            lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def check_new_file(path: Path) -> None:
    """Raise BadInput unless a file can be made at `path`, where nothing is yet."""
    check_place(path)
    if path.is_dir():
        raise BadInput(Problem(str(path), "is a folder; give the name of a file in it"))
    if path.exists() or path.is_symlink():
        raise BadInput(Problem(str(path), "is there already and is not replaced; choose another name, or delete it"))


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


def write_file(path: Path, text: str) -> None:
    """Write a whole file or nothing, making its folder where there is none."""
    unfinished = temporary(path, "unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(text, encoding="utf-8", newline="")
        unfinished.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        with suppress(OSError):
            unfinished.unlink()
