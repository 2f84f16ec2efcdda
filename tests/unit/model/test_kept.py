"""Compiled code on disk: damaged, foreign and untrusted files are not used, and no fault of the disk stops a run."""

from __future__ import annotations

import errno
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from qisim.input.errors import BadInput
from qisim.model.batch import core as _what_is_kept  # noqa: F401
from qisim.model.batch import kept
from qisim.model.batch.compile import compiled_and_kept


def _twice(x):
    return 2 * x


def _compile() -> bool:
    """Compile and call a function as a new process would; whether it was read from disk."""
    entry = compiled_and_kept(_twice)
    assert entry(21) == 42
    return bool(entry.stats.cache_hits)


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    kept._note.cache_clear()
    return tmp_path / "cache" / "compiled"


def _file(base: Path) -> Path:
    (file,) = base.glob("*/*.core")
    return file


def test_a_second_process_reads_what_the_first_compiled(base: Path) -> None:
    assert not kept.is_kept()
    assert not _compile()
    assert kept.is_kept() and _compile()
    assert _file(base).stat().st_mode & 0o777 == 0o600 and _file(base).parent.stat().st_mode & 0o777 == 0o700


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda content: content[: len(content) // 2],
    "emptied": lambda content: b"",
    "one bit": lambda content: content[:5000] + bytes([content[5000] ^ 4]) + content[5001:],
    "checksum": lambda content: content[:25] + bytes([content[25] ^ 1]) + content[26:],
    "more": lambda content: content + b"x",
    "garbage": lambda content: b"cos\nsystem\n(S'false'\ntR.",  # a pickle that would run something
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_files_are_compiled_again(base: Path, damage: str) -> None:
    _compile()
    sound = _file(base).read_bytes()
    _file(base).write_bytes(DAMAGES[damage](sound))
    assert not kept.is_kept()
    assert not _compile()
    assert kept.is_kept() and _compile()


@pytest.mark.skipif(os.name != "posix", reason="rights are of another kind")
def test_files_that_others_may_write_are_not_read(base: Path) -> None:
    _compile()
    _file(base).chmod(0o666)
    assert not kept.is_kept() and not _compile()
    assert _compile()  # replaced by one of the user's own


@pytest.mark.skipif(os.name != "posix", reason="rights are of another kind")
def test_a_folder_that_others_may_write_is_left_for_one_of_the_users_own(
    base: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _compile()
    _file(base).parent.chmod(0o777)
    assert not _compile()
    assert _compile()
    assert "others may write to it); it is kept in" in caplog.text and len(caplog.records) == 1
    assert list((tmp_path / "temporary").glob(f"qisim-{os.getuid()}/compiled/*/*.core"))


def test_a_link_in_place_of_the_folder_is_not_followed(base: Path, tmp_path: Path) -> None:
    folder = kept.cache_folder()
    assert folder
    elsewhere = folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(elsewhere)
    instead = kept.cache_folder()
    assert instead and instead.is_relative_to(tmp_path / "temporary")


def test_a_folder_that_cannot_be_made_is_noted_once(
    base: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    usual, make = base.parent, Path.mkdir

    def read_only(path: Path, *how: int, **more: int) -> None:
        if path.is_relative_to(usual):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        make(path, *how, **more)

    monkeypatch.setattr(Path, "mkdir", read_only)
    assert not _compile()
    assert _compile() and kept.is_kept()
    (note,) = caplog.messages
    assert note.startswith(str(base)) and "Read-only file system" in note and "NUMBA_CACHE_DIR" in note


def test_a_full_disk_is_noted_and_stops_nothing(
    base: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    folder = kept.cache_folder()
    monkeypatch.setattr(os, "fdopen", full)
    assert not _compile()
    (note,) = caplog.messages
    assert note.startswith(f"{folder}: ") and "No space left on device" in note
    assert folder and not list(folder.glob("*.core*"))


def test_nowhere_to_keep_it_stops_nothing(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "mkdir", full)
    with kept.compiling_alone():
        assert not _compile()
    assert not kept.is_kept() and not _compile()


def test_a_lock_that_cannot_be_had_stops_nothing(base: Path) -> None:
    folder = kept.cache_folder()
    assert folder
    (folder / kept.LOCK).mkdir()
    with kept.compiling_alone():
        assert not _compile()


def test_a_cache_named_after_a_file_is_refused(base: Path) -> None:
    base.parent.write_text("")
    with pytest.raises(BadInput, match="the folder for compiled code cannot be made"):
        kept.cache_folder()


def test_an_empty_variable_counts_as_none(
    base: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "compiled" / "thesis").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(kept, "user_cache_path", lambda name: tmp_path / "home" / name)
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    folder = kept.cache_folder()
    assert folder and folder.parent == tmp_path / "home" / "qisim" / "compiled"
    assert list((tmp_path / "compiled").iterdir()) == [tmp_path / "compiled" / "thesis"]


# --- older versions -------------------------------------------------------------------------------------------------


@pytest.fixture
def older(base: Path) -> Path:
    """The folder of compiled code, with six older versions, a folder and a file of the user's."""
    for age in range(6):
        folder = base / f"old{age}"
        folder.mkdir(parents=True)
        for name in (kept.MARK, kept.LOCK, f"1{kept.ENDING}", f"2{kept.ENDING}.unfinished"):
            (folder / name).touch()
        os.utime(folder, (1e9 - age, 1e9 - age))
    (base / "thesis").mkdir()
    (base / "thesis" / "chapter").touch()
    (base / "notes.txt").touch()
    os.utime(base / "thesis", (1e8, 1e8))
    return base


def test_the_oldest_versions_are_forgotten_and_nothing_else(older: Path) -> None:
    (older / "old5" / "mine.txt").touch()
    os.utime(older / "old5", (1e8, 1e8))
    current = kept.cache_folder()
    assert current
    left = {current.name, "thesis", "notes.txt", "old0", "old1", "old2", "old5"}
    assert {path.name for path in older.iterdir()} == left
    assert [path.name for path in (older / "old5").iterdir()] == ["mine.txt"]
    assert (older / "thesis" / "chapter").exists()


def test_versions_that_another_process_deletes_do_no_harm(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = Path.iterdir

    def listed_then_deleted(folder: Path) -> list[Path]:
        found = list(listing(folder))
        for file in (older / "old0").glob("*"):
            file.unlink()
        (older / "old0").rmdir()
        return found

    monkeypatch.setattr(Path, "iterdir", listed_then_deleted)
    current = kept.cache_folder()
    assert current and current.is_dir()


def test_notes_reach_a_terminal_as_they_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])  # as without a test runner
    kept._note("compiled code cannot be kept")
    assert capsys.readouterr().err == "compiled code cannot be kept\n"
