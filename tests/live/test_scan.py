"""The main job on real servers: WordPress and MediaWiki are read, the digest is read back over IMAP."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from textwrap import dedent
from urllib.parse import urlsplit

import pytest

from tests.live.servers.history import TITLE
from tests.live.servers.mail import Mail
from tests.live.servers.mediawiki import MediaWiki
from tests.live.servers.wordpress import WordPress

pytestmark = pytest.mark.live

NUMBER = "999 200 1135"


@pytest.fixture
def settings(tmp_path: Path, wordpress: WordPress, mediawiki: MediaWiki, mail: Mail) -> Path:
    """An installation that reads both sites and mails by STARTTLS and login."""
    hosts = [urlsplit(url).netloc for url in (wordpress.url, mediawiki.url)]
    (tmp_path / "secrets").mkdir(mode=0o700)
    secret = tmp_path / "secrets" / "smtp-password"
    secret.write_text(mail.password)
    secret.chmod(0o600)
    path = tmp_path / "monitor.toml"
    path.write_text(
        dedent(f"""
        secrets_dir = "secrets"
        [organisation]
        name = "{TITLE}"
        short = "WVFT"
        aliases = [{{ text = "WVFT" }}]
        hospitals = ["St Oswin's Hospital", "Wearside Vale Hospital"]
        [network]
        contact = "comms@trust.test"
        private_hosts = {json.dumps(hosts)}
        [rules]
        rehearsal = true
        [smtp]
        host = "localhost"
        port = {mail.smtp_port}
        user = "{mail.user}"
        sender = "{mail.user}"
        ca_file = "{mail.ca_file}"
        [[recipients]]
        address = "comms@trust.test"
        role = "comms"
        [[recipients]]
        address = "caldicott@trust.test"
        role = "patient_confidentiality"
        [[recipients]]
        address = "dpo@trust.test"
        role = "information"
        [[recipients]]
        address = "reject@trust.test"
        role = "hr"
        [[sources]]
        name = "Wear Courier"
        kind = "rss"
        url = "{wordpress.feed}"
        [[sources]]
        name = "Wear Courier comments"
        kind = "rss"
        url = "{wordpress.comments_feed}"
        [[sources]]
        name = "Wikipedia"
        kind = "wikipedia"
        base_url = "{mediawiki.url}"
        pages = ["{TITLE}"]
        """),
        encoding="utf-8",
    )
    return path


def monitor(settings: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("monitor"), "--config", settings, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def parts(message: EmailMessage) -> tuple[str, str]:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return str(plain.get_content()), str(html.get_content())


def test_a_scan_finds_what_was_seeded_and_the_digest_arrives(
    settings: Path, wordpress: WordPress, mediawiki: MediaWiki, mail: Mail
) -> None:
    for mailbox in ("comms", "caldicott", "dpo"):
        mail.clear(mailbox)
    done = monitor(settings, "scan", "--since", "7d", "--send", "--json")
    answer = json.loads(done.stdout)
    assert {source["source"]: source["state"] for source in answer["sources"]} == {
        "Wear Courier": "ok",
        "Wear Courier comments": "ok",
        "Wikipedia": "ok",
    }, done.stderr
    kept = {source["source"]: source["kept"] for source in answer["sources"]}
    # Of the wiki: eight edits of the page, a request on its talk page, and that a revision was hidden.
    assert kept == {"Wear Courier": 6, "Wear Courier comments": 3, "Wikipedia": 10}
    rules = {case["rule"] for case in answer["cases"]}
    assert {"NHS-001", "WIK-001"} <= rules
    removed = next(case for case in answer["cases"] if case["rule"] == "WIK-001")
    assert str(mediawiki.revisions["criticism removed"]) in removed["url"]

    (comms,) = mail.wait_for("comms")
    (urgent, caldicott) = mail.wait_for("caldicott", 2)
    # A long subject stands on a line of its own.
    assert re.fullmatch(r"\[WVFT monitor\] .*\d{1,2} \w{3} \d{4}", comms["Subject"].strip())
    assert comms["Message-ID"].startswith("<digest.comms.")
    assert re.fullmatch(r"\[WVFT monitor\] CRITICAL: .*", urgent["Subject"])
    assert urgent["Message-ID"].startswith("<urgent.case-")
    assert (urgent["Importance"], urgent["X-Priority"]) == ("high", "1")
    assert urgent["References"].split()[0] == urgent["In-Reply-To"]
    for part in parts(comms):
        assert "Criticism" in part
        assert "CDD-4.4.7-3" in part
    for part in (*parts(urgent), *parts(caldicott)):
        assert "NHS number" in part
        assert "redacted" in part
        assert "CDD-4.2-1" in part
    whole = (*parts(comms), *parts(caldicott), *parts(urgent), comms.as_string(), urgent.as_string())
    for text in (*whole, done.stdout, done.stderr):
        assert NUMBER not in text
        assert "9992001135" not in text


def test_a_refused_recipient_is_named_and_holds_up_nobody(settings: Path, mail: Mail) -> None:
    mail.clear("comms")
    done = monitor(settings, "scan", "--since", "7d", "--send")
    assert "1 not sent" in done.stderr
    assert "550" in done.stderr
    assert len(mail.wait_for("comms")) == 1
    again = monitor(settings, "digest", "--for", "comms")
    assert "550" in again.stdout, "yesterday's failure is today's first line"


def test_a_second_scan_adds_nothing_and_an_edit_is_seen(settings: Path, wordpress: WordPress) -> None:
    monitor(settings, "scan", "--since", "7d")
    again = json.loads(monitor(settings, "scan", "--since", "7d", "--json").stdout)
    assert [source["kept"] for source in again["sources"]] == [0, 0, 0]
    assert again["cases"] == []
    made = wordpress.post("Clinic news", "<p>WVFT opens a clinic.</p>", datetime.now(UTC))
    monitor(settings, "scan", "--since", "7d")
    wordpress.edit(made["id"], content="<p>WVFT opens a clinic. NHS number 999 200 1135.</p>")
    edited = json.loads(monitor(settings, "scan", "--since", "7d", "--json").stdout)
    assert [case["rule"] for case in edited["cases"]] == ["NHS-001"]
    wordpress.delete(made["id"])


def test_the_wikis_answer_is_asked_for_with_the_operators_contact(settings: Path) -> None:
    text = settings.read_text("utf-8").replace('contact = "comms@trust.test"\n', "")
    settings.write_text(text, encoding="utf-8")
    done = monitor(settings, "scan")
    assert done.returncode == 78
    assert "contact" in done.stderr
