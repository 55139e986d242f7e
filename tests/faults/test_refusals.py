"""What mail servers do: refuse, stall, hang up. Nothing is lost, nothing doubled, and people hear of it."""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from monitor import service
from monitor.config import Settings
from monitor.pipeline import Task, Window
from monitor.service import App
from rules.pack import load as load_rules
from tests.faults.life import telling
from tests.faults.plan import FRIDAY, Plan, Shelf
from tests.faults.relays import CUT, TAKEN, Postbox, relay

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

SEEDS = range(6)
FEW = range(3)
"""For what differs from another fault only in the words of the server."""
MORNING = FRIDAY + timedelta(hours=7, minutes=30)
TICK = timedelta(minutes=5)
DAY = timedelta(days=1)
GONE = "gone@wvft.nhs.test"
OWED_TO_GONE = (
    "SELECT i.status, f.case_id FROM delivery_item i JOIN finding f ON f.id = i.finding_id "
    f"WHERE i.recipient = '{GONE}'"
)


@dataclass
class Office:
    """An installation that mails to a relay, on a clock that a test moves."""

    app: App
    box: Postbox
    clock: list[datetime]
    failed: int = 0

    def run(self, until: timedelta, step: timedelta = TICK) -> None:
        """What the daemon's delivery job does, until a while after the first morning, or all has left."""
        desk = telling(self.app.desk(worker="daemon"))
        while self.clock[0] < MORNING + until:
            made = desk.make_due()
            self.failed += desk.send_due()[1]
            self.clock[0] += step
            if self.clock[0] > MORNING + step and not made and not self.unsettled() and until < DAY:
                return

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.app.store.reading() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def unsettled(self) -> list[tuple[object, ...]]:
        """Deliveries that have not left."""
        return self.rows("SELECT recipient, status, error FROM delivery WHERE status != 'sent'")

    def mails(self, to: str) -> list[EmailMessage]:
        return [mail for mail in self.box.taken if mail["To"] == to]


@pytest.fixture(scope="module")
def postbox() -> Iterator[tuple[Postbox, int]]:
    with relay() as served:
        yield served


@pytest.fixture(scope="module", autouse=True)
def rules_once() -> Iterator[None]:
    """Rules and certificates are the same in every installation here: reading them is most of a start."""
    settings = Settings.model_validate(Plan(0).settings(Path("unused"), 1, None))
    rules = load_rules(settings.organisation, settings.policy, settings.rules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "load_rules", lambda *_, **__: rules)
        patch.setattr(ssl, "create_default_context", cache(ssl.create_default_context))
        yield


@contextmanager
def office(
    seed: int, folder: Path, postbox: tuple[Postbox, int], *more: tuple[str, str], timeout: float = 5
) -> Iterator[Office]:
    """An installation with the posts of a seed in it, on the evening before its first digest."""
    box, port = postbox
    box.renew()
    plan, clock = Plan(seed), [MORNING - timedelta(hours=1)]
    data = plan.settings(folder, port, None)
    data["recipients"] += [{"address": address, "role": role} for address, role in more]
    data["smtp"]["timeout"] = timeout
    with service.opened(Settings.model_validate(data), now=lambda: clock[0]) as app:
        for source in app.sources():
            shelf = Shelf(plan.shelves[source.name], clock[0])
            app.pipeline().poll(Task(source=source, connector=shelf), Window(since=FRIDAY))
        yield Office(app, box, clock)


def nothing_lost(office: Office, doubled: int = 0) -> None:
    """Every delivery left under its one Message-ID, with one body, and every finding is told once."""
    owed = {str(row[0]) for row in office.rows("SELECT message_id FROM delivery")}
    sent = Counter(str(mail["Message-ID"]) for mail in office.box.taken)
    assert office.unsettled() == []
    assert sent.keys() == owed
    assert sent.total() <= len(owed) + doubled
    for message_id in sent:
        copies = [mail for mail in office.box.taken if mail["Message-ID"] == message_id]
        assert len({part_of(mail, kind) for mail in copies for kind in ("plain", "html")}) == 2
    assert office.rows("SELECT * FROM delivery_item WHERE status != 'sent'") == []
    told = Counter((m["To"], case) for m in unique(office) for case in str(m["X-New"] or "").split())
    query = "SELECT i.recipient, f.case_id FROM delivery_item i JOIN finding f ON f.id = i.finding_id"
    assert told == Counter((str(to), str(case)) for to, case in set(office.rows(query)))


def unique(office: Office) -> list[EmailMessage]:
    return list({mail["Message-ID"]: mail for mail in office.box.taken}.values())


def part_of(mail: EmailMessage, kind: str) -> str:
    return str(mail.get_body((kind,)).get_content())


def first_paragraph(mail: EmailMessage) -> str:
    """The sentence that a digest begins with."""
    return " ".join(part_of(mail, "plain").strip().split("\n\n")[0].split())


def every(number: int, refusal: str, otherwise: str = "250 OK") -> Callable[..., str]:
    """An answer that is a refusal each so many times."""
    asked = Counter[str]()

    def answer(*_: str) -> str:
        asked["times"] += 1
        return refusal if asked["times"] % number == 0 else otherwise

    return answer


@pytest.mark.parametrize("seed", SEEDS)
def test_temporary_refusals_of_every_third_recipient(
    seed: int, tmp_path: Path, postbox: tuple[Postbox, int]
) -> None:
    with office(seed, tmp_path, postbox, ("third@wvft.nhs.test", "patient_confidentiality")) as here:
        here.box.recipient = every(3, "451 4.3.0 try again")
        here.run(timedelta(hours=3))
        assert here.failed > 0
        nothing_lost(here)


@pytest.mark.parametrize("seed", SEEDS)
def test_greylisting(seed: int, tmp_path: Path, postbox: tuple[Postbox, int]) -> None:
    """Whoever is unknown is let in after four to nine minutes."""
    with office(seed, tmp_path, postbox) as here:
        let_in, first = timedelta(minutes=4 + seed % 6), dict[str, datetime]()

        def answer(to: str) -> str:
            waited = here.clock[0] - first.setdefault(to, here.clock[0])
            return "250 OK" if waited >= let_in else "450 4.2.0 greylisted, try again later"

        here.box.recipient = answer
        here.run(timedelta(hours=1))
        assert here.failed > 0
        nothing_lost(here)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_line_that_is_cut_in_the_middle_of_the_message(
    seed: int, tmp_path: Path, postbox: tuple[Postbox, int]
) -> None:
    with office(seed, tmp_path, postbox) as here:
        here.box.command = every(2, CUT, "")
        here.run(timedelta(hours=3))
        assert here.failed > 0
        nothing_lost(here)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_answer_that_is_lost_after_the_message_was_taken(
    seed: int, tmp_path: Path, postbox: tuple[Postbox, int]
) -> None:
    """The only mail that may come twice: nobody can know that it was taken. It is the same mail."""
    with office(seed, tmp_path, postbox) as here:
        here.box.reply = every(2, CUT, TAKEN)
        here.run(timedelta(hours=3))
        assert here.failed > 0
        nothing_lost(here, doubled=here.failed)


@pytest.mark.parametrize("seed", FEW)
def test_a_server_that_is_closed_at_the_door(seed: int, tmp_path: Path, postbox: tuple[Postbox, int]) -> None:
    with office(seed, tmp_path, postbox) as here:
        closed = Random(seed).randrange(5, 200)
        here.box.greeting = lambda: (
            "421 4.3.2 closed for now" if here.clock[0] < MORNING + timedelta(minutes=closed) else None
        )
        here.run(timedelta(hours=5))
        assert here.failed > 0
        nothing_lost(here)


@pytest.mark.parametrize("seed", FEW)
def test_a_message_that_is_put_off_after_it_was_read(
    seed: int, tmp_path: Path, postbox: tuple[Postbox, int]
) -> None:
    with office(seed, tmp_path, postbox) as here:
        here.box.message = every(2, "452 4.3.1 insufficient system storage", "")
        here.run(timedelta(hours=3))
        assert here.failed > 0
        nothing_lost(here)


@pytest.mark.parametrize("seed", FEW)
def test_a_server_that_says_nothing_any_more(seed: int, tmp_path: Path, postbox: tuple[Postbox, int]) -> None:
    """It took the message and is silent: given up after the time of the settings, then tried again."""
    with office(seed, tmp_path, postbox, timeout=0.3) as here:
        here.box.reply = every(2, "", TAKEN)
        here.run(timedelta(hours=3))
        assert here.failed > 0
        nothing_lost(here, doubled=here.failed)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_of_three_recipients_who_does_not_exist(
    seed: int, tmp_path: Path, postbox: tuple[Postbox, int]
) -> None:
    """The others get theirs at once, the next digest says so first, and nothing of theirs is forgotten."""
    with office(seed, tmp_path, postbox, (GONE, "patient_confidentiality")) as here:
        here.box.recipient = lambda to: "550 5.1.1 no such user" if to == GONE else "250 OK"
        here.run(timedelta(hours=1))
        assert {str(row[0]) for row in here.unsettled()} == {GONE}
        assert {mail["To"] for mail in here.box.taken} == {address for address, _ in Plan(seed).recipients}
        theirs = here.rows(OWED_TO_GONE)
        assert {status for status, _ in theirs} == {"owed"}, "what was refused is owed again"
        here.box.recipient = lambda to: "250 OK"
        here.run(timedelta(days=1, hours=5), step=timedelta(hours=4))
        assert "was refused" in first_paragraph(here.mails("comms@wvft.nhs.test")[1])
        (mail,) = here.mails(GONE)
        assert set(str(mail["X-New"]).split()) == {str(case) for _, case in theirs}
        assert {status for status, _ in here.rows(OWED_TO_GONE)} == {"sent"}


@pytest.mark.parametrize("seed", FEW)
def test_a_relay_that_is_down_for_two_days(seed: int, tmp_path: Path, postbox: tuple[Postbox, int]) -> None:
    """Three digests wait; each leaves once, and the later ones say that the earlier had not arrived."""
    with office(seed, tmp_path, postbox) as here:
        back = MORNING + timedelta(days=2, hours=1)
        here.box.greeting = lambda: "421 4.3.2 down" if here.clock[0] < back else None
        here.run(timedelta(days=2, hours=10), step=timedelta(hours=6))
        assert here.failed > 3
        nothing_lost(here)
        third = here.mails("comms@wvft.nhs.test")[-1]
        assert "has not been delivered yet" in " ".join(part_of(third, "plain").split())
