"""Pages as they are sent: calm words and what to do next, and nothing of strangers unescaped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from alerts import edits, wording
from alerts.text import defang, link, safe, shorten

QUOTED = 240
"""Characters of a post on one page."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is answered: an HTTP status, and the page."""

    status: int
    html: str


@dataclass(frozen=True, slots=True)
class Site:
    """What stands on every page: whose monitor it is, and the path that the proxy has us under."""

    organisation: str
    root: str = ""

    def page(self, status: int, template: str, **words: Any) -> Rendered:
        """The page made by `template`."""
        html = _environment().get_template(template).render(site=self, **words)
        return Rendered(status, html)

    def notice(
        self, status: int, title: str, *sentences: str, commands: Iterable[tuple[str, str]] = ()
    ) -> Rendered:
        """A page that says something: sentences, then commands, each with what it is for."""
        return self.page(status, "notice.html.j2", title=title, sentences=sentences, commands=tuple(commands))

    # -- the same whatever was asked --------------------------------------------------------------

    def unknown(self) -> Rendered:
        """For what is no link of ours: nothing is said about why."""
        return self.notice(
            404,
            "There is nothing here",
            "This address leads nowhere. Some mail programs cut long links or change them: open the link in"
            " the mail again, or copy the whole of it.",
            "Everything can be done from the command line, too.",
            commands=[("See what is open", "monitor cases list")],
        )

    def refused(self) -> Rendered:
        """For a method that nothing here takes."""
        return self.notice(405, "This cannot be done here", "Open the link in the mail again.")

    def too_often(self) -> Rendered:
        """For an address that asks without pause."""
        return self.notice(
            429,
            "Too many requests",
            "Your address asked very often within a short time. Wait a minute, then open the link again.",
        )

    def elsewhere(self) -> Rendered:
        """For a request that was sent to another host's name."""
        return self.notice(
            421, "This is another host", "Open the link as it stands in the mail; it names the right host."
        )

    def unreadable(self, status: int) -> Rendered:
        """For a form that is too long, too slow, or none, or that another site sent."""
        return self.notice(
            status,
            "This could not be read",
            "Nothing was changed. Open the link again and use the form on the page.",
        )

    def failed(self, status: int) -> Rendered:
        """For a fault of ours."""
        return self.notice(
            status,
            "That did not work",
            "Nothing was changed. Try again in a few minutes; if it stays so, tell whoever looks after"
            " this monitor.",
            commands=[("Look for the fault", "monitor doctor")],
        )


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("monitor.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: safe(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(defang=defang, shorten=shorten)
    made.globals.update(
        link=link,
        symbols=wording.SYMBOLS,
        standing=wording.standing,
        purged=wording.purged,
        link_only=wording.LINK_ONLY,
        passages=edits.passages_within(QUOTED),
        marked=edits.marked,
        more_places=edits.more,
    )
    return made
