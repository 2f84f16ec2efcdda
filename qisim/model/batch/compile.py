"""Compiling with Numba, and the folder that keeps compiled code from one run to the next."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

# Vectorised exp and log of Intel's library differ in the last bit from those the Mesa engine uses.
os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")

import numba
from numba.extending import register_jitable
from platformdirs import user_cache_path

from qisim.model import chance, rules
from qisim.scenario.errors import BadInput, Problem

KEPT_VERSIONS = 4

# The core allocates nothing, so it needs no counting of references (`_nrt`), which would double compile time.
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}


def _let_the_core_use(module: ModuleType) -> None:
    """Make the plain functions of a module callable from compiled code."""
    for function in vars(module).values():
        if isinstance(function, FunctionType) and function.__module__ == module.__name__:
            register_jitable(function)


def compiled(function: Callable[..., Any]) -> Any:
    """A part of the core that runs now and then."""
    return numba.njit(**OPTIONS)(function)


def compiled_hot(function: Callable[..., Any]) -> Any:
    """A part of the core that runs for every facility and month: compiled into the function that calls it.

    Handing over the many arrays of the state to a function of its own would take longer than the work itself.
    """
    return numba.njit(forceinline=True, **OPTIONS)(function)


def compiled_and_kept(function: Callable[..., Any]) -> Any:
    """An entry into the core: compiled once and kept on disk.

    Numba notices changes of the entry's own file only; hence a folder for each state of the model's sources.
    """
    config: Any = numba.config
    before, config.CACHE_DIR = config.CACHE_DIR, str(cache_folder())
    try:
        return numba.njit(cache=True, **OPTIONS)(function)
    finally:
        config.CACHE_DIR = before


def cache_folder() -> Path:
    """Where compiled code of this state of the sources is kept; private to the user. BadInput if it cannot be made."""
    sources = Path(__file__).parent.parent
    digest = sha256(f"{numba.__version__} {sys.version}".encode())
    for file in sorted([*sources.glob("*.py"), *sources.glob("batch/*.py")]):
        digest.update(file.read_bytes())
    base = Path(os.environ["NUMBA_CACHE_DIR"]) if "NUMBA_CACHE_DIR" in os.environ else user_cache_path("qisim")
    folder = base / "compiled" / digest.hexdigest()[:16]
    if not folder.is_dir():
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            what = f"the folder for compiled code cannot be made: {error.strerror}"
            raise BadInput(Problem(str(folder), what, allowed="another one, named by NUMBA_CACHE_DIR")) from None
        _forget_old_versions(folder)
    return folder


def _forget_old_versions(current: Path) -> None:
    others = [folder for folder in current.parent.iterdir() if folder != current]
    for folder in sorted(others, key=_last_changed, reverse=True)[KEPT_VERSIONS - 1 :]:
        shutil.rmtree(folder, ignore_errors=True)


def _last_changed(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:  # another process has just deleted it
        return 0.0


_let_the_core_use(chance)
_let_the_core_use(rules)
