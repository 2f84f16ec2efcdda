"""Results change on purpose only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.agreement.engines import SHIPPED
from tests.agreement.golden import FILE, TOLERANCE, figures

GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_results_are_those_on_record(file: Path) -> None:
    assert file.stem in GOLDEN, "a new scenario; put it on record with: python -m tests.agreement.golden"
    found, record = figures(file), GOLDEN[file.stem]
    assert found.keys() == record.keys()
    for table in ("counts", "sums", "ideas"):
        assert found[table] == record[table], f"{table}; if this is meant: python -m tests.agreement.golden"
    assert found["means"] == pytest.approx(record["means"], rel=TOLERANCE, abs=0)


def test_nothing_else_is_on_record() -> None:
    assert GOLDEN.keys() == {file.stem for file in SHIPPED}
