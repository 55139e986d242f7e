"""What is there after a life: rows and mails. And what is wrong with it, in sentences."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection

from monitor.sealing import ORIGINALS, Keyring, Sealed
from monitor.store.originals.sealed import place_of
from monitor.store.originals.sealingkeys import FOLDER
from tests.faults.plan import NUMBER

Rows = Sequence[tuple[object, ...]]

QUERIES = {
    "posts": "SELECT title, text, purged_for FROM mention",
    "sights": "SELECT o.source, m.title FROM occurrence o JOIN mention m ON m.id = o.mention_id",
    "findings": "SELECT f.rule_id, m.title FROM finding f JOIN mention m ON m.id = f.mention_id",
    "cases": "SELECT c.lane, c.category, c.status, m.title FROM finding f "
    "JOIN mention m ON m.id = f.mention_id JOIN case_file c ON c.id = f.case_id",
    "items": 'SELECT i.recipient, m.title, i.status, d."window" FROM delivery_item i '
    "JOIN finding f ON f.id = i.finding_id JOIN mention m ON m.id = f.mention_id "
    "LEFT JOIN delivery d ON d.id = i.delivery_id",
    "digests": "SELECT recipient, kind, \"window\", status, message_id FROM delivery WHERE kind != 'urgent'",
    "alerts": "SELECT a.round, a.tier, a.acknowledged_by, a.exhausted_at IS NULL, m.title FROM alert a "
    "JOIN finding f ON f.case_id = a.case_id JOIN mention m ON m.id = f.mention_id",
    "notices": "SELECT n.recipient, n.role, n.tier, n.round, d.status, m.title FROM alert_notice n "
    "JOIN delivery d ON d.id = n.delivery_id "
    "JOIN finding f ON f.case_id = n.case_id JOIN mention m ON m.id = f.mention_id",
    "escalations": "SELECT a.action, m.title FROM audit_entry a "
    "JOIN finding f ON a.object = 'case:' || f.case_id JOIN mention m ON m.id = f.mention_id "
    "WHERE a.action IN ('alert.escalated', 'alert.exhausted', 'alert.acknowledged')",
    "bounces": "SELECT d.recipient, d.kind FROM audit_entry a "
    "JOIN delivery d ON a.object = 'delivery:' || d.id "
    "WHERE a.action = 'mail.bounced'",
    "cursors": "SELECT name, cursor, kept, folded, found FROM source",
    "sendings": "SELECT object FROM audit_entry WHERE action = 'mail.sent'",
    "retention": "SELECT action FROM audit_entry WHERE action = 'retention.run'",
}
"""What two lives of one plan must agree about; none of it says when, or under which number.

How much a source showed is not among it: what does not speak of us is counted and not remembered, so it is
counted again where a page comes again.
"""


RETURNED = "SELECT message_id FROM delivery WHERE status = 'refused'"
NOTICES = "SELECT recipient, case_id FROM alert_notice"


@dataclass(frozen=True)
class History:
    """What one life has left behind."""

    rows: Mapping[str, Counter[tuple[object, ...]]]
    told: Mapping[str, frozenset[str]]
    """By Message-ID: the cases that the ledger says were told as new."""
    returned: frozenset[str]
    """Message-IDs of what was accepted and came back: what it told is owed again."""
    notices: Counter[tuple[str, str]]
    """(recipient, case): how often the ledger says that they were told of its alert."""
    mails: Sequence[EmailMessage]
    originals: Counter[str]
    sound: bool

    @classmethod
    def of(cls, url: str, folder: Path, mails: Iterable[EmailMessage]) -> History:
        """Read what there is."""
        engine = create_engine(url)
        try:
            with closing(engine.connect()) as connection:
                return cls(
                    rows={name: Counter(_rows(connection, query)) for name, query in QUERIES.items()},
                    told=_told(connection),
                    returned=frozenset(str(row[0]) for row in _rows(connection, RETURNED)),
                    notices=Counter((str(to), str(case)) for to, case in _rows(connection, NOTICES)),
                    mails=tuple(mails),
                    originals=Counter(_originals(connection, folder)),
                    sound=engine.dialect.name != "sqlite"
                    or _rows(connection, "PRAGMA integrity_check") == [("ok",)],
                )
        finally:
            engine.dispose()

    def count(self, name: str) -> int:
        """How many rows of a question there are."""
        return self.rows[name].total()


def _rows(connection: Connection, query: str) -> Rows:
    return [tuple(row) for row in connection.execute(text(query))]


def _told(connection: Connection) -> dict[str, frozenset[str]]:
    told = defaultdict(set)
    query = (
        "SELECT d.message_id, f.case_id FROM delivery d "
        "LEFT JOIN delivery_item i ON i.delivery_id = d.id LEFT JOIN finding f ON f.id = i.finding_id "
        "UNION SELECT d.message_id, n.case_id FROM delivery d JOIN alert_notice n ON n.delivery_id = d.id"
    )
    for message_id, case in _rows(connection, query):
        told[str(message_id)] |= {str(case)} if case is not None else set()
    return {message_id: frozenset(cases) for message_id, cases in told.items()}


def _originals(connection: Connection, folder: Path) -> Iterator[str]:
    """Every sealed original, opened."""
    ring = Keyring(ORIGINALS, [folder / FOLDER])
    query = (
        "SELECT m.key, o.part, o.content_hash, o.key_id, o.sealed "
        "FROM sealed_original o JOIN mention m ON m.id = o.mention_id"
    )
    for key, part, version, key_id, sealed in _rows(connection, query):
        place = place_of(str(key), str(part), str(version))
        yield str(ring.open(Sealed(str(key_id), bytes(sealed)), place))  # type: ignore[arg-type]


def complaints(history: History, undisturbed: History, repeats: int = 0) -> list[str]:
    """What is wrong with a history, beside the same life that nothing had disturbed.

    `repeats` is how many mails may have come twice: one where the process died between the server's yes and
    our note of it.
    """
    return [
        *_rows_differ(history, undisturbed),
        *_mails_differ(history, undisturbed),
        *_copies_differ(history, repeats),
        *_news_differs(history),
        *_alerts_differ(history),
        *([] if history.sound else ["the database is not sound"]),
        *([] if history.originals == undisturbed.originals else ["an original is lost, or does not open"]),
    ]


def _rows_differ(history: History, undisturbed: History) -> Iterator[str]:
    for name, expected in undisturbed.rows.items():
        found = history.rows[name]
        if name == "sendings":  # they go by number
            found, expected = Counter([(found.total(),)]), Counter([(expected.total(),)])
        yield from (f"{name}: lost {row}" for row in expected - found)
        yield from (f"{name}: too many {row}" for row in found - expected)


def _mails_differ(history: History, undisturbed: History) -> Iterator[str]:
    owed = set(history.told)
    sent = {_id(mail) for mail in history.mails}
    yield from (f"never left: {message_id}" for message_id in owed - sent)
    yield from (f"the ledger does not know {message_id}" for message_id in sent - owed)
    windows = Counter((mail["To"], mail["List-ID"], mail["Subject"]) for mail in _once(history.mails))
    if windows.total() != len(_once(undisturbed.mails)):
        yield f"{windows.total()} mails for {len(_once(undisturbed.mails))}"


def _copies_differ(history: History, repeats: int) -> Iterator[str]:
    bodies = defaultdict(set)
    for mail in history.mails:
        bodies[_id(mail)].add(_body(mail))
        if NUMBER in _body(mail):
            yield f"an identifier in {_id(mail)}"
    yield from (f"two mails under {message_id}" for message_id, each in bodies.items() if len(each) > 1)
    again = len(history.mails) - len(bodies)
    if again > repeats:
        yield f"{again} mails came again, {repeats} may have"


def _news_differs(history: History) -> Iterator[str]:
    """Each mail tells as new exactly what the ledger accounts to it; what came back has given that away."""
    for mail in history.mails:
        if _id(mail) in history.returned and not _is_urgent(mail):
            continue
        new = frozenset(str(mail["X-New"] or "").split())
        if new != history.told.get(_id(mail), new):
            yield f"{_id(mail)} tells other news than the ledger says"


def _alerts_differ(history: History) -> Iterator[str]:
    """Each alert is told to each person as often as the ledger says, by mails under other Message-IDs."""
    urgent = (mail for mail in _once(history.mails) if _is_urgent(mail))
    told = Counter((str(mail["To"]), case) for mail in urgent for case in str(mail["X-New"]).split())
    yield from (f"told twice: the alert of case {case} to {to}" for to, case in told - history.notices)
    yield from (f"never told: the alert of case {case} to {to}" for to, case in history.notices - told)


def _id(mail: EmailMessage) -> str:
    """Its Message-ID; a long one stands on a line of its own."""
    return str(mail["Message-ID"]).strip()


def _is_urgent(mail: EmailMessage) -> bool:
    return "urgent." in str(mail["List-ID"])


def _once(mails: Sequence[EmailMessage]) -> list[EmailMessage]:
    return list({_id(mail): mail for mail in mails}.values())


def _body(mail: EmailMessage) -> str:
    """Its words, in both forms, as the reader's program has them."""
    return "\n".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")
