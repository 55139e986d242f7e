"""`monitor doctor` and `monitor sources`: the truth about this machine."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Debugging
from typer.testing import CliRunner, Result

from monitor import config
from monitor.cli import app, checkup
from monitor.cli.output import Exit
from monitor.cli.verdicts import judged
from monitor.store import migrations, open_store
from monitor.types import SourceState
from tests.cli.installation import HEAD
from tests.core.registering import enter, row
from tests.serving import serving

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
<item><guid>1</guid><title>Wearside Vale opens a ward</title><link>https://news.test/1</link>
<pubDate>Fri, 20 Nov 2026 08:00:00 GMT</pubDate></item></channel></rss>"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("MONITOR_CONFIG", "CREDENTIALS_DIRECTORY", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "monitor.toml").write_text(HEAD, "utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def verdicts() -> dict[str, tuple[str, str]]:
    rows = json.loads(run("doctor", "--json").stdout)
    return {row["check"]: (row["outcome"], row["detail"]) for row in rows}


def test_a_sound_installation_is_well_and_stays_untouched(folder: Path) -> None:
    result = run("doctor")
    assert result.exit_code == Exit.OK
    assert len(verdicts()) >= 12
    assert "FAILED" not in result.stdout
    assert [path.name for path in folder.iterdir()] == ["monitor.toml"]


def test_a_wrong_setting_does_not_hide_the_other_findings(folder: Path) -> None:
    (folder / "monitor.toml").write_text(HEAD + "[digest]\nat = 7\n", "utf-8")
    result = run("doctor")
    assert result.exit_code == Exit.ERROR
    assert "FAILED  settings: monitor.toml:8:1: digest.at:" in result.stdout
    assert "ok      packages:" in result.stdout


def test_a_state_folder_that_others_can_read_is_pointed_out(folder: Path) -> None:
    (folder / "state").mkdir(mode=0o755)
    assert verdicts()["state folder"] == (
        "doubt",
        f"{folder}/state is open to other users: chmod 700 {folder}/state",
    )


def test_a_database_that_is_none_is_a_failure(folder: Path) -> None:
    (folder / "state").mkdir(mode=0o700)
    (folder / "state" / "trustwatch.db").write_bytes(b"this is no database" * 100)
    expected = "does not open (DatabaseError): check [store] and its backup"
    assert verdicts()["database"] == ("failure", expected)


def test_a_database_in_use_is_looked_at_and_left_alone() -> None:
    with closing(open_store(config.load().store)) as store, store.transaction() as tx:
        tx.register("feed", "rss")
        assert verdicts()["database"] == ("ok", f"opens, schema {migrations.HEAD}")


def test_a_database_of_a_newer_program_is_a_failure(folder: Path) -> None:
    open_store(config.load().store).close()
    with closing(sqlite3.connect(folder / "state" / "trustwatch.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    assert verdicts()["database"] == ("failure", "is of a newer trustwatch (schema 9999): install that one")


def test_a_secret_file_that_others_can_read_is_pointed_out(folder: Path) -> None:
    secret = folder / "smtp-password"
    secret.write_text("hunter2", "utf-8")
    secret.chmod(0o644)
    smtp = '[smtp]\nhost = "127.0.0.1"\nport = 1\nsender = "a@wvft.nhs.test"\nuser = "b@wvft.nhs.test"\n'
    (folder / "monitor.toml").write_text(f'secrets_dir = "."\n{HEAD}{smtp}', "utf-8")
    found = verdicts()
    assert found["secret files"] == ("doubt", f"other users can read {secret}: chmod 600")
    assert found["mail sender"][0] == "doubt"
    outcome, detail = found["mail server"]
    assert (outcome, detail.startswith("mail: 127.0.0.1:1 could not be reached")) == ("failure", True)
    secret.chmod(0o600)
    assert verdicts()["secret files"] == ("ok", "1 secret file")


class MailServer(Controller):
    """A real server on a free port; aiosmtpd cannot report one that the system chose."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mail_port() -> Iterator[int]:
    with open(os.devnull, "w") as nowhere:
        server = MailServer(Debugging(nowhere), hostname="127.0.0.1", port=0)
        server.start()
        yield server.port
        server.stop()


def test_a_mail_server_is_greeted_but_gets_no_mail(folder: Path, mail_port: int) -> None:
    smtp = f'[smtp]\nhost = "127.0.0.1"\nport = {mail_port}\nsender = "a@wvft.nhs.test"\n'
    (folder / "monitor.toml").write_text(HEAD + smtp + 'security = "none"\n', "utf-8")
    assert verdicts()["mail server"] == ("ok", f"127.0.0.1:{mail_port} answers")
    (folder / "monitor.toml").write_text(HEAD + smtp, "utf-8")
    outcome, detail = verdicts()["mail server"]
    assert (outcome, "does not offer what smtp.security" in detail) == ("failure", True)


@pytest.mark.parametrize(
    ("host", "user", "outcome"),
    [
        ("send.nhs.net", "b@wvft.nhs.test", "failure"),
        ("send.nhs.net", "A@wvft.nhs.test", "ok"),
        ("mail.wvft.nhs.test", "b@wvft.nhs.test", "doubt"),
        ("relay.nhs.uk", None, "ok"),
        ("evil-nhs.net", "b@wvft.nhs.test", "doubt"),
    ],
)
def test_nhsmail_takes_mail_only_from_the_account_that_signs_in(
    folder: Path, host: str, user: str | None, outcome: str
) -> None:
    smtp = f'[smtp]\nhost = "{host}"\nsender = "a@wvft.nhs.test"\n' + (f'user = "{user}"\n' if user else "")
    (folder / "monitor.toml").write_text(HEAD + smtp, "utf-8")
    assert judged("sender", lambda: checkup.mail_sender(config.load())).outcome == outcome


def test_what_comes_back_and_who_is_told_besides_are_looked_at(folder: Path) -> None:
    smtp = '[smtp]\nhost = "127.0.0.1"\nport = 9\nsender = "a@wvft.nhs.test"\n'
    (folder / "monitor.toml").write_text(f'secrets_dir = "."\n{HEAD}{smtp}', "utf-8")
    settings = config.load()
    assert judged("bounces", lambda: checkup.the_bounces(settings)).outcome == "doubt"
    assert checkup.the_channels(settings) == "none"
    tables = '[bounces]\nhost = "127.0.0.1"\nport = 9\nuser = "b"\n[[channels]]\nname = "teams"\n'
    (folder / "bounces-password").write_text("hunter2")
    (folder / "channel-teams").write_text("jsons://hooks.wvft.nhs.test/hunter2\n")
    (folder / "monitor.toml").write_text(f'secrets_dir = "."\n{HEAD}{smtp}{tables}', "utf-8")
    settings = config.load()
    found = judged("bounces", lambda: checkup.the_bounces(settings))
    assert (found.outcome, "cannot be reached" in found.detail) == ("failure", True)
    assert checkup.the_channels(settings) == "teams"
    (folder / "channel-teams").write_text("mailto://hunter2@elsewhere.test\n")
    refused = judged("channels", lambda: checkup.the_channels(settings))
    assert (refused.outcome, "one of workflows://" in refused.detail) == ("failure", True)
    assert "hunter2" not in refused.detail


def test_a_role_that_nobody_holds_is_pointed_out() -> None:
    outcome, detail = verdicts()["routes"]
    assert outcome == "doubt"
    assert "patient_confidentiality" in detail


STAFF = (
    '[governance]\ndpia_reference = "DPIA-7"\nspecial_category_condition = "as assessed"\n'
    '[[sources]]\nname = "s"\nkind = "rss"\nurl = "https://nurseblog.test/feed"\nauthorisation = "S-014"\n'
)


def registered(folder: Path, **more: Any) -> None:
    """One row in the register of the installation there."""
    with closing(open_store(config.load(folder / "monitor.toml").store)) as store:
        enter(store, row(**more))


def test_an_authorisation_that_is_over_is_a_failure(folder: Path) -> None:
    (folder / "monitor.toml").write_text(HEAD + STAFF, "utf-8")
    assert "accounts add S-014" in verdicts()["authorisations"][1]
    assert not (folder / "state").exists()
    registered(folder, expires=date(2026, 10, 2))
    outcome, detail = verdicts()["authorisations"]
    assert (outcome, "accounts renew S-014" in detail) == ("failure", True)


def test_a_row_that_ends_soon_or_is_read_by_no_source_is_pointed_out(folder: Path) -> None:
    (folder / "monitor.toml").write_text(HEAD + STAFF, "utf-8")
    today = datetime.now(UTC).date()
    registered(folder, starts=today - timedelta(days=2), expires=today + timedelta(days=20))
    registered(folder, person="S-020", starts=today, expires=today + timedelta(days=90))
    outcome, detail = verdicts()["authorisations"]
    assert outcome == "doubt"
    assert "within 30 days these end: S-014" in detail
    assert "no source reads them: S-020" in detail


def test_what_is_not_decided_about_staff_accounts_is_listed(folder: Path) -> None:
    (folder / "monitor.toml").write_text(HEAD + STAFF[STAFF.index("[[") :], "utf-8")
    outcome, detail = verdicts()["governance"]
    assert (outcome, detail.count("governance.")) == ("failure", 2)
    (folder / "monitor.toml").write_text(HEAD + STAFF, "utf-8")
    outcome, detail = verdicts()["governance"]
    assert outcome == "doubt"
    assert all(key in detail for key in ("consultation", "privacy_notice", "dpia_reviewed"))


def test_a_check_that_breaks_says_so_without_repeating_what_it_saw() -> None:
    def broken() -> str:
        raise RuntimeError("hunter2")

    verdict = judged("odd", broken)
    assert (verdict.failed, verdict.detail) == (True, "the check itself failed (RuntimeError)")


class Feed(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/feed" else 503)
        self.send_header("Content-Type", "application/rss+xml")
        self.end_headers()
        self.wfile.write(FEED if self.path == "/feed" else b"")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def feeds(folder: Path) -> Iterator[str]:
    """Two sources on a real web server: one answers, one is broken."""
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Feed)) as port:
        site = f"http://127.0.0.1:{port}"
        text = HEAD + '[network]\nprivate_hosts = ["127.0.0.1"]\n'
        for name in ("feed", "broken"):
            text += f'[[sources]]\nname = "{name}"\nkind = "rss"\nurl = "{site}/{name}"\n'
        (folder / "monitor.toml").write_text(text, "utf-8")
        yield site


@pytest.mark.usefixtures("feeds")
def test_trying_a_source_reads_one_page_and_stores_nothing(folder: Path) -> None:
    result = run("sources", "check", "feed")
    assert result.exit_code == Exit.OK
    assert result.stdout == "feed: answers; 1 item on its first page, newest of 20 Nov 2026 08:00\n"
    assert not (folder / "state").exists()


@pytest.mark.usefixtures("feeds")
def test_a_source_that_does_not_answer_is_exit_code_three() -> None:
    result = run("sources", "check", "feed", "broken", "--json")
    assert result.exit_code == Exit.NOT_READ
    assert [(row["name"], row["read"]) for row in json.loads(result.stdout)] == [
        ("feed", True),
        ("broken", False),
    ]


@pytest.mark.usefixtures("feeds")
def test_a_source_nobody_set_up_is_a_usage_error_with_a_suggestion() -> None:
    result = run("sources", "check", "fed")
    assert result.exit_code == Exit.USAGE
    assert "did you mean 'feed'?" in result.stderr


@pytest.mark.usefixtures("feeds")
def test_sources_are_listed_with_what_the_store_knows() -> None:
    assert [row["state"] for row in json.loads(run("sources", "list", "--json").stdout)] == ["new", "new"]
    settings = config.load()
    at = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    with closing(open_store(settings.store)) as store, store.transaction() as tx:
        tx.register("feed", "rss")
        tx.save_state("feed", SourceState.OK, at, last_ok_at=at)
    lines = run("sources", "list").stdout.splitlines()
    assert lines[0].split("\t")[:4] == ["feed", "rss", "ok", "20 Nov 08:00"]
    assert lines[1].split("\t")[:3] == ["broken", "rss", "new"]


@pytest.mark.skipif(find_spec("wordllama") is None, reason="the extra ml is not installed")
def test_the_doctor_says_which_language_model_is_asked(folder: Path) -> None:
    assert "opinion" not in verdicts()["rules"][1]
    (folder / "monitor.toml").write_text(f'{HEAD}[rules]\nopinion = "wordllama"\n', "utf-8")
    outcome, detail = verdicts()["rules"]
    assert (outcome, detail.rpartition(", ")[2]) == ("ok", "with the opinion of wordllama")
