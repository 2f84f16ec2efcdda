"""Names of a package that are fetched when they are first used, so that importing the package stays light."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing itself takes longer to load than all that is here
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def lazily(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package; `homes` says in which module each name stands, as "module:attribute"
    where it has another name there.
    """

    def fetch(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        from importlib import import_module

        module, _, attribute = homes[name].partition(":")
        value = getattr(import_module(module), attribute or name)
        setattr(sys.modules[package], name, value)
        return value

    return fetch, lambda: sorted(sys.modules[package].__all__)
