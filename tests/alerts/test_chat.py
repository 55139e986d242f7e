"""Announcements to a chat, against a real web server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from alerts.chat import Chat
from monitor.errors import ConfigError, DeliveryError, FailureKind
from monitor.types import Message
from tests.alerts.webhook import Webhook

TITLE = "[WVFT monitor] 1 to decide, 2 more, 20 Nov 2026"


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with Webhook().served() as server:
        yield server


def announcement(text: str = "") -> Message:
    return Message(to="channel:teams", subject=TITLE, text=text, html="", message_id="<a@b>", list_id="<b>")


def chat(webhook: Webhook, now: Any, limit: float = 60) -> Chat:
    return Chat("teams", f"json://127.0.0.1:{webhook.port}/hook", now, limit)


def test_a_title_and_the_consoles_address_leave_and_nothing_else(webhook: Webhook, now: Any) -> None:
    receipt = chat(webhook, now).send(announcement("https://monitor.wvft.nhs.test/"))
    [body] = webhook.json
    assert (body["title"], body["message"]) == (TITLE, "https://monitor.wvft.nhs.test/")
    assert body["attachments"] == []
    assert receipt.accepted_at == now()
    chat(webhook, now).send(announcement())
    assert webhook.json[1]["message"] == TITLE


@pytest.mark.parametrize("status", [302, 401, 404, 500])
def test_a_channel_that_does_not_take_it_is_tried_again(webhook: Webhook, now: Any, status: int) -> None:
    webhook.status = status
    with pytest.raises(DeliveryError, match="channel-teams") as caught:
        chat(webhook, now).send(announcement())
    assert caught.value.kind is FailureKind.TEMPORARY
    assert "hook" not in str(caught.value)


def test_a_channel_that_stalls_is_given_up_on_in_time(webhook: Webhook, now: Any) -> None:
    webhook.stalls = True
    with pytest.raises(DeliveryError, match=r"did not answer within 0\.2 s"):
        chat(webhook, now, limit=0.2).send(announcement())


@pytest.mark.parametrize(
    ("address", "plugin"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "NotifySlack"),
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "NotifySlack"),
        (
            "workflows://prod-00.westeurope.logic.azure.com:443/643e69f83c8944438d68119179a10a64/KODuebWbDGYFr0",
            "NotifyWorkflows",
        ),
        ("jsons://hooks.wvft.nhs.test/monitor", "NotifyJSON"),
    ],
)
def test_teams_slack_and_webhooks_are_known(address: str, plugin: str, now: Any) -> None:
    assert type(Chat("teams", address, now)._plugin).__name__ == plugin


@pytest.mark.parametrize(
    "address",
    [
        "", "mailto://user:pass@gmail.com", "file:///etc/passwd", "tgram://123:abc/1", "https://hooks.test/SECRET",
        "json://h/a, mailto://u:p@h", "json://h/a\nmailto://u:p@h", "JSON://h/SECRET", "exec:///bin/true", "json://",
    ],
)  # fmt: skip
def test_another_kind_of_address_is_refused_unseen(address: str, now: Any) -> None:
    with pytest.raises(ConfigError, match="one of workflows://") as caught:
        Chat("teams", address, now)
    assert "SECRET" not in str(caught.value)
