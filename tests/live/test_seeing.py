"""A busy, a quiet and an outage day as the recipient sees them: out of a real mailbox, in a real browser.

TRUSTWATCH_PICTURES names a folder for the pictures; without it they go where pytest keeps its own. Three
of them, digest.png, digest-phone.png and digest-wikipedia.png, stand in docs/pictures.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from alerts.digest import compose
from alerts.email import Smtp
from alerts.rendering import render
from connectors import CONNECTORS, recordings
from connectors.http import Http
from connectors.parts.replay import Replay
from monitor import service
from monitor.cli.demo import _authorise, demo_settings
from monitor.config import RecipientSettings, Settings, SmtpSettings
from monitor.pipeline import Window
from tests.alerts import factory, reading
from tests.live.servers.browser import DARK, DARK_PHONE, LIGHT, PHONE, Browser, View
from tests.live.servers.mail import Mail
from tests.live.servers.packages import unavailable

pytestmark = pytest.mark.live

DAY, WEEK = timedelta(days=1), timedelta(days=7)
VIEWS = {"light": LIGHT, "dark": DARK, "phone": PHONE, "phone-dark": DARK_PHONE}
DAYS, FULL = ("busy", "quiet", "outage"), ("day", "week", "month", "wiki")
TOLERATED = {"@media", "overflow"}
"""What Word-engine Outlook may lack: both only make the mail better elsewhere."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if obstacle := Browser.obstacle():
        unavailable(obstacle)
    with Browser() as started:
        yield started


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(os.environ.get("TRUSTWATCH_PICTURES") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass
class Trust:
    """The invented trust of the demo, with the recorded answers of its sources and a real mail server."""

    settings: Settings
    mail: Mail

    @classmethod
    def founded(cls, folder: Path, mail: Mail) -> Trust:
        folder.mkdir()
        smtp = SmtpSettings(
            host=mail.host, port=mail.smtp_port, user=mail.user, password=SecretStr(mail.password),
            sender=mail.user, ca_file=mail.ca_file,
        )  # fmt: skip
        comms = RecipientSettings(address="comms@trust.test", role="comms")
        changes = {"smtp": smtp, "recipients": (comms,)}
        return cls(demo_settings(folder).model_copy(update=changes), mail)

    def reads(self, names: Sequence[str], *, ago: timedelta = timedelta(0), answering: bool = True) -> None:
        """Read the sources of these names, at an earlier moment, from recordings or in vain."""
        known = [each for kind in CONNECTORS for each in recordings.load(kind)] if answering else []
        http = Http(now=service.utc_now, contact="t", attempts=1, transport=Replay(known, service.utc_now))
        with service.opened(self.settings, now=lambda: service.utc_now() - ago, http=http) as app:
            _authorise(app)
            window = Window(since=app.now() - WEEK, from_cursor=False)
            for source in app.sources():
                if source.name in names:
                    app.pipeline().poll(app.task(source), window)

    def mails(self, *, ago: timedelta = timedelta(0)) -> str:
        """Send the digest, and give the HTML part of what arrived."""
        self.mail.clear("comms")
        with service.opened(self.settings, now=lambda: service.utc_now() - ago) as app:
            assert (app.desk().make_now(), app.desk().send_due()) == (1, (1, 0))
        return html_of(self.mail)


def html_of(mail: Mail) -> str:
    """The HTML part of the one mail in the mailbox; its text part says the same words."""
    (arrived,) = mail.wait_for("comms")
    html, text = arrived.get_body(("html",)), arrived.get_body(("plain",))
    assert html is not None
    assert text is not None
    assert reading.page(html.get_content()).words == reading.plain(text.get_content()).words
    return str(html.get_content())


@pytest.fixture(scope="module")
def days(mail: Mail, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The mails of three days: the HTML part of each, as a mailbox had it."""
    folder = tmp_path_factory.mktemp("days")
    busy, quiet, outage = (Trust.founded(folder / name, mail) for name in ("busy", "quiet", "outage"))
    names = [source.name for source in busy.settings.sources]
    gazette, bulletin = names[:2], ["Wear Bulletin"]
    busy.reads(gazette, ago=4 * DAY)
    busy.mails(ago=4 * DAY)
    busy.reads(names)
    quiet.settings = quiet.settings.model_copy(
        update={"sources": tuple(each for each in quiet.settings.sources if each.name in bulletin)}
    )
    quiet.reads(bulletin, ago=DAY)
    quiet.mails(ago=DAY)
    quiet.reads(bulletin)
    outage.reads(names, ago=2 * DAY)
    outage.mails(ago=2 * DAY)
    for hours in (30, 20, 10, 0):
        outage.reads(names[1:], ago=timedelta(hours=hours), answering=False)
    return {"busy": busy.mails(), "quiet": quiet.mails(), "outage": outage.mails()}


@pytest.fixture(scope="module")
def full(mail: Mail, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Mails with every block there is, of each edition, with links to decide by: as a mailbox had them."""
    trust = Trust.founded(tmp_path_factory.mktemp("full") / "trust", mail)
    assert trust.settings.smtp is not None
    channel = Smtp(trust.settings.smtp, service.utc_now)
    arrived = {}
    briefings = {
        "day": factory.busy(),
        "week": factory.week(),
        "month": factory.month(),
        "wiki": factory.wiki(),
    }
    for name, briefing in briefings.items():
        mail.clear("comms")
        message = render(
            compose(briefing),
            message_id=f"<{name}@trust.test>",
            list_id="comms.trust.test",
            act=lambda number: f"https://console.wvft.nhs.test/act/{number}",
        )
        channel.send(factory.addressed(message, "comms@trust.test"))
        arrived[name] = html_of(mail)
    return arrived


@pytest.fixture(scope="module")
def seen(
    browser: Browser, days: dict[str, str], full: dict[str, str], pictures: Path
) -> dict[tuple[str, str], dict[str, Any]]:
    """How each mail looks in each view."""
    mails = {**days, **{f"full-{edition}": html for edition, html in full.items()}}
    looks = [(name, view) for name in mails for view in VIEWS]
    tops = {"digest.png": View("light", 760, 1450), "digest-phone.png": View("dark", 375, 1200)}
    browser.look([(days["busy"], view, pictures / name) for name, view in tops.items()])
    browser.look([(full["wiki"], View("light", 760, 1330), pictures / "digest-wikipedia.png")])
    answers = browser.look(
        [(mails[name], VIEWS[view], pictures / f"{name}-{view}.png") for name, view in looks]
    )
    return dict(zip(looks, answers, strict=True))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", [*DAYS, *(f"full-{name}" for name in FULL)])
def test_a_mail_is_seen_without_a_fault(
    seen: dict[tuple[str, str], dict[str, Any]], name: str, view: str
) -> None:
    look = seen[name, view]
    assert look["violations"] == []
    assert look["asked"] == [], "a mail fetches nothing"
    assert look["width"] <= VIEWS[view].width, "nobody has to scroll sideways"


def test_the_days_are_what_they_are_called(days: dict[str, str]) -> None:
    assert "Decide today" in days["busy"]
    assert "open for 4 days" in days["busy"]
    assert "New: Wikipedia" in days["busy"] or "New: Staff accounts" in days["busy"]
    assert "Nothing needs you" in days["quiet"]
    assert "Not read (" in days["outage"]


@pytest.mark.parametrize("edition", FULL)
def test_word_engine_outlook_lacks_nothing_that_matters(
    browser: Browser, full: dict[str, str], edition: str
) -> None:
    assert set(browser.lint(full[edition], "outlook.windows")) <= TOLERATED


def test_the_lint_sees_what_outlook_lacks(browser: Browser) -> None:
    page = '<html><body><div style="border-radius: 4px; transform: none">x</div></body></html>'
    assert "border-radius" in browser.lint(page, "outlook.windows")


def test_the_browser_sees_a_fault_and_a_fetch(browser: Browser) -> None:
    grey = '<html lang="en"><title>t</title><main><h1>t</h1><p style="color:#ccc">pale</p></main>'
    pixel = '<img alt="" src="http://127.0.0.1:9/pixel.png">'
    [look] = browser.look([(grey + pixel, LIGHT, None)])
    assert [each["id"] for each in look["violations"]] == ["color-contrast"]
    assert look["asked"] == ["http://127.0.0.1:9/pixel.png"]
