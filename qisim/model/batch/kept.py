"""The folder that keeps compiled code from one run to the next, and the checks before any of it is used.

Compiled code is read as code. A checksum guards it against damage, the rights of the folder against others.
"""

from __future__ import annotations

import logging
import os
import pickle
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from hashlib import sha256
from multiprocessing import parent_process
from pathlib import Path
from typing import Any

from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps
from platformdirs import user_cache_path

from qisim.input.errors import BadInput, Problem
from qisim.model.batch import bound, written

KEPT_VERSIONS = 4

MARK, LOCK, ENDING = "made_by_qisim", "compiling.lock", ".core"
"""The files of a folder: one that says whose it is, one that is locked by who compiles, and compiled code."""

BEGINNING = b"qisim compiled code\n"
OTHERS = stat.S_IWGRP | stat.S_IWOTH
EACH_RUN, OTHER_FOLDER = "each run compiles again", "NUMBA_CACHE_DIR can name another folder"


class KeptCode(NullCache):
    """Numba's way to a compiled function on disk: one checked file for each form of its arguments and processor."""

    def __init__(self) -> None:
        self.code: written.Code | None = None
        """What the function in use is compiled from; None where it is not compiled yet."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled function; None where it is to be compiled. Raises BadInput where it may not be."""
        target_context.refresh()
        folder = cache_folder()
        content = _content(folder / _file(sig, target_context.codegen())) if folder else None
        if content is None:
            check_before_compiling()
        self.code = written.code()
        if content is None:
            return None
        return CompileResult._rebuild(target_context, *pickle.loads(content))  # noqa: S301 - it is ours, and whole

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled function, or note that it cannot be kept."""
        folder = cache_folder()
        if folder is None:
            return
        content = dumps(data._reduce())
        try:
            _write(folder / _file(sig, data.codegen), BEGINNING + sha256(content).digest() + content)
        except OSError as error:
            _note(f"{folder}: compiled code cannot be kept here ({error.strerror}); {EACH_RUN}. {OTHER_FOLDER}.")


def check_before_compiling() -> None:
    """Raise BadInput where the core may not be compiled as it is. What is kept was compiled after this check."""
    _check(written.code().digest)


@cache
def _check(digest: str) -> None:
    written.check_as_written()
    bound.check()


def is_kept() -> bool:
    """Whether compiled code of now lies ready on disk, whole. Raises BadInput where it does not and may not be made."""
    folder = cache_folder()
    if folder and any(_content(file) is not None for file in folder.glob(f"*{ENDING}")):
        return True
    check_before_compiling()
    return False


@contextmanager
def compiling_alone() -> Iterator[None]:
    """Of all processes of a computer one goes on, the others wait until it is done; where they can see each other."""
    from filelock import FileLock

    folder = cache_folder()
    with ExitStack() as stack:
        if folder:
            with suppress(OSError, NotImplementedError):  # some file systems lock nothing
                stack.enter_context(FileLock(folder / LOCK))
        yield


def cache_folder() -> Path | None:
    """Where compiled code of now is kept; private to the user. None where no folder will do.

    Where the usual one will not do, it is one among the temporary files. Raises BadInput where NUMBA_CACHE_DIR names
    something else than a folder.
    """
    key, named = written.key(), os.environ.get("NUMBA_CACHE_DIR")
    usual = (Path(named) if named else user_cache_path("qisim")) / "compiled" / key
    try:
        return _ready(usual)
    except (NotADirectoryError, FileExistsError) as error:
        what = f"the folder for compiled code cannot be made: {error.strerror}"
        raise BadInput(Problem(str(usual), what, allowed="another one, named by NUMBA_CACHE_DIR")) from None
    except OSError as error:
        problem = error.strerror
    try:
        instead = _ready(_temporary() / "compiled" / key)
    except OSError:
        _note(f"{usual}: compiled code cannot be kept here ({problem}); {EACH_RUN}. {OTHER_FOLDER}.")
        return None
    _note(f"{usual}: compiled code cannot be kept here ({problem}); it is kept in {instead}. {OTHER_FOLDER}.")
    return instead


def _ready(folder: Path) -> Path:
    """The folder, made where there is none. Raises OSError where it will not do."""
    if not os.path.lexists(folder):
        check_before_compiling()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _forget_old_versions(folder)
    _check_private(folder)
    if not (folder / MARK).exists() and os.access(folder, os.W_OK):
        (folder / MARK).touch()
    if not os.access(folder, os.W_OK) and not any(folder.glob(f"*{ENDING}")):
        raise PermissionError(0, "it cannot be written to")
    return folder


def _temporary() -> Path:
    """The user's own folder among the temporary files, where all their processes find it."""
    place = Path(tempfile.gettempdir())
    if place == Path.cwd():
        raise OSError("there is no folder for temporary files")
    folder = place / f"qisim-{os.getuid() if hasattr(os, 'getuid') else 'compiled'}"
    folder.mkdir(mode=0o700, exist_ok=True)
    _check_private(folder)
    return folder


def _check_private(folder: Path) -> None:
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode):
        raise PermissionError(0, "it is not a folder")
    if not _is_private(about):
        raise PermissionError(0, "it belongs to another user, or others may write to it")


def _is_private(about: os.stat_result) -> bool:
    """Whether nobody but the user, and who administers the computer, can have written something."""
    if os.name != "posix":  # rights are of another kind there, and the user's folders private
        return True
    return about.st_uid in (os.getuid(), 0) and not about.st_mode & OTHERS


def _file(sig: Any, codegen: Any) -> str:
    return sha256(repr((sig, codegen.magic_tuple())).encode()).hexdigest()[:16] + ENDING


def _content(file: Path) -> bytes | None:
    """What a file keeps; None where there is none, or it is damaged, or others may have written it."""
    try:
        with file.open("rb") as stream:
            if not _is_private(os.fstat(stream.fileno())):
                return None
            beginning, checksum, content = stream.read(len(BEGINNING)), stream.read(32), stream.read()
    except OSError:
        return None
    return content if beginning == BEGINNING and sha256(content).digest() == checksum else None


def _write(file: Path, content: bytes) -> None:
    """Write a whole file, for the user alone, or nothing; whoever reads meanwhile sees the old one or the new one."""
    handle, name = tempfile.mkstemp(suffix=f"{ENDING}.unfinished", dir=file.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        unfinished.replace(file)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


@cache
def _note(text: str) -> None:
    """Tell the user something once; worker processes leave it to the process that started them."""
    if parent_process() is None:
        logging.getLogger("qisim").warning(text)


def _forget_old_versions(current: Path) -> None:
    """Delete the oldest of the folders that carry our mark; nothing else."""
    others = [folder for folder in current.parent.iterdir() if folder != current and _is_ours(folder)]
    for folder in sorted(others, key=_last_changed, reverse=True)[KEPT_VERSIONS - 1 :]:
        with suppress(OSError):  # another process is just deleting it, or something else lies in it
            for file in [*folder.glob(f"*{ENDING}*"), folder / LOCK, folder / MARK]:
                file.unlink(missing_ok=True)
            folder.rmdir()


def _is_ours(folder: Path) -> bool:
    return not folder.is_symlink() and (folder / MARK).is_file()


def _last_changed(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:  # another process has just deleted it
        return 0.0
