"""How fast the engines are: core against Mesa, scaling, memory, whole commands.

    python benchmarks/engines.py            everything, about ten minutes
    python benchmarks/engines.py --write    and put the figures into docs/benchmarks.md

Ratios are measured within one run, on trajectories that were compared and found identical. Times on shared
machines vary; each is the least of several, in processor time for one thread.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
from pandas.testing import assert_frame_equal

from qisim.model.agents.model import QIModel
from qisim.model.batch import arrays, simulate
from qisim.model.batch.core import replicates as run_replicates
from qisim.model.calendar import build_calendar
from qisim.scenario.load import from_document, load_scenario
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Scenario
from qisim.study.run import run
from qisim.world.groupings import groupings
from qisim.world.world import World, build_world

HERE = Path(__file__).parent
ROOT = HERE.parent
PAGE = ROOT / "docs" / "benchmarks.md"
SCENARIO = HERE / "scenario.toml"
BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"
SIZES = [400, 2_000, 10_000, 100_000]


def main() -> None:
    """Measure, print, and write the page if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    lines = [f"Measured on {date.today().isoformat()}, {machine()}.", ""]
    for title, measure in SECTIONS.items():
        print(f"{title} ...", file=sys.stderr, flush=True)
        lines += [f"## {title}", "", *measure(), ""]
    text = "\n".join(lines)
    print(text)
    if options.write:
        PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")


def replaced(page: str, text: str) -> str:
    """The page with what stands between its marks measured anew; what others measured is kept."""
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2].lstrip("\n")
    return f"{before}{BEGIN}\n{text.rstrip()}\n{END}\n" + (f"\n{after}" if after else "")


def machine() -> str:
    """What the figures were measured on."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    import numba

    return (
        f"{os.cpu_count()} processors of kind {model}, {platform.system()}, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, Numba {numba.__version__}"
    )


def resized(facilities: int, months: int) -> Scenario:
    """The benchmark scenario with so many facilities in districts of 15."""
    document = load_scenario(SCENARIO).model_dump(mode="json")
    districts = max(1, facilities // 15)
    document["months"] = months
    document["world"] |= {"districts": districts, "provinces": min(4, districts)}
    hospitals, centres = document["world"]["kinds"]
    hospitals["count"], centres["count"] = districts, facilities - districts
    for wave, share in zip(document["programme"][0]["waves"], (0.15, 0.35, 1.0), strict=True):
        wave["sites"], wave["share"] = None, share
    return from_document(document, Origin())


class Core:
    """One replicate of a scenario on the core, ready to be run again and again on one thread."""

    def __init__(self, scenario: Scenario, world: World):
        self.scenario, self.world = scenario, world
        programme = build_calendar(scenario, world)
        ideas, indicators = len(scenario.ideas), len(scenario.indicators)
        groups = groupings(world, scenario)
        self.out = arrays.out(arrays.size(world, groups, scenario), 1, detail=False)
        parameters = simulate.parameters_of(scenario, 1, range(1))
        self.inputs = (
            *parameters, arrays.here(world, groups), arrays.plan(programme, parameters[1][0]["indicator"], indicators),
            arrays.work(len(world), ideas, indicators, programme), self.out,
        )  # fmt: skip

    def seconds(self) -> float:
        """Processor time of one run."""
        simulate.clear(self.out)
        before = time.thread_time()
        run_replicates(np.zeros(1, np.int64), 1, self.scenario.target.score, *self.inputs)
        return time.thread_time() - before

    def nanoseconds(self, times: int) -> float:
        """Processor time a facility-month: the least of so many runs."""
        return min(self.seconds() for _ in range(times)) / len(self.world) / self.scenario.months * 1e9


def against_mesa() -> list[str]:
    """Both engines on the benchmark scenario, one thread, after comparing what they give."""
    scenario = load_scenario(SCENARIO)
    world = build_world(scenario)
    results = run(scenario, world, replicates=1, seed=1, detail=True)
    before = time.thread_time()
    model = QIModel(scenario, world, rng=1)
    trajectory = model.run()
    mesa = (time.thread_time() - before) / len(world) / scenario.months * 1e9
    for name in ("months", "idea_totals", "facility_months", "idea_months"):
        assert_frame_equal(getattr(results, name), getattr(trajectory, name), check_exact=True)
    core = Core(scenario, world).nanoseconds(40)
    return [
        "Benchmark scenario (`benchmarks/scenario.toml`: 400 facilities, 6 ideas, 60 months, all elements), one",
        "thread; the two trajectories were compared and are identical.",
        "",
        "| engine | time a facility-month |", "|---|---|",
        f"| core | {core:,.0f} ns |", f"| Mesa, with its event log and data collection | {mesa:,.0f} ns |",
        f"| ratio | {mesa / core:,.0f} |",
    ]  # fmt: skip


def scaling() -> list[str]:
    """Time a facility-month by number of facilities."""
    rows = ["One replicate of 60 months, one thread.", "",
            "| facilities | build the world | core | a facility-month |", "|---|---|---|---|"]  # fmt: skip
    for size in SIZES:
        scenario = resized(size, 60)
        before = time.thread_time()
        world = build_world(scenario)
        built = time.thread_time() - before
        core = Core(scenario, world)
        core.seconds()
        each = core.nanoseconds(10 if size < 10_000 else 3)
        rows.append(f"| {size:,} | {built:.2f} s | {each * size * 60 / 1e9:.3f} s | {each:,.0f} ns |")
    return rows


CHILD = """
import sys, time
from pathlib import Path
sys.path.insert(0, {folder!r})
from engines import resized
from qisim.study.run import run
from qisim.model.batch.simulate import simulate
from qisim.model.calendar import build_calendar
from qisim.world.world import build_world
scenario = resized({facilities}, 60)
start = time.perf_counter()
world = build_world(scenario)
programme = build_calendar(scenario, world)
for chunk, out in simulate(scenario, world, programme, range({replicates}), 1):
    pass
status = Path("/proc/self/status").read_text().split("VmHWM:")[1]  # of this process alone; Linux only
print(time.perf_counter() - start, int(status.split()[0]) / 1024)
"""


def child(facilities: int, replicates: int) -> tuple[float, float]:
    """Wall-clock seconds and peak MiB of a fresh process that builds a world and runs replicates of it."""
    code = CHILD.format(folder=str(HERE), facilities=facilities, replicates=replicates)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    seconds, peak = done.stdout.split()
    return float(seconds), float(peak)


def memory() -> list[str]:
    """Peak memory of large worlds and of many replicates."""
    rows = ["Fresh processes, compiled code at hand, results taken chunk by chunk.", "",
            "| facilities | replicates | time | peak memory |", "|---|---|---|---|"]  # fmt: skip
    for facilities, replicates in ((100_000, 1), (400, 100), (400, 1_000), (400, 4_000)):
        seconds, peak = child(facilities, replicates)
        rows.append(f"| {facilities:,} | {replicates:,} | {seconds:.1f} s | {peak:,.0f} MiB |")
    return rows


def commands() -> list[str]:
    """Wall-clock time of whole commands."""
    qisim = [sys.executable, "-m", "qisim"]
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "out")
        environment = os.environ | {"NUMBA_CACHE_DIR": str(Path(folder) / "cache")}
        cambodia = [*qisim, "run", "scenarios/cambodia.toml", "--replicates", "200", "--out", out]
        first = timed(cambodia, environment)
        again = min(timed(cambodia, environment) for _ in range(2))
        help_ = min(timed([*qisim, "--help"], environment) for _ in range(5))
        shutil.rmtree(out)
    return [
        "| command | time |", "|---|---|",
        f"| `qisim --help` | {help_:.2f} s |",
        f"| `qisim run scenarios/cambodia.toml --replicates 200`, first ever, with compilation | {first:.0f} s |",
        f"| the same again | {again:.1f} s |",
    ]  # fmt: skip


def timed(command: list[str], environment: dict[str, str]) -> float:
    """Wall-clock seconds of a command that must succeed."""
    before = time.perf_counter()
    subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - before


SECTIONS: dict[str, Callable[[], list[str]]] = {
    "Core against Mesa": against_mesa,
    "Scaling with facilities": scaling,
    "Memory": memory,
    "Commands": commands,
}

if __name__ == "__main__":
    main()
