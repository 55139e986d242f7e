"""Links in mails, and the process that answers them beside everything else."""

from __future__ import annotations

import email
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from pathlib import Path

import httpx

from tests.cli.installation import CONFIDENTIAL, PROTECTED, Installation

LINKS = '[links]\npublic_url = "{url}"\nlisten = "127.0.0.1:{port}"\n\n[rules]'
LINK = re.compile(r"http://127\.0\.0\.1:\d+/case/[\w.=-]+")
MONITOR = Path(sys.executable).with_name("monitor")


def address(installation: Installation, url: str, port: int = 8750) -> None:
    file = installation.folder / "monitor.toml"
    links = LINKS.format(url=url, port=port)
    file.write_text(file.read_text("utf-8").replace("[rules]", links), encoding="utf-8")


def set_up(installation: Installation, port: int = 8750) -> None:
    """Give the installation links, and a case for the DPO, one for comms, and one for the Guardian."""
    address(installation, f"http://127.0.0.1:{port}", port)
    installation.rule("CNF-101", "the ward papers", **CONFIDENTIAL)
    installation.rule("LOK-101", "official helpdesk")
    installation.rule("SPK-101", "nobody listens", **PROTECTED)
    posts = ("the ward papers are on the bus", "official helpdesk here", "nobody listens on ward 9")
    installation.store(*installation.posts(*posts))


def sent(installation: Installation) -> dict[str, str]:
    """Both parts of the mails in the folder, by role."""
    found = {}
    for file in sorted((installation.folder / "state" / "digests").glob("*.eml")):
        mail = email.message_from_bytes(file.read_bytes(), policy=policy.default)
        parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        found[file.name.split("-")[3].split(".")[0]] = "\n".join(parts)
    return found


def test_a_mail_that_is_sent_has_a_link_for_each_case_and_a_preview_has_none(
    installation: Installation,
) -> None:
    set_up(installation)
    for shown in (installation.run("digest").output, installation.run("digest", "--json").output):
        assert "/case/" not in shown
    page = installation.folder / "preview.html"
    installation.run("digest", "--for", "information", "--html", str(page))
    assert "monitor cases show" in page.read_text("utf-8")
    assert "/case/" not in page.read_text("utf-8")
    assert installation.run("digest", "--send").exit_code == 0
    mails = sent(installation)
    assert len(set(LINK.findall(mails["information"]))) == 1
    assert len(set(LINK.findall(mails["comms"]))) == 1
    assert set(LINK.findall(mails["information"])).isdisjoint(LINK.findall(mails["comms"]))
    assert LINK.findall(mails["concerns"]) == []


def test_without_an_address_the_command_stands_under_the_item(installation: Installation) -> None:
    set_up(installation)
    file = installation.folder / "monitor.toml"
    file.write_text(file.read_text("utf-8").replace("public_url", "# public_url"), encoding="utf-8")
    installation.run("digest", "--send")
    mail = sent(installation)["information"]
    assert "/case/" not in mail
    assert "monitor cases show" in mail


def test_the_pages_need_an_address_and_a_place(installation: Installation) -> None:
    refused = installation.run("web", "serve")
    assert refused.exit_code == 78
    assert "links.public_url: is not set" in refused.stderr
    address(installation, "http://monitor.wvft.nhs.test")
    for command in ("serve", "check"):
        refused = installation.run("web", command)
        assert refused.exit_code == 78
        assert "links.public_url: must be an address such as https://" in refused.stderr


def test_the_pages_answer_beside_everything_else_and_stop_cleanly(installation: Installation) -> None:
    port = free_port()
    set_up(installation, port)
    installation.run("digest", "--send")
    (link,) = set(LINK.findall(sent(installation)["information"]))
    with serving(installation, port) as process:
        assert installation.run("web", "check").stdout == (
            f"http://127.0.0.1:{port} leads to this installation. Links work for 72 hours.\n"
        )
        second = installation.run("web", "serve")
        assert (second.exit_code, second.stderr.count("another program listens there")) == (1, 1)
        page = httpx.get(link)
        assert (page.status_code, "server" in page.headers) == (200, False)
        installation.store(*installation.posts("the ward papers, again"))
        form = {"deed": "seen", "reason": "", "seen": "0"}
        assert httpx.post(link, data=form, headers={"sec-fetch-site": "same-origin"}).status_code == 200
        assert httpx.post(link, data=form).status_code == 410
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    log = (installation.folder / "web.log").read_text()
    assert '"event": "link used"' in log
    assert link.rpartition("/")[2] not in log
    assert [
        row[0] for row in installation.rows("SELECT role FROM audit_entry WHERE action = 'case.seen'")
    ] == ["information"]


def test_an_address_that_does_not_lead_here_is_said(installation: Installation) -> None:
    port = free_port()
    set_up(installation, port)
    silent = installation.run("web", "check")
    assert silent.exit_code == 1
    assert "is `monitor web serve` running" in silent.stderr
    doctor = installation.run("doctor", "--json")
    (links,) = (found for found in json.loads(doctor.stdout) if found["check"] == "links")
    assert (links["outcome"], links["detail"]) == ("doubt", silent.stderr.strip())
    what = (
        "-m",
        "http.server",
        str(port),
        "--bind",
        "127.0.0.1",
        "--directory",
        str(elsewhere(installation)),
    )
    other = subprocess.Popen((sys.executable, *what), stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        wrong = installation.run("web", "check")
    finally:
        other.terminate()
        other.wait(10)
    assert wrong.exit_code == 1
    assert "is answered by something else" in wrong.stderr


def elsewhere(installation: Installation) -> Path:
    folder = installation.folder / "elsewhere"
    folder.mkdir()
    (folder / "health").write_text("fine")
    return folder


def command(installation: Installation) -> tuple[str, ...]:
    return (str(MONITOR), "--config", str(installation.folder / "monitor.toml"), "web", "serve")


@contextmanager
def serving(installation: Installation, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The process that a unit would run, until it ends."""
    with (installation.folder / "web.log").open("wb") as log:
        process = subprocess.Popen(command(installation), stderr=log, env=dict(os.environ))
    try:
        wait_for(port)
        yield process
    finally:
        process.kill()
        process.wait(10)


def wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens at port {port}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
