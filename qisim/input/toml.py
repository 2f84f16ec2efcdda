"""Reading TOML; and what is said of a file that is not TOML: the line, and what common slips should look like."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from qisim.input.errors import BadInput, Problem, cut, shown

PLACE = re.compile(r"\s*\((?:at line (?P<line>\d+), column \d+|at end of document)\)$")
VALUE = r"=\s*(?:\[\s*|\{[^}]*=\s*)?"
"""Where a value begins: after the = of a key, also within a list or an inline table."""
NUMBER = r"[-+]?\d[\d_]*"
DATE = re.compile(VALUE + r"(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4})\b")
COMMA = re.compile(rf"=\s*(?P<whole>{NUMBER}),(?P<part>\d+)(?=\s*(?:$|#|[,}}\]]))")
PERCENT = re.compile(VALUE + r"(?P<number>\d+(?:\.\d+)?)\s*%")
WORD = re.compile(r"=\s*(?P<word>[^\W\d][^#,\]}\"'=]*)")
TRUTH = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}
MARKS = "[\u201c\u201d\u201e\u201f\u00ab\u00bb\u2018\u2019\u201a]"
CURLY = re.compile(rf"[=\[,]\s*{MARKS}|{MARKS}\s*[,\]}}]*\s*$")
"""Curly quotation marks where a text begins or ends; within a text they may stand."""


MOST_LOOKED_AT = 2000
"""Characters of a line in which common slips are sought."""
MOST_QUOTED = 20
"""Characters of a file that the user did not name: it may be any."""


def document_of(path: Path, text: str, *, short: bool = False) -> dict[str, Any]:
    """What the text of a TOML file says. Raises BadInput; `short` quotes little of the file."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(not_toml(path, text, error, short=short)) from None
    except ValueError:
        raise BadInput(Problem(str(path), "is not valid TOML: a number in it has too many digits")) from None


def not_toml(path: Path, text: str, error: ValueError | RecursionError, *, short: bool = False) -> Problem:
    """The problem with a file that a TOML parser refused; `short` quotes little of it."""
    message = str(error)
    found = PLACE.search(message)
    if found is None:
        if isinstance(error, RecursionError):
            return Problem(str(path), "is not valid TOML: tables or lists within each other are too many")
        return Problem(str(path), f"is not valid TOML: {message}")
    lines = text.split("\n")
    number = int(found["line"] or len(lines))
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    advice = next((advice for slip in SLIPS if (advice := slip(line[:MOST_LOOKED_AT]))), "")
    advice = advice or _in_other_words(PLACE.sub("", message))
    if short:
        advice = advice.partition("; write ")[0]  # what is to be written quotes the line
    quoted = shown(cut(line, MOST_QUOTED) if short else line)
    return Problem(str(path), f"cannot be read: {quoted}: {advice}", line=number)


def _curly_quotes(line: str) -> str:
    curly = CURLY.search(_outside_texts(line))
    return 'found curly quotation marks; write straight ones, "..."' if curly else ""


def _other_date(line: str) -> str:
    found = DATE.search(line)
    if not found:
        return ""
    try:
        right = date(*(int(found[part]) for part in ("year", "month", "day"))).isoformat()
    except ValueError:
        right = "2025-01-31"
    return f"a date is written year-month-day, such as {right}"


def _decimal_comma(line: str) -> str:
    found = COMMA.search(line)
    if not found:
        return ""
    whole, part = found["whole"], found["part"]
    if len(part) == 3 and whole != "0":
        return f"found a comma in a number; write {whole}{part} for thousands, {whole}.{part} for a fraction"
    return f"found a decimal comma; write {whole}.{part}"


def _percent(line: str) -> str:
    found = PERCENT.search(line)
    return f"{found['number']}% is written {share(float(found['number']))}" if found else ""


def _bare_word(line: str) -> str:
    found = WORD.search(line)
    if not found:
        return ""
    word = found["word"].strip()
    truth = TRUTH.get(word.casefold())
    if truth:
        return f"write {truth}, in small letters and without quotation marks" if word != truth else ""
    return "a text stands in quotation marks" + (f'; write "{word}"' if len(word) <= MOST_QUOTED else "")


def _colon(line: str) -> str:
    return "write = between a key and its value" if re.match(r"[\w.-]+\s*:", line) else ""


def _open_quote(line: str) -> str:
    outside = _outside_texts(line)
    return "a quotation mark is not closed" if '"' in outside or "'" in outside else ""


def _outside_texts(line: str) -> str:
    """A line without its texts in quotation marks, and without its remark."""
    return re.sub(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'", "", line).partition("#")[0]


SLIPS: list[Callable[[str], str]] = [
    _curly_quotes, _open_quote, _other_date, _percent, _decimal_comma, _bare_word, _colon,
]  # fmt: skip


def share(percent: float) -> str:
    """A percentage as a share is written in a scenario: 80 as 0.80."""
    digits = f"{percent / 100:.2f}"
    return digits if float(digits) == percent / 100 else f"{percent / 100:g}"


def _in_other_words(said: str) -> str:
    for beginning, words in (
        ("Cannot overwrite a value", "this key stands twice in its table"),
        ("Cannot declare", "this table stands twice; a list of tables has double brackets, such as [[ideas]]"),
        ("Expected ']' at the end", "the name of a table stands in brackets, such as [world]; one is missing"),
        ("Expected ']]' at the end", "the name of a list of tables stands in double brackets, such as [[ideas]]"),
        ("Unescaped '\\'", "a backslash in a text is written twice, or as /"),
        ("Expected '=' after a key", "expected a key, = and a value"),
        ("Unclosed array", "a list is not closed; a ] or a comma is missing here or above"),
        ("Unclosed inline table", "a { is not closed; a } or a comma is missing"),
        ("Expected newline or end of document", "something stands after the value that does not belong there"),
        ("Invalid value", "this is not a value; numbers have a decimal point, texts stand in quotation marks"),
    ):
        if said.startswith(beginning):
            return words
    return said
