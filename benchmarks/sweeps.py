"""How fast sweeps are: rate, overhead of the machinery, of Dask, two workers against one, memory.

    python benchmarks/sweeps.py                 20,000 runs, about ten minutes on two cores
    python benchmarks/sweeps.py --runs 2000     a quick look
    python benchmarks/sweeps.py --write         and put the figures into docs/benchmarks.md

Overhead is told against the core's own time in the same run, so that other work on the machine changes both.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psutil
from engines import PAGE, SCENARIO, machine

from qisim.sweeps.design import Design
from qisim.sweeps.experiment import Told, sweep

BEGIN, END = "<!-- sweeps measured -->", "<!-- end of sweeps -->"
POINTS = 64
MILLION = 1_000_000


@dataclass
class Measured:
    """One sweep: seconds from the first chunk given out to the end, and in the first chunk's way there and back.

    `core` and `inside` are summed over chunks: seconds in the core, and in the worker with everything; `peak` is the
    most memory that one worker had, in MiB.
    """

    runs: int
    workers: int
    wall: float = 0.0
    first: float = 0.0
    core: float = 0.0
    inside: float = 0.0
    chunks: int = 0
    peak: float = 0.0
    _began: float = field(default=0.0, repr=False)

    @property
    def steady(self) -> float:
        """Seconds without the start of workers: what all chunks but the first round took, scaled to all."""
        return self.wall - self.starting

    @property
    def starting(self) -> float:
        """Seconds until workers were ready: what the first chunk took longer than chunks do."""
        return max(0.0, self.first - self.inside / self.chunks)

    @property
    def rate(self) -> float:
        """Runs a second, the start of workers apart."""
        return self.runs / self.steady

    @property
    def hours(self) -> float:
        """What a million runs would take at this rate."""
        return MILLION / self.rate / 3600

    @property
    def overhead(self) -> float:
        """What a worker's second costs beside the core, as a share of the core's own time, start of workers apart."""
        return self.steady * self.workers / self.core - 1


def measure(runs: int, workers: int, **how: str) -> Measured:
    """Run the benchmark design, so many runs of it, in a folder of its own."""
    found = Measured(runs, workers)
    design = Design(
        title="Benchmark",
        scenario=str(SCENARIO),
        method="sobol",
        points=POINTS,
        replicates=max(1, runs // POINTS),
        factors=[
            {"key": "behaviour.turnover_annual", "low": 0.05, "high": 0.45},
            {"key": "behaviour.trait_mean", "low": 0.3, "high": 0.7},
            {"key": "behaviour.works_base", "low": -2.0, "high": -0.8},
            {"key": "programme.coaching.coaches_per_district", "levels": [1, 2, 3, 4]},
        ],
    )
    found.runs = design.replicates * POINTS

    def progress(done: int, total: int) -> None:
        now = time.perf_counter()
        if done == 0:
            found._began = now
            return
        found.first = found.first or now - found._began
        found.wall = now - found._began
        found.peak = max(found.peak, _peak())

    def timed(core: float, inside: float) -> None:
        found.core += core
        found.inside += inside
        found.chunks += 1

    options = {"workers": workers} if workers > 1 or "cluster" in how else {}
    with tempfile.TemporaryDirectory() as folder:
        sweep(design, Path(folder) / "out", told=Told(progress=progress, timed=timed), **options, **how)
    return found


def _peak() -> float:
    """The most memory that any process below this one has had, or this one where there is none, in MiB."""
    this = psutil.Process()
    peaks = []
    for process in this.children(recursive=True) or [this]:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
            peaks.append(int(status.split("VmHWM:")[1].split()[0]) / 1024)
        except (OSError, IndexError):
            continue
    return max(peaks, default=0.0)


def report(runs: int) -> list[str]:
    """The lines of the page."""
    measured: dict[str, Measured] = {}
    for title, work in _ways(runs).items():
        print(f"{title} ...", file=sys.stderr, flush=True)
        measured[title] = work()
        print(measured[title], file=sys.stderr, flush=True)
    one, two = measured["one worker"], measured["two workers"]
    dask = measured["Dask, two workers"]
    rows = [
        f"| {title} | {m.runs:,} | {m.wall:.0f} s | {m.rate:.0f} | {m.hours:.1f} h | {m.core / m.runs * 1e3:.1f} ms"
        f" | {100 * (m.inside / m.core - 1):.0f}% | {100 * m.overhead:.0f}% | {m.peak:,.0f} MiB |"
        for title, m in measured.items()
    ]
    faster, slower = two.rate / one.rate, two.core / two.runs / (one.core / one.runs)
    return [
        f"Measured on {date.today().isoformat()}, {machine()}.", "",
        f"`benchmarks/scenario.toml` (400 facilities, 6 ideas, 60 months) at {POINTS} points of a Sobol sequence over",
        "four factors, all outcomes kept. Overhead is relative to the core's own time in the same run: in the worker",
        "(making scenarios, calendars, tables and outcomes), and in all (with giving out, taking back and writing",
        "chunks; the start of workers apart).", "",
        "| sweep | runs | time | runs a second | a million runs, extrapolated | core, a run | overhead in the worker |"
        " overhead in all | peak memory of a worker |",
        "|---|---|---|---|---|---|---|---|---|", *rows, "",
        f"Two workers did {faster:.2f} times the runs of one in the same time; the core itself took {slower:.2f} times",
        f"as long a run with both at work. At {two.rate:.0f} runs a second a million runs take",
        f"{60 * two.hours:.0f} minutes on two workers: extrapolated from {two.runs:,} runs. Dask took",
        f"{100 * (dask.overhead - two.overhead):+.0f} percentage points more than processes.",
    ]  # fmt: skip


def _ways(runs: int) -> dict[str, Callable[[], Measured]]:
    return {
        "one worker": lambda: measure(runs // 4, 1),
        "two workers": lambda: measure(runs, 2),
        "Dask, two workers": lambda: measure(runs // 4, 2, cluster="local"),
    }


def main() -> None:
    """Measure, print, and write the section of the page if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=20_000, help="how many runs on two workers")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    text = "\n".join(report(options.runs))
    print(text)
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        section = f"{BEGIN}\n\n## Sweeps\n\n{text}\n{END}\n"
        before, _, rest = page.partition(BEGIN)
        after = rest.partition(END)[2].lstrip("\n")
        PAGE.write_text(f"{before.rstrip()}\n\n{section}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
