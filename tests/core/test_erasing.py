"""Whoever is erased leaves no row and no file, and does not come back: not by a poll, nor by a restore."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, update

from monitor.config import StoreSettings
from monitor.store import Store, open_store
from monitor.store.audit import AuditLog
from monitor.store.keeping.erasing import DECIDED, HELD, OPEN, Erased, erase_account, erase_items, erase_staff
from monitor.store.keeping.holds import add_hold
from monitor.store.tables import (
    Authorisation,
    Case,
    CaseStep,
    Erasure,
    Mention,
    Reminder,
    SealedOriginal,
    SealingKey,
    SiteFilter,
    table_of,
)
from monitor.types import Account, Kind, Origin, Post
from tests.core.test_compliance import everything_stored, mention
from tests.core.world import NOW, NUMBER, STAFF, Feed, World, post

WORDS = f"WVFT: the quiet sparrow sings, {NUMBER}"


def said(number: int, handle: str = "@sparrowhawk", text: str = WORDS, **more: object) -> Post:
    author = Account(platform="web", handle=handle)
    usual: dict[str, object] = {"kind": Kind.POST, "author": author, "url": f"https://social.test/{number}"}
    return post(number, text, **usual | more)


def erase(world: World, handle: str = "@sparrowhawk", **how: bool) -> Erased:
    with world.store.transaction() as tx:
        return erase_account(tx, "web", handle, world.at, **how)


def authorised(world: World, added: datetime = NOW) -> None:
    row = {"person": "S-014", "platform": "web", "account": "@nurse", "notice_version": "1",
           "notice_date": NOW.date(), "lawful_basis": "Article 6(1)(e)", "dpia_reference": "DPIA-3",
           "starts": NOW.date(), "expires": (NOW + timedelta(days=365)).date(), "added_by": "jo",
           "added_at": added, "staff_group": "staff", "scope": "references", "ended_why": ""}  # fmt: skip
    with world.store.transaction() as tx:
        tx.connection.execute(table_of(Authorisation).insert().values(**row))


def rows(store: Store, model: type) -> int:
    with store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table_of(model))).scalar_one())


def counted(done: Erased) -> tuple[int, int]:
    return done.mentions, done.cases


def close(world: World, case: int, outcome: str) -> None:
    with world.store.transaction() as tx:
        closed = {"status": "closed", "closed_at": world.at, "outcome": outcome}
        tx.connection.execute(update(table_of(Case)).where(table_of(Case).c.id == case).values(**closed))


def dealt_with(world: World) -> None:
    """Everything that can hang on a case and an item."""
    key = {"id": "k1", "purpose": "originals", "public": b"p", "created_at": NOW}
    sealed = {"mention_id": 1, "content_hash": "h", "key_id": "k1", "sealed": b"s", "sealed_at": NOW,
              "part": "post"}  # fmt: skip
    step = {"case_id": 1, "step": "ask", "answer": "yes", "made_by": "jo", "made_at": NOW, "note": ""}
    reminder = {"about": "case:1", "role": "comms", "words": "look", "due_on": NOW.date(), "made_by": "jo",
                "made_at": NOW}  # fmt: skip
    by_author = {"rule_id": "NHS-001", "author": "@SparrowHawk", "made_by": "jo", "reason": "irony",
                 "created_at": NOW, "expires_on": NOW.date()}  # fmt: skip
    with world.store.transaction() as tx:
        for model, row in (
            (SealingKey, key), (SealedOriginal, sealed), (CaseStep, step), (Reminder, reminder),
            (SiteFilter, by_author),
        ):  # fmt: skip
            tx.connection.execute(table_of(model).insert().values(**row))


def test_an_account_is_taken_out_of_every_table_and_file(world: World) -> None:
    world.poll(Feed([[said(1), said(2, "@other", "WVFT is fine")]]))
    dealt_with(world)
    desk = world.desk()
    desk.make_due()
    desk.send_due()
    assert "sparrow" in everything_stored(world.store).casefold()
    assert counted(erase(world)) == (1, 1)
    assert "sparrow" not in everything_stored(world.store).casefold()
    assert "social.test/1" not in everything_stored(world.store)
    assert [rows(world.store, m) for m in (Mention, Case, CaseStep, Reminder, SealedOriginal)] == [
        1,
        0,
        0,
        0,
        0,
    ]
    for path in (path for path in world.store.folder.rglob("*") if path.is_file()):
        assert b"sparrow" not in path.read_bytes().lower(), path.name


@pytest.mark.parametrize(
    "again",
    [
        said(1),
        said(7),
        said(1, source="search", text="WVFT, once more"),
        said(8, "@SPARROWHAWK"),
        said(9, author=None, url="https://www.social.test/1?utm_source=mail", kind=Kind.REPORT,
             origin=Origin.IMPORT, external_id="report/1"),
    ],
    ids=["the same item", "a new item", "by a search", "in capitals", "by an import of its address"],
)  # fmt: skip
def test_what_was_erased_does_not_come_back(world: World, again: Post) -> None:
    world.poll(Feed([[said(1)]]))
    erase(world)
    tally = world.poll(Feed([[again, said(20, "@other")]]), "search", keeps_everything=True)
    assert (tally.kept, mention(world, "author")) == (1, ["@other"])


def test_a_renamed_account_stays_away_by_its_number(world: World) -> None:
    known = Account(platform="web", handle="@sparrowhawk", external_id="u-77")
    renamed = Account(platform="web", handle="@kestrel", external_id="u-77")
    world.poll(Feed([[said(1, author=known), said(2, author=renamed)]]))
    assert erase(world).mentions == 2
    assert world.poll(Feed([[said(3, author=renamed)]])).kept == 0


def test_nothing_is_asked_of_the_database_while_nobody_was_erased(world: World) -> None:
    asked: list[str] = []
    event.listen(
        world.store._reader, "before_cursor_execute", lambda _c, _r, statement, *_: asked.append(statement)
    )
    world.poll(Feed([[said(1)]]))
    assert not [statement for statement in asked if "erasure" in statement]
    erase(world)
    asked.clear()
    world.poll(Feed([[said(2), said(3), said(4, "@other")]]))
    assert len([statement for statement in asked if "erasure" in statement]) == 1


def test_staff_are_erased_with_what_a_search_found_of_their_account(world: World) -> None:
    authorised(world)
    world.poll(Feed([[said(1, author=STAFF)]]), pseudonym="S-014")
    world.poll(Feed([[said(2, "@nurse", source="search")]]), "search")
    with world.store.transaction() as tx:
        assert counted(erase_staff(tx, "S-014", world.at)) == (2, 2)
    assert "sparrow" not in everything_stored(world.store)
    assert world.poll(Feed([[said(3, "@nurse", source="search")]]), "search").kept == 0
    assert world.poll(Feed([[said(1, author=STAFF)]]), pseudonym="S-014").kept == 0


def test_a_new_authorisation_lets_new_posts_be_read_but_no_old_one_back(world: World) -> None:
    authorised(world)
    world.poll(Feed([[said(1, author=STAFF)]]), pseudonym="S-014")
    with world.store.transaction() as tx:
        erase_staff(tx, "S-014", world.at)
    world.at += timedelta(days=1)
    authorised(world, world.at)
    world.poll(Feed([[said(1, author=STAFF), said(2, author=STAFF)]]), pseudonym="S-014")
    assert mention(world, "author") == ["S-014"]


def test_a_page_that_was_being_judged_meanwhile_is_not_stored(world: World) -> None:
    authorised(world)
    with world.store.transaction() as tx:  # somebody else, so that there is a journal
        erase_account(tx, "web", "@kestrel", NOW - timedelta(days=9))

    class Slow(type(world.rules)):  # type: ignore[misc]
        def evaluate(self, post: Post):  # type: ignore[no-untyped-def]
            with world.store.transaction() as tx:
                erase_staff(tx, "S-014", world.at)
            return super().evaluate(post)

    world.rules = Slow()
    world.poll(Feed([[said(1, author=STAFF)]]), pseudonym="S-014")
    assert rows(world.store, Mention) == 0


# -- what is kept -----------------------------------------------------------------------------------------


def test_what_is_held_or_was_acted_on_is_kept_with_the_reason(world: World) -> None:
    for day in range(4):
        world.poll(Feed([[said(day)]]))
        world.at += timedelta(days=1)
    add_hold(world.store, 1, "jo", "incident 7", (world.at + timedelta(days=90)).date(), world.at)
    close(world, 2, "corrected")
    close(world, 3, "no-action")
    done = erase(world)
    assert (done.mentions, done.cases) == (2, 2)
    assert [(each.mentions, each.why, each.cases) for each in done.kept] == [
        (1, HELD, (1,)),
        (1, DECIDED, (2,)),
    ]
    assert rows(world.store, Mention) == 2


def test_whoever_decides_so_keeps_every_case(world: World) -> None:
    world.poll(Feed([[said(1), said(2, text="WVFT and a sparrow")]]))
    done = erase(world, keep_cases=True)
    assert (done.mentions, [each.why for each in done.kept]) == (1, [OPEN])


def test_single_items_are_erased_and_a_case_with_others_left_stays(world: World) -> None:
    world.poll(Feed([[said(1), said(2)]]))
    with world.store.transaction() as tx:
        assert counted(erase_items(tx, [1], world.at)) == (1, 0)
    assert (rows(world.store, Case), rows(world.store, Mention)) == (1, 1)
    assert world.poll(Feed([[said(1), said(2), said(3)]])).kept == 1


# -- the journal ------------------------------------------------------------------------------------------


def test_the_journal_names_nobody_and_only_the_service_reads_it(world: World) -> None:
    world.poll(Feed([[said(1)]]))
    erase(world)
    path = world.store.journal.path
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    assert {entry["kind"] for entry in entries} == {"account", "item"}
    assert all(len(entry["key"]) == 32 for entry in entries)
    assert path.stat().st_mode & 0o777 == 0o600


def restored(world: World, settings: StoreSettings, backup: Path) -> Store:
    """The store after the database alone was put back."""
    world.store.close()
    for path in settings.state_dir.glob("trustwatch.db*"):
        path.unlink()
    shutil.copy(backup, settings.state_dir / "trustwatch.db")
    return open_store(settings)


def backed_up(world: World, to: Path) -> Path:
    database = world.store.folder / "trustwatch.db"
    with closing(sqlite3.connect(to / "backup.db")) as copy, closing(sqlite3.connect(database)) as here:
        here.backup(copy)
    return to / "backup.db"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_restore_does_every_erasure_again(
    world: World, store_settings: StoreSettings, tmp_path: Path
) -> None:
    authorised(world)
    world.poll(Feed([[said(1), said(2, author=STAFF)]]), pseudonym=None)
    world.poll(Feed([[said(3, author=STAFF)]]), pseudonym="S-014")
    backup = backed_up(world, tmp_path)
    erase(world)
    with world.store.transaction() as tx:
        erase_staff(tx, "S-014", world.at)
    store = restored(world, store_settings, backup)
    assert rows(store, Mention) == 0
    with store.reading() as connection:
        assert [e.action for e in AuditLog(connection).entries("erasures")] == ["erasures.reapplied"]
        columns = table_of(Authorisation).c
        (row,) = connection.execute(select(columns.ended_for, columns.account))
        assert tuple(row) == ("withdrawn", "")
    for path in store.folder.glob("trustwatch.db*"):
        assert b"sparrow" not in path.read_bytes(), path.name
    store.close()


def test_a_database_that_does_not_know_an_erasure_makes_up_for_it_at_its_next_start(
    world: World, store_settings: StoreSettings
) -> None:
    world.poll(Feed([[said(1), said(2, "@other", "WVFT is fine")]]))
    journal = world.store.journal
    with pytest.raises(RuntimeError):
        lose_the_commit(world)
    assert rows(world.store, Mention) == 2
    again = open_store(store_settings)
    assert rows(again, Mention) == 1
    assert again.meta("erasures_journal") == str(journal.size())
    again.close()


def lose_the_commit(world: World) -> None:
    with world.store.transaction() as tx:
        erase_account(tx, "web", "@sparrowhawk", world.at)
        world.store.journal.append(tx.erased)  # as the store does before it commits
        raise RuntimeError


def test_a_lost_journal_is_written_again_and_half_a_line_is_none(
    world: World, store_settings: StoreSettings
) -> None:
    world.poll(Feed([[said(1)]]))
    erase(world)
    journal = world.store.journal
    journal.path.write_text('{"key": "half')
    open_store(store_settings).close()
    assert {entry.key for entry in journal.entries()} == keys(world.store)
    assert journal.path.read_text().startswith('{"key": "half\n')


def keys(store: Store) -> set[str]:
    with store.reading() as connection:
        return set(connection.execute(select(table_of(Erasure).c.key)).scalars())
