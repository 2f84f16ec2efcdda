"""Which code and libraries decide results: of runs and comparisons, of tracking, calibrations and sweeps."""

from __future__ import annotations

import sys
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from qisim.store import manifest

DECIDING = ("scenario", "world", "model", "outcomes")
OF_EXPERIMENTS = ("compare.py", "design.py", "kept_world.py", "own_points.py", "points.py", "run.py",
                  "stopping.py", "sweep_structure.py", "sweep_task.py", "track.py")  # fmt: skip
LIBRARIES = ("qisim", "machine", "numpy", "numba", "pandas", "scipy", "networkx")


@lru_cache
def sources(analysis: str = "") -> str:
    """A digest of all code that decides what comes of a run, and of one part of `experiments` that analyses runs."""
    package = Path(__file__).parent.parent
    files = [file for part in DECIDING for file in sorted((package / part).rglob("*.py"))]
    files += [package / "experiments" / name for name in OF_EXPERIMENTS]
    files += sorted((package / "experiments" / analysis).rglob("*.py")) if analysis else []
    digest = sha256()
    for file in files:
        digest.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Versions of what may change results in their last bits."""
    found = manifest.versions()
    python = ".".join(str(part) for part in sys.version_info[:2])
    return {"python": python} | {name: found[name] for name in LIBRARIES if name in found}
