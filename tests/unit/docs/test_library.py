"""The library of scenarios lists them all, and what it says of them is what comes of them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
AGAIN = "run python docs/library.py --write"


@pytest.fixture(scope="module")
def library() -> ModuleType:
    spec = importlib.util.spec_from_file_location("library", ROOT / "docs" / "library.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_shipped_scenario_is_listed_with_its_picture(library: ModuleType) -> None:
    names = library.listed(library.PAGE.read_text(encoding="utf-8"))
    assert sorted(names) == library.shipped()
    assert library.stale_pictures(names) == ([], []), AGAIN


@pytest.mark.parametrize("change", [("one_district", ""), ("one_district", "one_district one_district"),
                                    ("one_district", "one_distrikt")])  # fmt: skip
def test_a_page_that_leaves_out_or_doubles_a_scenario_is_refused(library: ModuleType, change: tuple[str, str]) -> None:
    sections = " ".join(library.shipped()).replace(*change)
    with pytest.raises(ValueError, match="one_distri"):
        library.listed(f"<!-- library: {sections} -->\n<!-- end -->")


@pytest.mark.parametrize("name", ["one_district", "coaching_only", "natural_diffusion", "ethiopia_equity"])
def test_a_row_of_the_page_is_what_comes_of_the_scenario(library: ModuleType, name: str) -> None:
    page = library.PAGE.read_text(encoding="utf-8")
    ((_, run),) = library.simulate([name])
    assert library.row(name, run) in page, AGAIN


def test_a_stale_section_is_renewed_and_nothing_else(library: ModuleType) -> None:
    page = "Above.\n<!-- library: a b -->\nold\n<!-- end -->\nBelow.\n"
    new = library.renewed(page, {"a": "| A |", "b": "| B |"})
    assert new == f"Above.\n<!-- library: a b -->\n\n{library.HEAD}\n| A |\n| B |\n\n<!-- end -->\nBelow.\n"
    assert library.renewed(new, {"a": "| A |", "b": "| B |"}) == new
