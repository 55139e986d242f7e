"""`monitor import`: files that were exported, through the same pipeline, as often as one likes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.installation import Installation

CHAT = "".join(f"13/05/2026, 16:{minute:02} - Jane Doe: The garden, part {minute}\n" for minute in range(30))
TABLE = "url,text\nhttps://club.test/1,The garden\nnonsense,The garden\n,The meadow\n"
TWEETS = 'window.YTD.tweets.part0 = [{"tweet": {"id_str": "1", "full_text": "Our garden"}},'


@pytest.fixture
def garden(installation: Installation) -> Installation:
    installation.rule("OWN-001", "garden")
    for name, content in (("chat.txt", CHAT), ("posts.csv", TABLE), ("tweets.js", TWEETS + "]")):
        (installation.folder / name).write_text(content, encoding="utf-8")
    return installation


def mentions(installation: Installation) -> list[str]:
    return [str(row[0]) for row in installation.rows("SELECT text FROM mention ORDER BY id")]


def test_every_post_is_kept_and_judged(garden: Installation) -> None:
    result = garden.run("import", "posts.csv")
    assert result.exit_code == 0, result.output
    assert "posts.csv: 2 posts read (csv), 2 of them new, findings: 1, left out: 1" in result.stdout
    assert "left out: line 3: the address is no web address" in result.stderr
    assert "LOW  A word  (case 1, comms lane)" in result.stdout
    assert mentions(garden) == ["The garden", "The meadow"]


def test_the_same_file_again_adds_nothing(garden: Installation) -> None:
    for _ in range(2):
        result = garden.run("import", "chat.txt", "posts.csv", "tweets.js")
    assert "30 posts read (whatsapp), 0 of them new" in result.stdout
    assert "1 posts read (x-archive), 0 of them new" in result.stdout
    assert len(mentions(garden)) == 33


def test_what_a_member_of_a_chat_writes_is_one_case_and_nobody_is_named(garden: Installation) -> None:
    result = garden.run("import", "chat.txt")
    assert result.stdout.count("case 1,") == 1
    assert "member 1" in result.stdout
    assert "Jane" not in result.output
    assert all("Jane" not in str(row) for row in garden.rows("SELECT * FROM mention"))


def test_a_dry_run_stores_nothing(garden: Installation) -> None:
    result = garden.run("import", "posts.csv", "--dry-run")
    assert "2 of them new" in result.stdout
    assert mentions(garden) == []


def test_a_file_that_breaks_off_is_kept_so_far_and_exits_3(garden: Installation) -> None:
    (garden.folder / "tweets.js").write_text(TWEETS)
    result = garden.run("import", "tweets.js", "posts.csv")
    assert result.exit_code == 3
    assert "Not read to the end: tweets.js: the file breaks off or is damaged after item 1" in result.stderr
    assert "Our garden" in mentions(garden)
    assert "The meadow" in mentions(garden)


def test_json_tells_all_of_it(garden: Installation) -> None:
    answer = json.loads(garden.run("import", "posts.csv", "tweets.js", "--json").stdout)
    assert [(row["kind"], row["new"], row["whole"]) for row in answer["files"]] == [
        ("csv", 2, True), ("x-archive", 1, True),
    ]  # fmt: skip
    assert answer["files"][0]["why_left_out"] == ["line 3: the address is no web address"]
    assert len(answer["cases"]) == 2


def test_it_is_kept_under_a_name(garden: Installation) -> None:
    garden.run("import", "posts.csv", "--source", "clippings")
    assert garden.rows("SELECT DISTINCT source FROM mention") == [("clippings",)]
    refused = garden.run("import", "posts.csv", "--source", "gazette")
    assert refused.exit_code == 78
    assert "'gazette'" in refused.stderr


def test_a_list_of_feeds_is_printed_as_tables_and_nothing_is_stored(garden: Installation) -> None:
    outlines = "".join(
        f'<outline text="{name}" xmlUrl="{url}"/>'
        for name, url in (("Club", "https://club.test/feed"), ("Known", "https://gazette.test/feed"))
    )
    (garden.folder / "feeds.opml").write_text(f"<opml><body>{outlines}</body></opml>")
    result = garden.run("import", "feeds.opml")
    assert tomllib.loads(result.stdout)["sources"] == [
        {"name": "Club", "kind": "rss", "url": "https://club.test/feed"}
    ]
    assert "1 feeds that the settings do not have" in result.stderr
    answer = json.loads(garden.run("import", "feeds.opml", "--json").stdout)
    assert answer["feeds"] == [{"name": "Club", "url": "https://club.test/feed"}]


@pytest.mark.parametrize(
    "words",
    [
        ("missing.csv",),
        ("monitor.toml",),
        ("posts.csv", "--kind", "prezi"),
        ("posts.csv", "--source", " "),
        ("monitor.toml", "--kind", "opml"),
    ],
)
def test_what_cannot_be_understood_is_a_usage_error(garden: Installation, words: tuple[str, ...]) -> None:
    assert garden.run("import", *words).exit_code == 2
    assert mentions(garden) == []


MEASURED = """
import resource, sys
from monitor.cli import app
app(["--config", "monitor.toml", "import", sys.argv[1], "--dry-run"], standalone_mode=False)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def peak(folder: Path, name: str) -> int:
    """MiB of memory that reading a file takes, by a process of its own."""
    environment = {key: value for key, value in os.environ.items() if key != "MONITOR_STORE__URL"}
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, name],
        cwd=folder, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(done.stderr.split()[-1]) // 1024


def test_memory_stays_flat_however_long_a_file_is(garden: Installation) -> None:
    table = "text\n" + "".join(f"words {number} {'of no rule ' * 200}\n" for number in range(6_000))
    (garden.folder / "long.csv").write_text(table)
    assert len(table) > 12 * 2**20
    assert peak(garden.folder, "long.csv") - peak(garden.folder, "posts.csv") < 24
