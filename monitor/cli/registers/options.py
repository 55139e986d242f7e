"""Options of a command, one for each field of an entry: what is typed becomes an entry, or a usage error."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

import typer
from pydantic import ValidationError

from monitor.registerfields import clauses_of
from monitor.registers import Entry, free_texts

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from monitor.config import Organisation

Command = Callable[..., None]


def with_fields(command: Command, model: type[Entry], *, all_optional: bool) -> Command:
    """`command` with an option for each field of `model`, which come to it as keywords."""
    given = inspect.signature(command, eval_str=True)
    plain = [p for p in given.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    options = [_option(name, field, all_optional) for name, field in model.model_fields.items()]
    first = [p for p in plain if p.default is inspect.Parameter.empty]
    last = [p for p in plain if p.default is not inspect.Parameter.empty]
    wanted = [o for o in options if o.default is inspect.Parameter.empty]
    other = [o for o in options if o.default is not inspect.Parameter.empty]
    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*first, *wanted, *other, *last)]

    def made(**typed: Any) -> None:
        command(**typed)

    made.__doc__ = command.__doc__
    made.__signature__ = given.replace(parameters=parameters)  # type: ignore[attr-defined]
    made.__annotations__ = {p.name: p.annotation for p in parameters}
    return made


def entry_of(model: type[Entry], typed: Mapping[str, Any], organisation: Organisation) -> Entry:
    """The entry that was typed. Raises a usage error that names the option, also for personal data."""
    from monitor.cli.person import free_of_identifiers

    try:
        entry = model.model_validate(dict(typed))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        said = first["msg"].removeprefix("Value error, ")
        name = str(first["loc"][0]) if first["loc"] else ""
        if "date" in first["type"]:
            said = "must be a day such as 2026-11-01"
        raise typer.BadParameter(said, param_hint=_flag(name)) from None
    for name, text in free_texts(entry):
        free_of_identifiers(text, _flag(name), organisation)
    return entry


def typed_fields(model: type[Entry], keywords: Mapping[str, Any]) -> dict[str, Any]:
    """What was really typed: an option that was left out is no change."""
    return {name: keywords[name] for name in model.model_fields if keywords.get(name) not in (None, [])}


def _option(name: str, field: FieldInfo, all_optional: bool) -> inspect.Parameter:
    kind, metavar = _typed_as(field.annotation)
    declared = f"{_flag(name)}/--no-{name.replace('_', '-')}" if kind is bool else _flag(name)
    optional = all_optional or not field.is_required()
    clauses = ", ".join(clauses_of(field))
    told = f"{' '.join((field.description or '').split())} ({clauses})"
    default = "" if all_optional or field.default in (None, (), False) else field.get_default()
    if optional and default != "":
        told += f" {default} if left out."
    option = typer.Option(declared, help=told, metavar=metavar, show_default=False)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None if optional else inspect.Parameter.empty,
        annotation=Annotated[kind | None if optional else kind, option],
    )


def _typed_as(annotation: Any) -> tuple[Any, str]:
    """The type that typer reads an option as, and the word that help shows for its value."""
    if get_origin(annotation) is tuple:
        return list[str], "ADDRESS"
    kinds = {annotation, *get_args(annotation)}
    if date in kinds:
        return str, "DAY"
    if bool in kinds:
        return bool, ""
    return (int, "NUMBER") if int in kinds else (str, "TEXT")


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
