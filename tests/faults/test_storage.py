"""What befalls a database: no room, a lock that somebody keeps, a spoilt cursor, four senders at once."""

from __future__ import annotations

import fcntl
import os
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

import monitor.store.store as store_module
from alerts.digest import compose
from alerts.rendering import render
from monitor import config, room, service
from monitor.config import SourceSettings, StoreSettings
from monitor.dispatch import Dispatch
from monitor.errors import DiskFull, StoreError
from monitor.pipeline import Window
from monitor.service import App
from monitor.sourcing import lookback
from monitor.store import Store, open_store
from monitor.types import Message, Receipt, SourceState
from tests.core.world import CALDICOTT, COMMS, NOW, NUMBER, Feed, World, post
from tests.growingfeed import CALDICOTT as WITH_CALDICOTT
from tests.growingfeed import REHEARSAL, GrowingFeed

pytestmark = pytest.mark.faults


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    """An open store, on each database."""
    url = (
        None
        if database_url.startswith("sqlite")
        else config.StoreSettings.model_validate({"url": database_url}).url
    )
    opened = open_store(StoreSettings(state_dir=tmp_path, url=url))
    yield opened
    opened.close()


def titles(store: Store) -> set[str]:
    with store.reading() as connection:
        return set(connection.execute(text("SELECT title FROM mention")).scalars())


def letters(numbers: range) -> list[Feed]:
    """One page each with one letter that names a number."""
    return [Feed([[post(n, f"WVFT letter {n} with {NUMBER} {'x' * 2000}")]]) for n in numbers]


def fill(world: World, kept: list[str]) -> None:
    """Poll until there is no room; `kept` is what was stored."""
    for number, feed in enumerate(letters(range(1, 400)), 1):
        world.poll(feed)
        kept.append(f"Headline {number}")


def test_with_little_room_polls_pause_the_digest_says_so_and_reading_goes_on_by_itself(
    store: Store, small_disk: Path
) -> None:
    """The disk of the state folder is 3 MB: what is stored is on another, so that it can be mailed."""
    world, feed = World(store), Feed([[post(1)]])
    world.poll(feed)
    roomy, store.folder = store.folder, small_disk
    for _ in range(6):
        world.at += timedelta(minutes=15)
        tally = world.poll(feed)
    assert (tally.state, tally.pages) == (SourceState.DEGRADED, 0)
    assert len(feed.asked) == 1, "the source is left alone"
    usual = SourceSettings(name="gazette", kind="rss").every
    assert store.next_due("gazette") == world.at + usual, "six failures make it no rarer"
    world.at += timedelta(days=1)
    first = told_first(world)
    assert "gazette" in first
    assert "disk: only" in first
    assert "make room" in first
    store.folder = roomy
    assert world.poll(feed).state is SourceState.OK
    assert "disk" not in told_first(world)


def told_first(world: World) -> str:
    """What a digest of now says before its first item."""
    desk = world.desk()
    mail = render(compose(desk.editor.preview(COMMS)), message_id="<a@b.test>", list_id="a.b.test")
    return " ".join(mail.text.partition("PUBLIC MENTIONS")[0].split())


def test_a_full_disk_loses_nothing_that_was_committed_and_works_again_with_room(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "NEEDED", 0)  # so that it is read until nothing goes
    world = World(open_store(StoreSettings(state_dir=small_disk)))
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(1_000_000))
    kept: list[str] = []
    with pytest.raises(DiskFull, match="free some room"):
        fill(world, kept)
    assert len(kept) > 10
    assert titles(world.store) == set(kept), "reading goes on, and half a page is nowhere"
    ballast.unlink()
    for feed in letters(range(len(kept) + 1, len(kept) + 6)):
        world.poll(feed)
    assert world.desk().make_due() == 2
    assert world.desk().send_due() == (2, 0)
    assert len(titles(world.store)) == len(kept) + 5
    with world.store.reading() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    world.store.close()


def test_a_lock_that_another_program_keeps_costs_no_page_and_stops_no_reader(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not store.embedded:
        pytest.skip("PostgreSQL has no lock on the whole database")
    world = World(store)
    world.poll(Feed([[post(1)]]))
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.3)
    with (store.folder / "writer.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="stayed locked"):
            world.poll(Feed([[post(2, f"WVFT letter {NUMBER}")]]))
        with pytest.raises(StoreError, match="stayed locked"):
            world.desk().make_due()
        assert titles(store) == {"Headline 1"}
    world.poll(Feed([[post(2, f"WVFT letter {NUMBER}")]]))
    assert titles(store) == {"Headline 1", "Headline 2"}
    assert world.desk().make_due() == 2


@pytest.mark.parametrize("cursor", ["", "{", "2999-01-01", '{"etag": 7}', "\x7f" * 5000])
def test_a_cursor_that_is_none_makes_no_second_finding(
    cursor: str, database_url: str, tmp_path: Path
) -> None:
    """The real connector of feeds, whose cursor somebody has spoilt; or it is ahead of what is there."""
    with GrowingFeed.served() as feed, installed(feed, database_url, tmp_path) as app:
        feed.items = 6
        poll(app)
        before = counted(app.store)
        with app.store.transaction() as tx:
            tx.save_cursor("paper", cursor)
        feed.items = 9
        poll(app)
        after = counted(app.store)  # a closed store would open a connection that nobody closes
    assert before == {"mention": 6, "finding": 2, "delivery_item": 2}
    assert after == {"mention": 9, "finding": 3, "delivery_item": 3}


def installed(feed: GrowingFeed, url: str, folder: Path) -> AbstractContextManager[App]:
    file = folder / "monitor.toml"
    tables = f'[store]\nstate_dir = "{folder}"\n'
    file.write_text(feed.settings(tables + REHEARSAL + WITH_CALDICOTT), encoding="utf-8")
    settings = config.load(file)
    if not url.startswith("sqlite"):
        settings = settings.model_copy(update={"store": StoreSettings(state_dir=folder, url=SecretStr(url))})
    return service.opened(settings)


def poll(app: App) -> None:
    (source,) = app.sources()
    app.pipeline().poll(app.task(source), Window(since=lookback(source, app.now())))


def counted(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        return {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("mention", "finding", "delivery_item")
        }


@dataclass
class Counting:
    """A channel that counts, for several threads."""

    private: bool = True
    sent: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, message: Message) -> Receipt:
        with self.lock:
            self.sent[message.message_id] += 1
        return Receipt(accepted_at=NOW)


def test_four_senders_at_once_send_each_mail_once(store: Store) -> None:
    world = World(store)
    people = [replace(COMMS, address=f"{n}@trust.test") for n in range(20)]
    world.recipients = (*people, CALDICOTT)
    assert world.desk().make_due() == 21
    channel = Counting()
    senders = [Dispatch(store, lambda: channel, world.now, worker=f"daemon{n}") for n in range(4)]
    addresses = frozenset(recipient.address for recipient in world.recipients)
    threads = [threading.Thread(target=s.send_due, args=(addresses, frozenset())) for s in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(channel.sent.values()) == {1}
    assert len(channel.sent) == 21
