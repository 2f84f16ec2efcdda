"""Every test run draws the same examples, hears Ctrl-C however it is started, and compiles the core once."""

import signal
import subprocess
import sys
from functools import cache

import pytest
from hypothesis import settings

settings.register_profile("qisim", derandomize=True, deadline=None)
settings.load_profile("qisim")

# In the background of a script, and under nohup, it is ignored; what tests start would take that over.
signal.signal(signal.SIGINT, signal.default_int_handler)

COMPILE = """
import qisim
import qisim.model.batch.core  # the folder for compiled code is named after it
from qisim.model.batch.kept import compiling_alone
with compiling_alone():
    print("compiling", flush=True)
    qisim.load("scenarios/one_district.toml").run(replicates=1)
"""
WITHOUT_CORE = ("tests/unit/input/", "tests/unit/scenario/", "tests/unit/world/", "tests/unit/charts/")
"""Tests that run while the core is compiled."""


@pytest.fixture
def few_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two charts of a run, of a comparison and of a forecast, for tests of something else."""
    from qisim.comparison.charts.catalogue import CHARTS as COMPARED
    from qisim.study.charts.catalogue import CHARTS
    from qisim.tracking.charts.catalogue import CHARTS as TRACKED

    for charts in (CHARTS, COMPARED, TRACKED):
        for name in list(charts)[2:]:
            monkeypatch.delitem(charts, name)


def pytest_configure(config: pytest.Config) -> None:
    """Begin to compile, so that not every worker does."""
    if not getattr(config.option, "numprocesses", None) or _is_worker(config):
        return
    from qisim.model.batch.simulate import is_compiled

    if not is_compiled():
        process = subprocess.Popen([sys.executable, "-c", COMPILE], cwd=config.rootpath, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs no core comes first."""
    items.sort(key=_needs_core)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if _is_worker(item.config) and _needs_core(item):
        _wait_for_core()


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _needs_core(item: pytest.Item) -> bool:
    return not item.nodeid.startswith(WITHOUT_CORE)


@cache
def _wait_for_core() -> None:
    import qisim.model.batch.core  # noqa: F401 - the folder for compiled code is named after it
    from qisim.model.batch.kept import compiling_alone

    with compiling_alone():
        pass
