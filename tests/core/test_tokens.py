"""Tokens for the mailbox, from a real server on loopback or from a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from connectors.http import Http
from monitor import channels, config
from monitor.errors import ConfigError, DeliveryError, FailureKind
from tests.alerts.webhook import Webhook
from tests.config.test_config import HEAD

NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
SMTP = """\
[smtp]
host = "smtp.test"
sender = "monitor@wvft.nhs.test"
user = "monitor@wvft.nhs.test"
auth = "xoauth2"
"""


class World:
    """A token server, and the settings that name it."""

    def __init__(self, server: Webhook, folder: Path) -> None:
        self.server, self.folder, self.at = server, folder, NOW
        table = f'[smtp.oauth]\ntoken_url = "http://127.0.0.1:{server.port}/token"\nclient_id = "app-7"\n'
        (folder / "smtp-oauth-secret").write_text("hush")
        (folder / "monitor.toml").write_text(
            f'secrets_dir = "."\n[store]\nstate_dir = "state"\n{HEAD}{SMTP}{table}'
        )

    def now(self) -> datetime:
        return self.at

    def token(self) -> Any:
        """As after a restart."""
        settings = config.load(self.folder / "monitor.toml")
        http = Http(now=self.now, private_hosts=["127.0.0.1"])
        return channels.token(settings, self.now, http)


@pytest.fixture
def entra(tmp_path: Path) -> Iterator[World]:
    with Webhook(answer={"access_token": "first", "expires_in": 3600}).served() as server:
        yield World(server, tmp_path)


def test_an_application_asks_for_a_token_as_microsoft_documents_it(entra: World) -> None:
    assert entra.token()() == "first"
    [form] = [parse_qs(body) for body in entra.server.received]
    assert form == {
        "grant_type": ["client_credentials"],
        "client_id": ["app-7"],
        "client_secret": ["hush"],
        "scope": ["https://outlook.office365.com/.default"],
    }


def test_a_token_is_kept_over_restarts_until_shortly_before_its_end(entra: World) -> None:
    assert [entra.token()(), entra.token()()] == ["first", "first"]
    entra.at += timedelta(minutes=54)
    assert entra.token()() == "first"
    assert len(entra.server.received) == 1
    entra.server.answer = {"access_token": "second", "expires_in": 3600}
    entra.at += timedelta(minutes=2)
    assert entra.token()() == "second"
    [file] = (entra.folder / "state" / "tokens").iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_a_refused_token_is_replaced_before_its_time(entra: World) -> None:
    token = entra.token()
    token()
    entra.server.answer = {"access_token": "second", "expires_in": 3600}
    assert [token(anew=True), token()] == ["second", "second"]


@pytest.mark.parametrize(
    ("status", "answer", "kind", "words"),
    [
        (400, {"error": "invalid_scope"}, FailureKind.SETTINGS, "smtp.oauth.scope"),
        (401, {"error": "invalid_client"}, FailureKind.SETTINGS, "smtp-oauth-secret"),
        (503, {}, FailureKind.TEMPORARY, "no token for now"),
        (200, {"error": "odd"}, FailureKind.TEMPORARY, "gave no token"),
        (200, {"access_token": "a\r\nb"}, FailureKind.TEMPORARY, "gave no token"),
    ],
)
def test_where_there_is_no_token_the_error_says_which_setting(
    entra: World, status: int, answer: dict[str, str], kind: FailureKind, words: str
) -> None:
    entra.server.status, entra.server.answer = status, answer
    with pytest.raises(DeliveryError) as caught:
        entra.token()()
    assert (caught.value.kind, words in str(caught.value)) == (kind, True), str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_token_server_that_is_gone_is_asked_again_later(entra: World) -> None:
    token = entra.token()
    object.__setattr__(token.credentials, "address", "http://127.0.0.1:9/token")
    with pytest.raises(DeliveryError) as caught:
        token()
    assert caught.value.kind is FailureKind.TEMPORARY


def test_a_token_in_a_file_is_read_for_each_mail(tmp_path: Path) -> None:
    file = tmp_path / "smtp-token"
    token = channels.FileToken(file)
    with pytest.raises(DeliveryError, match=r"smtp\.token_file cannot be read"):
        token()
    for content in ("first", "second\n"):
        file.write_text(content)
        assert token() == content.strip()
    with pytest.raises(DeliveryError, match="renew it"):
        token(anew=True)
    for odd in ("", "x" * 20_000, "a\x01b", "tök"):
        file.write_text(odd)
        with pytest.raises(DeliveryError, match="renew it"):
            token()


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("", "smtp.auth: is xoauth2, which needs"),
        ('[smtp.oauth]\ntoken_url = "http://login.test/t"\nclient_id = "a"\n', "must be an https address"),
        ('oauth_secret = "hush"\n', "a file named smtp-oauth-secret"),
        ('token_file = "t"\n[[channels]]\nname = "teams"\nrole = "concerns"\n', "is told by mail alone"),
        ('token_file = "t"\n[[channels]]\nname = "a"\n[[channels]]\nname = "a"\n', "is here twice"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_their_place(
    tmp_path: Path, lines: str, problem: str
) -> None:
    file = tmp_path / "monitor.toml"
    file.write_text(HEAD + SMTP + lines)
    with pytest.raises(ConfigError, match=r"monitor\.toml:\d+:\d+: ") as caught:
        config.load(file)
    assert problem in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_missing_secret_hinders_only_who_has_to_send(entra: World) -> None:
    (entra.folder / "smtp-oauth-secret").unlink()
    with (entra.folder / "monitor.toml").open("a") as file:
        file.write('[bounces]\nhost = "imap.test"\nuser = "b"\n')
    settings = config.load(entra.folder / "monitor.toml")
    with pytest.raises(ConfigError, match=r"monitor\.toml:\d+:\d+: smtp\.oauth: .* smtp-oauth-secret"):
        entra.token()
    assert settings.bounces is not None
    with pytest.raises(ConfigError, match=r"bounces\.password: .* bounces-password"):
        channels.bounce_access(settings, settings.bounces, None)
