"""What the machine has: processors and memory."""

from __future__ import annotations

import os
from pathlib import Path

from qisim.input.errors import BadInput, Problem


def available_cores() -> int:
    """Processor cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def check_free(needed: int, what: str, advice: str) -> None:
    """Raise BadInput where `what` needs more bytes of memory than are free; `advice` is what to ask for instead."""
    free = free_memory()
    if free is not None and needed > free:
        found, allowed = f"needs {needed / 2**30:.1f} GiB of memory", f"the {free / 2**30:.1f} GiB that are free"
        raise BadInput(Problem(what, found, allowed=f"{allowed}; ask for {advice}"))


def free_memory() -> int | None:
    """Bytes of memory that are free for use, or None where the system does not tell."""
    try:
        with Path("/proc/meminfo").open(encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
