"""Sweeps from Python: `qisim.sweep(qisim.Design(...), out="out/my_sweep", workers=2)`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

from qisim.sweeps import experiment, store
from qisim.sweeps.design import Design, Factor, load_design
from qisim.sweeps.experiment import Told
from qisim.sweeps.store import Sweep

__all__ = ["Design", "Factor", "Sweep", "load_sweep", "sweep"]


def sweep(
    design: Design | str | Path,
    *,
    out: str | Path,
    executor: Executor | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    width: int | None = None,
    strict: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Sweep:
    """Run a design, or what is left to do of it in the folder `out`.

    `executor` is anything with the `submit` of `concurrent.futures`, and `width` is how many chunks it runs at a time,
    where it does not say so itself; `workers` are processes of this computer; `cluster` is the address of a Dask
    scheduler, or "local". Without any of them chunks run one after the other. The results are the same, bit for bit.
    `progress` is told how many runs are done, of how many.

    Raises BadInput where the design or the folder cannot be used. Finished chunks are kept whatever happens, and the
    same call goes on.
    """
    if not isinstance(design, Design):
        design = load_design(design)
    return experiment.sweep(
        design, out, executor=executor, workers=workers, cluster=cluster, width=width, strict=strict,
        told=Told(progress=progress),
    )  # fmt: skip


def load_sweep(folder: str | Path) -> Sweep:
    """A sweep from its folder, whether it is finished or not. Raises BadInput where the folder holds none."""
    return store.load(folder)
