"""What was kept for long enough goes, by what became of it; holds and doubtful clocks put it off."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from monitor.compliance import Compliance
from monitor.config import Retention as Periods
from monitor.config import SourceSettings, StoreSettings
from monitor.pipeline import Task
from monitor.retention import ClockAhead, Retention
from monitor.store.audit import AuditLog
from monitor.store.casework.decisions import mark
from monitor.store.casework.reminders import reminders_due
from monitor.store.keeping.holds import add_hold, release
from monitor.store.tables import Authorisation, Case, Delivery, ProtectedPost, table_of
from monitor.types import Account, Actor, Kind, Lane, Post, Terms, Verdict
from tests.core.test_compliance import everything_stored, mention
from tests.core.world import LONDON, NOW, NUMBER, Feed, NumberRule, World, post

QUIET = "WVFT: a quiet sparrow in the corridor"
FOUND = f"{QUIET}, {NUMBER}"
NO_LIMITS: Mapping[str, int] = {}


def said(number: int, text: str = FOUND, **more: object) -> Post:
    """A post by an account of its own, so that each has a case of its own."""
    author = Account(platform="web", handle=f"@reader{number}", external_id=f"r{number}")
    return post(number, text, **{"kind": Kind.POST, "author": author} | more)


def retention(world: World, limits: Mapping[str, int] = NO_LIMITS) -> Retention:
    return Retention(world.store, Periods(), LONDON, world.now, limits)


def close(world: World, case: int, outcome: str) -> None:
    """Close a case as the workflow does."""
    with world.store.transaction() as tx:
        closed = {"status": "closed", "closed_at": world.at, "closed_by": "jo", "outcome": outcome}
        tx.connection.execute(update(table_of(Case)).where(table_of(Case).c.id == case).values(**closed))


def texts(world: World) -> list[bool]:
    """Which mentions have their words, in the order they came."""
    return [bool(text) for text in mention(world, "text")]


def test_each_class_goes_after_its_own_period(world: World) -> None:
    posts = [said(1, QUIET), *(said(n) for n in range(2, 6))]
    world.poll(Feed([posts]))
    close(world, 2, "no-action")
    close(world, 3, "corrected")
    assert mark(world.store, 4, Verdict.WRONG, Actor("jo"), "a quotation", world.at)
    seen = {}
    for days in (29, 31, 89, 91, 2_189, 2_191):
        world.at = NOW + timedelta(days=days)
        retention(world).run()
        seen[days] = texts(world)
    unreviewed, acted_on = 1, 3
    assert seen[29] == [True] * 5
    assert seen[31] == [False, True, True, True, True]
    assert seen[89] == seen[31]
    assert [at for at, kept in enumerate(seen[91]) if kept] == [acted_on]
    assert seen[2_189] == seen[91]
    assert not any(seen[2_191])
    assert not seen[91][unreviewed]
    assert mention(world, "purged_for") == ["retention"] * 5


def test_a_plan_says_what_goes_now_and_what_follows_within_a_week(world: World) -> None:
    world.poll(Feed([[said(1, QUIET), said(2)]]))
    world.at += timedelta(days=85)
    plan = retention(world).plan()
    assert (plan.items, plan.going["mentions"], plan.soon["unreviewed"], plan.held) == (1, 1, 1, 0)
    assert texts(world) == [True, True]
    done = retention(world).run()
    assert (done["mentions"], done["unreviewed"]) == (1, 0)
    assert retention(world).plan().items == 0


def test_the_clock_of_a_decision_runs_from_the_decision(world: World) -> None:
    world.poll(Feed([[said(1)]]))
    world.at += timedelta(days=80)
    close(world, 1, "not-ours")
    world.at += timedelta(days=80)
    retention(world).run()
    assert texts(world) == [True]
    world.at += timedelta(days=11)
    assert retention(world).run()["dismissed"] == 1


def test_a_mention_stays_as_long_as_the_last_of_its_cases(world: World) -> None:
    world.poll(Feed([[said(1)]]))
    world.at += timedelta(days=1)
    text = FOUND + f" and {NUMBER}"
    world.poll(Feed([[said(1, text)]]))  # edited: new evidence, a case of the next day
    close(world, 1, "no-action")
    close(world, 2, "deleted")
    world.at += timedelta(days=100)
    retention(world).run()
    assert texts(world) == [True]


def test_nothing_of_the_words_is_left_in_any_table_or_in_the_files(world: World) -> None:
    world.poll(Feed([[said(1, QUIET), said(2)]]))
    desk = world.desk()
    desk.make_due()
    desk.send_due()
    world.at += timedelta(days=91)
    retention(world).run()
    assert "sparrow" not in everything_stored(world.store)
    assert "reader2" not in everything_stored(world.store)
    assert files_with(world, b"sparrow") == []
    with world.store.reading() as connection:
        assert connection.execute(select(func.count(table_of(Delivery).c.id))).scalar()


def files_with(world: World, word: bytes) -> list[str]:
    """The database's files that hold `word`; PostgreSQL's are not ours to read."""
    return [path.name for path in world.store.folder.glob("trustwatch.db*") if word in path.read_bytes()]


def test_what_its_source_still_shows_is_not_judged_again_by_newer_rules(world: World) -> None:
    feed = Feed([[said(1, QUIET)]])
    world.poll(feed)
    world.at += timedelta(days=31)
    retention(world).run()
    world.version = "2"
    assert (world.poll(feed).fresh, texts(world)) == (0, [False])
    edited = Feed([[said(1, QUIET + ", again")]])
    assert (world.poll(edited).fresh, texts(world)) == (1, [True])


def test_a_legal_hold_puts_it_off_and_the_plan_says_so(world: World) -> None:
    world.poll(Feed([[said(1)]]))
    until = (world.at + timedelta(days=200)).date()
    assert add_hold(world.store, 1, "jo", "incident 7", until, world.at)
    world.at += timedelta(days=91)
    assert retention(world).plan().held == 1
    assert retention(world).run()["held"] == 1
    assert texts(world) == [True]
    assert release(world.store, 1, "jo", world.at)
    assert retention(world).run()["unreviewed"] == 1
    assert texts(world) == [False]


def test_holds_are_in_the_audit_log(world: World) -> None:
    world.poll(Feed([[said(1)]]))
    add_hold(world.store, 1, "jo", "incident 7", (world.at + timedelta(days=9)).date(), world.at)
    release(world.store, 1, "sam", world.at)
    with world.store.reading() as connection:
        log = [(e.who, e.action, e.object) for e in AuditLog(connection).entries("hold:1")]
    assert log == [("jo", "hold.added", "hold:1"), ("sam", "hold.released", "hold:1")]


def test_terms_only_shorten_and_count_for_sources_that_nobody_reads_any_more(world: World) -> None:
    world.poll(Feed([[said(1, terms=Terms(max_age_days=7))]]))
    world.at += timedelta(days=8)
    assert retention(world).run()["terms"] == 0
    assert retention(world, {"gazette": 7}).run()["terms"] == 1
    assert mention(world, "purged_for") == ["expired"]
    source = SourceSettings(name="gazette", kind="rss")
    task = Task(source=source, connector=Feed(), terms=Terms(max_age_days=3_000))
    world.poll(Feed([[said(2, QUIET)]]))
    world.at += timedelta(days=31)
    Compliance(world.store, LONDON, world.now).enforce(task)
    assert texts(world) == [False, True]
    assert retention(world).run()["mentions"] == 1  # longer terms do not lengthen


def test_a_run_leaves_one_row_of_counts_in_the_audit_log(world: World) -> None:
    world.poll(Feed([[said(1, QUIET), said(2, QUIET + "!")]]))
    world.at += timedelta(days=31)
    retention(world).run()
    with world.store.reading() as connection:
        (entry,) = AuditLog(connection).entries("retention")
    assert (entry.who, entry.action, entry.details) == ("trustwatch", "retention.run", {"mentions": 2})


def test_registers_audit_rows_and_mails_end_after_their_periods(world: World) -> None:
    world.poll(Feed([[said(1)]]))
    desk = world.desk()
    desk.make_due()
    desk.send_due()
    row = {"person": "S-014", "platform": "web", "account": "@nurse", "notice_version": "1",
           "notice_date": NOW.date(), "lawful_basis": "Article 6(1)(e)", "dpia_reference": "DPIA-3",
           "starts": NOW.date(), "expires": (NOW + timedelta(days=365)).date(), "added_by": "jo",
           "added_at": NOW, "ended_at": NOW, "staff_group": "staff", "scope": "references",
           "ended_why": ""}  # fmt: skip
    with world.store.transaction() as tx:
        tx.connection.execute(table_of(Authorisation).insert().values(**row))
        tx.audit(Actor("jo", "information"), "account.added", "staff:S-014", NOW)
    world.at += timedelta(days=2_000)
    done = retention(world).run()
    assert (done["mails"], done["registers"], done["audit"]) == (0, 0, 0)  # mails went with their item
    world.at += timedelta(days=191)
    done = retention(world).run()
    assert (done["registers"], done["audit"]) == (1, 3)  # the row and both mails
    with world.store.reading() as connection:
        assert AuditLog(connection).verify(world.store.key).problem is None


def test_the_copy_of_a_mail_goes_after_its_own_period(world: World) -> None:
    world.poll(Feed([[said(1)]]))
    close(world, 1, "corrected")
    desk = world.desk()
    desk.make_due()
    desk.send_due()
    world.at += timedelta(days=91)
    plan, done = retention(world).plan(), retention(world).run()
    assert plan.going["mails"] == done["mails"] == 2
    assert (texts(world), retention(world).run()["mails"]) == ([True], 0)


def test_the_protected_lane_ages_too_and_stays_away_while_it_does_not_change(world: World) -> None:
    class Sealed(NumberRule):
        lane = Lane.PROTECTED
        route = ("concerns",)

    world.rules = Sealed()
    feed = Feed([[said(1)]])
    world.poll(feed)
    world.at += timedelta(days=31)
    retention(world).run()
    assert "sparrow" not in everything_stored(world.store)
    world.poll(feed)
    assert "sparrow" not in everything_stored(world.store)
    with world.store.reading() as connection:
        assert connection.execute(select(func.count(table_of(ProtectedPost).c.id))).scalar() == 1
        (entry,) = AuditLog(connection).entries("retention")
    assert entry.details == {}, "the lane is in no count"


DYING = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from pydantic import SecretStr
from monitor import retention
from monitor.config import Retention as Periods, StoreSettings
from monitor.store import open_store
from monitor.store.keeping.purging import Purging
folder, url, now = sys.argv[1:]
retention.CHUNK, whole, times = 3, Purging.retire, []
def dying(self, *given):
    whole(self, *given)
    times.append(1)
    if len(times) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
Purging.retire = dying
settings = StoreSettings(state_dir=Path(folder), url=SecretStr(url) if url else None)
clock = lambda: datetime.fromisoformat(now)
retention.Retention(open_store(settings), Periods(), ZoneInfo("Europe/London"), clock).run()
"""
"""A purge that is killed inside its second transaction."""


def test_killed_in_the_middle_it_ends_as_if_nothing_had_been(
    world: World, store_settings: StoreSettings
) -> None:
    world.poll(Feed([[said(n, f"{QUIET} {n}") for n in range(1, 9)]]))
    world.at += timedelta(days=31)
    url = store_settings.url.get_secret_value() if store_settings.url else ""
    command = [sys.executable, "-c", DYING, str(store_settings.state_dir), url, world.at.isoformat()]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert texts(world).count(False) == 3
    assert retention(world).run()["mentions"] == 5
    assert mention(world, "purged_for") == ["retention"] * 8


def test_it_stops_when_it_is_told_to_and_goes_on_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.retention.CHUNK", 2)
    world.poll(Feed([[said(n, f"{QUIET} {n}") for n in range(1, 6)]]))
    world.at += timedelta(days=31)
    stopping = replace(retention(world), stop=lambda: not all(texts(world)))
    stopping.run()
    assert texts(world).count(False) == 2
    retention(world).run()
    assert not any(texts(world))


# -- a clock that jumped ----------------------------------------------------------------------------------


def test_the_automatic_run_waits_a_day_where_the_clock_jumped(world: World) -> None:
    world.poll(Feed([[said(1, QUIET)]]))
    world.at += timedelta(days=31)
    with pytest.raises(ClockAhead, match="see whether the date is right"):
        retention(world).run_daily()
    world.poll(Feed([[said(2, QUIET)]]))  # a poll by the new clock makes it look right
    world.at += timedelta(hours=23)
    with pytest.raises(ClockAhead):
        retention(world).run_daily()
    assert texts(world)[0]
    (due,) = reminders_due(world.store, frozenset({"information"}), world.at.date())
    assert "clock" in due.words
    world.at += timedelta(hours=2)
    retention(world).run_daily()
    assert not texts(world)[0]
    assert not reminders_due(world.store, frozenset({"information"}), world.at.date())


def test_a_jump_that_the_daemon_saw_counts_although_polls_went_on(world: World) -> None:
    world.poll(Feed([[said(1, QUIET)]]))
    world.at += timedelta(days=31)
    world.poll(Feed())
    retention(world).clock_moved(timedelta(days=31))
    with pytest.raises(ClockAhead):
        retention(world).run_daily()
    retention(world).run()  # a person said --yes
    assert not texts(world)[0]


def test_a_clock_that_was_set_back_again_holds_nothing_up(world: World) -> None:
    world.poll(Feed([[said(1, QUIET)]]))
    world.at += timedelta(days=400)
    with pytest.raises(ClockAhead):
        retention(world).believe_clock()
    world.at = NOW + timedelta(hours=1)
    retention(world).run_daily()
    assert texts(world) == [True]


def test_it_runs_once_a_day(world: World) -> None:
    world.poll(Feed([[said(1, QUIET)]]))
    retention(world).run_daily()
    retention(world).run_daily()
    with world.store.reading() as connection:
        assert len(list(AuditLog(connection).entries("retention"))) == 1
    world.at += timedelta(days=1)
    retention(world).run_daily()
    with world.store.reading() as connection:
        assert len(list(AuditLog(connection).entries("retention"))) == 2
