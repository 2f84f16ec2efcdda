"""Whoever edits in a copy of the package how facilities hear of ideas gets engines that agree, or a message."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import qisim

PACKAGE = Path(qisim.__file__).parent
SCENARIO = PACKAGE.parent / "scenarios" / "natural_diffusion.toml"
PROGRAM = Path(__file__).parent / "uncompiled.py"

RULE = "    return 1.0 - math.exp(-b.peer_influence * (1.0 if b.peer_threshold > 0.0 else use))"
EDITED = {
    "    return min(0.6, 9.0 * b.peer_influence * use)": "True",
    "    return 0.9 * use * max(1.0 - use, 0.0)": "qisim.model.rules.hears_at_most: gives 1e-09, but hears gives",
}


@pytest.mark.parametrize("rule", EDITED)
def test_an_edited_rule_of_hearing_agrees_or_is_refused(rule: str, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "qisim", ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / "qisim" / "model" / "rules.py"
    text = file.read_text(encoding="utf-8")
    assert text.count(RULE) == 1
    file.write_text(text.replace(RULE, rule), encoding="utf-8")
    shutil.copy(PROGRAM, tmp_path)
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, tmp_path / PROGRAM.name, SCENARIO],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert EDITED[rule] in done.stdout + done.stderr
