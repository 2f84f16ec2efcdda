"""Reading scenario files: TOML, `extends`, merging, and messages about what is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from qisim.scenario.elements import KINDS
from qisim.scenario.errors import BadInput, Problem, nearest, reading_failed, shown
from qisim.scenario.files import check_file, control_character
from qisim.scenario.origin import NAMED_LISTS, Origin, name_of
from qisim.scenario.schema import Scenario
from qisim.scenario.uncertain import Uncertain

MOST_BYTES = 5_000_000
MOST_NAMES = 40
"""More names than a message can list."""
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
    try:
        scenario = Scenario.model_validate(document)
    except ValidationError as error:
        raise BadInput([_problem(detail, origin) for detail in error.errors()]) from None
    scenario._origin = origin
    scenario.check_names()
    return scenario


def _read(path: Path, origin: Origin, chain: list[Path]) -> dict[str, Any]:
    check_file(path, MOST_BYTES, "a scenario")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise reading_failed(path, error) from None
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(Problem(str(path), f"is not valid TOML: {error}")) from None
    except ValueError:
        raise BadInput(Problem(str(path), "is not valid TOML: a number in it has too many digits")) from None
    origin.files.append((path, text))
    document = _beside_the_first_file(document, path.parent, origin.folder)
    base = document.pop("extends", None)
    if base is None:
        return document
    chain = [*chain, path.resolve()]
    base_path = _base_path(path, base, chain)
    return _merge(_read(base_path, origin, chain), document)


def _base_path(path: Path, base: Any, chain: list[Path]) -> Path:
    """The file that the file `path`, the last of a chain, extends; raises BadInput where it cannot."""
    found = f"found {shown(base)}"
    if not isinstance(base, str) or not base or control_character(base):
        raise BadInput(Problem(str(path), found, "extends", allowed="the name of a scenario file"))
    base_path = path.parent / base
    if base_path.resolve() in chain:
        found += ", which extends this file in turn"
        raise BadInput(Problem(str(path), found, "extends", allowed="a file that does not lead back here"))
    try:
        check_file(base_path, MOST_BYTES, "a scenario")
    except BadInput as error:
        raise BadInput(
            replace(problem, where=str(path), what=f"{found}: {problem.what}", key="extends")
            for problem in error.problems
        ) from None
    return base_path


def _beside_the_first_file(document: dict[str, Any], folder: Path, first: Path) -> dict[str, Any]:
    """File names are written relative to the file they stand in; the merged document needs one folder."""
    world = document.get("world")
    if folder != first and isinstance(world, dict):
        for key in ("facilities", "peers"):
            if isinstance(world.get(key), str) and world[key] and not control_character(world[key]):
                world[key] = str((folder / world[key]).resolve())
    return document


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict) and not _is_quantity(value):
            result[key] = _merge(result[key], value)
        elif key in NAMED_LISTS and _are_tables(value) and _are_tables(result.get(key)):
            result[key] = _merge_list(result[key], value)
        else:
            result[key] = value
    return result


def _is_quantity(table: dict[str, Any]) -> bool:
    """Whether a table is a distribution, which is replaced as a whole: its shape is told by its keys."""
    return bool(table) and table.keys() <= Uncertain.model_fields.keys()


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(table, dict) for table in value)


def _merge_list(base: list[Any], over: list[Any]) -> list[Any]:
    """The tables of `base`, each with what the first table of its name in `over` changes, then the others of `over`.

    Two tables of one name in either of them stay two, so that they are refused.
    """
    result: list[Any] = list(base)
    places = {name_of(table): place for place, table in reversed(list(enumerate(base))) if name_of(table)}
    free = set(places)
    for table in over:
        name = name_of(table)
        if name in free and table.get("remove") is True:
            result[places.pop(name)] = None
        elif name in free:
            result[places[name]] = _merge(base[places[name]], table)
        else:
            result.append(_merge(base[places[name]], table) if name in places else table)
        free.discard(name)
    return [table for table in result if table is not None]


def _problem(detail: Any, origin: Origin) -> Problem:
    """A pydantic error as a problem that names key, found, allowed and the nearest right name."""
    path = [part for part in detail["loc"] if part not in KINDS and "Uncertain" not in str(part)]
    key = ".".join(str(part) for part in path)
    context, kind, found = detail.get("ctx", {}), detail["type"], detail.get("input")
    where, line = origin.locate(key)
    if kind == "extra_forbidden":
        names = _keys_at(origin.merged, path[:-1])
        if path[-1] == "remove":
            return Problem(where, "there is nothing of this name to remove", key, line)
        allowed = ", ".join(names) if len(names) <= MOST_NAMES else "the names that qisim params lists"
        return Problem(where, "unknown key", key, line, allowed, nearest(str(path[-1]), names))
    if kind == "missing":
        return Problem(where, "is missing", key, line)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        tag = found.get("kind", "") if isinstance(found, dict) else found
        return Problem(where, f"found kind {shown(tag)}", key, line, ", ".join(KINDS), _nearest(tag, KINDS))
    if kind == "refused":
        return Problem(where, detail["msg"], key, line, context["allowed"])
    if kind == "literal_error":
        allowed = context["expected"]
        names = [part.strip(" '") for part in allowed.replace(" or ", ",").split(",")]
        return Problem(where, f"found {shown(found)}", key, line, allowed, _nearest(found, names))
    if kind == "value_error":
        return Problem(where, str(context["error"]), key, line)
    return Problem(where, f"found {shown(found)}", key, line, _allowed(kind, detail["msg"]))


def _allowed(kind: str, message: str) -> str:
    """What pydantic's message says is allowed, in the words of a scenario file."""
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return "a table"
    for beginning in ("Input should be ", "String should have ", "List should have "):
        message = message.removeprefix(beginning)
    return WORDS.get(message, message)


def _nearest(found: Any, names: Iterable[str]) -> str:
    return nearest(found, names) if isinstance(found, str) else ""


def _keys_at(document: Any, path: list[Any]) -> list[str]:
    """The keys allowed in the table at `path`."""
    model: Any = Scenario
    for part in path:
        document = document[part]
        if isinstance(part, int):
            model = KINDS.get(document.get("kind"), model) if model is None else model
            continue
        model = _model_in(model.model_fields[part].annotation)
    return sorted(model.model_fields) if model else []


def _model_in(annotation: Any) -> Any:
    """The table class that a field's type speaks of; None for the union of programme elements."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = [m for m in (_model_in(argument) for argument in get_args(annotation)) if m]
    return found[0] if len(set(found)) == 1 else None
