"""Whether the functions and numbers that the core is compiled from are those that its source files hold.

Compiled code keeps what it was compiled from, whatever becomes of the modules later; worker processes and later
sessions read the files. So a function that is replaced while Python runs would count in some of them only: it is
refused.
"""

from __future__ import annotations

import sys
from functools import cache
from hashlib import sha256
from importlib.util import module_from_spec
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numba

from qisim.input.errors import BadInput, Problem

PACKAGE = "qisim.model"

NUMBERS = ("chance", "rules", "programme", "state", "batch.arrays")
"""Modules whose functions and numbers go into compiled code; beside them, all that hold compiled functions."""

SETTINGS = ("OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "BOUNDSCHECK", "DISABLE_INTEL_SVML", "DEBUGINFO_DEFAULT")
"""What may be set of Numba (as NUMBA_OPT and so on) and changes the code it makes."""


class Code:
    """The functions and numbers of the core's modules, as they are in memory now."""

    def __init__(self) -> None:
        self._sizes = [(vars(module), len(vars(module))) for module in _modules()]
        self._held: list[tuple[dict[str, Any], str, Any]] = []
        self.described: dict[str, str] = {}
        for module in _modules():
            for name, text in _contents(module).items():
                self._held.append((vars(module), name, vars(module)[name]))
                self.described[f"{module.__name__}.{name}"] = text
        functions = filter(None, (_function(value) for _, _, value in self._held))
        self._functions = [(f, f.__code__, f.__defaults__) for f in functions]
        self.digest = sha256(repr(sorted(self.described.items())).encode()).hexdigest()

    def is_current(self) -> bool:
        """Whether nothing was replaced since."""
        return (
            all(space.get(name) is value for space, name, value in self._held)
            and all(f.__code__ is code and f.__defaults__ is defaults for f, code, defaults in self._functions)
            and all(len(space) == size for space, size in self._sizes)
        )


class _Latest:
    code: Code | None = None


def code() -> Code:
    """The functions and numbers of the core, which has to be loaded, as they are now."""
    assert f"{PACKAGE}.batch.core" in sys.modules, "the core is not loaded"
    if _Latest.code is None or not _Latest.code.is_current():
        _Latest.code = Code()
    return _Latest.code


def key() -> str:
    """What compiled code of now is known by: the modules in memory, the sources, and what compiles them."""
    settings = [getattr(numba.config, name, None) for name in SETTINGS]
    parts = (numba.__version__, sys.version, settings, _sources(), code().digest)
    return sha256(repr(parts).encode()).hexdigest()[:16]


@cache
def _sources() -> str:
    digest, model = sha256(), Path(__file__).parent.parent
    for file in sorted([*model.glob("*.py"), *model.glob("batch/*.py")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def check_as_written() -> None:
    """Raise BadInput where a function or number of the core is not what its source file says."""
    for module in _modules():
        assert module.__spec__ and module.__spec__.loader
        fresh = module_from_spec(module.__spec__)
        module.__spec__.loader.exec_module(fresh)
        for name, text in _contents(fresh).items():
            if text != _described(vars(module).get(name)):
                raise _replaced(f"{module.__name__}.{name}")


def check_same(compiled_from: Code) -> None:
    """Raise BadInput where a function or number of the core was replaced since the core was compiled."""
    now = code()
    if now.digest == compiled_from.digest:
        return
    names = now.described.keys() | compiled_from.described.keys()
    raise _replaced(min(n for n in names if now.described.get(n) != compiled_from.described.get(n)))


def _replaced(name: str) -> BadInput:
    what = "was replaced while Python runs, which the compiled core and worker processes would not follow; start Python"
    how = "again, and change a rule in a copy of its source, or in a subclass for the Mesa model (docs/researcher.md)"
    return BadInput(Problem(name, f"{what} {how}"))


def _modules() -> list[ModuleType]:
    """The modules of the core, those that others take numbers from first."""
    first = [sys.modules[f"{PACKAGE}.{name}"] for name in NUMBERS]
    within = [module for name, module in sorted(sys.modules.items()) if name.startswith(f"{PACKAGE}.batch.")]
    return first + [m for m in within if m not in first and any(map(_is_compiled, vars(m).values()))]


def _is_compiled(value: Any) -> bool:
    return isinstance(value, numba.core.dispatcher.Dispatcher)


def _function(value: Any) -> FunctionType | None:
    found = value.py_func if _is_compiled(value) else value
    return found if isinstance(found, FunctionType) else None


def _contents(module: ModuleType) -> dict[str, str]:
    """The functions, numbers and texts of a module, described."""
    described = {name: _described(value) for name, value in vars(module).items() if not name.startswith("__")}
    return {name: text for name, text in described.items() if text}


def _described(value: Any) -> str:
    """A function, number or text as text that says all of it; empty for anything else."""
    function = _function(value)
    if function:
        return f"{function.__name__}{function.__defaults__}{function.__kwdefaults__}{_code(function.__code__)}"
    if isinstance(value, tuple):
        parts = [_described(part) for part in value]
        return f"({', '.join(parts)})" if all(parts) else ""
    return repr(value) if isinstance(value, int | float | str | None) else ""


def _code(code: CodeType) -> str:
    """What code does, without its place in a file."""
    constants = [_code(c) if isinstance(c, CodeType) else _constant(c) for c in code.co_consts]
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    return f"{code.co_name}{counts}{names}{code.co_code.hex()}{constants}"


def _constant(constant: Any) -> str:
    return f"set{sorted(map(repr, constant))}" if isinstance(constant, frozenset) else repr(constant)
