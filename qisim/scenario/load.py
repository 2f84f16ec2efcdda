"""Reading scenario files: TOML, `extends`, merging, and messages about what is wrong."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from qisim.input.errors import MOST_LISTED, BadInput, Problem, nearest, nearest_file, shown
from qisim.input.files import check_file, control_character, json_in, read_text
from qisim.input.lines import Lines, name_of
from qisim.input.toml import document_of, share
from qisim.scenario.elements import KINDS
from qisim.scenario.merge import merge
from qisim.scenario.origin import NAMED_LISTS, Origin
from qisim.scenario.parameter_sets import with_sets
from qisim.scenario.plausible import PLAUSIBLE
from qisim.scenario.schema import Scenario

MOST_BYTES = 5_000_000
MOST_FILES = 20
"""Files of which each extends the next."""
MOST_NAMES = 40
"""More names than a message can list."""
MAP = (
    "is {}, not a scenario; a scenario names its facilities as a CSV file with one row per facility"
    " (in QGIS: export the layer as CSV, with GEOMETRY AS_XY)"
)
OTHER_FILES = {
    ".geojson": MAP.format("GeoJSON"),
    ".csv": 'is a table, not a scenario; a scenario names its table of facilities: facilities = "..." in [world]',
}
"""What is said of files that are no scenarios, by the ending of their names."""
SHARE = re.compile(r"less than or equal to 1$|a number from (-1|0) to (0\.\d+|1),")
"""What is allowed where a share is meant."""
WORDS = {
    "a valid string": "a text",
    "a valid boolean": "true or false",
    "a valid integer": "a whole number",
    "a valid number": "a number",
    "a valid list": "a list",
}


def load_scenario(path: str | Path) -> Scenario:
    """Read a scenario file and all it extends. Raises BadInput with every problem found."""
    path = Path(path)
    origin = Origin(folder=path.parent)
    origin.merged = _read(path, origin, [])
    return from_document(origin.merged, origin)


def from_document(document: dict[str, Any], origin: Origin) -> Scenario:
    """Validate a merged document. File names in it are relative to `origin.folder`."""
    origin.merged = document
    problems = _nothing_to_remove(document, origin)
    try:
        scenario = Scenario.model_validate(with_sets(document, origin))
        scenario._origin = origin
        scenario.check_names()
    except ValidationError as error:
        raise _invalid(error, origin, problems) from None
    except BadInput as error:
        raise BadInput([*problems, *error.problems], error.more) from None
    if problems:
        raise BadInput(problems)
    return scenario


def _invalid(error: ValidationError, origin: Origin, problems: list[Problem]) -> BadInput:
    """What pydantic refused, beside other problems; no more is worked out than is told."""
    details = error.errors(include_url=False)
    told = details[:MOST_LISTED]
    return BadInput([*problems, *(problem_of(detail, origin) for detail in told)], len(details) - len(told))


def _nothing_to_remove(document: dict[str, Any], origin: Origin) -> list[Problem]:
    """Take tables that remove what is not there out of the document, and tell of each."""
    problems = []
    world = document.get("world")
    for prefix, tables in (("", document), ("world.", world if isinstance(world, dict) else {})):
        for key in NAMED_LISTS:
            rows = tables.get(key)
            if not isinstance(rows, list):
                continue
            idle = [isinstance(row, dict) and row.get("remove") is True for row in rows]
            names = [name for row, away in zip(rows, idle, strict=True) if not away and (name := name_of(row))]
            for i, row in enumerate(rows):
                if idle[i]:
                    where, line = origin.locate(f"{prefix}{key}.{i}")
                    sought = name_of(row) or ""
                    what = f"there is no {shown(sought)} to remove"
                    problems.append(Problem(where, what, prefix + key, line, ", ".join(names), nearest(sought, names)))
            if any(idle):
                tables[key] = [row for row, away in zip(rows, idle, strict=True) if not away]
    return problems


def _read(path: Path, origin: Origin, chain: list[Path]) -> dict[str, Any]:
    text = _text(path)
    document = document_of(path, text, short=bool(chain))
    origin.files.append((path, text))
    document = _beside_the_first_file(document, path.parent, origin.folder)
    base = document.pop("extends", None)
    if base is None:
        return document
    chain = [*chain, path.resolve()]
    line = Lines(text).at(("extends",))
    base_path = _base_path(path, line, base, chain)
    try:
        below = _read(base_path, origin, chain)
    except BadInput as error:
        raise error.named_in(f"{path}, line {line}") from None
    return merge(below, document)


def _text(path: Path) -> str:
    """The text of a scenario file. Raises BadInput, also where it is plainly a file of another kind."""
    check_file(path, sys.maxsize, "a scenario")
    if path.suffix.casefold() in OTHER_FILES:
        raise BadInput(Problem(str(path), OTHER_FILES[path.suffix.casefold()]))
    text = read_text(path, MOST_BYTES, "a scenario")
    other = json_in(text)
    if other:
        raise BadInput(Problem(str(path), MAP.format(other) if other == "GeoJSON" else "is JSON, not TOML"))
    return text


def _base_path(path: Path, line: int | None, base: Any, chain: list[Path]) -> Path:
    """The file that the file `path`, the last of a chain, extends in a line; raises BadInput where it cannot."""
    found = f"found {shown(base)}"
    if not isinstance(base, str) or not base or control_character(base):
        raise BadInput(Problem(str(path), found, "extends", line, "the name of a scenario file"))
    base_path = path.parent / base
    try:
        check_file(base_path, MOST_BYTES, "a scenario")
    except BadInput as error:
        near = nearest_file(base_path, but=path.name) if error.problems[0].nearest else ""
        raise BadInput(
            Problem(str(path), f"{found}: {problem.what}", "extends", line, problem.allowed, near)
            for problem in error.problems
        ) from None
    if base_path.resolve() in chain:
        found += ", which extends this file in turn"
        raise BadInput(Problem(str(path), found, "extends", line, "a file that does not lead back here"))
    if len(chain) >= MOST_FILES:
        found += f", and {MOST_FILES - 1} files extend one another before it"
        raise BadInput(Problem(str(path), found, "extends", line, f"at most {MOST_FILES} files in all"))
    return base_path


def _beside_the_first_file(document: dict[str, Any], folder: Path, first: Path) -> dict[str, Any]:
    """File names are written relative to the file they stand in; the merged document needs one folder."""
    world = document.get("world")
    if folder != first:
        for table, key in ((world, "facilities"), (world, "peers"), (document, "parameters")):
            if not isinstance(table, dict):
                continue
            named = table.get(key)
            if isinstance(named, str) and named and named != PLAUSIBLE and not control_character(named):
                table[key] = os.path.realpath(folder / named)  # unlike Path.resolve, also where links lead in a circle
    return document


def problem_of(detail: Any, origin: Origin, whole: type[BaseModel] = Scenario) -> Problem:
    """A pydantic error about a document of the class `whole` as a problem that names key, found, allowed, nearest."""
    path = list(detail["loc"])
    if whole is Scenario and len(path) > 2 and path[0] == "programme":
        del path[2]  # the kind of the element, which pydantic puts there
    context, kind, found = detail.get("ctx", {}), detail["type"], detail.get("input")
    where, line = origin.locate(path)
    key = origin.named(path)
    if kind == "extra_forbidden":
        names = _keys_at(origin.merged, path[:-1], whole)
        if path[-1] == "remove":
            return Problem(where, f"found {shown(found)}", key, line, "true, to take this away, or no such key")
        if whole is Scenario and len(path) == 1 and path[0] in KINDS:
            return Problem(where, "is a kind of programme element", key, line, f'[[programme]] with kind = "{path[0]}"')
        allowed = ", ".join(names) if len(names) <= MOST_NAMES else "the names that qisim params lists"
        return Problem(where, "unknown key", key, line, allowed, nearest(str(path[-1]), names))
    if kind == "missing":
        return Problem(where, "is missing", key, line)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        what, near = _no_kind(found, origin.merged.get("programme"))
        return Problem(where, what, key, line, f"the kinds {', '.join(KINDS)}", near)
    if kind == "refused":
        return Problem(
            where, detail["msg"] + _as_share(context["found"], context["allowed"]), key, line, context["allowed"]
        )
    if kind == "literal_error":
        allowed = context["expected"]
        names = [part.strip(" '") for part in allowed.replace(" or ", ",").split(",")]
        return Problem(where, f"found {shown(found)}", key, line, allowed, _nearest(found, names))
    if kind == "value_error":
        return Problem(where, str(context["error"]), key, line)
    if kind == "too_long":
        found, allowed = f"a list of {len(found):,}", f"at most {context['max_length']:,}"
        return Problem(where, f"found {found}", key, line, allowed)
    allowed = _allowed(kind, detail["msg"])
    return Problem(where, f"found {shown(found)}{_as_share(found, allowed)}", key, line, allowed)


def _no_kind(element: Any, programme: Any) -> tuple[str, str]:
    """What is said of an element of no known kind, and the kind, or the name of another element, that was meant."""
    tag, name = element.get("kind"), name_of(element)
    rows = programme if isinstance(programme, list) else []
    others = [other for row in rows if row is not element and (other := name_of(row)) and other not in (name, tag)]
    if tag is not None:
        return f"found kind {shown(tag)}", _nearest(tag, KINDS) or _nearest(tag, others) or _nearest(name, others)
    if name is None:
        return "has neither a name nor a kind", ""
    return f"has no kind, and no other element is called {shown(name)}", _nearest(name, others)


def _as_share(found: Any, allowed: str) -> str:
    """How a percentage is written where a share was asked for."""
    try:
        percent = float(found)
    except (TypeError, ValueError, OverflowError):
        return ""
    asks = SHARE.match(allowed)
    return f"; {percent:g}% is written {share(percent)}" if asks and 2 <= percent <= 100 else ""


def _allowed(kind: str, message: str) -> str:
    """What pydantic's message says is allowed, in the words of a scenario file."""
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return "a table"
    for beginning in ("Input should be ", "String should have ", "List should have "):
        message = message.removeprefix(beginning)
    message = message.partition(" after validation")[0]
    return WORDS.get(message, message)


def _nearest(found: Any, names: Iterable[str]) -> str:
    return nearest(found, names) if isinstance(found, str) else ""


def _keys_at(document: Any, path: list[Any], whole: type[BaseModel]) -> list[str]:
    """The keys allowed in the table at `path` of a document of the class `whole`."""
    model: Any = whole
    by_name = False  # whether what comes next is a name that the user chose
    for part in path:
        document = document[part]
        if isinstance(part, int):
            model = KINDS.get(document.get("kind"), model) if model is None else model
        elif by_name or model is None or part not in model.model_fields:
            by_name = False
        else:
            annotation = model.model_fields[part].annotation
            model, by_name = _model_in(annotation), _is_dict(annotation)
    return sorted(model.model_fields) if model else []


def _is_dict(annotation: Any) -> bool:
    return get_origin(annotation) is dict


def _model_in(annotation: Any) -> Any:
    """The table class that a field's type speaks of; None for the union of programme elements."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = [m for m in (_model_in(argument) for argument in get_args(annotation)) if m]
    return found[0] if len(set(found)) == 1 else None
