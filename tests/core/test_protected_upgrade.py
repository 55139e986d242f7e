"""What an older version kept of the protected lane in clear is sealed at the first start, none of it lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from monitor.config import StoreSettings
from monitor.sealing import PROTECTED, Keyring
from monitor.store import Store, migrations, open_store
from monitor.store.engine import writer_engine
from monitor.store.originals.readiness import make_ready
from monitor.store.originals.sealingkeys import FOLDER
from monitor.store.protected import counts, seal_what_waits, waiting
from tests.core.world import NOW

WORDS = "we were told to backdate the charts of [NHS number redacted]"
LINK = "https://social.test/quietsparrow71/555"
OLD_POST = """
INSERT INTO protected_post (id, source, key, address_key, text_key, content_hash, judged_by, changes, seen_at,
    again, rule_id, title, reason, confidence, clauses, counter_clauses, platform, url, excerpt,
    may_mail_excerpt, posted_at, first_seen_at, recheck_id, checked_at)
VALUES (:id, 'paper', :key, 'a1', 't1', 'h1', 'v1', 2, :now, :again, 'SPK-001', 'A disclosure?', 'Because.',
    0.7, '["CDD-4.4.1-6"]', '[]', 'mastodon', :link, :words, true, :now, :now, 'sparrow-555', :now)
"""
OLD_MAIL = """
INSERT INTO protected_delivery (recipient, role, kind, "window", status, message_id, message, attempts,
    next_attempt_at, created_at, mentions_up_to, totals)
VALUES ('ftsu@trust.test', 'concerns', 'digest', :day, :status, :day, :message, 1, :now, :now, 1, '{}')
"""


@pytest.fixture
def database_url(empty_database_url: str) -> str:
    """Without a table: they are made as an older version made them."""
    return empty_database_url


@pytest.fixture
def older(store_settings: StoreSettings) -> Iterator[Engine]:
    """A database of the version before, with two rows of one story and the mails about it."""
    store_settings.state_dir.mkdir(mode=0o700, exist_ok=True)
    engine = writer_engine(store_settings.database_url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        _fill(connection)
    yield engine
    engine.dispose()


def _fill(connection: Connection) -> None:
    for number, again in ((1, False), (2, True)):
        told = {"link": None, "words": ""} if again else {"link": LINK, "words": WORDS}
        connection.execute(
            text(OLD_POST), {"id": number, "key": f"k{number}", "again": again, "now": NOW, **told}
        )
    for day, status in (("2026-11-19", "sent"), ("2026-11-20", "owed")):
        mail = {"day": day, "status": status, "message": json.dumps({"text": WORDS}), "now": NOW}
        connection.execute(text(OLD_MAIL), mail)


@pytest.fixture
def upgraded(older: Engine, store_settings: StoreSettings) -> Iterator[Store]:
    store = open_store(store_settings)
    yield store
    store.close()


def stored(store: Store) -> str:
    tables = ("protected_post", "protected_delivery")
    with store.reading() as connection:
        return "".join(repr(connection.execute(text(f"SELECT * FROM {table}")).all()) for table in tables)


def test_everything_that_was_told_opens_with_the_guardians_key(upgraded: Store) -> None:
    make_ready(upgraded, [], NOW)
    with upgraded.reading() as connection:
        (row,) = waiting(connection)
        assert counts(connection, 0) == (1, 1, 2)
    value = json.loads(Keyring(PROTECTED, [upgraded.folder / FOLDER]).open(row.sealed, row.place))
    assert (value["text"], value["url"], value["platform"]) == (WORDS, LINK, "mastodon")
    assert (value["rule"], value["rule_id"], value["reason"]) == (
        "A disclosure?",
        "SPK-001",
        "Because.",
    )
    assert value["clauses"] == ["CDD-4.4.1-6"]
    assert value["posted_at"].startswith("2026-11-20T09:30")
    assert row.first_seen_on == NOW.date()


def test_nothing_readable_is_left_of_it(upgraded: Store) -> None:
    make_ready(upgraded, [], NOW)
    for telling in ("backdate", "quietsparrow71", "sparrow-555", "SPK-001", "mastodon", "Because."):
        assert telling not in stored(upgraded)
    if upgraded.embedded:
        for file in upgraded.folder.glob("trustwatch.db*"):
            assert b"backdate" not in file.read_bytes(), file.name
            assert b"quietsparrow71" not in file.read_bytes(), file.name


def test_the_mail_that_was_not_sent_is_made_anew_and_the_copy_of_the_other_goes(upgraded: Store) -> None:
    with upgraded.reading() as connection:
        rows = connection.execute(text("SELECT status, message FROM protected_delivery")).all()
    assert [(row.status, row.message in ("{}", {})) for row in rows] == [("sent", True)]


def test_a_start_that_is_killed_goes_on_at_the_next(upgraded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_: Store) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("monitor.store.originals.readiness.seal_what_waits", killed)
        with pytest.raises(KeyboardInterrupt):
            make_ready(upgraded, [], NOW)
    assert "backdate" in stored(upgraded), "nothing is lost"
    seal_what_waits(upgraded)
    assert "backdate" not in stored(upgraded)
