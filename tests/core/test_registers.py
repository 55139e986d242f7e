"""The registers: what an entry must say, what is in twice, what ends with a task, what counts at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from monitor import service, sourcing
from monitor.config import Organisation, PolicySettings, RuleSettings, Settings, SourceSettings
from monitor.errors import RegisterRefused, SourceRefused
from monitor.registerfields import canonical_user, clauses_of
from monitor.registers import (
    REGISTERS,
    AccessApproval,
    DeclaredBlog,
    DeclaredEditor,
    DeclaredInterest,
    Entry,
    ImagePermission,
    JournalistContact,
    KnownAccount,
    Leaver,
    LogoPermission,
    OfficialAccount,
    free_texts,
)
from monitor.store import Store
from monitor.store.audit import AuditLog
from monitor.store.casework.reminders import reminders_due
from monitor.store.people.registers import (
    add_entry,
    change_entry,
    end_entry,
    kept_entries,
    official_handles,
    one_entry,
    registers_due,
    with_leaving,
)
from monitor.store.tables import Mention, table_of
from monitor.types import Account, Actor, Registration, Relation
from rules import pack
from rules.examples import ORGANISATION, post_of
from rules.schema import Example
from tests.core.world import LONDON, NOW, Feed, World, post

JO = Actor("jo", "comms")
DAY = date(2026, 11, 20)
OFFICIAL = OfficialAccount(
    platform="mastodon",
    account="@WVFTNHS",
    url="https://social.wvft.nhs.test/@WVFTNHS",
    purpose="News",
    owner="Head of Communications",
    approver="Director of Communications",
    approved_on=date(2026, 11, 1),
    owner_trained_on=date(2026, 10, 1),
    recovery_contact="Duty press officer",
)
SAMPLES: dict[str, Entry] = {
    "official": OFFICIAL,
    "known": KnownAccount(
        platform="mastodon", account="@WVFTfriends", what="charity", decided_by="Head of Communications"
    ),
    "blog": DeclaredBlog(address="https://blog.nurse.test", person="S-014", declared_on=DAY, paid=True),
    "image": ImagePermission(
        form="F-2026-17", given_on=DAY, scope="Garden", used_at=("https://wvft.nhs.test/garden",)
    ),
    "logo": LogoPermission(
        place="https://friends.test/run", purpose="Charity run", granted_by="Head", until=DAY
    ),
    "leaver": Leaver(person="S-014", left_on=date(2026, 10, 1)),
    "contact": JournalistContact(asked_on=DAY, outlet="Wearside Gazette", told_by="Ward manager"),
    "interest": DeclaredInterest(person="S-014", what="Paid column", declared_on=DAY),
    "access": AccessApproval(who="Ward 4", what="YouTube", approved_by="Head", until=DAY),
    "editors": DeclaredEditor(
        wiki="en.wiki.test",
        user="WVFT comms",
        capacity="communications officer",
        disclosed_at="https://en.wiki.test/wiki/User:WVFT_comms",
        declared_on=DAY,
    ),
}


def add(store: Store, entry: Entry, kind: str | None = None) -> int:
    name = kind or next(name for name, model in REGISTERS.items() if isinstance(entry, model))
    return add_entry(store, name, entry, JO, NOW)


def actions(store: Store) -> list[tuple[str, str]]:
    with store.reading() as connection:
        return [(entry.action, entry.object) for entry in AuditLog(connection).entries()]


def fields() -> Iterator[Any]:
    for kind, model in REGISTERS.items():
        for name, field in model.model_fields.items():
            yield pytest.param(field, id=f"{kind}.{name}")


@pytest.mark.parametrize("field", list(fields()))
def test_each_field_is_explained_and_comes_from_a_clause_of_a_policy(field: Any) -> None:
    known = pack.check(PolicySettings(), RuleSettings()).policies.known
    assert len(field.description) > 10
    assert clauses_of(field)
    assert set(clauses_of(field)) - set(known) == set()


@pytest.mark.parametrize("kind", REGISTERS)
def test_an_entry_is_kept_listed_ended_and_stays_readable(store: Store, kind: str) -> None:
    entry = SAMPLES[kind]
    number = add(store, entry)
    assert [(k.number, k.entry, k.added_by) for k in kept_entries(store, kind)] == [(number, entry, "jo")]
    end_entry(store, kind, number, JO, "no longer", NOW, DAY)
    assert kept_entries(store, kind) == []
    (kept,) = kept_entries(store, kind, ended=True)
    assert (kept.entry, kept.ended_by, kept.ended_why) == (entry, "jo", "no longer")
    told = [row for row in actions(store) if row[0].startswith("register.")]
    assert told == [("register.added", f"{kind}:{number}"), ("register.ended", f"{kind}:{number}")]


@pytest.mark.parametrize("kind", REGISTERS)
def test_what_identifies_an_entry_can_be_in_only_once(store: Store, kind: str) -> None:
    number = add(store, SAMPLES[kind])
    if SAMPLES[kind].identity() is None:
        assert add(store, SAMPLES[kind]) > number
        return
    with pytest.raises(RegisterRefused, match=f"already, as number {number}"):
        add(store, SAMPLES[kind])
    end_entry(store, kind, number, JO, "over", NOW, DAY)
    assert add(store, SAMPLES[kind]) > number


def test_another_spelling_of_a_handle_is_the_same_account(store: Store) -> None:
    add(store, OFFICIAL)
    with pytest.raises(RegisterRefused):
        add(store, OFFICIAL.model_copy(update={"account": "wvftnhs"}))
    add(store, OFFICIAL.model_copy(update={"platform": "x"}))


def test_of_two_who_enter_the_same_at_once_one_is_refused(store: Store) -> None:
    def entered(_: int) -> bool:
        try:
            return bool(add(store, OFFICIAL))
        except RegisterRefused:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(entered, range(4))) == [False, False, False, True]


def test_a_change_keeps_the_number_and_is_written_down_by_field(store: Store) -> None:
    number = add(store, OFFICIAL)
    later = OFFICIAL.model_copy(update={"owner": "Digital Manager"})
    assert change_entry(store, "official", number, later, JO, NOW) == ["owner"]
    assert one_entry(store, "official", number).entry == later
    with store.reading() as connection:
        *_, last = AuditLog(connection).entries()
    assert (last.action, last.details) == ("register.changed", {"fields": ["owner"]})


def test_a_change_may_not_make_a_second_of_the_same(store: Store) -> None:
    add(store, OFFICIAL)
    other = OFFICIAL.model_copy(update={"account": "@WVFTjobs"})
    number = add(store, other)
    with pytest.raises(RegisterRefused, match="already"):
        change_entry(store, "official", number, OFFICIAL, JO, NOW)
    assert one_entry(store, "official", number).entry == other


@pytest.mark.parametrize("number", [1, 77])
def test_what_is_over_or_was_never_there_cannot_end_or_change(store: Store, number: int) -> None:
    end_entry(store, "official", add(store, OFFICIAL), JO, "over", NOW, DAY)
    with pytest.raises(RegisterRefused, match=r"has ended|there is no official account 77"):
        end_entry(store, "official", number, JO, "over", NOW, DAY)
    with pytest.raises(RegisterRefused):
        change_entry(store, "official", number, OFFICIAL, JO, NOW)


def test_a_withdrawn_permission_reminds_of_every_place(store: Store) -> None:
    places = tuple(f"https://wvft.nhs.test/{n}" for n in range(3))
    number = add(store, ImagePermission(form="F-1", given_on=DAY, scope="Garden", used_at=places))
    due = end_entry(store, "image", number, JO, "asked", NOW, DAY)
    assert [each.on for each in due] == [DAY + timedelta(days=7)] * 3
    reminded = reminders_due(store, frozenset({"comms"}), DAY + timedelta(days=5))
    assert reminded == due
    assert all(
        f"permission {number}" in each.words and place in each.words
        for each, place in zip(due, places, strict=True)
    )


def test_the_digest_asks_for_training_recovery_and_review_until_they_are_there(store: Store) -> None:
    bare = OFFICIAL.model_copy(update={"owner_trained_on": None, "recovery_contact": None})
    first = add(store, bare)
    second = add(store, bare.model_copy(update={"platform": "x"}))
    told = [due.words for due in World(store).desk().editor.due(frozenset({"comms"}), DAY)]
    assert len(told) == 2
    assert all(f"Official accounts {first}, {second}: " in words for words in told)
    assert World(store).desk().editor.due(frozenset({"information"}), DAY) == ()
    for number, platform in ((first, "mastodon"), (second, "x")):
        entry = OFFICIAL.model_copy(update={"platform": platform})
        change_entry(store, "official", number, entry, JO, NOW)
    assert registers_due(store, DAY, LONDON) == []
    (review,) = registers_due(store, date(2027, 9, 17), LONDON)
    assert (review.on, "trained" in review.words) == (date(2027, 10, 1), True)


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("official", "url", "social.wvft.nhs.test"),
        ("official", "url", "javascript:alert(1)"),
        ("official", "url", "https://user:secret@wvft.nhs.test"),
        ("official", "owner", " "),
        ("official", "purpose", "two\nlines"),
        ("blog", "person", "Jo Smith"),
        ("leaver", "days_of_grace", -1),
        ("leaver", "left_on", "1/11/2026"),
        ("image", "used_at", ("the garden page",)),
    ],
)
def test_what_cannot_be_meant_is_refused(kind: str, field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        REGISTERS[kind].model_validate(SAMPLES[kind].model_dump() | {field: value})


@pytest.mark.parametrize("kind", REGISTERS)
def test_every_free_text_is_looked_through_for_personal_data(kind: str) -> None:
    exact = {"account", "url", "address", "place", "person", "wiki", "user", "disclosed_at"}
    texts = {name for name, value in SAMPLES[kind] if isinstance(value, str)}
    assert {name for name, _ in free_texts(SAMPLES[kind])} == texts - exact


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("wVFT_comms", "WVFT comms"), ("wVFT__ comms ", "WVFT comms"), ("~2026-12345-1", "~2026-12345-1")],
)
def test_a_user_name_is_kept_as_mediawiki_keeps_it(typed: str, kept: str) -> None:
    assert canonical_user(typed) == kept
    entry = SAMPLES["editors"].model_dump() | {"user": typed}
    assert DeclaredEditor.model_validate(entry).user == kept


@pytest.mark.parametrize("name", ["user", "wiki"])
def test_a_declared_editor_is_no_address_of_a_page(name: str) -> None:
    entry = SAMPLES["editors"].model_dump() | {name: "https://en.wiki.test/wiki/User:X"}
    with pytest.raises(ValidationError):
        DeclaredEditor.model_validate(entry)


def test_an_account_is_official_from_the_entry_to_its_end_without_a_restart(store: Store) -> None:
    world = World(store)
    pipeline = world.pipeline()

    def relation(number: int) -> str:
        item = replace(post(number), author=Account(platform="web", handle="@wvftNHS"))
        world.poll(Feed([[item]]))
        table = table_of(Mention)
        with store.reading() as connection:
            return str(connection.execute(select(table.c.relation).order_by(table.c.id.desc())).scalar())

    assert pipeline.stages.official_handles == frozenset()
    assert relation(1) == Relation.PUBLIC
    number = add(store, OFFICIAL)
    assert relation(2) == Relation.OFFICIAL
    end_entry(store, "official", number, JO, "lost", NOW, DAY)
    assert relation(3) == Relation.PUBLIC


def test_an_account_of_the_register_may_be_read_as_our_own(store: Store) -> None:
    source = SourceSettings(name="ours", kind="mastodon", account="@wvftnhs")  # type: ignore[call-arg]
    settings = Settings(organisation=Organisation(name="Wearside Vale", short="WVFT"), sources=(source,))
    gate = sourcing.gate(settings, lambda: NOW, lambda: store)
    with pytest.raises(SourceRefused):
        gate.admit(source)
    number = add(store, OFFICIAL)
    assert gate.admit(source) is None
    end_entry(store, "official", number, JO, "lost", NOW, DAY)
    with pytest.raises(SourceRefused):
        gate.admit(source)


def test_page_names_of_several_words_are_no_handles(store: Store) -> None:
    settings = Settings(organisation=Organisation(name="Wearside Vale", short="WVFT"))
    add(store, OFFICIAL.model_copy(update={"account": "Wearside Vale Hospitals"}))
    with store.reading() as connection:
        assert official_handles(connection) == ("Wearside Vale Hospitals",)
    assert service.ours(settings, store) is settings


def test_the_leaver_register_speaks_where_the_authorisation_has_no_day(store: Store) -> None:
    add(store, Leaver(person="s-014", left_on=date(2026, 10, 1), days_of_grace=7))
    with store.reading() as connection:
        known = with_leaving(connection, Registration(name="Jo"), "S-014")
        assert known == Registration(name="Jo", left_on=date(2026, 10, 1), days_of_grace=7)
        earlier = Registration(left_on=date(2026, 1, 1))
        assert with_leaving(connection, earlier, "S-014") == earlier
        assert with_leaving(connection, Registration(), "S-015") == Registration()


@pytest.mark.parametrize(("grace", "met"), [(None, False), (7, True), (60, False), (0, True)])
def test_the_rule_on_leavers_waits_as_long_as_the_register_says(grace: int | None, met: bool) -> None:
    rules = pack.load(ORGANISATION, PolicySettings(packs=("BOL",)), RuleSettings())
    file = next(rule.file for rule in rules.rules if rule.id == "LEA-001")
    item = post_of(Example(text="", bio="Porter at WVFT", left_on=date(2025, 12, 10)), file)
    assert item.author is not None
    assert item.author.registration is not None
    known = replace(item.author.registration, days_of_grace=grace)
    item = replace(item, author=replace(item.author, registration=known))
    assert ("LEA-001" in {finding.rule_id for finding in rules.evaluate(item)}) is met
