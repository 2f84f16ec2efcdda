"""CSV files for spreadsheets: what they might run is text, and all of it can be read back."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qisim
from qisim.input.csv_file import read_csv
from qisim.input.spreadsheet import csv_bytes, csv_text, plain, safe

cells = st.text(st.sampled_from("=+-@'\t\r;,|1.5e a\u17d2"), max_size=8)


@settings(deadline=None)
@given(text=cells)
def test_no_cell_begins_a_formula_and_each_comes_back(text: str) -> None:
    assert plain(safe(text)) == text
    for cell in [safe(text), *safe(text).replace(",", ";").split(";")[1:]]:
        assert cell == text or not cell.startswith(tuple("=+-@\t\r"))


@pytest.mark.parametrize("text", ["-2.5", "+5", "-1e-3", "-.5", "+254712345678", "Bas-Congo", "a = b", "", "-2.5 "])
def test_numbers_and_names_stay_as_they_are(text: str) -> None:
    assert safe(text) == ("'-2.5 " if text == "-2.5 " else text)


def test_texts_of_every_type_and_headings_are_covered_and_numbers_are_not() -> None:
    table = pd.DataFrame(
        {
            "=cmd": ["=1+1", None],
            "category": pd.Categorical(["@a", "@a"]),
            "string": pd.array(["-b", "x"], dtype="string"),
            "number": [-2.5, float("nan")],
        }
    )
    assert csv_text(table) == "'=cmd,category,string,number\n'=1+1,'@a,'-b,-2.5\n,'@a,x,\n"
    assert pd.read_csv(StringIO(csv_text(table)))["number"].tolist()[0] == -2.5


def test_a_registry_that_was_written_is_read_as_it_was(tmp_path: Path) -> None:
    table = pd.DataFrame({"id": ["=1", "@2", "-3", "'+4"], "district": ["+North", "x;=2", "-1", "South"]})
    (tmp_path / "written.csv").write_bytes(csv_bytes(table))
    assert read_csv(tmp_path / "written.csv").columns == {name: table[name].tolist() for name in table}


def test_every_csv_file_passes_through_one_place() -> None:
    package = Path(qisim.__file__).parent
    writers = {file.relative_to(package).as_posix() for file in package.rglob("*.py") if ".to_csv(" in file.read_text()}
    assert writers == {"input/spreadsheet.py"}
