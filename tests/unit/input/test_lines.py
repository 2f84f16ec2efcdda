"""Lines of keys in TOML files: the keys are those that a parser finds, each in the line in which it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qisim.input.lines import Lines, key_lines

TEXT = '''# a remark with [brackets] = and "quotes
title = "a # b = [c]"   # more
"quoted key" = 1
'it''s' = 2
two.parts = 3
long = """
not_a_key = 1
"""
waves = [
  { start = 0, sites = 3 },
  # a remark, with a comma
  { start = 4,
    names = ["a", "b"] },
]
empty = []
[world]  # [[not]]
km = 1.5
kinds = [{ name = "post" }, { name = "hospital" }]
[[ideas]]
effect = 0.5
name = "first"
[ideas.costs]
fixed = 1
[[ideas]]
kind = "second"
[ "a" . b ]
when = 2024-01-01 07:32:00
'''.replace("'it''s'", "'its'").replace(
    '  { start = 4,\n    names = ["a", "b"] },', '  { start = 4, names = ["a",\n"b"] },'
)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2), (("quoted key",), 3), (("its",), 4), (("two",), 5), (("two", "parts"), 5), (("long",), 6),
        (("waves",), 9), (("waves", 0), 10), (("waves", 0, "sites"), 10), (("waves", 1, "names"), 12),
        (("waves", 1, "names", 1), 13), (("empty",), 15), (("world",), 16), (("world", "km"), 17),
        (("world", "kinds", "hospital"), 18), (("ideas", "first"), 21), (("ideas", "first", "effect"), 20),
        (("ideas", 0, "costs", "fixed"), 23), (("ideas", "second"), 25), (("a", "b", "when"), 27),
        (("not_a_key",), None), (("ideas", "third"), None), (("waves", 2), None), (("title", "x"), None),
    ],
)  # fmt: skip
def test_each_key_stands_in_its_line(path: tuple[Any, ...], line: int | None) -> None:
    assert Lines(TEXT).at(path) == line


KEYS = st.sampled_from(["a", "b-1", '"c d"', "'e.f'", '"g\\u0041"', "3"])
SCALARS = st.sampled_from(
    ["1", "1.5e3", '"x"', "'[y'", '"""\nk = 1\n""x"""', "'''\n[z]\n'''", "2024-01-01", "07:32:00", '"\\""', '""']
)  # fmt: skip


def inline(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.lists(values, max_size=3).map(lambda items: "[\n" + ",  # ], {\n".join(items) + "\n]")
    tables = st.lists(st.tuples(KEYS, values), max_size=2, unique_by=lambda pair: pair[0])
    return lists | tables.map(lambda pairs: "{ " + ", ".join(f"{key} = {value}" for key, value in pairs) + " }")


VALUES = st.recursive(SCALARS, inline, max_leaves=6)
DOTTED = st.lists(KEYS, min_size=1, max_size=2).map(" . ".join)
STATEMENTS = st.one_of(
    st.tuples(DOTTED, VALUES).map(lambda pair: f"{pair[0]} = {pair[1]} # x = 1"),
    DOTTED.map("[{}]".format), DOTTED.map("[[ {} ]] # ]".format), st.just(""), st.just("# a = 1"),
)  # fmt: skip


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The keys and the tables in lists of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, item in items:
        if isinstance(part, str) or isinstance(item, (dict, list)):
            yield (*path, part)
        yield from paths(item, (*path, part))


@settings(max_examples=150, deadline=None)
@given(st.lists(STATEMENTS, max_size=8))
def test_the_keys_are_those_that_a_parser_finds(statements: list[str]) -> None:
    kept: list[str] = []
    for statement in statements:
        try:
            tomllib.loads("\n".join([*kept, statement]))
        except tomllib.TOMLDecodeError:
            continue
        kept.append(statement)
    text = "\n".join(kept)
    found = key_lines(text)
    expected = set(paths(tomllib.loads(text)))
    assert expected <= set(found)
    assert {path for path in set(found) - expected if isinstance(path[-1], str)} == set()
    lines = text.split("\n")
    for path, line in found.items():
        if isinstance(path[-1], str):
            assert path[-1].replace("A", "\\u0041") in lines[line - 1] or path[-1] in lines[line - 1]


def test_what_no_parser_takes_has_no_lines() -> None:
    assert Lines("a = [1").at(("a",)) is None
