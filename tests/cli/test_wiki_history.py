"""`monitor wiki status` and `history`: what the database knows of watched pages, on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from connectors.parts.wiki.comparison import compare
from monitor import service
from monitor.cli.output import Exit
from monitor.errors import SourceUnavailable
from monitor.pipeline import Task, Window
from monitor.types import Account, Change, Editor, EditorKind, Kind, PageEvent, Post, State
from tests.cli.installation import Installation
from tests.cli.servedwiki import NEW, OLD
from tests.connectors.fakewiki import TITLE
from tests.core.world import Feed

WATCHED = """
[[sources]]
name = "our wiki"
kind = "wikipedia"
base_url = "https://wiki.test"
contact = "comms@wvft.nhs.test"
pages = ["Wearside Vale NHS Foundation Trust", "St Oswin's Hospital"]
"""
LOGINS = """
[[recipients]]
address = "jo@wvft.nhs.test"
role = "comms"
login = "jo"

[[recipients]]
address = "sam@wvft.nhs.test"
role = "patient_confidentiality"
login = "sam"
"""


def edit(
    now: datetime, number: int, hours: float, user: str | None, kind: EditorKind, **more: object
) -> Post:
    """The edit that takes the criticism out, or what `more` makes of it."""
    old, new, title = more.pop("old", OLD), more.pop("new", NEW), str(more.pop("title", TITLE))
    compared = compare(str(old), str(new))
    change = Change(
        page=title, page_id=str(more.pop("page_id", 7)), revision=str(number), parent=str(number - 1),
        hunks=compared.hunks, sections_before=compared.sections_before,
        sections_after=compared.sections_after, size_before=compared.size_before,
        size_after=compared.size_after, editor=Editor(kind=kind, edits=3, age_days=12),
    )  # fmt: skip
    return Post(
        source="our wiki", platform="wikipedia", external_id=f"wiki.test:{number}", observed_at=now,
        kind=Kind.PAGE_EDIT, url=f"https://wiki.test/w/index.php?diff={number}&oldid={number - 1}",
        author=Account(platform="wikipedia", handle=user) if user else None, title=title,
        text=str(more.pop("text", "[[WP:TIDY|tidy]] up")), created_at=now - timedelta(hours=hours),
        change=replace(change, **more), recheck_id=f"{number}-",
    )  # fmt: skip


def poll(installation: Installation, connector: object) -> None:
    """Poll the wiki's source with what it is to read."""
    with service.opened(installation.settings(), now=lambda: installation.now) as app:
        source = next(each for each in app.sources() if each.name == "our wiki")
        task = Task(source=source, connector=connector, keeps_everything=True)
        app.pipeline().poll(task, Window(since=installation.now - timedelta(days=7)))


@pytest.fixture
def watching(installation: Installation) -> Installation:
    """An installation that watches two pages of a wiki; nothing is read yet."""
    file = installation.folder / "monitor.toml"
    file.write_text(file.read_text("utf-8") + WATCHED, "utf-8")
    return installation


@pytest.fixture
def read(watching: Installation) -> Installation:
    """The same with a week's edits of the first page, by every kind of editor, and its talk page."""
    now = watching.now
    same = {"old": "a\n", "new": "b\n"}
    edits = [
        edit(now, 10, 50, "192.0.2.7", EditorKind.ADDRESS, **same),
        edit(now, 11, 40, "~2026-31415-92", EditorKind.TEMPORARY, reverted_by="12"),
        edit(now, 12, 39, "TidyBot", EditorKind.BOT, old=NEW, new=OLD, reverts=True),
        edit(now, 13, 20, "WVFT Comms", EditorKind.ACCOUNT),
        edit(now, 14, 10, None, EditorKind.HIDDEN, hunks=(), hidden=("text", "user")),
        edit(
            now, 15, 5, "Admin", EditorKind.ACCOUNT, revision="log:15", hunks=(), size_before=None,
            size_after=None, event=PageEvent.MOVED, target="Wearside Vale Trust",
        ),
        edit(now, 16, 4, "Reader", EditorKind.ACCOUNT, title=f"Talk:{TITLE}", page_id=8, **same),
    ]  # fmt: skip
    poll(watching, Feed([edits]))
    return watching


def test_before_anything_was_read_nothing_is_said_of_changes(watching: Installation) -> None:
    poll(watching, Feed(error=SourceUnavailable("wiki.test did not answer")))
    result = watching.run("wiki", "status")
    assert result.exit_code == Exit.OK
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert [line[0] for line in lines] == [TITLE, "St Oswin's Hospital"]
    assert all("wiki.test did not answer" in line[2] for line in lines)
    assert {(line[3], line[4], line[5]) for line in lines} == {("never", "not known", "none")}
    assert "nothing changed" not in result.output


def test_each_page_has_its_edits_by_kind_of_editor_and_its_open_case(read: Installation) -> None:
    first, talk, other = (line.split("\t") for line in read.run("wiki", "status").stdout.splitlines())
    assert first[:3] == [TITLE, "wiki.test", "ok"]
    assert first[4] == "5, by 1 account, 1 bot, 1 temporary account, 1 address, 1 hidden"
    assert "1" in first[5].split(", ")
    assert (talk[0], talk[4]) == (f"Talk:{TITLE}", "1, by 1 account")
    assert other[4] == "nothing changed"


def test_the_status_is_honest_about_networks_in_both_forms(read: Installation) -> None:
    assert "since 4 November 2025" in " ".join(read.run("wiki", "status").stderr.split())
    answer = json.loads(read.run("wiki", "status", "--json").stdout)
    assert "cannot be determined" in answer["network"]
    page = answer["pages"][0]
    assert page["editors"] == {"account": 1, "bot": 1, "temporary": 1, "address": 1, "hidden": 1}
    assert (page["answered"], page["edits"], page["cases"][0]) == (True, 5, 1)


def test_a_history_tells_newest_first_what_was_done_and_what_became_of_it(read: Installation) -> None:
    told = read.run("wiki", "history", TITLE, "--since", "3d").stdout
    entries = told.strip().split("\n\n")
    assert [entry.split("  ")[1].strip() for entry in entries] == ["log:15", "14", "13", "12", "11", "10"]
    assert "the page was moved (Wearside Vale Trust)" in entries[0]
    assert "the wiki hides who made the edit" in entries[1]
    assert "The wiki hides its text, who made it" in entries[1]
    assert "HIGH  Criticism taken off the watched page" in entries[2]
    assert "(WIK-001, case 1)" in entries[2]
    assert "Summary: tidy up" in entries[2]
    assert "In: " in entries[2]
    assert "cannot be determined since 4 November 2025" in entries[4]
    assert "Put right since, by revision 12" in entries[4]
    assert "192.0.2.7: an IP address" in entries[5]
    assert "[-" not in told


def test_a_history_shows_the_difference_when_asked(read: Installation) -> None:
    told = " ".join(read.run("wiki", "history", TITLE, "--diff").stdout.split())
    assert "[-" in told
    assert "faced challenges" in told


def test_a_history_as_json_has_what_a_script_needs(read: Installation) -> None:
    answer = json.loads(read.run("wiki", "history", TITLE, "--json", "--diff").stdout)
    edit = answer["edits"][2]
    assert (answer["page"], answer["wiki"]) == (TITLE, "https://wiki.test")
    assert edit["editor"] == {
        "name": "WVFT Comms", "kind": "account", "edits": 3, "age_days": 12, "declared": None,
    }  # fmt: skip
    assert "WIK-001" in [finding["rule_id"] for finding in edit["findings"]]
    assert edit["hunks"]
    assert answer["edits"][0]["event"] == "moved"


def test_the_time_asked_for_is_heeded(read: Installation) -> None:
    assert read.run("wiki", "history", TITLE, "--since", "7h").stdout.count("https://wiki.test") == 1
    assert "No edit of" in read.run("wiki", "history", "St Oswin's Hospital").stderr
    assert read.run("wiki", "history", TITLE, "--since", "whenever").exit_code == Exit.USAGE


@pytest.mark.parametrize(
    "given", [f"talk:{TITLE.lower()}", f"https://wiki.test/wiki/Talk:{TITLE.replace(' ', '_')}"]
)
def test_a_page_is_found_by_address_and_whatever_its_capitals(read: Installation, given: str) -> None:
    assert "Reader" in read.run("wiki", "history", given).stdout


def test_a_moved_page_is_found_by_its_titles_of_now_and_then(read: Installation) -> None:
    moved = edit(read.now, 17, 1, "Reader", EditorKind.ACCOUNT, title="Wearside Vale Trust", text="typo")
    poll(read, Feed([[moved]]))
    for title in (TITLE, "Wearside Vale Trust"):
        assert "Summary: typo" in read.run("wiki", "history", title).stdout


def test_a_page_that_is_not_watched_is_named_with_the_nearest(read: Installation) -> None:
    result = read.run("wiki", "history", "St Oswins Hospital")
    assert result.exit_code == Exit.USAGE
    assert 'did you mean "St Oswin\'s Hospital"' in " ".join(result.stderr.replace("│", " ").split())


def test_what_the_wiki_hid_since_is_gone_from_the_history(read: Installation) -> None:
    lost = edit(read.now, 13, 20, None, EditorKind.ACCOUNT)
    poll(read, Feed([[replace(lost.gone(State.WITHHELD), change=None)]]))
    told = read.run("wiki", "history", TITLE, "--diff").stdout
    assert "an edit that its wiki has hidden or deleted since" in told
    assert "WVFT Comms" not in told


def test_what_others_are_told_of_in_confidence_is_kept_from_a_look(
    read: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = read.folder / "monitor.toml"
    file.write_text(file.read_text("utf-8") + LOGINS, "utf-8")
    file.write_text(
        file.read_text("utf-8").replace('folder = "own"', 'folder = "own"\nrehearsal = true'), "utf-8"
    )
    story = "The patient in bed 4, NHS number 999 200 1135, has cancer."
    poll(read, Feed([[edit(read.now, 30, 1, "Reader", EditorKind.ACCOUNT, old="", new=story, text="story")]]))
    monkeypatch.delenv("SUDO_USER", raising=False)
    shown = {}
    for login in ("jo", "sam"):
        monkeypatch.setenv("LOGNAME", login)
        shown[login] = read.run("wiki", "history", TITLE, "--diff").stdout
    assert "confidential: for those who are told of its case" in shown["jo"]
    assert "Summary: story" not in shown["jo"]
    assert "Summary: story" in shown["sam"]
    assert all("999" not in told for told in shown.values())


def test_each_look_at_a_history_is_written_down(read: Installation) -> None:
    read.run("wiki", "history", TITLE)
    rows = read.rows("SELECT object FROM audit_entry WHERE action = 'edits.listed'")
    assert [row[0] for row in rows] == ["wikipedia:page:7"]


def test_without_a_database_a_look_makes_none(watching: Installation) -> None:
    result = watching.run("wiki", "history", TITLE)
    if "no database yet" in result.stderr:  # on SQLite
        assert result.exit_code == Exit.ERROR
        assert not (watching.folder / "state").exists()
    else:
        assert "No edit of" in result.stderr
