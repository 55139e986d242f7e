"""`monitor demo`: the real thing on recorded answers: no internet, no passwords, nothing left behind."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output

if TYPE_CHECKING:
    from alerts.evidence import Pictures
    from connectors.http import Http
    from monitor.config import Settings
    from monitor.service import App
    from monitor.types import Message, Tally

WEEK = timedelta(days=7)


def demo(
    folder: Annotated[
        Path, typer.Option("--folder", metavar="DIR", help="Where to write the digests as HTML.")
    ] = Path("demo"),
) -> None:
    """See it work on recorded answers: real connectors, rules, database and digest, but no internet."""
    from monitor import logs, service
    from monitor.channels import pictures_of

    logs.configure(logs.ONLY_ERRORS)
    with TemporaryDirectory(prefix="trustwatch-demo-") as state:
        settings = demo_settings(Path(state))
        output.say(
            f"Scanning {len(settings.sources)} recorded sources of an invented trust, a week back. "
            "Nothing leaves this machine."
        )
        with service.opened(settings, http=replayed()) as app:
            _authorise(app)
            tallies = _scan(app)
            messages = _digests(app)
            written = [_write(folder, message, partial(pictures_of, app.store)) for message in messages]
            pictures = sorted((folder / "evidence").glob("*.png"))
    _show(tallies, messages, written, pictures)


def demo_settings(state: Path) -> Settings:
    """The demo's settings with a database in `state`."""
    from importlib.resources import as_file, files

    from monitor import config

    with as_file(files("monitor") / "demo.toml") as path:
        settings = config.load(path)
    return settings.model_copy(update={"store": settings.store.model_copy(update={"state_dir": state})})


def _authorise(app: App) -> None:
    """Let the blog of one invented nurse be read, as `monitor accounts add` would."""
    from monitor.store.people.register import Authorisation, add, year_after
    from monitor.types import SERVICE

    today = app.settings.organisation.day(app.now())
    row = Authorisation(
        person="S-014", platform="web", account="https://nurseblog.test/", notice_version="3",
        notice_date=today, lawful_basis="public task", dpia_reference="DPIA-2026-07", starts=today,
        expires=year_after(today),
    )  # fmt: skip
    with app.store.transaction() as tx:
        add(tx, row, SERVICE, app.now())


def replayed() -> Http:
    """The way out, with recordings where the internet would be."""
    from connectors import CONNECTORS, recordings
    from connectors.http import Http
    from connectors.parts.replay import Replay
    from monitor.service import utc_now

    known = [recording for kind in CONNECTORS for recording in recordings.load(kind)]
    return Http(now=utc_now, contact="demo", attempts=1, transport=Replay(known, utc_now))


def _scan(app: App) -> list[Tally]:
    from monitor.pipeline import Window
    from monitor.service import utc_now

    tasks = [app.task(source) for source in app.sources()]
    with output.progress("Reading", total=len(tasks)) as bar:
        window = Window(since=utc_now() - WEEK, from_cursor=False)
        return app.scan(tasks, window, done=lambda tally: bar.advance(bar.task_ids[0]))


def _digests(app: App) -> list[Message]:
    """One digest for each recipient, as the daemon would mail them; the comms team's first."""
    desk = app.desk()
    briefings = [desk.editor.preview(recipient) for recipient in app.directory.recipients]
    return [
        desk.compose(
            briefing, message_id=f"<demo.{briefing.recipient.role}@localhost>", list_id="demo", live=True
        )
        for briefing in briefings
    ]


def _write(folder: Path, message: Message, pictures: Pictures) -> Path:
    """The digest as a page, with the picture evidence that it links to beside it."""
    from alerts import evidence

    folder.mkdir(parents=True, exist_ok=True)
    evidence.put(folder, message.html, pictures)
    path = folder / f"digest-{message.to.partition('@')[0]}.html"
    path.write_text(message.html, encoding="utf-8")
    return path


def _show(tallies: list[Tally], messages: list[Message], written: list[Path], pictures: list[Path]) -> None:
    kept, findings = sum(t.kept for t in tallies), sum(t.findings for t in tallies)
    answered = sum(t.state.answered for t in tallies)
    output.show(f"To: {messages[0].to}\nSubject: {messages[0].subject}\n\n{messages[0].text}")
    output.say(
        f"\n{sum(t.seen for t in tallies)} posts read from {answered} of {len(tallies)} sources, "
        f"{kept} speak of the trust, {findings} findings.\n"
        f"Each role gets a digest of its own: {', '.join(map(str, written))}\n"
        f"{_evidence(pictures)}\n\n"
        "Next:\n"
        f"  open {written[0]} in a browser\n"
        '  monitor check "Lovely shift at CDDFT, NHS number 999 200 1135 kept us busy"\n'
        "  monitor init            write settings for your own organisation"
    )


def _evidence(pictures: list[Path]) -> str:
    from monitor.pictures.analysis import NOT_INSTALLED

    if not pictures:
        return NOT_INSTALLED[:1].upper() + NOT_INSTALLED[1:]
    return f"They link to {len(pictures)} pictures of evidence in {pictures[0].parent}"
