"""An installation that holds mentions: settings, store and real rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from typer.testing import CliRunner, Result

from monitor import config, service
from monitor.cli import app
from monitor.config import SourceSettings
from monitor.pipeline import Task, Window
from monitor.types import Account, Kind, Post, Tally
from tests.core.world import Feed

TOML = """\
[organisation]
name = "Wearside Vale NHS Foundation Trust"
short = "WVFT"

[rules]
folder = "own"

[[sources]]
name = "gazette"
kind = "rss"
url = "https://gazette.test/feed"

[[recipients]]
address = "comms@wvft.nhs.test"
role = "comms"

[[recipients]]
address = "dpo@wvft.nhs.test"
role = "information"

[[recipients]]
address = "guardian@wvft.nhs.test"
role = "concerns"
"""

HEAD = """\
[organisation]
name = "Wearside Vale NHS Foundation Trust"
short = "WVFT"
aliases = [{ text = "Wearside Vale" }]
[[recipients]]
address = "comms@wvft.nhs.test"
"""
"""The least that a settings file needs to be of use; sources come after it."""

RULE = """\
id: {id}
title: A word
status: stable
category: {category}
lane: {lane}
severity: low
clauses: [{clause}]
subjects: [public_mention]
owner: {owner}
route: {{to: [{owner}], digest: daily, redact: true}}
match: {{any: ['{pattern}']}}
false_positives: [Most of them]
tests:
  match: ["{example}"]
  no_match: ["nothing of the kind"]
"""


CONFIDENTIAL = {
    "lane": "confidential", "category": "confidential-organisation", "clause": "CDD-4.4.8-4",
    "owner": "information",
}  # fmt: skip
PROTECTED = {
    "lane": "protected", "category": "whistleblowing", "clause": "CDD-4.4.1-6", "owner": "concerns",
}  # fmt: skip


@dataclass
class Installation:
    """One installation in a folder. `run` types a command, `store` reads posts as the daemon would."""

    folder: Path
    now: datetime

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(app, ["--config", str(self.folder / "monitor.toml"), *words])

    def rule(self, rule_id: str, pattern: str, folder: str = "own", **more: str) -> Path:
        """Write a rule that looks for one pattern."""
        fields = {
            "category": "lookalike-account", "lane": "comms", "clause": "CDD-4.3-1", "owner": "comms",
            "example": pattern,
        }  # fmt: skip
        (self.folder / folder).mkdir(exist_ok=True)
        path = self.folder / folder / f"{rule_id}.yaml"
        path.write_text(RULE.format(id=rule_id, pattern=pattern, **fields | more), encoding="utf-8")
        return path

    def posts(self, *texts: str, **more: object) -> list[Post]:
        """Posts on a microblog, each by an account of its own unless `author` says otherwise."""
        return [
            Post(
                **{
                    "source": "gazette", "platform": "mastodon", "external_id": words,
                    "observed_at": self.now, "kind": Kind.POST, "text": f"WVFT {words}",
                    "created_at": self.now - timedelta(hours=1),
                    "author": Account(platform="mastodon", handle=f"@author{at}"),
                } | more
            )
            for at, words in enumerate(texts)
        ]  # fmt: skip

    def store(self, *posts: Post, at: datetime | None = None) -> Tally:
        """Poll a source that shows these posts."""
        moment = at or self.now
        with service.opened(self.settings(), now=lambda: moment) as installed:
            task = Task(source=SourceSettings(name="gazette", kind="rss"), connector=Feed([list(posts)]))
            return installed.pipeline().poll(task, Window(since=moment - timedelta(days=7)))

    def settings(self) -> config.Settings:
        return config.load(self.folder / "monitor.toml")

    def found(self) -> set[tuple[str, str]]:
        """(text of the mention, rule) of everything that is in a case."""
        query = "SELECT m.text, f.rule_id FROM finding f JOIN mention m ON m.id = f.mention_id"
        return {(row[0], row[1]) for row in self.rows(query)}

    def rows(self, query: str) -> Sequence[Sequence[object]]:
        with service.opened(self.settings()) as installed, installed.store.reading() as connection:
            return [tuple(row) for row in connection.execute(text(query))]  # a row shows long values cut
