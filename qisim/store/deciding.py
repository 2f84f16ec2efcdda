"""Which code and libraries decide results: of runs and comparisons, of tracking, calibrations and sweeps."""

from __future__ import annotations

import sys
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from qisim.store import manifest

SHARED = ("input", "scenario", "world", "model", "outcomes", "observed", "store", "workers")
"""Rooms that decide every result."""
ONLY_SAYS = {"charts", "command.py", "options.py", "report.py", "screen.py", "words.py"}
"""What a room holds that says what came out, and decides nothing of it."""
LIBRARIES = ("qisim", "machine", "numpy", "numba", "pandas", "scipy", "networkx")


@lru_cache
def sources(*rooms: str) -> str:
    """A digest of all code that decides the results of these rooms, such as "study" and "comparison"."""
    package = Path(__file__).parent.parent
    digest = sha256()
    for room in (*SHARED, *rooms):
        for file in sorted((package / room).rglob("*.py")):
            name = file.relative_to(package)
            if not ONLY_SAYS.intersection(name.parts):
                digest.update(name.as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Versions of what may change results in their last bits."""
    found = manifest.versions()
    python = ".".join(str(part) for part in sys.version_info[:2])
    return {"python": python} | {name: found[name] for name in LIBRARIES if name in found}
