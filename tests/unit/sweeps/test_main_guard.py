"""A script that starts workers without `if __name__ == "__main__":` is stopped at once, with one message."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import small_sweeps

SCRIPT = """
from pathlib import Path
import qisim
from qisim.workers.pools import Halted
try:
    {call}
    print("went on")
except Halted as error:
    print(error)
"""
CALLS = {
    "sweep": 'qisim.sweep("design.toml", out="out", workers=2)',
    "cluster": 'qisim.sweep("design.toml", out="out", cluster="local", workers=2)',
    "calibrate": 'qisim.calibrate("small.toml", "seen.csv", parameters=["works_base"], simulations=200, rounds=1, '
    "workers=2)",
}


@pytest.mark.parametrize("call", list(CALLS))
def test_workers_from_a_script_without_a_main_guard(tmp_path: Path, call: str) -> None:
    if call == "cluster":
        pytest.importorskip("distributed")
    small_sweeps.write(tmp_path)
    (tmp_path / "seen.csv").write_text("month,at_standard\n2024-02,1\n2024-05,2\n", encoding="utf-8")
    (tmp_path / "script.py").write_text(SCRIPT.format(call=CALLS[call]), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
    )
    assert 'if __name__ == "__main__":' in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""
