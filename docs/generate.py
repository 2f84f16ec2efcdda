"""Writes the parts of the documentation that follow from qisim's own declarations.

- `python docs/generate.py` rewrites every section between `<!-- generated: ... -->` and `<!-- end -->`;
- `python docs/generate.py --check` changes nothing, and leaves with 1 if a section is out of date;
- `python docs/generate.py --picture` simulates scenarios/cambodia.toml and draws docs/pictures/coverage.png.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from qisim.scenario.behaviour import ASSUMED, GROUPS, PARAMETERS, TUNED, Parameter
from qisim.scenario.elements import KINDS
from qisim.scenario.elements.base import Element
from qisim.scenario.elements.collaborative import Wave
from qisim.scenario.elements.performance_financing import Threshold
from qisim.scenario.schema import tables
from qisim.scenario.uncertain import Uncertain

DOCS = Path(__file__).resolve().parent
SECTION = re.compile(r"(<!-- generated: (?P<name>[\w ]+) -->\n)(?:(?!<!-- generated).)*?(<!-- end -->)", re.DOTALL)

WORDS = {"integer": "whole number", "number": "number", "string": "text", "boolean": "true or false", "object": "table"}
TITLES = {"": "Top of the file", "target": "`[target]`", "world": "`[world]`", "world.kinds": "`[[world.kinds]]`",
          "indicators": "`[[indicators]]`", "ideas": "`[[ideas]]`", "costs": "`[costs]`",
          "programme.costs": "The `costs` of a programme element"}  # fmt: skip


# --- parameters -----------------------------------------------------------------------------------------------------


def parameters() -> str:
    """Every behaviour parameter by group, and how many of them have a published source."""
    sources = [p.source for p in PARAMETERS.values()]
    assumed, tuned = sources.count(ASSUMED), sources.count(TUNED)
    parts = [
        f"{len(sources)} parameters: {len(sources) - assumed - tuned} lean on a publication, {tuned} are tuned to "
        f"published results without one of their own, {assumed} are assumed."
    ]
    head = ("parameter", "default", "unit", "plausible", "allowed", "meaning", "source")
    for group, rows in GROUPS.items():
        parts += [f"**{group}**", grid(head, (_parameter(p) for p in rows))]
    return "\n\n".join(parts)


def _parameter(p: Parameter) -> tuple[str, ...]:
    plausible, allowed = f"{p.low:g} to {p.high:g}", f"{p.minimum:g} to {p.maximum:g}"
    return f"`{p.name}`", f"{p.default:g}", p.unit, plausible, allowed, p.meaning, p.source


# --- keys of scenario files -----------------------------------------------------------------------------------------


def scenario_keys() -> str:
    """Every table of a scenario file but those of the programme."""
    return "\n\n".join(keys_of(TITLES[name], model) for name, model in tables().items())


def element_keys() -> str:
    """The keys that all programme elements share, then those of each kind, and of a wave."""
    parts = [keys_of("Every `[[programme]]` table", Element, said=EVERY_ELEMENT)]
    parts += [keys_of(f'`kind = "{name}"`', model, leave_out=_as_everywhere(model)) for name, model in KINDS.items()]
    parts.append(keys_of("One of the `waves` of a collaborative", Wave))
    parts.append(keys_of("One of the `thresholds` of performance-based financing", Threshold))
    return "\n\n".join(parts)


def _as_everywhere(model: type[Element]) -> list[str]:
    """The keys of an element that are those of every element, defaults included."""
    shared = Element.model_fields
    return [name for name in shared if name == "kind" or model.model_fields[name].default == shared[name].default]


def distributions() -> str:
    """The shapes of an uncertain quantity, as its own validation tells them."""
    try:
        Uncertain.model_validate({})
    except ValidationError as error:
        return f"The keys of a distribution are {', '.join(f'`{name}`' for name in Uncertain.model_fields)}: " + (
            f"{error.errors()[0]['ctx']['error']}."
        )
    raise TypeError("a distribution without keys is accepted")


def keys_of(title: str, model: type[BaseModel], leave_out: Iterable[str] = (), said: str = "") -> str:
    """A heading, what the table is, and its keys."""
    fields = {name: field for name, field in model.model_fields.items() if name not in leave_out}
    rows = (_key(name, field) for name, field in fields.items())
    said = said or " ".join((model.__doc__ or "").split("\n\n")[0].split())
    return f"### {title}\n\n{said}\n\n" + grid(("key", "type", "default", "allowed", "meaning"), rows)


def _key(name: str, field: FieldInfo) -> tuple[str, ...]:
    adapter = TypeAdapter(Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation)
    kind, allowed = _kind_and_limits(adapter)
    return f"`{name}`", kind, _default(field), allowed, field.description or MEANINGS[name]


EVERY_ELEMENT = (
    "Without any of `provinces`, `districts`, `kinds` and `facilities` an element covers every facility; with several "
    "of them, those that all of them name."
)
MEANINGS = {
    "title": "what the scenario is called in tables and charts",
    "kind": f"what the element is: {', '.join(KINDS)}",
    "name": "what it is called, and by which other tables and files refer to it",
    "target": "see `[target]`",
    "world": "see `[world]`",
    "indicators": "see `[[indicators]]`",
    "ideas": "see `[[ideas]]`",
    "behaviour": "parameters that depart from their defaults; see [their table](model.md#10-parameters)",
}


def _kind_and_limits(adapter: TypeAdapter[Any]) -> tuple[str, str]:
    """The type of a key and the values allowed, from its validation and its JSON schema."""
    told = _told_when_wrong(adapter)
    if told:
        kinds = {"months": "date or months", "date": "date"}
        return next((kind for word, kind in kinds.items() if word in told), "number or distribution"), told
    return _from_schema(adapter.json_schema())


def _told_when_wrong(adapter: TypeAdapter[Any]) -> str:
    """What a user is told to be allowed who gives something that fits nowhere."""
    try:
        adapter.validate_python(object())
    except ValidationError as error:
        return next((e["ctx"]["allowed"] for e in error.errors() if "allowed" in e.get("ctx", {})), "")
    return "anything"


def _from_schema(schema: dict[str, Any]) -> tuple[str, str]:
    options = [option for option in schema.get("anyOf", [schema]) if option.get("type") != "null"]
    schema = options[0]
    if "const" in schema:
        return "text", f'"{schema["const"]}"'
    if "enum" in schema:
        return "text", ", ".join(f'"{value}"' for value in schema["enum"])
    if "$ref" in schema:
        return "table", ""
    if schema.get("type") == "array":
        return ("list of names" if schema["items"].get("type") == "string" else "list of tables"), ""
    if schema.get("format") == "date":
        return "date", "such as 2025-01-01"
    return WORDS[schema.get("type", "object")], _limits(schema)


def _limits(schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMaximum" in schema:
        high = schema["exclusiveMaximum"] - 1
    above = schema.get("exclusiveMinimum")
    if above is not None:
        return f"above {above:g}" + (f", up to {_number(high)}" if high is not None else "")
    if low is not None and high is not None:
        return f"{_number(low)} to {_number(high)}"
    return f"{_number(low)} or more" if low is not None else ""


def _number(value: float) -> str:
    # Versions of pydantic differ in whether a bound without decimals is an integer.
    return f"{value:,.0f}" if value == int(value) and abs(value) < 10**15 else f"{value:g}"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value = field.default
    if value is None or value is PydanticUndefined or value in ("", []) or isinstance(value, BaseModel):
        return ""
    if isinstance(value, list):
        return ", ".join(f'"{item}"' for item in value)
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else f"{value:g}"


# --- results --------------------------------------------------------------------------------------------------------


def template_outcomes() -> str:
    """What `qisim run` says of the scenario that `qisim new` writes."""
    import qisim
    from qisim.outcomes import outcomes

    results = qisim.load(DOCS.parent / "qisim" / "scenario" / "template.toml").run(replicates=200, seed=1)
    head = ("outcome", "median of runs", "90% interval", "note")
    parts = [
        f"**{heading}**\n\n" + grid(head, ((o.name, o.value, o.spread, o.note) for o in rows))
        for heading, rows in outcomes(results).items()
        if rows
    ]
    return "\n\n".join(parts)


def draw_picture() -> Path:
    """The coverage chart of the shipped Cambodia scenario, as `qisim run` draws it."""
    import qisim
    from qisim.charts.style import figure_bytes
    from qisim.study.charts.catalogue import CHARTS

    results = qisim.load(DOCS.parent / "scenarios" / "cambodia.toml").run(replicates=200, seed=1)
    path = DOCS / "pictures" / "coverage.png"
    path.parent.mkdir(exist_ok=True)
    _replace(path, figure_bytes(CHARTS["coverage"](results), "png"))
    return path


# --- pages ----------------------------------------------------------------------------------------------------------


SECTIONS: dict[str, Callable[[], str]] = {
    "parameters": parameters,
    "scenario keys": scenario_keys,
    "element keys": element_keys,
    "distributions": distributions,
    "template outcomes": template_outcomes,
}


def grid(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def renewed(text: str) -> str:
    """A page with its generated sections as they should be."""
    return SECTION.sub(lambda found: f"{found[1]}\n{SECTIONS[found['name']]()}\n\n{found[3]}", text)


def pages() -> list[Path]:
    """The pages of the documentation."""
    return [*sorted(DOCS.glob("*.md")), DOCS.parent / "README.md"]


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def main(arguments: list[str]) -> int:
    """Rewrite or check the pages; returns the exit code."""
    if arguments not in ([], ["--check"], ["--picture"]):
        sys.stderr.write(__doc__ or "")
        return 2
    if arguments == ["--picture"]:
        print(f"Drew {draw_picture()}")
        return 0
    stale = []
    for page in pages():
        text = page.read_text(encoding="utf-8")
        new = renewed(text)
        if new != text:
            stale.append(page)
            if not arguments:
                _replace(page, new.encode())
    for page in stale:
        print(f"{page}: out of date; run python docs/generate.py" if arguments else f"Rewrote {page}")
    return 1 if stale and arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
