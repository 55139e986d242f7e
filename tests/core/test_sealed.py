"""Sealed originals: what was masked opens again with the key, for what had findings, and for nothing else."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from monitor.errors import SealError
from monitor.originals import told
from monitor.sealing import ORIGINALS, PROTECTED, Keyring, make_key
from monitor.store import Store
from monitor.store.originals.looks import REVEALED
from monitor.store.originals.readiness import make_ready
from monitor.store.originals.revealing import findings_of, opening
from monitor.store.originals.rotation import behind, renew
from monitor.store.originals.sealed import originals_of
from monitor.store.originals.sealingkeys import FOLDER, add_key, all_keys, current_keys, ensure_keys, retire
from monitor.store.tables import Mention, SealedOriginal, table_of
from monitor.types import Account, Actor, Change, Hunk, Lane, Media, Recipient, State, Terms
from tests.core.world import CALDICOTT, COMMS, NOW, NUMBER, Feed, NumberRule, World, post

WORDS = f"WVFT lost the letter of {NUMBER} in the car park"
NURSE = Account(
    platform="web", handle="@nurse", display_name="Jo Nurse", bio="ward 9", url="https://web.test/@nurse"
)


def originals(world: World) -> list[dict[str, Any]]:
    """Every sealed original of the store, opened."""
    with world.store.reading() as connection:
        ids = connection.execute(select(table_of(Mention).c.id)).scalars()
        sealed = [each for number in ids for each in originals_of(connection, number)]
    return [json.loads(world.ring(ORIGINALS).open(each.sealed, each.place)) for each in sealed]


def sealed_rows(store: Store) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(table_of(SealedOriginal))).scalar_one()


def test_what_was_masked_opens_to_exactly_what_came(world: World) -> None:
    change = Change(page="WVFT", page_id="1", revision="2", hunks=(Hunk(old="", new=f"see {NUMBER}"),))
    came = post(
        1, WORDS, title=f"Letter of {NUMBER}", author=NURSE, links=("https://a.test/1",), change=change,
        media=(Media(kind="image", url="https://web.test/1.png"),),
    )  # fmt: skip
    world.poll(Feed([[came, post(2)]]))
    (original,) = originals(world)
    assert original["title"] == came.title
    assert original["text"] == WORDS
    assert original["url"] == came.url
    assert original["author"] == {
        "handle": "@nurse", "display_name": "Jo Nurse", "bio": "ward 9", "url": "https://web.test/@nurse",
    }  # fmt: skip
    assert (original["links"], original["media"]) == (["https://a.test/1"], ["https://web.test/1.png"])
    assert original["change"]["hunks"][0]["new"] == f"see {NUMBER}"


def test_what_had_been_masked_is_marked(world: World) -> None:
    world.poll(Feed([[post(1, WORDS, title=f"{NUMBER}: a letter")]]))
    lines = told(originals(world)[0])
    assert f"WVFT lost the letter of [NHS number: {NUMBER}] in the car park" in lines
    assert f"[NHS number: {NUMBER}]: a letter" in lines


def test_a_post_without_a_finding_is_not_sealed(world: World) -> None:
    world.poll(Feed([[post(1), post(2)]]), keeps_everything=True)
    assert sealed_rows(world.store) == 0


def test_where_the_terms_forbid_to_store_words_nothing_is_sealed(world: World) -> None:
    world.poll(Feed([[post(1, WORDS, terms=Terms(may_store_text=False))]]))
    assert sealed_rows(world.store) == 0


def test_each_version_is_sealed_once(world: World) -> None:
    for words in (WORDS, WORDS, f"{WORDS}, twice", WORDS):
        world.poll(Feed([[post(1, words)]]))
        world.at += timedelta(hours=1)
    assert [original["text"] for original in originals(world)] == [WORDS, f"{WORDS}, twice"]


def test_a_finding_is_revealed_by_the_version_it_was_made_of(world: World) -> None:
    for words in (WORDS, f"{WORDS} and once more {NUMBER}"):
        world.poll(Feed([[post(1, words)]]))
        world.at += timedelta(hours=1)
    with world.store.reading() as connection:
        made_of = [opening(connection, found).words for found in findings_of(connection, 1)]
    texts = [json.loads(world.ring(ORIGINALS).open(o.sealed, o.place))["text"] for o in made_of if o]
    assert texts == [WORDS, f"{WORDS} and once more {NUMBER}"]


def test_a_copy_that_folds_into_a_mention_is_bound_to_that_mention(world: World) -> None:
    long = f"{WORDS}. " + "It has been the talk of the town for a week and nobody has said sorry. " * 4
    for source, number in (("gazette", 1), ("planet", 2)):
        copy = post(number, long, source=source, title="", url=f"https://{source}.test/{number}")
        world.poll(Feed([[copy]]), name=source)
    with world.store.reading() as connection:
        sealed = originals_of(connection, 1)
    assert len(sealed) == 2
    urls = [json.loads(world.ring(ORIGINALS).open(each.sealed, each.place))["url"] for each in sealed]
    assert urls == ["https://gazette.test/1", "https://planet.test/2"]


def test_a_sealed_value_moved_to_another_mention_does_not_open(world: World) -> None:
    world.poll(Feed([[post(1, WORDS), post(2, f"{WORDS}, too")]]))
    table = table_of(SealedOriginal)
    with world.store.transaction() as tx:
        tx.connection.execute(table.delete().where(table.c.mention_id == 2))
        tx.connection.execute(table.update().values(mention_id=2))
    with pytest.raises(SealError, match="does not open"):
        originals(world)


def test_a_page_is_sealed_whole_or_not_at_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> int:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("monitor.store.writing.Transaction._save_findings", fails)
        with pytest.raises(RuntimeError):
            world.poll(Feed([[post(1, WORDS)]]))
    assert sealed_rows(world.store) == 0
    world.poll(Feed([[post(1, WORDS)]]))
    assert sealed_rows(world.store) == 1


def test_a_purge_takes_the_sealed_original_along(world: World) -> None:
    world.poll(Feed([[post(1, WORDS), post(2, WORDS + "!")]]))
    world.poll(Feed([[post(1).gone(State.DELETED)]]))
    assert [original["text"] for original in originals(world)] == [WORDS + "!"]
    with world.store.transaction() as tx:
        tx.purging(NOW.date()).everything("web", "contract ended", NOW)
    assert sealed_rows(world.store) == 0


def test_what_is_edited_into_a_possible_disclosure_leaves_no_original(world: World) -> None:
    class Sealed(NumberRule):
        lane = Lane.PROTECTED
        route = ("concerns",)

    world.poll(Feed([[post(1, WORDS)]]))
    world.rules, world.version = Sealed(), "2"
    world.poll(Feed([[post(1, f"{WORDS}, we were told")]]))
    assert sealed_rows(world.store) == 0


def test_no_file_of_the_database_holds_what_was_masked(world: World) -> None:
    world.poll(Feed([[post(n, f"{WORDS} {n}") for n in range(1, 30)]]))
    for file in world.store.folder.rglob("*"):
        assert not file.is_file() or NUMBER.encode() not in file.read_bytes(), file.name


# -- keys ---------------------------------------------------------------------------------------------


def test_a_start_makes_one_key_a_purpose_and_another_start_makes_none(store: Store) -> None:
    for _ in range(2):
        make_ready(store, [], NOW)
    with store.reading() as connection:
        assert [row.key.purpose for row in all_keys(connection)] == [ORIGINALS, PROTECTED]
    files = list((store.folder / FOLDER).iterdir())
    assert len(files) == 2
    assert (store.folder / FOLDER).stat().st_mode & 0o777 == 0o700


def test_a_private_key_among_the_secrets_is_taken_and_no_other_is_made(store: Store, tmp_path: Path) -> None:
    key = make_key(ORIGINALS, tmp_path / "secrets")
    ensure_keys(store, [tmp_path / "secrets"], NOW)
    with store.reading() as connection:
        assert current_keys(connection)[ORIGINALS] == key
    assert not list((store.folder / FOLDER).glob("*originals*"))


def test_a_new_key_is_current_even_where_the_clock_was_set_back(store: Store, tmp_path: Path) -> None:
    make_ready(store, [], NOW)
    key = make_key(ORIGINALS, tmp_path)
    with store.transaction() as tx:
        add_key(tx.connection, key, NOW - timedelta(days=365))
        assert current_keys(tx.connection)[ORIGINALS] == key


def rotated(world: World) -> tuple[str, str]:
    """Make a new key for originals; the old key's id and the new one's."""
    with world.store.reading() as connection:
        old = current_keys(connection)[ORIGINALS].id
    new = make_key(ORIGINALS, world.store.folder / FOLDER)
    with world.store.transaction() as tx:
        add_key(tx.connection, new, world.at)
    return old, new.id


def test_a_rotation_that_was_killed_goes_on_and_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.store.originals.rotation.AT_ONCE", 4)
    world.poll(Feed([[post(n, f"{WORDS} {n}") for n in range(1, 11)]]))
    before = originals(world)
    old, new = rotated(world)
    ring = world.ring(ORIGINALS)
    lots = renew(world.store, ORIGINALS, ring)
    assert next(lots).done == 4
    lots.close()  # and here the process ends
    with world.store.transaction() as tx:
        assert behind(tx.connection, ORIGINALS, ring) == (6, 0)
        assert retire(tx.connection, ORIGINALS, world.at) == [], "something is sealed to the old key still"
    assert [lot.done for lot in renew(world.store, ORIGINALS, ring)] == [4, 2]
    with world.store.transaction() as tx:
        assert retire(tx.connection, ORIGINALS, world.at) == [old]
    Path(ring.place(old) or "").unlink()
    assert originals(world) == before
    world.poll(Feed([[post(20, WORDS)]]))
    with world.store.reading() as connection:
        assert {row.key.id: row.values for row in all_keys(connection)}[new] == 11


def test_what_was_sealed_while_the_key_was_replaced_has_the_new_one(world: World) -> None:
    class Rotating(NumberRule):
        def evaluate(self, post: Any) -> Any:
            self.ids = rotated(world)
            return super().evaluate(post)

    world.rules = rule = Rotating()
    world.poll(Feed([[post(1, WORDS)]]))
    with world.store.reading() as connection:
        assert [each.sealed.key_id for each in originals_of(connection, 1)] == [rule.ids[1]]


def test_a_lost_key_loses_its_originals_only(world: World) -> None:
    world.poll(Feed([[post(1, WORDS)]]))
    old, _ = rotated(world)
    (world.store.folder / FOLDER / f"sealing-originals-{old}").unlink()
    ring = world.ring(ORIGINALS)
    with world.store.reading() as connection:
        assert behind(connection, ORIGINALS, ring) == (0, 1)
    assert list(renew(world.store, ORIGINALS, ring)) == []
    world.poll(Feed([[post(2, f"{WORDS} again")]]))
    with world.store.reading() as connection:
        (closed,), (opened,) = originals_of(connection, 1), originals_of(connection, 2)
    assert NUMBER.encode() in ring.open(opened.sealed, opened.place)
    with pytest.raises(SealError, match="not at hand"):
        ring.open(closed.sealed, closed.place)


def test_a_wrong_key_under_the_right_name_is_counted_and_changes_nothing(
    world: World, tmp_path: Path
) -> None:
    world.poll(Feed([[post(1, WORDS)]]))
    old, _ = rotated(world)
    wrong = make_key(ORIGINALS, tmp_path)
    ring = Keyring(ORIGINALS, [world.store.folder / FOLDER])
    ring.add(old, tmp_path / f"sealing-originals-{wrong.id}")
    assert [(lot.done, lot.broken) for lot in renew(world.store, ORIGINALS, ring)] == [(0, 1)]
    assert originals(world)[0]["text"] == WORDS


# -- the next digest ----------------------------------------------------------------------------------


def test_a_look_is_once_in_the_digest_of_those_who_see_the_lane_and_in_no_other(world: World) -> None:
    hr = Recipient(address="hr@trust.test", role="hr")
    world.recipients = (COMMS, CALDICOTT, hr)
    with world.store.transaction() as tx:
        tx.audit(
            Actor("pat", "information"), REVEALED, "case:7", NOW, "to tell the family", lane=Lane.CONFIDENTIAL
        )
    told = {r.role: [look.object for look in world.desk().editor.preview(r).looks] for r in world.recipients}
    assert told == {"comms": [], "hr": [], "patient_confidentiality": ["case:7"]}
    world.desk().make_now()
    world.at += timedelta(days=1)
    assert world.desk().editor.preview(CALDICOTT).looks == ()


def test_a_digest_with_nothing_but_a_look_is_not_skipped(world: World) -> None:
    world.settings = replace_settings(world)
    world.poll(Feed([[post(1)]]))
    world.desk().make_now()
    world.at += timedelta(days=1)
    with world.store.transaction() as tx:
        tx.audit(Actor("pat", "information"), REVEALED, "case:7", world.at, "why", lane=Lane.CONFIDENTIAL)
    assert world.desk().make_now() == 1


def replace_settings(world: World) -> Any:
    return world.settings.model_copy(update={"on_empty": "skip"})
