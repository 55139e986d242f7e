"""The mailbox: what is read, what is asked of the server, and what each refusal means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors import Context
from connectors.http import Http
from connectors.mailbox import Mailbox, MailboxOptions
from connectors.parts.mail.post import LARGEST, PER_PAGE
from monitor.errors import SourceChanged, SourceError, SourceRefused, SourceUnavailable
from monitor.types import Page, SourceState
from tests.connectors.imapserver import PASSWORD, USER, Imap
from tests.connectors.mails import letter, numbered

Clock = Callable[[], datetime]


@pytest.fixture
def imap() -> Iterator[Imap]:
    with Imap().served() as server:
        yield server


def connector(imap: Imap, now: Clock, **options: Any) -> Mailbox:
    given = {"host": "127.0.0.1", "port": imap.port, "security": "none", "user": USER, "password": PASSWORD}
    return Mailbox(MailboxOptions(**given | options), Context(source="reports", http=Http(now=now), now=now))


def poll(imap: Imap, now: Clock, cursor: str | None = None, **options: Any) -> list[Page]:
    return list(connector(imap, now, **options).pages(cursor, now() - timedelta(days=7)))


def titles(pages: list[Page]) -> list[str]:
    return [post.title for page in pages for post in page.posts]


def test_mails_are_read_oldest_first_with_a_cursor_for_every_page(imap: Imap, now: Clock) -> None:
    imap.add(*map(numbered, range(2 * PER_PAGE + 5)))
    pages = poll(imap, now)
    assert titles(pages) == [f"Concern {n}" for n in range(2 * PER_PAGE + 5)]
    assert [len(page.posts) for page in pages] == [PER_PAGE, PER_PAGE, 5]
    assert all(page.cursor and page.covered_from == now() - timedelta(days=7) for page in pages)
    assert pages[0].posts[0].created_at == datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def test_a_second_reading_gives_nothing_and_a_third_what_came_meanwhile(imap: Imap, now: Clock) -> None:
    imap.add(numbered(1))
    (first,) = poll(imap, now)
    (second,) = poll(imap, now, first.cursor)
    assert (second.posts, second.cursor) == ((), first.cursor)
    imap.add(numbered(2))
    assert titles(poll(imap, now, second.cursor)) == ["Concern 2"]


def test_an_empty_folder_gives_a_cursor(imap: Imap, now: Clock) -> None:
    (page,) = poll(imap, now)
    assert page.posts == ()
    imap.add(numbered(1))
    assert titles(poll(imap, now, page.cursor)) == ["Concern 1"]


def test_the_server_is_asked_to_change_nothing(imap: Imap, now: Clock) -> None:
    imap.add(numbered(1))
    poll(imap, now)
    words = [command.removeprefix("UID ").split(" ")[0] for command in imap.commands]
    assert words == ["CAPABILITY", "AUTHENTICATE", "EXAMINE", "SEARCH", "FETCH", "LOGOUT"]
    assert "SINCE 13-Nov-2026" in imap.commands[3]
    assert "BODY.PEEK[]" in imap.commands[4]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mails=st.integers(0, 3 * PER_PAGE), after=st.integers(0, 3))
def test_a_reading_that_breaks_off_after_any_page_loses_and_doubles_nothing(
    now: Clock, mails: int, after: int
) -> None:
    with Imap().served() as imap:
        imap.add(*map(numbered, range(mails)))
        pages = connector(imap, now).pages(None, now() - timedelta(days=7))
        begun = [page for page, _ in zip(pages, range(after), strict=False)]
        pages.close()
        rest = poll(imap, now, begun[-1].cursor if begun else None)
    assert titles([*begun, *rest]) == [f"Concern {n}" for n in range(mails)]


def test_a_connection_that_breaks_keeps_the_pages_before(imap: Imap, now: Clock) -> None:
    imap.add(*map(numbered, range(PER_PAGE + 5)))
    imap.hang_up_at = PER_PAGE + 2
    kept: list[Page] = []
    with pytest.raises(SourceUnavailable, match="broke"):
        kept.extend(connector(imap, now).pages(None, now() - timedelta(days=7)))
    pages = connector(imap, now).pages(None, now() - timedelta(days=7))
    first = next(pages)
    pages.close()
    imap.hang_up_at = None
    assert titles([first, *poll(imap, now, first.cursor)]) == [f"Concern {n}" for n in range(PER_PAGE + 5)]


def test_mails_that_were_numbered_anew_are_read_again(imap: Imap, now: Clock) -> None:
    imap.add(numbered(1))
    (first,) = poll(imap, now)
    imap.validity = 2
    (again,) = poll(imap, now, first.cursor)
    assert [post.key for post in again.posts] == [post.key for post in first.posts]
    assert again.cursor != first.cursor


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", '{"box": 1}'])
def test_a_cursor_that_is_not_ours_is_none(imap: Imap, now: Clock, cursor: str) -> None:
    imap.add(numbered(1))
    assert titles(poll(imap, now, cursor)) == ["Concern 1"]


def test_what_is_left_out_or_gone_is_passed(imap: Imap, now: Clock) -> None:
    imap.add(bytes(letter(Auto_Submitted="auto-replied")), numbered(1))
    pages = poll(imap, now)
    assert titles(pages) == ["Concern 1"]
    assert poll(imap, now, pages[-1].cursor)[0].posts == ()


def test_of_a_large_mail_no_more_is_asked_than_is_read(imap: Imap, now: Clock) -> None:
    imap.add(bytes(letter()) + b"x\n" * LARGEST)
    ((post,),) = (page.posts for page in poll(imap, now))
    assert post.text.endswith("[Only the first 8 MB of this mail were read.]")


@pytest.mark.parametrize(
    ("command", "answer", "error", "state"),
    [
        ("AUTHENTICATE", "NO [AUTHENTICATIONFAILED] no", SourceRefused, SourceState.NEEDS_REAUTH),
        ("AUTHENTICATE", "NO no", SourceRefused, SourceState.NEEDS_REAUTH),
        ("AUTHENTICATE", "NO [PRIVACYREQUIRED] no", SourceRefused, SourceState.MISCONFIGURED),
        ("AUTHENTICATE", "NO [UNAVAILABLE] later", SourceUnavailable, SourceState.DEGRADED),
        ("EXAMINE", "NO [NONEXISTENT] no", SourceRefused, SourceState.MISCONFIGURED),
        ("EXAMINE", "NO no", SourceRefused, SourceState.MISCONFIGURED),
        ("EXAMINE", "NO [INUSE] later", SourceUnavailable, SourceState.DEGRADED),
        ("EXAMINE", "BAD what", SourceChanged, SourceState.DEGRADED),
        ("SEARCH", "NO no", SourceUnavailable, SourceState.DEGRADED),
        ("SEARCH", "BAD what", SourceChanged, SourceState.DEGRADED),
        ("FETCH", "NO no", SourceUnavailable, SourceState.DEGRADED),
    ],
)
def test_a_refusal_says_what_to_do_and_no_secret(
    imap: Imap, now: Clock, command: str, answer: str, error: type[SourceError], state: SourceState
) -> None:
    imap.add(numbered(1))
    imap.faults[command] = answer
    with pytest.raises(error) as raised:
        poll(imap, now)
    assert raised.value.state is state
    assert str(raised.value).startswith("127.0.0.1: ")
    assert not any(secret in str(raised.value) for secret in (USER, PASSWORD))


def test_a_wrong_password_needs_a_person(imap: Imap, now: Clock) -> None:
    with pytest.raises(SourceRefused) as raised:
        poll(imap, now, password="another")
    assert raised.value.state is SourceState.NEEDS_REAUTH
    assert USER not in str(raised.value)


def test_a_server_without_plain_is_signed_in_to_by_login(imap: Imap, now: Clock) -> None:
    imap.capabilities = "IMAP4rev1"
    assert poll(imap, now, password="plain")[0].cursor
    with pytest.raises(SourceRefused, match="only ASCII"):
        poll(imap, now)


def test_a_server_that_sends_too_much_is_not_listened_to(imap: Imap, now: Clock) -> None:
    imap.add(numbered(1))
    imap.oversized = True
    with pytest.raises(SourceUnavailable, match="broke"):
        poll(imap, now)


@pytest.mark.parametrize(
    ("folder", "sent"), [("Reports & more", "Reports &- more"), ("Größe", "Gr&APYA3w-e"), ('a"b', 'a\\"b')]
)
def test_a_folder_may_be_called_anything(imap: Imap, now: Clock, folder: str, sent: str) -> None:
    imap.folder = sent
    assert poll(imap, now, folder=folder)[0].cursor


def test_a_server_that_is_not_there_is_unavailable(now: Clock) -> None:
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        poll(Imap(port=9), now)


def test_a_server_that_speaks_no_tls_is_not_spoken_to_without(imap: Imap, now: Clock) -> None:
    with pytest.raises(SourceError):
        poll(imap, now, security="starttls")
    assert not any(command.startswith(("AUTHENTICATE", "LOGIN")) for command in imap.commands)


def test_a_password_goes_unencrypted_to_this_machine_only(now: Clock) -> None:
    with pytest.raises(ValidationError, match="on this machine"):
        connector(Imap(port=143), now, host="mail.wvft.nhs.test")


@pytest.mark.parametrize("option", ["host", "user", "folder"])
def test_a_line_break_in_an_option_is_refused(now: Clock, option: str) -> None:
    with pytest.raises(ValidationError):
        connector(Imap(), now, **{option: "a\r\nb LOGOUT"})


def test_the_cursor_holds_no_name_or_secret(imap: Imap, now: Clock) -> None:
    cursor = poll(imap, now)[0].cursor or ""
    assert not any(word in cursor for word in (USER, PASSWORD, "INBOX", "127.0.0.1"))
