"""Ctrl-C at any moment ends a command in one line and exit code 130, and is never lost."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import qisim
from tests.small_sweeps import SCENARIO

LINE = "Stopped; nothing was written. The same command starts again."
MOMENTS = 5

Process = subprocess.Popen[str]


def started(code: str, folder: Path, *arguments: object, ignoring: bool = False) -> Process:
    """A Python process that runs `code`; it begins by printing a line."""
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.SIG_IGN if ignoring else before)  # it takes this over
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *(str(argument) for argument in arguments)], cwd=folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    finally:
        signal.signal(signal.SIGINT, before)
    assert process.stdout is not None
    begun = b""
    while not begun.endswith(b"\n"):  # and no more, which would be missed later
        begun += os.read(process.stdout.fileno(), 1) or b"nothing\n"
    assert begun == b"begun\n"
    return process


def ended(process: Process) -> tuple[int, str, str]:
    said, complained = process.communicate(timeout=180)
    return process.returncode, said, complained.strip()


QISIM = """
from qisim.__main__ import main
print("begun", flush=True)
main()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ctrl_c")
    (folder / "small.toml").write_text(SCENARIO)
    return folder


@pytest.fixture(scope="module")
def seconds(folder: Path) -> float:
    """How long a run takes."""
    began = time.monotonic()
    code, _, complained = ended(started(QISIM, folder, "run", "small.toml", "--replicates", 2))
    assert code == 0, complained
    return time.monotonic() - began


@pytest.mark.parametrize("part", range(MOMENTS))
def test_at_any_moment_of_a_run(folder: Path, tmp_path: Path, seconds: float, part: int) -> None:
    """Every other time twice."""
    out = tmp_path / "out"
    process = started(QISIM, folder, "run", "small.toml", "--replicates", 2, "--out", out)
    time.sleep(seconds * part / MOMENTS)
    for _ in range(1 + part % 2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.01)
    code, _, complained = ended(process)
    if code == 0:  # the command was faster
        assert (out / "report.html").exists() and "Stopped" not in complained
        return
    *before, last = complained.splitlines()
    assert code == 130 and last.startswith("Stopped; "), complained
    assert all(re.fullmatch("|(Simulating|Drawing charts): .* seconds left", line) for line in before), complained
    if out.exists():
        assert qisim.load_results(out).replicates == 2
    assert {path.name for path in tmp_path.iterdir()} <= {"out"}


def test_in_the_middle_of_a_long_simulation(folder: Path, tmp_path: Path, seconds: float) -> None:
    kinds = 'kinds = [{ name = "health_centre", per_district = 500 }]'
    (folder / "long.toml").write_text(f'extends = "small.toml"\nmonths = 600\n[world]\n{kinds}\n')
    process = started(QISIM, folder, "run", "long.toml", "--replicates", 5000, "--out", tmp_path / "out")
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    code, said, complained = ended(process)
    assert (code, said, complained.splitlines()[-1]) == (130, "", LINE)
    assert list(tmp_path.iterdir()) == []


def test_ignored_from_the_start_it_stays_so(folder: Path, tmp_path: Path) -> None:
    """As in the background of a script, or under nohup."""
    arguments = ["run", "small.toml", "--replicates", "2", "--out", tmp_path / "out"]
    process = started(QISIM, folder, *arguments, ignoring=True)
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
    assert ended(process)[0] == 0
    assert (tmp_path / "out" / "report.html").exists()


GUARDED = """
import os, signal, sys, time, weakref
from contextlib import suppress
from qisim.terminal.ctrl_c import heeded, leaves, too_late
def press():
    os.kill(os.getpid(), signal.SIGINT)
def go_on():
    time.sleep(30)
    print("it was lost")
class Deleted:
    def __del__(self):
        press()
        sum(range(9))
def in_a_destructor():
    Deleted()
    go_on()
def in_a_callback():
    thing = type("Plain", (), {})()
    kept = weakref.ref(thing, lambda _: press())
    del thing
    go_on()
def caught_by_somebody():
    try:
        press()
        time.sleep(1)
    except BaseException:
        pass
    go_on()
def turned_into_another_error():
    try:
        press()
        time.sleep(1)
    except BaseException:
        raise ImportError("a part of it cannot be loaded") from None
def within_exec():
    exec("press(); go_on()", globals())
def while_it_clears_up():
    try:
        press()
        go_on()
    finally:
        press()
        time.sleep(0.3)
        leaves("all is cleared up.")
def while_clearing_up_hangs():
    try:
        press()
        go_on()
    finally:
        time.sleep(1.2)
        press()
        go_on()
def at_the_end():
    with suppress(BaseException):
        press()
        time.sleep(1)
    too_late()
    go_on()
def after_the_end():
    too_late()
    press()
    print("done")
print("begun", flush=True)
heeded(globals()[sys.argv[1]])
"""
WAYS = ["in_a_destructor", "in_a_callback", "caught_by_somebody", "turned_into_another_error", "within_exec",
        "while_clearing_up_hangs", "at_the_end"]  # fmt: skip


@pytest.mark.parametrize("where", WAYS)
def test_it_is_not_lost(where: str, tmp_path: Path) -> None:
    assert ended(started(GUARDED, tmp_path, where)) == (130, "", LINE)


def test_clearing_up_is_not_disturbed(tmp_path: Path) -> None:
    assert ended(started(GUARDED, tmp_path, "while_it_clears_up")) == (130, "", "Stopped; all is cleared up.")


def test_what_is_done_stays_done(tmp_path: Path) -> None:
    assert ended(started(GUARDED, tmp_path, "after_the_end")) == (0, "done\n", "")


def test_errors_of_its_own_are_shown(tmp_path: Path) -> None:
    code = GUARDED.replace("heeded(globals()[sys.argv[1]])", "heeded(lambda: 1 / 0)")
    number, _, complained = ended(started(code, tmp_path, ""))
    assert number == 1 and complained.endswith("ZeroDivisionError: division by zero")
