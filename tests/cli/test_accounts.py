"""`monitor accounts`: who may be read, and that nothing is left of those who may not any more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import SQLModel
from typer.testing import Result

from monitor import service
from monitor.pipeline import Window
from monitor.store.audit import AuditLog, Entry
from monitor.types import Account, SourceState, Tally
from tests.cli.installation import Installation
from tests.core.world import Feed

HANDLE = "@nurse.invented"
WORDS = "a long night on the quiet corridor"
STAFF = """
[[sources]]
name = "S-014"
kind = "mastodon"
base_url = "https://social.test"
account = "@nurse.invented"
authorisation = "S-014"

[governance]
dpia_reference = "DPIA-7"
special_category_condition = "substantial public interest"
"""
LOGINS = """
[[recipients]]
address = "ig@wvft.nhs.test"
role = "information"
login = "ig"

[[recipients]]
address = "people@wvft.nhs.test"
role = "hr"
login = "people"

[[recipients]]
address = "estates@wvft.nhs.test"
role = "ict"
login = "estates"
"""


@pytest.fixture
def register(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation with one source of a member of staff; nobody is in the register yet."""
    _append(installation, STAFF)
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setenv("LOGNAME", "jo")
    rule = installation.rule("LKA-900", "corridor")
    rule.write_text(rule.read_text("utf-8").replace("public_mention", "staff_account"), "utf-8")
    return installation


def _append(installation: Installation, text: str) -> None:
    with (installation.folder / "monitor.toml").open("a", encoding="utf-8") as file:
        file.write(text)


def today(installation: Installation, days: int = 0) -> str:
    return (installation.now.date() + timedelta(days=days)).isoformat()


def add(installation: Installation, person: str = "S-014", **more: str) -> Result:
    """`monitor accounts add` with all that it needs, and what `more` says instead."""
    options = {
        "platform": "mastodon", "account": HANDLE, "notice-version": "3",
        "notice-date": today(installation, -30), "lawful-basis": "public task", "dpia": "DPIA-7",
        "starts": today(installation),
        "expires": today(installation, 200),
    } | {key.replace("_", "-"): value for key, value in more.items()}  # fmt: skip
    words = (word for key, value in options.items() for word in (f"--{key}", value))
    return installation.run("accounts", "add", person, *words)


def poll(installation: Installation, *texts: str, **author: object) -> Tally:
    """Read the source of S-014, whose owner has posted these texts."""
    account = Account(platform="mastodon", handle=HANDLE, display_name="Jo Invented", **author)  # type: ignore[arg-type]
    posts = installation.posts(*texts, source="S-014", author=account, url=f"https://social.test/{HANDLE}/1")
    with service.opened(installation.settings(), now=lambda: installation.now) as app:
        source = next(source for source in app.sources() if source.name == "S-014")
        task = replace(app.task(source), connector=Feed([posts], ["cursor of @nurse.invented"]))
        return app.pipeline().poll(task, Window(since=installation.now - timedelta(days=7)))


def everything(installation: Installation) -> Iterator[tuple[str, str]]:
    """(table, row in words) of every row of every table."""
    with service.opened(installation.settings()) as app, app.store.reading() as connection:
        for table in SQLModel.metadata.sorted_tables:
            for row in connection.execute(table.select()):
                yield table.name, str(tuple(row))


def audited(installation: Installation) -> list[Entry]:
    """What people did; the record of the settings is not theirs."""
    with service.opened(installation.settings()) as app, app.store.reading() as connection:
        return [entry for entry in AuditLog(connection).entries() if entry.object != "settings"]


def test_who_is_in_the_register_may_be_read_and_shows_by_reference(register: Installation) -> None:
    added = add(register)
    assert added.exit_code == 0
    assert 'account = "@nurse.invented"\nauthorisation = "S-014"' in added.stdout
    assert poll(register, WORDS).kept == 1
    listed = register.run("accounts", "list")
    assert "S-014" in listed.stdout
    assert HANDLE not in listed.output + register.run("accounts", "list", "--json").output
    assert {(row[0], row[1]) for row in register.rows("SELECT author, subject FROM mention")} == {
        ("S-014", "staff:S-014")
    }


def test_without_a_row_nothing_is_read_and_nothing_kept(register: Installation) -> None:
    tally = poll(register, WORDS)
    assert (tally.state, tally.pages) == (SourceState.MISCONFIGURED, 0)
    assert "accounts add S-014" in tally.note


@pytest.mark.parametrize(("command", "word"), [("withdraw", "withdrawn"), ("object", "objected")])
def test_after_the_end_no_row_and_no_file_tells_of_the_account(
    register: Installation, command: str, word: str
) -> None:
    add(register, name="Jo Invented")
    assert (poll(register, WORDS).findings, register.run("digest", "--send").exit_code) == (1, 0)
    folder = register.folder / "state"
    assert any(WORDS in file.read_text("utf-8") for file in folder.glob("digests/*.txt"))

    ended = register.run("accounts", command, "S-014", "--reason", "asked by letter", "--json")
    told = json.loads(ended.stdout)
    assert (told["ended"], told["sources"]) == (word, ["S-014"])
    assert told["erased"] == {"posts": 1, "cases": 1, "digests": 3}
    assert any("audit log" in kept for kept in told["kept"])

    for secret in (HANDLE, "nurse.invented", WORDS, "Jo Invented", "staff:S-014"):
        assert [row for row in everything(register) if secret in row[1]] == []
        assert [file for file in files(folder) if secret.encode() in file.read_bytes()] == []
    assert {table for table, row in everything(register) if "S-014" in row} <= {
        "authorisation", "audit_entry", "erasure", "source",
    }  # fmt: skip
    assert list(folder.glob("digests/*")) == []
    assert poll(register, WORDS).state is SourceState.MISCONFIGURED
    actions = [entry.action for entry in audited(register) if entry.object.startswith("account:")]
    assert actions[:2] == ["account.added", f"account.{word}"]


def files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def test_nothing_stays_in_the_write_ahead_log_of_a_daemon_that_runs_on(register: Installation) -> None:
    add(register)
    with service.opened(register.settings()) as daemon:
        poll(register, WORDS)
        assert register.run("accounts", "withdraw", "S-014").exit_code == 0
        left = b"".join(file.read_bytes() for file in files(register.folder / "state"))
        assert daemon.store.coverage("S-014")
    assert (HANDLE.encode() in left, WORDS.encode() in left) == (False, False)


def test_a_reason_names_nobody(register: Installation) -> None:
    add(register)
    refused = register.run("accounts", "withdraw", "S-014", "--reason", "Nurse.Invented asked")
    assert (refused.exit_code, "names the account" in refused.output) == (2, True)
    assert len(audited(register)) == 1


def test_a_page_that_was_fetched_before_a_withdrawal_is_not_stored_after_it(register: Installation) -> None:
    add(register)
    account = Account(platform="mastodon", handle=HANDLE)

    class Slow(Feed):
        def pages(self, cursor: object, since: object) -> Iterator[object]:  # type: ignore[override]
            for page in super().pages(None, register.now):
                assert register.run("accounts", "withdraw", "S-014").exit_code == 0
                yield page

    with service.opened(register.settings(), now=lambda: register.now) as app:
        source = next(source for source in app.sources() if source.name == "S-014")
        slow = Slow([register.posts(WORDS, source="S-014", author=account)])
        tally = app.pipeline().poll(replace(app.task(source), connector=slow), Window(since=register.now))
    assert (tally.state, tally.kept) == (SourceState.MISCONFIGURED, 0)
    assert list(register.rows("SELECT id FROM mention")) == []


def test_a_withdrawal_between_judging_and_storing_wins(register: Installation) -> None:
    add(register)
    with service.opened(register.settings(), now=lambda: register.now) as app:
        source = next(source for source in app.sources() if source.name == "S-014")
        feed = Feed([register.posts(WORDS, source="S-014")])
        stages, found = app.stages, app.stages.references.find

        class Late:
            def find(self, post: object) -> object:
                register.run("accounts", "withdraw", "S-014")
                return found(post)  # type: ignore[arg-type]

        pipeline = replace(app.pipeline(), stages=replace(stages, references=Late()))  # type: ignore[arg-type]
        tally = pipeline.poll(replace(app.task(source), connector=feed), Window(since=register.now))
    assert tally.state is SourceState.MISCONFIGURED
    assert list(register.rows("SELECT id FROM mention")) == []


def test_a_protected_account_is_not_read_whatever_the_register_says(register: Installation) -> None:
    add(register)
    tally = poll(register, WORDS, is_protected=True)
    assert (tally.state, tally.kept) == (SourceState.MISCONFIGURED, 0)
    assert "a protected account is not read" in tally.note
    assert list(register.rows("SELECT id FROM mention")) == []


def test_a_protected_member_of_the_public_is_not_stored_and_goes_where_they_were(
    register: Installation,
) -> None:
    (post,) = register.posts(WORDS)
    closed = replace(post, author=Account(platform="mastodon", handle="@author0", is_protected=True))
    assert register.store(closed).kept == 0
    assert register.store(post).kept == 1
    assert register.store(closed).kept == 0
    assert list(register.rows("SELECT text, author, purged_for FROM mention")) == [("", "", "hidden")]


def test_what_does_not_refer_to_the_organisation_is_not_kept(register: Installation) -> None:
    add(register)
    with service.opened(register.settings(), now=lambda: register.now) as app:
        source = next(source for source in app.sources() if source.name == "S-014")
        posts = register.posts(WORDS, "a walk by the river", source="S-014")
        private = replace(posts[1], text="a walk by the river")
        task = replace(app.task(source), connector=Feed([[posts[0], private]]))
        tally = app.pipeline().poll(task, Window(since=register.now))
    assert (tally.kept, tally.unrelated) == (1, 1)
    assert "river" not in str(list(everything(register)))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"person": "Jo Invented"}, "must be a reference that says nothing"),
        ({"person": "@nurse"}, "must be a reference that says nothing"),
        ({"expires": "2030-01-01"}, "at the latest"),
        ({"expires": "2020-01-01"}, "must be after --starts"),
        ({"expires": "next year"}, "must be a date such as"),
        ({"notice_date": "2031-01-01"}, "is in the future"),
        ({"group": "governor"}, "is needed for a governor"),
        ({"group": "volunteer"}, "must be staff or governor"),
        ({"platform": "linkedin"}, "Staff accounts on LinkedIn: never."),
        ({"platform": "facebook"}, "Meta forbids"),
        ({"platform": "threads"}, "Meta forbids"),
        ({"platform": "x"}, "--opt-in"),
        ({"platform": "reddit"}, "--opt-in"),
        ({"platform": "mastodom"}, "did you mean 'mastodon'"),
        ({"scope": "scores"}, "UK GDPR Articles 22A to 22D"),
        ({"scope": "posting-times"}, "Comparing posting times with hours of work: never."),
        ({"scope": "all"}, "must be references or everything"),
        ({"account": "two words"}, "must be one handle"),
        ({"lawful_basis": " "}, "is empty"),
        ({"lawful_basis": "see 999 200 1135"}, "seems to hold personal data"),
    ],
)
def test_a_row_that_cannot_stand_is_refused_in_words(
    register: Installation, more: dict[str, str], says: str
) -> None:
    refused = add(register, **more)
    assert refused.exit_code == 2
    assert says in " ".join(refused.output.replace("│", " ").split())
    assert list(register.rows("SELECT id FROM authorisation")) == []


def test_asking_for_what_is_never_done_is_written_down(register: Installation) -> None:
    add(register, scope="covert_monitoring")
    (entry,) = audited(register)
    assert (entry.action, entry.who, entry.details) == (
        "account.refused",
        "jo",
        {"asked": "covert_monitoring"},
    )


def test_a_row_ends_at_most_a_year_on_and_the_same_day_may_be_its_end(register: Installation) -> None:
    start = register.now.date()
    assert add(register, expires=start.replace(year=start.year + 1).isoformat()).exit_code == 0


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "accounts renew S-014"),
        ({"person": "S-015"}, "is registered already, as S-014"),
        ({"person": "S-015", "account": HANDLE.upper().lstrip("@")}, "is registered already, as S-014"),
    ],
)
def test_nobody_is_registered_twice(register: Installation, more: dict[str, str], says: str) -> None:
    add(register)
    refused = add(register, **more)
    assert (refused.exit_code, says in " ".join(refused.output.replace("│", " ").split())) == (2, True)


def test_a_renewal_is_a_new_row_that_follows_on(register: Installation) -> None:
    add(register, expires=today(register, 10))
    done = register.run(
        "accounts", "renew", "S-014", "--expires", today(register, 300), "--notice-version", "4"
    )
    assert done.exit_code == 0
    shown = json.loads(register.run("accounts", "show", "S-014", "--json").stdout)
    assert [(row["starts"], row["expires"], row["notice"][0]) for row in shown] == [
        (today(register), today(register, 10), "3"), (today(register, 10), today(register, 300), "4"),
    ]  # fmt: skip
    assert register.run("accounts", "withdraw", "S-014").exit_code == 0
    assert poll(register, WORDS).pages == 0


@pytest.mark.parametrize("command", ["withdraw", "object", "show"])
@pytest.mark.parametrize("person", ["S-099", "@nurse.invented"])
def test_an_unknown_person_is_a_usage_error(register: Installation, command: str, person: str) -> None:
    add(register)
    assert register.run("accounts", command, person).exit_code == 2


def test_what_was_ended_is_neither_ended_again_nor_renewed(register: Installation) -> None:
    add(register)
    register.run("accounts", "object", "S-014")
    before = len(audited(register))
    again = [
        register.run("accounts", "withdraw", "S-014"),
        register.run("accounts", "object", "S-014"),
        register.run("accounts", "renew", "S-014", "--expires", today(register, 300)),
        add(register),
    ]
    assert [done.exit_code for done in again] == [2, 2, 2, 2]
    assert all("S-014 objected on" in " ".join(done.output.replace("│", " ").split()) for done in again)
    assert len(audited(register)) == before


def test_after_a_withdrawal_somebody_may_come_back(register: Installation) -> None:
    add(register)
    register.run("accounts", "withdraw", "S-014")
    assert add(register).exit_code == 0
    register.now = service.utc_now()  # what was being read when they withdrew is not stored
    assert poll(register, WORDS).kept == 1


@pytest.mark.parametrize(
    ("login", "code", "sees"),
    [("ig", 0, True), ("people", 0, False), ("estates", 77, False), ("jo", 77, False)],
)
def test_which_account_it_is_only_those_who_need_it_see(
    register: Installation, monkeypatch: pytest.MonkeyPatch, login: str, code: int, sees: bool
) -> None:
    add(register)
    _append(register, LOGINS)
    monkeypatch.setenv("LOGNAME", login)
    shown = register.run("accounts", "show", "S-014")
    assert (shown.exit_code, HANDLE in shown.output) == (code, sees)
    last = audited(register)[-1]
    assert (last.who, last.action) == (login, "account.shown" if code == 0 else "access.refused")
    assert last.object == "account:S-014"


def test_where_nobody_has_a_login_nobody_sees_the_account(register: Installation) -> None:
    add(register)
    assert HANDLE not in register.run("accounts", "show", "S-014").output
    assert HANDLE not in str(audited(register))


def test_what_is_never_done_is_listed_with_its_ground(register: Installation) -> None:
    told = json.loads(register.run("accounts", "refused", "--json").stdout)
    assert {"unregistered_staff", "protected_accounts", "private_messages", "posting_times", "scores"} <= {
        row["word"] for row in told
    }
    assert all(row["what"] and row["why"] and row["ground"] for row in told)
    assert "Ground: " in register.run("accounts", "refused").stdout


def test_a_governors_post_goes_to_those_who_answer_for_governors(register: Installation) -> None:
    add(register, group="governor", addendum=today(register, -5))
    _append(register, '\n[[recipients]]\naddress = "secretary@wvft.nhs.test"\nrole = "governors"\n')
    assert poll(register, WORDS).findings == 1
    assert list(register.rows("SELECT owner FROM case_file")) == [("governors",)]
    assert list(register.rows("SELECT recipient FROM delivery_item")) == [("secretary@wvft.nhs.test",)]


def test_an_authorisation_that_ends_soon_is_in_the_digest_of_information_governance(
    register: Installation,
) -> None:
    reviewed = register.now.date() - timedelta(days=350)
    _append(register, f"dpia_reviewed = {reviewed.isoformat()}\n")
    add(register, expires=today(register, 20))
    told = register.run("digest", "--for", "information").stdout
    assert "The authorisation of S-014 ends" in told
    assert "impact assessment of this monitoring is to be looked at again" in " ".join(told.split())
    assert "S-014 ends" not in register.run("digest", "--for", "comms").stdout


def test_the_day_after_29_february_is_1_march() -> None:
    from monitor.store.people.register import year_after

    assert year_after(date(2028, 2, 29)) == date(2029, 3, 1)
