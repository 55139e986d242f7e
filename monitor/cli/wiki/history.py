"""`monitor wiki history`: what was done to one page, newest first, as it is stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from monitor.cli import output
from monitor.cli.wiki import drawing
from monitor.cli.wiki.telling import done, editor_data, hunk_data, sections
from monitor.editors import described
from monitor.types import GONE, Change

if TYPE_CHECKING:
    from monitor.access import Person
    from monitor.config import Settings
    from monitor.store.pagehistory import StoredEdit

WITHHELD = "(confidential: for those who are told of its case)"
_HIDDEN = {
    "text": "its text",
    "user": "who made it",
    "comment": "its summary",
    "parent": "the text before it",
}


def history(
    context: typer.Context,
    page: Annotated[str, typer.Argument(metavar="PAGE", help="A watched page's title or address.")],
    since: Annotated[str, typer.Option(help="How far back: 30d, monday, 2026-11-01.")] = "30d",
    diff: Annotated[bool, typer.Option("--diff", help="Show what each edit changed.")] = False,
    as_json: output.AsJson = False,
) -> None:
    """Show the stored edits of a page, newest first: when, by whom, what was found, what became of it.

    What identifies people was masked before it was stored. What the wiki has hidden since is gone here, too.
    """
    from monitor.cli.database import opened
    from monitor.cli.person import at_terminal
    from monitor.cli.scan import moment
    from monitor.cli.wiki.stored import named
    from monitor.service import utc_now
    from monitor.store import pagehistory

    settings = output.settings(context)
    zone = settings.organisation.zone
    start = moment(since, settings, "--since")
    with closing(opened(settings)) as store:
        person = at_terminal(settings, store)
        with store.reading() as connection:
            wanted = named(settings, connection, page)
            subject = wanted.subject or ""
            known = pagehistory.edits(connection, wanted.wiki.name, subject, start)
            teller, count = _Teller(settings, person, diff), 0
            if as_json:
                rows = [teller.data(edit) for edit in known]
                output.print_json(
                    {"page": wanted.title, "wiki": wanted.wiki.base, "since": start, "edits": rows}
                )
                count = len(rows)
            else:
                for edit in known:
                    teller.print(edit)
                    count += 1
        with store.transaction() as tx:
            tx.audit(person.actor(), "edits.listed", subject or "edits", utc_now(), edits=count)
    if not count and not as_json:
        output.say(f"No edit of {wanted.title!r} is stored since {start.astimezone(zone):%d %b %Y %H:%M}.")


@dataclass(frozen=True)
class _Teller:
    """How stored edits are shown to one person: what their lanes do not cover is kept from them."""

    settings: Settings
    person: Person
    diff: bool

    def withholds(self, edit: StoredEdit) -> bool:
        """True where something was found that only others may see."""
        return not all(self.person.sees(finding.lane) for finding in edit.findings)

    def data(self, edit: StoredEdit) -> dict[str, Any]:
        """An edit as JSON; of one that is withheld, and of one whose words are gone, when it was made."""
        told = {"at": edit.at.astimezone(self.settings.organisation.zone), "state": edit.state}
        if self.withholds(edit):
            return told | {"withheld": True}
        change = edit.change
        if change is None:
            return told | {"purged_for": edit.purged_for, "findings": self._findings(edit)}
        return told | {
            "page": change.page,
            "revision": change.revision,
            "editor": editor_data(edit.author or None, change.editor),
            "summary": edit.summary,
            "event": change.event,
            "target": change.target,
            "size_before": change.size_before,
            "size_after": change.size_after,
            "sections": sections(change),
            "reverts": change.reverts,
            "reverted_by": change.reverted_by,
            "hidden": change.hidden,
            "findings": self._findings(edit),
            "url": edit.url,
            **({"hunks": hunk_data(change)} if self.diff else {}),
        }

    def _findings(self, edit: StoredEdit) -> list[dict[str, Any]]:
        return [asdict(finding) for finding in edit.findings]

    def print(self, edit: StoredEdit) -> None:
        """An edit for a person, an empty line after it."""
        from monitor.passages import passages

        console = output.stdout()
        at = edit.at.astimezone(self.settings.organisation.zone)
        change = edit.change
        if self.withholds(edit) or change is None:
            why = WITHHELD if self.withholds(edit) else _gone(edit)
            console.print(Text(f"{at:%d %b %Y %H:%M}  {why}"), soft_wrap=True)
        else:
            head = f"{at:%d %b %Y %H:%M}  {change.revision}  {done(change)}"
            console.print(Text(head, style="bold"), soft_wrap=True)
            for line in self._lines(edit, change):
                console.print(output.clean(f"  {line}"), soft_wrap=True)
            if self.diff:
                drawing.draw(console, passages(change))
        console.print("")

    def _lines(self, edit: StoredEdit, change: Change) -> Iterator[str]:
        from monitor.wikitext import readable

        yield self._editor(edit.author, change)
        if edit.summary:
            yield f"Summary: {readable(edit.summary)}"
        if where := sections(change):
            yield f"In: {', '.join(where)}"
        for finding in edit.findings:
            numbers = f"{finding.rule_id}, case {finding.case}"
            yield f"{finding.severity.upper()}  {finding.title} ({numbers})"
        if change.reverted_by:
            yield f"Put right since, by revision {change.reverted_by}"
        if hidden := [_HIDDEN.get(name, name) for name in change.hidden]:
            yield f"The wiki hides {', '.join(hidden)}"
        if edit.url:
            yield edit.url

    def _editor(self, author: str, change: Change) -> str:
        networks = self.settings.organisation.networks
        said = described(change.editor, author, networks) if change.editor else ""
        return f"By {': '.join(filter(None, (author, said)))}" if author else said or "By somebody unnamed"


def _gone(edit: StoredEdit) -> str:
    if edit.state in GONE:
        return "an edit that its wiki has hidden or deleted since: its words are gone here, too"
    return f"an edit whose words are kept no longer ({edit.purged_for or 'purged'})"
