"""Tables as CSV files, in which nothing that a user named is run by the spreadsheet that opens them.

Spreadsheets take a cell that begins with = + - or @ for a formula. An apostrophe before it makes it text; `plain`
takes that apostrophe away again, so that what was written can be read back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_CELLS = r"(^|[;,|\t\r\n])"  # a cell may begin wherever another country's spreadsheet cuts the line
_BEFORE_FORMULA = re.compile(_CELLS + r"(?='*[=+\-@＝＋－＠\t\r])")  # noqa: RUF001 - Japanese spreadsheets obey wide signs
_MARKED_FORMULA = re.compile(_CELLS + r"'(?='*[=+\-@＝＋－＠\t\r])")  # noqa: RUF001


def safe(text: str) -> str:
    """A text as a cell that no spreadsheet runs; numbers stay as they are."""
    return text if NUMBER.fullmatch(text) else _BEFORE_FORMULA.sub(r"\1'", text)


def plain(text: str) -> str:
    """The text that `safe` made a cell of."""
    return _MARKED_FORMULA.sub(r"\1", text) if "'" in text else text


def csv_text(table: pd.DataFrame) -> str:
    """A table as CSV, its index left out. Every CSV file that qisim writes comes from here."""
    cells = table.copy(deep=False)
    for place, name in enumerate(table):
        if table[name].dtype.kind == "O" or table[name].dtype.name in ("category", "string", "str"):
            cells.isetitem(place, [safe(value) if isinstance(value, str) else value for value in table[name]])
    return str(cells.rename(columns=lambda name: safe(str(name))).to_csv(index=False, lineterminator="\n"))


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The same as a file. Spreadsheets need the mark at the start to read names right."""
    return csv_text(table).encode("utf-8-sig")
