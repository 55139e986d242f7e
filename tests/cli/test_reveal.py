"""`monitor reveal`: for two roles, with a reason, and never without a trace of who looked."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor.types import Terms
from tests.cli.installation import CONFIDENTIAL, Installation
from tests.cli.people import People, settle

NUMBER = "999 200 1135"
WORDS = f"orchard letter of NHS number {NUMBER} on the bus"
WHY = ("--reason", "to tell the family")


@pytest.fixture
def people(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> People:
    """An installation with one post in two confidential cases, and the people around it."""
    settle(installation)
    installation.rule("OWN-001", "orchard", **CONFIDENTIAL)
    installation.store(*installation.posts(WORDS))
    return People(installation, monkeypatch)


def actions(people: People) -> list[tuple[str, str, str]]:
    return [(entry.who, entry.action, entry.object) for entry in people.audited()]


def test_the_dpo_sees_what_was_masked_and_what_had_been_masked_is_marked(people: People) -> None:
    result = people.run("pat", "reveal", "1", *WHY)
    assert result.exit_code == 0, result.output
    assert f"[NHS number: {NUMBER}] on the bus" in result.stdout
    assert "Account: @author0" in result.stdout
    assert "Case 1, finding 1 of 1" in result.stdout


def test_the_look_is_audited_with_its_reason_and_without_a_word_of_it(people: People) -> None:
    people.run("pat", "reveal", "1", *WHY)
    entry = people.audited()[-1]
    assert (entry.who, entry.role, entry.action, entry.object, entry.reason) == (
        "pat", "information", "original.revealed", "case:1", "to tell the family",
    )  # fmt: skip
    assert entry.details == {"lane": "confidential", "finding": 1}


def test_it_is_audited_before_it_is_shown(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends where it would show."""

    def ends(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("monitor.cli.curtain.show", ends)
    result = people.run("pat", "reveal", "1", *WHY)
    assert NUMBER not in result.output
    assert actions(people)[-1] == ("pat", "original.revealed", "case:1")


@pytest.mark.parametrize("login", ["jo", "gale", "somebody"])
def test_who_has_no_such_role_is_refused_and_that_is_audited(people: People, login: str) -> None:
    result = people.run(login, "reveal", "1", *WHY)
    assert result.exit_code == 77
    assert "patient confidentiality or information" in result.output
    assert NUMBER not in result.output
    assert actions(people)[-1] == (login, "access.refused", "case:1")


def test_where_the_settings_name_no_login_nobody_may_and_it_says_what_to_do(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.rule("OWN-001", "orchard", **CONFIDENTIAL)
    installation.store(*installation.posts(WORDS))
    result = People(installation, monkeypatch).run("pat", "reveal", "1", *WHY)
    assert result.exit_code == 77
    assert "give the recipients in the settings their `login`" in result.output


@pytest.mark.parametrize("why", ["", "   ", "because", "to see", f"about NHS number {NUMBER} of hers"])
def test_a_reason_says_something_and_names_nobody(people: People, why: str) -> None:
    before = actions(people)
    result = people.run("pat", "reveal", "1", "--reason", why)
    assert result.exit_code == 2
    assert NUMBER not in result.output
    assert actions(people) == before


def test_a_case_or_finding_that_is_not_there_is_a_usage_error(people: People) -> None:
    assert people.run("pat", "reveal", "9", *WHY).exit_code == 2
    assert people.run("pat", "reveal", "1", "--finding", "2", *WHY).exit_code == 2


def test_one_item_at_a_time_and_another_by_its_number(people: People) -> None:
    installation = people.installation
    again = installation.posts("orchard once more", external_id="2")
    installation.store(*again)
    first, second = (people.run("pat", "reveal", "2", "--finding", n, *WHY).stdout for n in "12")
    assert "on the bus" in first
    assert "on the bus" not in second
    assert "once more" in second
    assert [entry.details["finding"] for entry in people.audited()[-2:]] == [2, 3]


def test_a_lost_key_says_that_it_stays_closed_and_nothing_is_recorded_as_seen(
    people: People,
) -> None:
    (file,) = (people.installation.folder / "state" / "keys").glob("*originals*")
    file.unlink()
    result = people.run("pat", "reveal", "1", *WHY)
    assert result.exit_code == 1
    assert "not at hand" in result.output
    assert "original.revealed" not in [action for _, action, _ in actions(people)]
    assert people.run("jo", "digest", "--for", "comms").exit_code == 0, "all else works"


def test_a_key_is_given_by_file_and_a_wrong_one_says_so(people: People, tmp_path: Path) -> None:
    folder = people.installation.folder / "state" / "keys"
    (originals,), (protected,) = folder.glob("*originals*"), folder.glob("*protected*")
    moved = originals.rename(tmp_path / "my key")
    wrong = people.run("pat", "reveal", "1", "--key", str(protected), *WHY)
    assert wrong.exit_code == 1
    assert "is another key" in wrong.output
    assert NUMBER in people.run("pat", "reveal", "1", "--key", str(moved), *WHY).stdout


def test_what_was_purged_or_may_not_be_kept_says_so(people: People) -> None:
    installation = people.installation
    installation.store(
        *installation.posts("orchard of theirs", external_id="x", terms=Terms(may_store_text=False))
    )
    assert "let nobody keep its words" in people.run("pat", "reveal", "2", "--finding", "2", *WHY).stdout
    installation.run("compliance", "purge", "mastodon", "--reason", "contract ended", "--yes")
    told = people.run("pat", "reveal", "2", "--finding", "1", *WHY).stdout
    assert "Its words are gone (contract ended)" in told


def test_pictures_are_written_where_only_their_reader_can_see_them(people: People, tmp_path: Path) -> None:
    picture = tmp_path / "Jane Doe.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n of the orchard")
    people.run("jo", "report", "add", "--words", "orchard!", "--screenshot", str(picture), "--anonymous")
    assert "--screenshot FOLDER writes them" in people.run("pat", "reveal", "3", *WHY).output
    result = people.run("pat", "reveal", "3", "--screenshot", str(tmp_path / "seen"), *WHY)
    (file,) = (tmp_path / "seen").iterdir()
    assert file.read_bytes() == picture.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert f"{file}: readable by you alone" in result.output
    assert people.run("pat", "reveal", "3", "--screenshot", str(tmp_path / "seen"), *WHY).exit_code == 2


def test_the_next_digest_of_the_lane_says_who_looked(people: People) -> None:
    people.run("pat", "reveal", "1", *WHY)
    assert (
        "pat, as information, case 1: to tell the family"
        in people.run("pat", "digest", "--for", "information").stdout
    )
    assert "to tell the family" not in people.run("gale", "digest", "--for", "comms").stdout


def test_on_a_terminal_it_stands_in_the_alternate_screen_until_enter(people: People) -> None:
    """A real terminal: the screen of before comes back, and nothing of it is left to scroll to."""
    config = str(people.installation.folder / "monitor.toml")
    command = "from monitor.cli import main; main()"
    master, slave = pty.openpty()
    environment = {**os.environ, "LOGNAME": "pat", "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-c", command, "--config", config, "reveal", "1", *WHY],
        stdin=slave, stdout=slave, stderr=slave, env=environment, close_fds=True,
    )  # fmt: skip
    os.close(slave)
    seen = _until(master, b"Enter to close")
    os.write(master, b"\n")
    process.wait(60)
    after = _until(master, b"\x1b[?1049l")
    os.close(master)
    entered, shown, _ = seen.partition(b"\x1b[?1049h")
    assert shown, "the alternate screen was entered"
    assert NUMBER.encode() not in entered
    assert NUMBER.encode() in seen
    assert b"\x1b[?1049l" in after
    assert NUMBER.encode() not in after.partition(b"\x1b[?1049l")[2]


def test_on_a_terminal_it_is_gone_when_its_time_is_up(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    from monitor.cli import curtain

    reader, writer = os.pipe()
    with os.fdopen(reader) as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        assert not curtain._enter_before(time.monotonic() + 0.01)
        os.write(writer, b"\n")
        assert curtain._enter_before(time.monotonic() + 60)
    os.close(writer)


def _until(master: int, sign: bytes) -> bytes:
    """What the terminal showed, up to `sign` or its end."""
    shown, end = b"", time.monotonic() + 60
    while sign not in shown and time.monotonic() < end:
        if not select.select([master], [], [], 1)[0]:
            continue
        try:
            shown += os.read(master, 4096)
        except OSError:  # the other end is closed
            break
    return shown
