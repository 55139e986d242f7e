"""Edits of a watched page from the wiki to what people read of them, on both stores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from alerts import edits, wording
from alerts.digest import compose
from alerts.rendering import render
from monitor.clocks import Clocks
from monitor.config import PolicySettings, RuleSettings
from monitor.pipeline import Pipeline
from monitor.registers import DeclaredEditor
from monitor.store import Store
from monitor.store.edits import edit_of_case
from monitor.store.history import mentions_since
from monitor.store.identity import identity
from monitor.store.people.registers import add_entry, end_entry
from monitor.store.updates import Reader, post_changes
from monitor.store.views import Selection, items_for
from monitor.types import (
    CONTEXT,
    Account,
    Actor,
    Briefing,
    Change,
    Editor,
    EditorKind,
    Finding,
    Hunk,
    Item,
    Kind,
    Lane,
    Post,
    Severity,
    Span,
    State,
)
from rules import pack
from rules.examples import ORGANISATION
from rules.identifiers import PersonIdentifiers
from tests.core.world import COMMS, LONDON, NOW, Feed, World, everything_stored, post

JO = Actor("jo", "comms")
SECRET = "07700 900123"
ROW = DeclaredEditor(
    wiki="en.wiki.test",
    user="WVFT comms",
    capacity="communications officer",
    disclosed_at="https://en.wiki.test/wiki/User:WVFT_comms",
    declared_on=date(2026, 11, 1),
)
CRITICISM = Hunk(
    old="Inspectors found failings in its maternity unit.<ref>{{cite news|title=Unsafe|work=Echo}}</ref>",
    new="",
    section="Criticism",
    before="It has 500 beds. ",
    line=12,
)


class EditRule:
    """One rule: what the last hunk of an edit took out."""

    def evaluate(self, post: Post) -> Iterator[Finding]:
        if post.change is None:
            return
        start = len(post.change.removed) - len(post.change.hunks[-1].old)
        yield Finding(
            rule_id="WIK-001",
            rule_version="1",
            title="Criticism taken off the watched page",
            post=post.key,
            category="wiki-criticism-removed",
            lane=Lane.COMMS,
            severity=Severity.HIGH,
            confidence=0.8,
            reason="The edit takes criticism off the page.",
            clauses=(),
            spans=(Span(start, start + 5, "removed_criticism", "removed"),),
        )


@dataclass
class Wiki(World):
    """A world that watches pages, and masks what the product masks."""

    rules: object = field(default_factory=EditRule)

    def pipeline(self) -> Pipeline:
        pipeline = super().pipeline()
        stages = replace(pipeline.stages, identifiers=PersonIdentifiers(ORGANISATION))
        return replace(pipeline, stages=stages)

    def items(self) -> tuple[Item, ...]:
        wanted = Selection(address=COMMS.address, rows=(COMMS,))
        return items_for(self.store, wanted, {}, Clocks(LONDON, self.at)).items

    def item(self) -> Item:
        (item,) = self.items()
        return item


@pytest.fixture
def wiki(store: Store) -> Wiki:
    return Wiki(store)


def edit(*hunks: Hunk, number: int = 1, name: str = "~2026-12345-1", **more: Any) -> Post:
    fields = {"editor": Editor(kind=EditorKind.TEMPORARY), "sections_before": ("Criticism",)} | more
    change = Change(page="Wearside Vale", page_id="7", revision=str(number), hunks=hunks, **fields)
    return post(
        number,
        "WVFT: tidy",
        kind=Kind.PAGE_EDIT,
        platform="wikipedia",
        title="Wearside Vale",
        url=f"https://en.wiki.test/w/index.php?diff={number}",
        external_id=f"en.wiki.test:{number}",
        author=Account(platform="wikipedia", handle=name, url="https://en.wiki.test/w/index.php?title=X"),
        change=change,
    )


def briefing(item: Item, **more: Any) -> Briefing:
    return Briefing(
        organisation="WVFT",
        recipient=COMMS,
        day=NOW.date(),
        made_at=NOW,
        time_zone="Europe/London",
        items=(item,),
        **more,
    )


def mailed(item: Item, **more: Any) -> str:
    mail = render(compose(briefing(item, **more)), message_id="<a@wvft.test>", list_id="comms")
    return " ".join(mail.text.replace("> ", "").split())


def test_an_item_shows_first_what_its_finding_is_about_and_honestly_who(wiki: Wiki) -> None:
    other = Hunk(old="A much longer stretch of words that says nothing against anybody at all.", new="")
    wiki.poll(Feed([[edit(other, CRITICISM)]]))
    item = wiki.item()
    assert [passage.section for passage in item.passages] == ["Criticism", None]
    assert edits.told(item.passages[0]) == (
        "It has 500 beds. [removed: Inspectors found failings in its maternity unit. [source: Echo, Unsafe]]"
    )
    text = mailed(item)
    assert "its network cannot be determined since 4 November 2025" in text
    assert "failings in its maternity unit" in text


def test_what_surrounds_an_edit_is_masked_in_every_table_and_read_back_blank(wiki: Wiki) -> None:
    half, rest = SECRET[:7], SECRET[7:]
    completing = Hunk(old="", new=f"{rest}.", before=f"Ring matron at {half}", line=3)
    beside = Hunk(old="bad", new="good", before=f"{SECRET} is a ", after=f" number, {SECRET}", line=9)
    cut = Hunk(old="bad", new="good", after=("x " * CONTEXT)[: CONTEXT - 8] + SECRET[:8], line=12)
    wiki.poll(Feed([[edit(completing, beside, cut, target=f"Ring {SECRET}")]]))
    kept = everything_stored(wiki.store)
    assert "redacted]" in kept
    assert half not in kept
    assert rest not in kept
    (remembered,) = mentions_since(wiki.store, NOW - timedelta(days=1))
    assert remembered.post.change is not None
    assert "redacted" not in remembered.post.change.surroundings + remembered.post.change.added
    assert "█" in remembered.post.change.surroundings


@pytest.mark.parametrize("name", ["WVFT comms", "wVFT_comms"])
def test_a_declared_user_name_is_told_with_its_capacity_from_its_entry_to_its_end(
    wiki: Wiki, name: str
) -> None:
    account = Editor(kind=EditorKind.ACCOUNT, declared="chief executive")
    number = add_entry(wiki.store, "editors", ROW, JO, NOW)
    wiki.poll(Feed([[edit(CRITICISM, name=name, editor=account)]]))
    assert wiki.item().editor == Editor(kind=EditorKind.ACCOUNT, declared="communications officer")
    end_entry(wiki.store, "editors", number, JO, "left", NOW, NOW.date())
    wiki.at += timedelta(days=1)  # a case of its own
    wiki.poll(Feed([[edit(CRITICISM, number=2, name=name, editor=account)]]))
    assert {item.editor and item.editor.declared for item in wiki.items()} == {"communications officer", None}


def test_the_same_name_on_another_wiki_is_nobody_we_know(wiki: Wiki) -> None:
    add_entry(wiki.store, "editors", ROW.model_copy(update={"wiki": "de.wiki.test"}), JO, NOW)
    account = Editor(kind=EditorKind.ACCOUNT, declared="chief executive")
    wiki.poll(Feed([[edit(CRITICISM, name="WVFT comms", editor=account)]]))
    assert wiki.item().editor == Editor(kind=EditorKind.ACCOUNT)


def test_the_edit_behind_a_case_is_read_back_whole_until_it_is_purged(wiki: Wiki) -> None:
    made = edit(CRITICISM)
    wiki.poll(Feed([[made]]))
    number = wiki.item().number
    assert edit_of_case(wiki.store, number) == made.change
    assert edit_of_case(wiki.store, number + 1) is None
    with wiki.store.transaction() as tx:
        tx.purging(NOW.date()).lose("gazette", {identity(wiki.store.key, made): State.WITHHELD}, NOW)
    assert edit_of_case(wiki.store, number) is None


def test_what_the_wiki_hides_later_is_said_and_none_of_it_shown(wiki: Wiki) -> None:
    wiki.poll(Feed([[edit(CRITICISM)]]))
    key = identity(wiki.store.key, edit(CRITICISM))
    with wiki.store.transaction() as tx:
        tx.purging(NOW.date()).lose("gazette", {key: State.WITHHELD}, NOW)
    item = wiki.item()
    assert item.passages == ()
    assert item.editor is None
    assert wording.HIDDEN_SINCE in mailed(item)
    assert "maternity" not in mailed(item)
    reader = Reader(COMMS.address, frozenset({Lane.COMMS}), {})
    with wiki.store.reading() as connection:
        (told,) = post_changes(connection, reader, NOW - timedelta(hours=1))
    assert told.words == f"An edit behind case {item.number} was hidden by the wiki since."
    assert "maternity" not in everything_stored(wiki.store)


def test_a_platform_that_forbids_excerpts_has_no_word_of_an_edit_in_a_mail(wiki: Wiki) -> None:
    wiki.poll(Feed([[edit(CRITICISM)]]))
    text = mailed(replace(wiki.item(), mailable=False))
    assert "maternity" not in text
    assert "Editor:" not in text


def test_an_address_is_compared_with_the_networks_of_the_settings(wiki: Wiki) -> None:
    wiki.poll(Feed([[edit(CRITICISM, name="198.51.100.7", editor=Editor(kind=EditorKind.ADDRESS))]]))
    assert "in the organisation's own networks" in mailed(wiki.item(), networks=("198.51.100.0/24",))


@pytest.mark.parametrize(
    ("heading", "secret"),
    [
        ("Criticism (NHS number 999 204 7119)", "999 204 7119"),
        ("Criticism, call 07700 900123", "07700 900123"),
    ],
)
def test_a_heading_that_says_who_somebody_is_reaches_no_table_and_no_mail(
    store: Store, heading: str, secret: str
) -> None:
    wiki = Wiki(store, rules=pack.load(ORGANISATION, PolicySettings(), RuleSettings()))
    wiki.poll(Feed([[edit(replace(CRITICISM, section=heading), sections_before=(heading,))]]))
    (item,) = [each for each in wiki.items() if each.title.startswith("Criticism taken off")]
    assert "criticism has left the page" in item.reason.lower()
    assert secret not in mailed(item)
    assert secret not in everything_stored(store)


def test_a_home_address_is_in_no_table_and_a_hospitals_own_stays_readable(wiki: Wiki) -> None:
    added = "The surgeon lives at 4 Privet Close, Oswinton. The hospital is at 12 Abbey Road, Oswinton."
    wiki.poll(Feed([[edit(Hunk(old="", new=added, section="Staff", line=3))]]))
    kept = everything_stored(wiki.store)
    assert "home address redacted" in kept
    assert "Privet" not in kept
    assert "12 Abbey Road" in kept
