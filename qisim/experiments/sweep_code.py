"""Which code and libraries decide the results of a sweep."""

from __future__ import annotations

import sys
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from qisim.experiments import manifest

DECIDING = ("scenario", "world", "model", "outcomes")
OF_SWEEPS = ("design.py", "own_points.py", "points.py", "sweep_structure.py", "sweep_task.py")
LIBRARIES = ("qisim", "machine", "numpy", "numba", "pandas")


@lru_cache(maxsize=1)
def sources() -> str:
    """A digest of all code that decides what comes of a run."""
    package = Path(__file__).parent.parent
    files = [file for part in DECIDING for file in sorted((package / part).rglob("*.py"))]
    digest = sha256()
    for file in [*files, *(package / "experiments" / name for name in OF_SWEEPS)]:
        digest.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Versions of what may change results in their last bits."""
    found = manifest.versions()
    python = ".".join(str(part) for part in sys.version_info[:2])
    return {"python": python} | {name: found[name] for name in LIBRARIES if name in found}
