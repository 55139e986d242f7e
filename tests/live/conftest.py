"""Real servers, started when a test first asks for one and stopped at the end of the session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.live.installation import Installation
from tests.live.servers.bluesky import Bluesky
from tests.live.servers.mail import Mail
from tests.live.servers.mastodon import Mastodon
from tests.live.servers.mediawiki import MediaWiki
from tests.live.servers.packages import unavailable
from tests.live.servers.server import Server
from tests.live.servers.wordpress import WordPress

AnyServer = TypeVar("AnyServer", bound=Server)


def serve(kind: type[AnyServer], request: pytest.FixtureRequest) -> Iterator[AnyServer]:
    """Run a server for the session; where a test failed, its logs are kept and named."""
    if obstacle := kind.obstacle():
        unavailable(obstacle)
    server = kind()
    server.start()
    yield server
    failed = request.session.testsfailed > 0
    server.stop(keep=failed)
    if failed:
        print(f"\nlogs of {kind.NAME} are kept in {server.folder}")  # noqa: T201


@pytest.fixture(scope="session")
def mail(request: pytest.FixtureRequest) -> Iterator[Mail]:
    yield from serve(Mail, request)


@pytest.fixture(scope="session")
def wordpress(request: pytest.FixtureRequest) -> Iterator[WordPress]:
    yield from serve(WordPress, request)


@pytest.fixture(scope="session")
def mediawiki(request: pytest.FixtureRequest) -> Iterator[MediaWiki]:
    yield from serve(MediaWiki, request)


@pytest.fixture(scope="session")
def bluesky(request: pytest.FixtureRequest) -> Iterator[Bluesky]:
    yield from serve(Bluesky, request)


@pytest.fixture(scope="session")
def mastodon(request: pytest.FixtureRequest) -> Iterator[Mastodon]:
    yield from serve(Mastodon, request)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """One that watches nothing yet."""
    return Installation(tmp_path)
