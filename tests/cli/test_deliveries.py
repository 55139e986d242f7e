"""`monitor deliveries`: what left, what waits and what came back, for whoever may know."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from typer.testing import Result

from monitor import service
from monitor.cli.output import Exit
from tests.alerts.relay import Fault, Relay
from tests.cli.installation import CONFIDENTIAL, PROTECTED, Installation
from tests.cli.people import People, settle

MAIL = '[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "monitor@wvft.nhs.test"\n'


@pytest.fixture
def relay() -> Iterator[Relay]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Relay(Fault.NONE, port)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def people(installation: Installation, monkeypatch: pytest.MonkeyPatch, relay: Relay) -> People:
    """Jo of comms, Pat the DPO and Gale the Guardian, a case for Pat and something for Gale alone."""
    settle(installation)
    with (installation.folder / "monitor.toml").open("a") as file:
        file.write(MAIL.format(port=relay.port))
    installation.rule("OWN-001", "draft", **CONFIDENTIAL)
    installation.rule("OWN-002", "unsafe", **PROTECTED)
    installation.store(*installation.posts("draft", "unsafe"))
    return People(installation, monkeypatch)


def listed(people: People, login: str, *words: str) -> dict[str, tuple[str, int, str | None]]:
    result = people.run(login, "deliveries", "list", "--json", *words)
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["deliveries"]
    return {
        row["recipient"].partition("@")[0]: (row["status"], row["attempts"], row["error"]) for row in rows
    }


def shown(people: People, login: str, number: int) -> Result:
    return people.run(login, "deliveries", "show", str(number))


def test_before_anything_was_sent_there_is_nothing(people: People) -> None:
    result = people.run("jo", "deliveries", "list")
    assert (result.exit_code, result.stderr) == (Exit.OK, "Nothing was sent, and nothing waits.\n")


def test_comms_sees_everybodys_deliveries_and_others_their_own(people: People) -> None:
    people.run("jo", "digest", "--send")
    sent = ("sent", 1, None)
    assert listed(people, "jo") == {"comms": sent, "dpo": sent, "guardian": sent}
    assert set(listed(people, "pat")) == {"comms", "dpo", "guardian"}
    assert set(listed(people, "gale")) == {"guardian"}
    assert listed(people, "mallory") == {}
    assert shown(people, "gale", 3).exit_code == Exit.OK
    for number in (1, 99):
        hidden = shown(people, "gale", number)
        assert (hidden.exit_code, f"no delivery {number} of yours" in hidden.stderr) == (Exit.USAGE, True)


def test_the_protected_lanes_mails_are_in_no_list(people: People, relay: Relay) -> None:
    people.run("jo", "digest", "--send")
    assert len(relay.kept.received) == 4
    for login in ("jo", "gale"):
        assert list(listed(people, login, "--all")).count("guardian") == 1
        assert ".g." not in people.run(login, "deliveries", "show", "3").stdout


def test_a_delivery_is_shown_with_its_message_id_and_its_cases(people: People) -> None:
    people.run("jo", "digest", "--send")
    text = shown(people, "jo", 2).stdout
    assert "For:        dpo@wvft.nhs.test (information)" in text
    assert "State:      sent" in text
    assert "<digest.information." in text
    assert "Tells of:   case 1 (sent)" in text
    assert "draft" not in text


def test_what_is_refused_is_shown_with_what_became_of_its_items(people: People, relay: Relay) -> None:
    relay.kept.replies["RCPT"] = "550 5.1.1 <dpo@wvft.nhs.test> unknown"
    assert people.run("jo", "digest", "--send").exit_code == Exit.ERROR
    status, attempts, error = listed(people, "jo")["dpo"]
    assert (status, attempts) == ("refused", 1)
    assert error is not None
    assert error.endswith("refused a recipient at wvft.nhs.test (550 5.1.1)")
    text = shown(people, "jo", 2).stdout
    assert "Tells of:   no case" in text
    assert "In no mail: case 1 (owed)" in text
    again = people.run("jo", "deliveries", "retry", "2")
    assert (again.exit_code, again.stderr.count("\n")) == (Exit.ERROR, 1)
    assert "what it told is in the next digest" in again.stderr


def test_a_rest_is_shown_and_retry_ends_it(people: People, relay: Relay) -> None:
    relay.kept.replies["RCPT"] = "554 5.7.1 Relay access denied"
    people.run("jo", "digest", "--send")
    result = people.run("jo", "deliveries", "list")
    assert "Nothing leaves by mail since" in result.stderr
    assert "does not relay to wvft.nhs.test without a login" in result.stderr
    resting = people.run("jo", "digest", "--send")
    assert (resting.exit_code, "Mail rests" in resting.stderr) == (Exit.ERROR, True)
    still = people.run("jo", "deliveries", "retry", "--all")
    assert (still.exit_code, "0 sent, 1 not sent" in still.stderr) == (Exit.ERROR, True)
    relay.kept.replies.clear()
    mended = people.run("jo", "deliveries", "retry", "--all")
    assert (mended.exit_code, "6 sent, 0 not sent" in mended.stderr) == (Exit.OK, True), mended.stderr
    assert "rests" not in people.run("jo", "deliveries", "list").stderr


def test_one_delivery_can_be_tried_again_before_its_time(people: People, relay: Relay) -> None:
    relay.kept.replies["RCPT"] = "450 4.2.0 greylisted"
    people.run("jo", "digest", "--send")
    assert {status for status, *_ in listed(people, "jo").values()} == {"owed"}
    relay.kept.replies.clear()
    assert "1 waited; 1 sent" in people.run("jo", "deliveries", "retry", "2").stderr
    assert [status for status, *_ in listed(people, "jo").values()] == ["owed", "sent", "owed"]


@pytest.mark.parametrize("words", [(), ("1", "--all")])
def test_what_to_try_again_has_to_be_said(people: People, words: tuple[str, ...]) -> None:
    assert people.run("jo", "deliveries", "retry", *words).exit_code == Exit.USAGE


def test_trying_again_is_for_those_who_see_all_and_a_refusal_is_written_down(people: People) -> None:
    assert people.run("gale", "deliveries", "retry", "--all").exit_code == Exit.DENIED
    people.run("jo", "deliveries", "list")
    actions = [entry.action for entry in people.audited()]
    assert actions[-2:] == ["access.refused", "deliveries.listed"]


def test_old_deliveries_are_listed_when_asked_for(people: People) -> None:
    people.run("jo", "digest", "--send")
    with service.opened(people.installation.settings()) as app, app.store.transaction() as tx:
        tx.connection.exec_driver_sql("UPDATE delivery SET settled_at = '2020-01-01 00:00:00'")
    assert listed(people, "jo") == {}
    assert len(listed(people, "jo", "--all")) == 3


def test_a_report_names_no_channels_address(people: People, relay: Relay) -> None:
    folder = people.installation.folder
    toml = folder / "monitor.toml"
    toml.write_text(f'secrets_dir = "."\n{toml.read_text()}[[channels]]\nname = "teams"\n')
    missing = people.run("jo", "digest", "--send")
    assert (missing.exit_code, "a file named channel-teams" in missing.stderr) == (Exit.CONFIG, True)
    (folder / "channel-teams").write_text("mailto://jo:hunter2@elsewhere.test\n")
    refused = people.run("jo", "digest", "--send")
    assert refused.exit_code == Exit.CONFIG
    assert "monitor.toml:" in refused.stderr
    assert "one of workflows://" in refused.stderr
    assert "hunter2" not in refused.output
