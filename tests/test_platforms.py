"""The page on platforms can be copied from: every example is one that would be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import connectors
from monitor import config, service
from monitor.config.layers import secret_fields, secret_name

PAGE = (Path(__file__).parents[1] / "docs" / "platforms.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
HEAD = """
secrets_dir = "secrets"
[organisation]
name = "Wearside Vale NHS Foundation Trust"
short = "WVFT"
handles = ["wvft.nhs.test", "wvftnhs", "17841400000000063"]
[network]
contact = "comms@wvft.nhs.test"
"""
SECRETS = {"secret_url": "https://alerts.test/feeds/1/2"}
WAYS = {"tiktok": ("client_key", "client_secret", "refresh_token"), "reddit": ("feed_token",)}
"""Of kinds with several ways in, the secrets of one of them."""


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_read_once_its_secrets_are_there(example: str, tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "monitor.toml").write_text(HEAD + example, "utf-8")
    settings = config.load(tmp_path / "monitor.toml")
    assert settings.sources
    for source in settings.sources:
        wanted = secret_fields(connectors.load(source.kind).Options)
        needed = [name for name in wanted if not (source.kind == "rss" and "url" in source.options)]
        for option in WAYS.get(source.kind, needed):
            path = tmp_path / "secrets" / secret_name(source.name, option)
            path.write_text(SECRETS.get(option, "invented"), "utf-8")
    with service.opened(settings) as app:
        for source in app.sources():
            app.task(source).gate()  # raises for what would be refused


def test_every_kind_of_source_has_an_example() -> None:
    kinds = {kind for example in EXAMPLES for kind in re.findall(r'^kind = "(\w+)"', example, re.MULTILINE)}
    assert kinds == set(connectors.CONNECTORS)
