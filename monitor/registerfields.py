"""What the fields of a register's entry may hold, and which clauses of the policies ask for each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints
from pydantic.fields import FieldInfo


@dataclass(frozen=True, slots=True)
class AskedBy:
    """The clauses of the policies that ask for a field."""

    clauses: tuple[str, ...]


def asked_by(*clauses: str) -> AskedBy:
    """Says which clauses a field comes from."""
    return AskedBy(clauses)


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("must be on one line")
    return value


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("https", "http") or "." not in (parts.hostname or "") or parts.username:
        raise ValueError("must be an address such as https://example.nhs.uk/page")
    return value


def _reference(value: str) -> str:
    if not re.fullmatch(r"(?=\S*[0-9])[\w./-]{2,40}", value, re.ASCII):
        raise ValueError("must be a reference such as S-014, not a name")
    return value.upper()


def _host(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?", value):
        raise ValueError("must be the wiki's host, such as en.wikipedia.org")
    return value


def _user_name(value: str) -> str:
    if set(value) & set("#<>[]|{}/@:"):
        raise ValueError("must be a user name as the wiki shows it, without User: before it")
    return canonical_user(value)


def canonical_user(name: str) -> str:
    """A user name as MediaWiki keeps it: spaces for underscores, the first letter a capital.

    https://www.mediawiki.org/wiki/Manual:Page_title
    """
    words = " ".join(name.replace("_", " ").split())
    return words[:1].upper() + words[1:]


Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_one_line)
]
Address = Annotated[Words, AfterValidator(_address)]
Host = Annotated[Words, StringConstraints(to_lower=True), AfterValidator(_host)]
UserName = Annotated[Words, AfterValidator(_user_name)]
Reference = Annotated[Words, AfterValidator(_reference)]


def clauses_of(field: FieldInfo) -> tuple[str, ...]:
    """The clauses that ask for a field."""
    return next((mark.clauses for mark in field.metadata if isinstance(mark, AskedBy)), ())
