"""`monitor wiki history`: what was done to one page, newest first, as it is stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
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
    from monitor.cli.wiki.stored import Watched
    from monitor.config import Settings
    from monitor.store import Store
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
    from monitor.store import pagehistory

    settings = output.settings(context)
    start = moment(since, settings, "--since")
    with closing(opened(settings)) as store:
        teller = _Teller(settings, at_terminal(settings, store), diff)
        with store.reading() as connection:
            wanted = named(settings, connection, page)
            known = pagehistory.edits(connection, wanted.wiki.name, wanted.subject or "", start)
            count = _report(teller, wanted, known, start, as_json=as_json)
        _written_down(store, teller.person, wanted, count)


def _report(
    teller: _Teller, page: Watched, edits: Iterator[StoredEdit], since: datetime, *, as_json: bool
) -> int:
    """Show the edits, each as it is read from the database for a person; how many there were."""
    if as_json:
        rows = [teller.data(edit) for edit in edits]
        output.print_json({"page": page.title, "wiki": page.wiki.base, "since": since, "edits": rows})
        return len(rows)
    count = 0
    for edit in edits:
        teller.print(edit)
        count += 1
    if not count:
        start = since.astimezone(teller.settings.organisation.zone)
        output.say(f"No edit of {page.title!r} is stored since {start:%d %b %Y %H:%M}.")
    return count


def _written_down(store: Store, person: Person, page: Watched, count: int) -> None:
    from monitor.service import utc_now

    with store.transaction() as tx:
        tx.audit(person.actor(), "edits.listed", page.subject or "edits", utc_now(), edits=count)


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
            drawing.tell(console, Text(f"{at:%d %b %Y %H:%M}  {why}"), 0)
        else:
            head = f"{at:%d %b %Y %H:%M}  {change.revision}  {output.plain(done(change))}"
            drawing.tell(console, Text(head, style="bold"), 0)
            for line in self._lines(edit, change):
                drawing.tell(console, line)
            if self.diff:
                drawing.draw(console, passages(change))
        console.print("")

    def _lines(self, edit: StoredEdit, change: Change) -> Iterator[Text]:
        from monitor.readable import readable

        yield Text(output.plain(self._editor(edit.author, change)))
        if edit.summary:
            yield drawing.labelled("Summary", readable(edit.summary))
        if where := sections(change):
            yield drawing.labelled("In", ", ".join(where))
        for finding in edit.findings:
            numbers = f"{finding.rule_id}, case {finding.case}"
            yield drawing.headline(finding.severity, f"{finding.title} ({numbers})")
        if change.reverted_by:
            yield Text(f"Put right since, by revision {output.plain(change.reverted_by)}")
        if hidden := [_HIDDEN.get(name, name) for name in change.hidden]:
            yield Text(f"The wiki hides {', '.join(hidden)}")
        if edit.url:
            yield Text(output.plain(edit.url))

    def _editor(self, author: str, change: Change) -> str:
        networks = self.settings.organisation.networks
        said = described(change.editor, author, networks) if change.editor else ""
        return f"By {': '.join(filter(None, (author, said)))}" if author else said or "By somebody unnamed"


def _gone(edit: StoredEdit) -> str:
    if edit.state in GONE:
        return "an edit that its wiki has hidden or deleted since: its words are gone here, too"
    return f"an edit whose words are kept no longer ({edit.purged_for or 'purged'})"
