"""What the options of several kinds of source have in common."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from monitor.config import Section


def web_address(address: str) -> str:
    """`address` itself. Raises ValueError where it is not a whole one, or carries a password."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write the whole address: https://host/path")
    if parts.username or parts.password:
        raise ValueError("the address must not carry credentials")
    return address


def _base(address: str) -> str:
    parts = urlsplit(web_address(address))
    if parts.query or parts.fragment:
        raise ValueError("the address must end before ? and #")
    return address.rstrip("/")


WebAddress = Annotated[str, AfterValidator(web_address)]
"""Where one page, feed or file stands."""

BaseUrl = Annotated[str, AfterValidator(_base)]
"""Where an interface stands, without a / at the end; another address serves for a test or a proxy."""

Query = Annotated[str, Field(min_length=1, max_length=500)]
"""What to search for, in the platform's own words."""

Handle = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\s/?#]+$")]
"""One account's name or id. An option `account` is what the register of staff accounts is asked about."""

Pages = Annotated[int, Field(ge=1, le=200)]
"""The most pages that one reading may take."""


class Asks(Section):
    """The base of options where exactly one of several questions is asked, such as `query` or `account`."""

    @model_validator(mode="after")
    def _one_question(self) -> Asks:
        asked = [name for name in self.questions() if getattr(self, name)]
        if len(asked) != 1:
            raise ValueError(f"give one of {', '.join(self.questions())}, and only one")
        return self

    @classmethod
    def questions(cls) -> tuple[str, ...]:
        """The names of the options of which one is needed."""
        return ("query", "account")
