"""The folder that keeps compiled code."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qisim.model.batch import compile as compiling


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of compiled code, with six older versions."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    folder = tmp_path / "compiled"
    for age in range(6):
        (folder / f"old{age}").mkdir(parents=True)
        os.utime(folder / f"old{age}", (1e9 - age, 1e9 - age))
    return folder


def test_the_oldest_versions_are_forgotten(kept: Path) -> None:
    current = compiling.cache_folder()
    assert sorted(kept.iterdir()) == sorted([current, *(kept / f"old{age}" for age in range(3))])


def test_versions_that_another_process_deletes_do_no_harm(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = Path.iterdir

    def listed_then_deleted(folder: Path) -> list[Path]:
        found = list(listing(folder))
        (kept / "old0").rmdir()
        return found

    monkeypatch.setattr(Path, "iterdir", listed_then_deleted)
    assert compiling.cache_folder().is_dir()
