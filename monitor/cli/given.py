"""Posts given by hand: one JSON object, checked, made into a post."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from monitor.types import Account, Kind, Media, Post, Ref, Registration, Relation

Model = TypeVar("Model", bound=BaseModel)

_REPLACED = str.maketrans(dict.fromkeys([0, *range(0xD800, 0xE000)], "\ufffd"))


class GivenRefused(ValueError):
    """What was given is not a post; the text says what is wrong, never what was in it."""


class GivenAuthor(BaseModel):
    """The author as given. Keys that we do not know are left alone.

    `name` and `left_on` are what the authorisation register would say of the person.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    handle: str | None = None
    display_name: str | None = None
    bio: str | None = None
    relation: Relation = Relation.PUBLIC
    name: str | None = None
    left_on: date | None = None


class Given(BaseModel):
    """One post: a line of `monitor check --jsonl`, or a case of `monitor evaluate`.

    `media` are the descriptions of its pictures, `reply_to` is the address of what it answers.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    text: str
    id: JsonValue = None
    title: str | None = None
    kind: Kind = Kind.POST
    platform: str = Field(default="draft", min_length=1)
    author: GivenAuthor | None = None
    image: str | None = None
    place: str | None = None
    media: tuple[str, ...] = ()
    reply_to: str | None = None


def loaded(line: bytes | None) -> dict[str, Any]:
    """One line of a stream as a JSON object; None is a line too long to hold. Raises GivenRefused."""
    if line is None:
        raise GivenRefused("longer than 4 MiB")
    try:
        value = json.loads(line)
        json.dumps(value, allow_nan=False)  # NaN and Infinity are Python's, and would be in the answer
    except UnicodeDecodeError:
        raise GivenRefused("not UTF-8") from None
    except (ValueError, RecursionError):
        raise GivenRefused("not JSON") from None
    if not isinstance(value, dict):
        raise GivenRefused("not a JSON object")
    return value


def parsed(given: object) -> Given:
    """What was given, checked. Raises GivenRefused."""
    return checked(Given, given)


def checked(model: type[Model], given: object) -> Model:
    """What was given as a `model`. Raises GivenRefused, which names the key."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(map(str, first["loc"])) or "the line"
        raise GivenRefused(f"{key}: {first['msg']}") from None


def post_of(given: object, external_id: str) -> Post:
    """The post that was given by hand. Raises GivenRefused."""
    return as_post(parsed(given), external_id)


def as_post(given: Given, external_id: str) -> Post:
    """A checked post, in plain text as a connector would give it."""
    return Post(
        source="check",
        platform=given.platform,
        external_id=external_id,
        observed_at=datetime.now(UTC),
        kind=given.kind,
        title=plain(given.title) or "",
        text=plain(given.text) or "",
        author=_account(given.author or GivenAuthor(), given.platform),
        media=tuple(Media(kind="image", url="", alt_text=plain(alt)) for alt in given.media),
        place=plain(given.place),
        refs=(Ref(rel="reply_to", url=given.reply_to),) if given.reply_to else (),
    )


def _account(author: GivenAuthor, platform: str) -> Account:
    known = author.name or author.left_on
    return Account(
        platform=platform,
        handle=plain(author.handle),
        display_name=plain(author.display_name),
        bio=plain(author.bio),
        relation=author.relation,
        registration=Registration(name=author.name, left_on=author.left_on) if known else None,
    )


def plain(text: str | None) -> str | None:
    """The text with what no store keeps replaced."""
    return text.translate(_REPLACED) if text and not text.isprintable() else text
