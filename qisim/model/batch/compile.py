"""Compiling with Numba."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numba
from numba.extending import register_jitable

from qisim.model import chance, rules
from qisim.model.batch.kept import KeptCode

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
    """An entry into the core: compiled once and kept on disk."""
    entry = numba.njit(**OPTIONS)(function)
    entry._cache = KeptCode()
    return entry


_let_the_core_use(chance)
_let_the_core_use(rules)
