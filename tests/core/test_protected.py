"""A post that may be a protected disclosure leaves no trace outside the protected lane."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import astuple, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import MetaData, func, select
from structlog.testing import capture_logs

from alerts.digest import compose
from alerts.rendering import render, render_protected
from monitor.config import PolicySettings, RuleSettings
from monitor.delivery import Desk
from monitor.errors import DeliveryError, SealError
from monitor.sealing import ORIGINALS, PROTECTED
from monitor.store.casework.decisions import mark
from monitor.store.filters import add_filter
from monitor.store.originals.looks import SHOWN
from monitor.store.protected import counts, hand_over, purge_protected, waiting
from monitor.store.tables import Case, Decision, Delivery, HiddenFinding, Mention, ProtectedPost, table_of
from monitor.types import Account, Actor, Briefing, Filter, Kind, Message, Post, Recipient, Terms, Verdict
from rules import pack
from rules.examples import ORGANISATION
from tests.core.world import COMMS, NOW, NUMBER, Feed, World, post

HR = Recipient(address="hr@trust.test", role="hr")
CALDICOTT = Recipient(address="caldicott@trust.test", role="patient_confidentiality")
GUARDIAN = Recipient(address="ftsu@trust.test", role="concerns")

TEXT = (
    "Nights at WVFT again: we were told to backdate the observation charts on our ward, and my useless "
    f"matron says keep quiet. It is about {NUMBER} as well."
)
AUTHOR = Account(platform="web", handle="@quietsparrow71", display_name="Quiet Sparrow")
LINK = "https://social.test/quietsparrow71/status/555"


def disclosure(text: str = TEXT, **more: object) -> Post:
    fields: dict[str, object] = {"kind": Kind.POST, "author": AUTHOR, "url": LINK, "title": ""} | more
    return post(555, text, **fields)


def plain(number: int) -> Post:
    return post(number, f"WVFT opens clinic {number}", kind=Kind.POST)


@pytest.fixture
def world(world: World) -> World:
    """The installation with the shipped rules, and a recipient of each role that must not know."""
    rules = RuleSettings(rehearsal=True)
    world.rules = pack.load(ORGANISATION, PolicySettings(packs=("CDD", "VOY", "SWL", "NT", "BOL")), rules)
    world.recipients = (COMMS, HR, CALDICOTT, GUARDIAN)
    return world


def real_desk(world: World) -> Desk:
    """The desk with the mails that people really get."""

    def mail(briefing: Briefing, *, live: bool, **identity: str) -> Message:
        return render(compose(briefing), **identity)

    return replace(world.desk(), compose=mail, compose_protected=partial(render_protected))


def deliver(world: World) -> tuple[int, int, int]:
    made = real_desk(world).make_now()
    return (made, *real_desk(world).send_due())


def dump(world: World) -> str:
    """Every row of every table, those of the protected lane among them: what they tell is sealed."""
    tables = MetaData()
    with world.store.reading() as connection:
        tables.reflect(connection)
        assert {"protected_post", "protected_delivery"} < tables.tables.keys()
        rows = [
            repr(tuple(row)) for table in tables.tables.values() for row in connection.execute(select(table))
        ]
    return "\n".join(rows)


def opened(world: World) -> list[dict[str, Any]]:
    """What the Guardian's key opens."""
    with world.store.reading() as connection:
        rows = waiting(connection)
    return [json.loads(world.ring(PROTECTED).open(row.sealed, row.place)) for row in rows]


def mails(world: World, *to: Recipient) -> list[Message]:
    addresses = {recipient.address for recipient in to}
    return [message for message in world.box.sent if message.to in addresses]


def traces(places: Iterable[str], text: str = TEXT) -> set[str]:
    """What of the post, or of what it was taken for, stands anywhere in `places`."""
    pieces = {text[at : at + 12] for at in range(len(text) - 11)}
    telling = {*pieces, "quietsparrow", "Quiet Sparrow", LINK, "status/555", "disclosure", "whistleblow"}
    haystack = "\n".join(places).casefold()
    return {piece for piece in telling if piece.casefold() in haystack}


def count(world: World, table: type) -> int:
    with world.store.reading() as connection:
        return connection.execute(select(func.count()).select_from(table.__table__)).scalar_one()  # type: ignore[attr-defined]


@pytest.mark.parametrize("guardian", [True, False], ids=["with a Guardian", "without one"])
def test_no_table_mail_log_or_preview_of_another_role_holds_a_trace(world: World, guardian: bool) -> None:
    others = (COMMS, HR, CALDICOTT)
    world.recipients = (*others, GUARDIAN) if guardian else others
    with capture_logs() as logs:
        world.poll(Feed([[plain(1), disclosure(), plain(2)]], cursors=["c1"]))
        world.poll(Feed([[plain(1), disclosure(), plain(2)]], cursors=["c2"]))
        deliver(world)
    previews = [repr(real_desk(world).editor.preview(recipient)) for recipient in world.recipients]
    seen = [repr(message) for message in mails(world, *others)]
    assert seen
    assert traces([dump(world), json.dumps(logs, default=str), *previews, *seen]) == set()
    assert len(mails(world, GUARDIAN)) == (2 if guardian else 0), "the usual digest, and one of their own"
    assert count(world, ProtectedPost) == 1, "it stays sealed where nobody may read it"


def test_a_reading_counts_as_if_the_source_did_not_carry_the_post(world: World) -> None:
    with_it = [
        world.poll(Feed([[plain(1), disclosure(), plain(2)]]), keeps_everything=True) for _ in range(2)
    ]
    without = [
        world.poll(Feed([[plain(3), plain(4)]]), name="other", keeps_everything=True) for _ in range(2)
    ]
    assert [astuple(tally)[1:] for tally in with_it] == [astuple(tally)[1:] for tally in without]
    assert world.store.totals() == {"seen": 4, "kept": 4, "folded": 0, "found": 0, "hidden": 0}


def test_what_the_commands_count_is_the_same_with_and_without_the_guardians_mail(world: World) -> None:
    world.poll(Feed([[plain(1), disclosure()]]))
    assert deliver(world) == (4, 4, 0)
    world.at += timedelta(days=1)
    assert deliver(world) == (4, 4, 0)


def test_the_guardians_mail_says_how_many_wait_and_how_to_open_them_and_nothing_of_what(world: World) -> None:
    world.poll(Feed([[disclosure(url="https://social.test/p/9")]]))
    deliver(world)
    mail = mails(world, GUARDIAN)[0]
    assert mail.subject == "[WVFT monitor] 1 item for you, 20 Nov 2026"
    assert "1 item waits for you, 1 of them new since the last such mail." in mail.text
    assert "monitor protected show 1 --reason" in mail.text
    (told,) = opened(world)
    for hidden in (
        NUMBER,
        "social.test",
        "breach",
        "misconduct",
        told["rule_id"],
        told["reason"][:30],
        "gazette",
    ):
        assert hidden not in mail.text + mail.html
    assert traces([mail.text, mail.html, mail.subject]) == set()


def test_the_guardians_key_opens_all_that_was_written_and_why_it_is_here(world: World) -> None:
    world.poll(Feed([[disclosure()]]))
    (told,) = opened(world)
    assert (told["text"], told["url"], told["platform"]) == (TEXT, LINK, "web")
    assert told["author"] == {"handle": AUTHOR.handle, "display_name": AUTHOR.display_name}
    assert told["id"] == "gazette.test/555"
    assert told["posted_at"] == (NOW - timedelta(hours=555)).isoformat()
    assert "Caldicott Guardian" in told["reason"], "what else the post holds is theirs to pass on"
    assert told["masked"] == [["text", TEXT.index(NUMBER), TEXT.index(NUMBER) + len(NUMBER), "NHS number"]]


def test_no_other_key_opens_it(world: World) -> None:
    world.poll(Feed([[disclosure()]]))
    with world.store.reading() as connection:
        (row,) = waiting(connection)
    with pytest.raises(SealError, match="not at hand"):
        world.ring(ORIGINALS).open(row.sealed, row.place)
    with pytest.raises(SealError, match="does not open"):
        world.ring(PROTECTED).open(row.sealed, row.place + "1")


def test_the_table_holds_days_hashes_and_the_source_and_nothing_else(world: World) -> None:
    world.poll(Feed([[disclosure()]]))
    with world.store.reading() as connection:
        row = connection.execute(select(table_of(ProtectedPost))).one()._asdict()
    assert traces([repr(row)]) == set()
    clear = {name: value for name, value in row.items() if name not in ("sealed", "key_id")}
    keyed = {name for name in clear if name.endswith(("key", "hash"))}
    assert all(re.fullmatch("[0-9a-f]{32,}", clear.pop(name) or "0" * 32) for name in keyed)
    today = NOW.date()
    assert clear == {
        "id": 1, "source": "gazette", "judged_by": "1", "changes": 0, "again": False, "first_seen_on": today,
        "seen_on": today, "handed_over_at": None, "unsealed": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "terms", [{"may_store_text": False}, {"recheck_hours": 24}, {"max_age_days": 30}], ids=str
)
def test_what_has_to_be_asked_about_again_keeps_only_its_link_and_the_reason(
    world: World, terms: dict[str, Any]
) -> None:
    world.poll(Feed([[disclosure(terms=Terms(**terms))]]))
    (told,) = opened(world)
    assert told.keys().isdisjoint({"text", "title", "author", "links"})
    assert told["url"] == LINK
    assert told["reason"]
    assert told["id"] is None


def test_what_was_handed_over_waits_no_more_and_is_purged_in_its_time(world: World) -> None:
    for number in (1, 2):
        page = [disclosure(f"{TEXT} {number}", external_id=str(number), url=f"https://social.test/{number}")]
        world.poll(Feed([page]))
    with world.store.transaction() as tx:
        assert hand_over(tx, 1, NOW)
        assert not hand_over(tx, 1, NOW), "it is taken over once"
    with world.store.reading() as connection:
        assert counts(connection, 0) == (1, 1, 2)
        assert [row.number for row in waiting(connection, everything=True)] == [1, 2]
    with world.store.transaction() as tx:
        assert purge_protected(tx, NOW) == 0
        assert purge_protected(tx, NOW + timedelta(seconds=1)) == 1
        assert purge_protected(tx, NOW + timedelta(days=1)) == 1, "what nobody takes over goes, too"
        assert purge_protected(tx, NOW + timedelta(days=2)) == 0
    assert opened(world) == []
    world.poll(Feed([[disclosure(f"{TEXT} 1", external_id="1", url="https://social.test/1")]]))
    assert opened(world) == [], "a source that shows it still brings no news by it"


def test_a_look_by_the_guardian_is_in_the_guardians_next_mail_and_in_no_other(world: World) -> None:
    world.poll(Feed([[disclosure()]]))
    deliver(world)
    with world.store.transaction() as tx:
        why = "to see who is to be met"
        tx.audit(Actor("gale", "concerns"), SHOWN, "item:1", NOW, why, protected=True)
    world.at += timedelta(days=1)
    before = len(world.box.sent)
    deliver(world)
    telling = [mail.to for mail in world.box.sent[before:] if "to see who is to be met" in mail.text]
    assert telling == [GUARDIAN.address]
    world.at += timedelta(days=1)
    before = len(world.box.sent)
    deliver(world)
    assert not any("to see who" in mail.text for mail in world.box.sent[before:]), "once is enough"


def test_the_guardian_is_told_once_and_again_only_if_the_mail_was_refused(world: World) -> None:
    world.poll(Feed([[disclosure()]]))
    world.box.refuse[GUARDIAN.address] = DeliveryError("550 no such user", permanent=True)
    deliver(world)
    assert mails(world, GUARDIAN) == []
    world.box.refuse.clear()
    for _ in range(3):
        world.at += timedelta(days=1)
        deliver(world)
    own = [mail for mail in mails(world, GUARDIAN) if mail.list_id.startswith("guardian.")]
    assert len(own) == 1


def test_nothing_waits_in_a_second_mail_while_the_first_is_on_its_way(world: World) -> None:
    world.box.refuse[GUARDIAN.address] = DeliveryError("greylisted", permanent=False)
    for number in (1, 2):
        world.poll(Feed([[disclosure(external_id=f"social.test/{number}", text=f"{TEXT} {number}")]]))
        deliver(world)
    world.box.refuse.clear()
    for _ in range(2):
        world.at += timedelta(hours=2)
        deliver(world)
    own = [mail.subject for mail in mails(world, GUARDIAN) if mail.list_id.startswith("guardian.")]
    assert own == [f"[WVFT monitor] {many} for you, 20 Nov 2026" for many in ("1 item", "2 items")]


def test_who_was_the_guardian_when_the_mail_was_made_is_not_sent_it_afterwards(world: World) -> None:
    world.poll(Feed([[disclosure()]]))
    world.box.refuse[GUARDIAN.address] = DeliveryError("greylisted", permanent=False)
    deliver(world)
    world.box.refuse.clear()
    successor = Recipient(address="new.guardian@trust.test", role="concerns")
    world.recipients = (COMMS, replace(GUARDIAN, role="hr"), successor)
    world.at += timedelta(hours=2)
    deliver(world)
    assert traces(repr(mail) for mail in mails(world, GUARDIAN)) == set()
    assert any("1 item waits" in mail.text for mail in mails(world, successor))


def test_a_guardian_who_is_named_later_is_told_what_was_sealed_before(world: World) -> None:
    world.recipients = (COMMS, HR)
    world.poll(Feed([[disclosure()]]))
    deliver(world)
    world.recipients = (COMMS, HR, GUARDIAN)
    world.at += timedelta(days=1)
    deliver(world)
    assert any("1 item waits" in mail.text for mail in mails(world, GUARDIAN))


def test_it_never_leaves_by_a_channel_that_others_read(world: World) -> None:
    world.box.private = False
    world.poll(Feed([[disclosure()]]))
    deliver(world)
    assert traces(repr(mail) for mail in world.box.sent) == set()


def test_a_mention_that_is_edited_into_one_is_erased_with_everything_made_of_it(world: World) -> None:
    before = f"Long night at WVFT on ward nine, patient with NHS number {NUMBER} was so kind"
    world.poll(Feed([[disclosure(before), plain(1)]]))
    real_desk(world).make_now()
    assert traces([dump(world)], before)
    world.poll(Feed([[disclosure(), plain(1)]]))
    assert traces([dump(world)], before) == set()
    assert traces([dump(world)]) == set()
    deliver(world)
    others = mails(world, COMMS, HR, CALDICOTT)
    assert others
    assert traces([repr(mail) for mail in others], before) == set(), "the unsent digest was made anew"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL's files are the server's
def test_what_was_erased_is_in_no_file_of_the_database_either(world: World) -> None:
    before = "Long night at WVFT on ward nine"
    with world.store.reading() as somebody:
        somebody.execute(select(func.count()).select_from(table_of(Mention)))
    world.poll(Feed([[disclosure(before)]]))
    files = [file for file in world.store.folder.rglob("*") if file.is_file()]
    assert any(before.encode() in file.read_bytes() for file in files), "as long as it was a mention"
    world.poll(Feed([[disclosure()]]))
    assert [file.name for file in files if before.encode() in file.read_bytes()] == []


def test_what_people_and_filters_said_of_the_mention_is_erased_with_it(world: World) -> None:
    before = f"Long night at WVFT on ward nine, patient with NHS number {NUMBER} was so kind"
    world.poll(Feed([[disclosure(before)]]))
    assert mark(world.store, 1, Verdict.WRONG, Actor("J. Bell", "comms"), "known to us", NOW)
    day = (NOW + timedelta(days=30)).date()
    by_author = Filter(
        rule_id="NHS-001", made_by="J. Bell", reason="a drill", expires_on=day, source="gazette"
    )
    add_filter(world.store, by_author, NOW)
    world.poll(Feed([[disclosure(f"{before}, NHS number {NUMBER} again")]]))
    assert count(world, HiddenFinding) == 1
    world.poll(Feed([[disclosure()]]))
    assert [count(world, table) for table in (Mention, Case, Decision, HiddenFinding)] == [0, 0, 0, 0]


def test_of_a_mail_that_has_gone_out_the_copy_is_erased(world: World) -> None:
    before = "Long night at WVFT on ward nine"
    world.poll(Feed([[disclosure(before)]]))
    deliver(world)
    world.poll(Feed([[disclosure()]]))
    assert traces([dump(world)], before) == set()
    assert count(world, Delivery) == 4, "that it was sent is still known"


def test_once_in_the_lane_a_post_stays_there_whatever_it_says_later(world: World) -> None:
    world.poll(Feed([[disclosure()]]))
    tally = world.poll(Feed([[disclosure("Lovely shift at WVFT, ignore me")]]))
    assert (tally.seen, tally.kept, count(world, Mention)) == (0, 0, 0)
    assert traces([dump(world)], "Lovely shift at WVFT, ignore me") == set()


STORY = (
    "Staffing at WVFT has been bad and the ward on floor four is unsafe at night, with nobody to answer the "
    "bells and the drugs round running hours late. It has been raised for months and it is the same every "
    "week, so here it is in writing for once."
)


@pytest.mark.parametrize("staff_first", [True, False])
def test_the_same_story_by_another_way_stays_in_the_lane_too(world: World, staff_first: bool) -> None:
    """The blog of a member of staff is a concern; a planet that copies it has no author to know that by."""
    blog = {"name": "blog", "pseudonym": "S-014", "keeps_everything": True}
    own = Feed([[disclosure(STORY, kind=Kind.ARTICLE, source="blog")]])
    copy = Feed([[post(9, STORY, title="", url="https://planet.test/copied", author=None)]])
    polls = [partial(world.poll, own, **blog), partial(world.poll, copy, name="planet")]  # type: ignore[arg-type]
    for _ in range(2):
        for poll in polls if staff_first else reversed(polls):
            poll()
    assert traces([dump(world), repr(world.store.totals())], STORY) == set()
    assert count(world, Mention) == 0
    deliver(world)
    (own_mail,) = [mail for mail in mails(world, GUARDIAN) if mail.list_id.startswith("guardian.")]
    assert own_mail.subject.startswith("[WVFT monitor] 1 item for you")


def test_twins_in_one_page_stay_in_the_lane_together(world: World) -> None:
    page = [
        post(9, STORY, title="", author=None),
        disclosure(f"We were told to backdate charts on our ward. {STORY}", kind=Kind.ARTICLE),
        disclosure(f"We were told to backdate charts on our ward. {STORY}", kind=Kind.ARTICLE,
                   external_id="copy", url="https://planet.test/2", author=None),
    ]  # fmt: skip
    tally = world.poll(Feed([page]))
    assert (tally.seen, tally.kept) == (1, 1), "the first is another story: nobody says that they work there"
    assert count(world, ProtectedPost) == 2


def test_a_full_page_of_them_is_a_source_that_had_nothing(world: World) -> None:
    tally = world.poll(Feed([[disclosure()]]))
    assert (tally.state, tally.seen, tally.findings) == ("empty", 0, 0)
    assert world.store.coverage()["gazette"].newest_item_at is None


def test_how_far_a_page_reaches_is_told_without_the_moment_of_the_post(world: World) -> None:
    reached = NOW - timedelta(days=7)
    tally = world.poll(Feed([[disclosure(created_at=reached), plain(1)]]))
    assert tally.covered_from == plain(1).created_at
    assert world.store.coverage()["gazette"].covered_from == plain(1).created_at


def test_a_person_in_distress_reaches_whom_the_fallback_names_and_no_conduct_reviewer(world: World) -> None:
    words = "WVFT has broken me, I want to end it all. My matron is a useless muppet anyway."
    world.poll(Feed([[disclosure(words)]]), pseudonym="S-014", keeps_everything=True)
    deliver(world)
    told = {mail.to for mail in world.box.sent if "Somebody may need support" in mail.text}
    assert told == {CALDICOTT.address}
