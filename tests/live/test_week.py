"""A week of 400 mentions and 30 findings, by a real relay into real mailboxes: each item where it belongs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from html import escape
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor import config, service
from monitor.casework import Casework
from monitor.config import SourceSettings
from monitor.pipeline import Task, Window
from monitor.service import App
from monitor.sourcing import lookback
from monitor.store.casework.casefiles import case_file
from monitor.store.casework.decisions import mark
from monitor.types import Account, Actor, Kind, Post, Verdict
from rules.process import Process, steps
from tests.core.world import Feed
from tests.growingfeed import GrowingFeed
from tests.live.servers.mail import Mail

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)  # London is at UTC
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NUMBER = "999 200 1135"
STORIES, ON_A_PAGE = 397, 80
"""With the three posts of a thread 400 mentions come in."""
EDITED, EDIT = 200, MONDAY + timedelta(days=3, hours=21)
"""A story into which a number is written on Thursday night, with the feed still showing it."""
CONFIDENTIAL = frozenset(range(5, STORIES, 15)) - {EDITED}
THREAD = MONDAY + timedelta(days=1, hours=10)
CLOSED = MONDAY + timedelta(days=2, hours=12)
REFUSED_DAY = 3
"""On Thursday the relay does not know the second Guardian."""
CASE = re.compile(r"[Cc]ase (\d+)(?:,| ·)")
"""A case as an item; that one was closed is said in a sentence."""
ADDRESSES = ("comms", "caldicott", "dpo")

SETTINGS = """
[store]
state_dir = "{folder}"
[digest]
days = "mon-sun"
[smtp]
host = "{mail.host}"
port = {mail.smtp_port}
user = "{mail.user}"
sender = "{mail.user}"
ca_file = "{mail.ca_file}"
[rules]
rehearsal = true
[[recipients]]
address = "comms@trust.test"
role = "comms"
[[recipients]]
address = "caldicott@trust.test"
role = "patient_confidentiality"
[[recipients]]
address = "dpo@trust.test"
role = "patient_confidentiality"
"""


class Weekly(GrowingFeed):
    """A feed that shows the newest of what was out at a moment."""

    at = MONDAY

    def document(self) -> bytes:
        """See GrowingFeed."""
        out = [n for n in range(STORIES) if out_at(n) <= self.at][-ON_A_PAGE:]
        items = "".join(
            f"<item><guid>{n}</guid><title>Story {n}</title>"
            f"<link>http://127.0.0.1:{self.server_port}/{n}</link><pubDate>{format_datetime(out_at(n))}</pubDate>"
            f"<description>{escape(words(n, self.at))}</description></item>"
            for n in reversed(out)
        )
        return f'<rss version="2.0"><channel><title>Paper</title>{items}</channel></rss>'.encode()


def out_at(number: int) -> datetime:
    """Every 25 minutes of the week, nights and weekend included; the last before Sunday's digest."""
    return MONDAY + number * (6 * DAY + 7 * HOUR) / STORIES


def words(number: int, at: datetime) -> str:
    """What a story says at a moment."""
    if number in CONFIDENTIAL or (number == EDITED and at >= EDIT):
        return f"WVFT lost a letter with NHS number {NUMBER}, report {number}."
    return f"WVFT opens clinic number {number}."


@dataclass
class Week:
    """The installation, hour by hour; and what a reader of its posts expects of each digest."""

    app: App
    feed: Weekly
    mail: Mail
    clock: list[datetime]
    found: dict[str, datetime] = field(default_factory=dict)
    """When each case was found, by its number."""

    def live(self) -> None:
        """Seven days."""
        hour = MONDAY
        while hour < MONDAY + 7 * DAY:
            self._hour(hour)
            hour += HOUR

    def _hour(self, hour: datetime) -> None:
        self._at(hour)
        self._poll()
        if hour == THREAD:
            self._thread()
        if hour == CLOSED:
            self._close("1")
        if hour.hour == 7:
            self._deliver(hour)

    def _deliver(self, hour: datetime) -> None:
        day = (hour - MONDAY).days
        if day in (REFUSED_DAY, REFUSED_DAY + 1):
            self.mail.refuse(*(["dpo"] if day == REFUSED_DAY else []))
        self._at(hour + timedelta(minutes=35))
        desk = self.app.desk(worker="daemon")
        desk = replace(desk, compose=partial(with_header, desk.compose))
        desk.make_due()
        desk.send_due()

    def _at(self, moment: datetime) -> None:
        self.clock[0] = self.feed.at = moment

    def _poll(self) -> None:
        (source,) = self.app.sources()
        window = Window(since=lookback(source, self.clock[0]))
        self.app.pipeline().poll(self.app.task(source), window)
        self._note()

    def _thread(self) -> None:
        """Three posts of one account on one day are one case."""
        author = Account(platform="mastodon", handle="@somebody@vale.test")
        posts = [
            Post(
                source="thread", platform="mastodon", external_id=f"t{n}", observed_at=THREAD, kind=Kind.POST,
                text=f"{n}/3 WVFT lost my letter, NHS number {NUMBER}", created_at=THREAD, author=author,
            )
            for n in (1, 2, 3)
        ]  # fmt: skip
        source = SourceSettings(name="thread", kind="rss")
        self.app.pipeline().poll(Task(source=source, connector=Feed([posts])), Window(since=MONDAY))
        self._note()

    def _close(self, case: str) -> None:
        """Somebody says that the rule was wrong, and closes it."""
        by, zone = Actor("jo", "information"), self.app.settings.organisation.zone
        mark(self.app.store, int(case), Verdict.WRONG, by, "a number of our own", self.clock[0])
        with self.app.store.reading() as connection:
            file = case_file(connection, int(case))
        assert file is not None
        process = Process(steps(), frozenset())
        Casework(self.app.store, process, self.app.directory, zone, self.app.now).close(file, by)

    def _note(self) -> None:
        for (number,) in self.rows("SELECT id FROM case_file"):
            self.found.setdefault(str(number), self.clock[0])

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.app.store.reading() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def new_on(self, day: int, last: int) -> set[str]:
        """The cases found since the digest of day `last` (-1 for none) and before that of `day`."""
        begins, ends = (MONDAY + n * DAY + 7.5 * HOUR for n in (last, day))
        return {case for case, at in self.found.items() if (begins <= at or last < 0) and at < ends}

    def open_on(self, day: int, last: int) -> set[str]:
        """The cases that were told before and are open still."""
        told = set().union(*(self.new_on(d, d - 1) for d in range(last + 1)))
        return told - ({"1"} if MONDAY + day * DAY + 7.5 * HOUR > CLOSED else set())


def with_header(compose: object, briefing: object, **identity: str) -> object:
    """What the digest tells, in headers: what is in its words may be capped."""
    message = compose(briefing, **identity)  # type: ignore[operator]
    told = {True: [], False: []}  # type: ignore[var-annotated]
    for item in briefing.items:  # type: ignore[attr-defined]
        told[item.is_new].append(str(item.number))
    more = {"X-New": " ".join(told[True]), "X-Open": " ".join(told[False])}
    return replace(message, headers={**message.headers, **more})


@pytest.fixture(scope="module")
def week(mail: Mail, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    """The week, lived through."""
    folder: Path = tmp_path_factory.mktemp("week")
    for name in ADDRESSES:
        mail.clear(name)
    with Weekly.served() as feed, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MONITOR_SMTP__PASSWORD", mail.password)
        file, clock = folder / "monitor.toml", [MONDAY]
        tables = SETTINGS.format(folder=folder, mail=mail)
        settings = feed.settings(tables).replace(
            '[[recipients]]\naddress = "comms@wvft.nhs.test"\nrole = "comms"\n', "", 1
        )
        file.write_text(settings, encoding="utf-8")
        with service.opened(config.load(file), now=lambda: clock[0]) as app:
            assert isinstance(feed, Weekly)
            lived = Week(app, feed, mail, clock)
            lived.live()
            yield lived
        mail.refuse()


@pytest.fixture(scope="module")
def mails(week: Week) -> dict[str, list[EmailMessage]]:
    """What is in each mailbox, oldest first."""
    week.mail.wait_for("comms", 7)
    week.mail.wait_for("caldicott", 7)
    week.mail.wait_for("dpo", 6)
    return {name: sorted(week.mail.read(name), key=day_of) for name in ADDRESSES}


def day_of(mail: EmailMessage) -> int:
    """The day of the week that a mail is of, from its Message-ID."""
    found = re.search(r"\.(\d{8})\.", str(mail["Message-ID"]))
    assert found is not None
    return (datetime.strptime(found[1], "%Y%m%d").replace(tzinfo=UTC) - MONDAY).days


def told(mail: EmailMessage, header: str) -> set[str]:
    return set(str(mail[header] or "").split())


def words_of(mail: EmailMessage) -> str:
    """Both forms of it."""
    return "\n".join(mail.get_body((kind,)).get_content() for kind in ("plain", "html"))


def test_four_hundred_mentions_and_thirty_findings_were_stored(week: Week) -> None:
    assert week.rows("SELECT count(*) FROM mention") == [(STORIES + 3,)]
    assert week.rows("SELECT count(*) FROM finding") == [(30,)]
    assert len(week.found) == 28, "the thread is one case"


def test_each_recipient_has_a_digest_for_each_day(mails: dict[str, list[EmailMessage]]) -> None:
    days = {name: [day_of(mail) for mail in theirs] for name, theirs in mails.items()}
    all_week = list(range(7))
    without = [day for day in all_week if day != REFUSED_DAY]
    assert days == {"comms": all_week, "caldicott": all_week, "dpo": without}


@pytest.mark.parametrize("name", ["caldicott", "dpo"])
def test_each_case_is_new_once_then_open_until_it_is_closed(
    name: str, week: Week, mails: dict[str, list[EmailMessage]]
) -> None:
    last = -1
    for mail in mails[name]:
        day = day_of(mail)
        assert told(mail, "X-New") == week.new_on(day, last), f"day {day}"
        assert told(mail, "X-Open") == week.open_on(day, last), f"day {day}"
        last = day
    assert set().union(*(told(mail, "X-New") for mail in mails[name])) == set(week.found)


@pytest.mark.parametrize("name", ["caldicott", "dpo"])
def test_the_words_of_a_digest_name_those_cases_and_no_others(
    name: str, mails: dict[str, list[EmailMessage]]
) -> None:
    for mail in mails[name]:
        expected = told(mail, "X-New") | told(mail, "X-Open")
        for kind in ("plain", "html"):
            shown = set(CASE.findall(mail.get_body((kind,)).get_content()))
            assert shown <= expected
            assert len(shown) == min(len(expected), 25)


def test_subjects_count_rightly(week: Week, mails: dict[str, list[EmailMessage]]) -> None:
    query = "SELECT id FROM mention WHERE id NOT IN (SELECT mention_id FROM finding)"
    for mail in mails["caldicott"]:
        subject = str(mail["Subject"])
        everything = len(told(mail, "X-New") | told(mail, "X-Open"))
        assert f"{min(everything, 5)} to decide today" in subject
    counted = [re.search(r"(\d+) mention", str(mail["Subject"])) for mail in mails["comms"]]
    assert sum(int(found[1]) for found in counted if found) == len(week.rows(query)) + 1, (
        "the story that was edited was a mention first"
    )


def test_the_next_digest_begins_with_what_was_refused(mails: dict[str, list[EmailMessage]]) -> None:
    after = mails["comms"][REFUSED_DAY + 1].get_body(("plain",)).get_content()
    assert "was refused" in " ".join(after.strip().split("\n\n")[0].split())


def test_no_identifier_is_in_any_mail_and_no_message_id_comes_twice(
    mails: dict[str, list[EmailMessage]],
) -> None:
    everything = [mail for theirs in mails.values() for mail in theirs]
    digits = {name: re.sub(r"\D", "", words_of(mail)) for name, mail in enumerate(everything)}
    assert [name for name, found in digits.items() if NUMBER.replace(" ", "") in found] == []
    assert NUMBER.replace(" ", "") not in re.sub(r"\s", "", "".join(mail.as_string() for mail in everything))
    ids = defaultdict(int)
    for mail in everything:
        ids[mail["Message-ID"]] += 1
    assert set(ids.values()) == {1}
