"""What is wrong with a setting, in words: pydantic's errors as `where: key: what to do`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import process

from monitor.config.toml import Key

_WORDING: Mapping[str, str] = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "date_from_datetime_parsing": "must be a date such as 2026-11-21",
    "date_parsing": "must be a date such as 2026-11-21",
    "date_type": "must be a date such as 2026-11-21",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "model_attributes_type": "must be a table of keys",
    "model_type": "must be a table of keys",
    "string_pattern_mismatch": "is not written in the form that belongs here",
    "path_type": 'must be a path in quotes, such as "/var/lib/trustwatch"',
    "string_type": "must be text in quotes",
    "time_delta_parsing": 'must be a duration such as "30m", "2h", "7d" or "PT30M"',
    "time_delta_type": 'must be a duration such as "30m", "2h", "7d" or "PT30M"',
    "time_parsing": 'must be a time such as "07:30"',
    "time_type": 'must be a time such as "07:30"',
    "tuple_type": "must be a list in square brackets, or tables headed by [[double brackets]]",
}


def lines(
    error: ValidationError,
    model: type[BaseModel],
    where: Callable[[Key], str],
    above: Key = (),
    also: Sequence[str] = (),
) -> Iterator[str]:
    """One line for each problem in `error`, which `model` raised for the table at `above`.

    `where` gives the place of a path, such as `monitor.toml:7:1`; `also` are keys that another model
    takes from the same table. Values never appear: one of them
    may be a password in the wrong place.
    """
    for detail in error.errors(include_url=False):
        path = (*above, *detail["loc"])
        yield f"{where(path)}: {dotted(path) or 'settings'}: {_wording(detail, model, also)}"


def dotted(path: Key) -> str:
    """`("sources", 1, "every")` as `sources.1.every`."""
    return ".".join(map(str, path))


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """`did you mean 'x'?`, or the list of what is known where nothing comes near."""
    close = process.extractOne(word, known, score_cutoff=60)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known here: {', '.join(sorted(known))}" if len(known) < 40 else "see the documentation"


def _wording(detail: ErrorDetails, model: type[BaseModel], also: Sequence[str]) -> str:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return "is missing: add it to this table"
        case "extra_forbidden":
            *table, key = detail["loc"]
            return f"unknown key: {did_you_mean(str(key), [*keys_of(model, tuple(table)), *also])}"
        case "value_error":
            return str(context["error"])
        case "literal_error":
            return f"must be {context['expected']}"
        case kind:
            message = detail["msg"]
            return _WORDING.get(kind, message[:1].lower() + message[1:])


def keys_of(model: type[BaseModel], path: Key) -> list[str]:
    """The keys that `model` knows in the table at `path`."""
    for step in path:
        if isinstance(step, str) and step in model.model_fields:
            model = model_in(model.model_fields[step].annotation) or model
    return list(model.model_fields)


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model of a field: `X`, `X | None` and `tuple[X, ...]` all give X."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(model_in, get_args(annotation))), None)
