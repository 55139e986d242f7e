"""`monitor lookalikes` on a platform and a name server on loopback: found, explained, packed, seen to."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import service
from monitor.cli.output import Exit
from monitor.pipeline import Window
from monitor.searching import questions
from monitor.types import Kind
from tests.cli.installation import Installation
from tests.cli.people import People, settle
from tests.cli.servedprofiles import FAKE, NURSE, OFFICIAL, Platform, profile
from tests.core.world import everything_stored
from tests.nameserver import NameServer, serving

REGISTER = (
    "registers", "official", "add", "--platform", "mastodon", "--account", "@WVFTNHS",
    "--url", "http://social.test/@WVFTNHS", "--purpose", "News", "--owner", "Head of Communications",
    "--approver", "Director", "--approved-on", "2026-11-01",
)  # fmt: skip
ZONE = {
    "wvft.nhs.test": {"A": "192.0.2.1"},
    "wvft-nhs.uk": {"A": "192.0.2.7", "MX": "10 mail.wvft-nhs.uk."},
    "wvftjobs.co.uk": {"A": "192.0.2.8"},
    "wvff.nhs.uk": {"A": "192.0.2.9"},
}


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform().served() as served:
        yield served


@pytest.fixture
def searching(installation: Installation, platform: Platform) -> Installation:
    """An installation that searches that platform."""
    settle(installation)
    _configure(installation, 'search = ["Social"]\nquestions_a_day = 3\n', platform.port)
    return installation


@pytest.fixture
def people(searching: Installation, monkeypatch: pytest.MonkeyPatch) -> People:
    people = People(searching, monkeypatch)
    assert people.run("jo", *REGISTER).exit_code == Exit.OK
    return people


def _configure(installation: Installation, lookalikes: str, port: int) -> None:
    path = installation.folder / "monitor.toml"
    text = path.read_text("utf-8").replace(
        'short = "WVFT"\n', 'short = "WVFT"\nhandles = ["@WVFTNHS"]\ndomains = ["wvft.nhs.test"]\n'
    )
    source = '[[sources]]\nname = "Social"\nkind = "mastodon"\ntag = "WVFT"\n'
    source += f'base_url = "http://127.0.0.1:{port}"\n'
    network = '[network]\nprivate_hosts = ["127.0.0.1"]\n'
    path.write_text(f"{text}\n{source}\n{network}\n[lookalikes]\n{lookalikes}", encoding="utf-8")


def found_case(people: People) -> str:
    """The case of the fake, once searched for."""
    assert people.run("jo", "lookalikes", "scan").exit_code == Exit.OK
    (row,) = json.loads(people.run("jo", "lookalikes", "list", "--json").stdout)
    return str(row["case"])


def test_a_search_under_our_names_finds_the_fake_and_leaves_no_trace_of_anybody_else(
    people: People, platform: Platform
) -> None:
    scanned = people.run("jo", "lookalikes", "scan", "--json")
    assert scanned.exit_code == Exit.OK, scanned.output
    assert platform.asked == [*questions(people.installation.settings().organisation)][:3]
    by_hand = dict(json.loads(scanned.stdout)["search_by_hand"])
    assert "WVFT" in by_hand["facebook"]  # it lets nobody else search
    (row,) = json.loads(people.run("jo", "lookalikes", "list", "--json").stdout)
    assert (row["standing"], row["platform"]) == ("probable", "mastodon")
    assert row["points"] >= 30
    assert row["account"].startswith(FAKE["acct"])
    with service.opened(people.installation.settings()) as app:
        stored = everything_stored(app.store)
    for person in ("jo_bell", "Jo Bell", "07700", "vale_runners", "Running Club"):
        assert person not in stored
    assert "social.test/@WVFTNHS" in stored  # the register's own row
    (mention,) = people.installation.rows("SELECT kind, title FROM mention")
    assert mention[0] == Kind.PROFILE.value


def test_a_search_that_gets_no_answer_says_so(people: People, platform: Platform) -> None:
    platform.broken = True
    result = people.run("jo", "lookalikes", "scan")
    assert result.exit_code == Exit.NOT_READ
    assert "profiles of Social" in result.output
    assert "no source answered" in result.output
    (row,) = [
        r for r in json.loads(people.run("jo", "sources", "list", "--json").stdout) if "profiles" in r["name"]
    ]
    assert row["state"] == "degraded"


def test_the_daemons_reading_asks_no_more_than_a_days_questions(
    searching: Installation, platform: Platform
) -> None:
    moment = searching.now
    with service.opened(searching.settings(), now=lambda: moment) as app:
        (task,) = app.searches()
        for _ in range(3):
            tally = app.pipeline().poll(task, Window(since=moment))
            assert tally.state.answered
        due = app.store.next_due(task.source.name)
        assert due is not None
        assert due >= moment + timedelta(hours=20)
    assert len(platform.asked) == 3


def test_explain_gives_each_reason_and_what_would_change_it(people: People) -> None:
    people.run("jo", "lookalikes", "scan")
    told = people.run("jo", "lookalikes", "explain", "WVFT_NHS")
    assert told.exit_code == Exit.OK, told.output
    assert "probable" in told.stdout
    assert "as mastodon shows it now" in told.stdout
    assert "points" in told.stdout
    assert "labelled-parody" in told.stdout
    assert "monitor registers official add" in told.stdout
    data = json.loads(people.run("jo", "lookalikes", "explain", "WVFT_NHS", "--json").stdout)
    assert {"standing", "score", "reasons", "mitigations", "nearest", "changes"} <= data.keys()


def test_explain_asks_for_no_handle_without_our_name(people: People, platform: Platform) -> None:
    told = people.run("jo", "lookalikes", "explain", NURSE["acct"])
    assert told.exit_code == Exit.OK
    assert "its profile was not found" in told.stdout
    assert platform.asked == []
    ours = json.loads(people.run("jo", "lookalikes", "explain", OFFICIAL["acct"], "--json").stdout)
    assert ours["standing"] == "registered"


def test_a_known_account_is_left_alone_from_then_on(people: People, platform: Platform) -> None:
    people.run(
        "jo", "registers", "known", "add", "--platform", "mastodon", "--account",
        f"WVFT_NHS@127.0.0.1:{platform.port}", "--what", "charity", "--decided-by", "Head",
    )  # fmt: skip
    people.run("jo", "lookalikes", "scan")
    assert json.loads(people.run("jo", "lookalikes", "list", "--json").stdout) == []


def test_a_pack_holds_what_a_report_takes_and_its_sums_are_right(people: People) -> None:
    case = found_case(people)
    folder = people.installation.folder / "pack"
    packed = people.run("jo", "lookalikes", "pack", case, "--to", str(folder))
    assert packed.exit_code == Exit.OK, packed.output
    report = (folder / "report.txt").read_text("utf-8")
    assert "This account poses as us" in report
    assert "@WVFTNHS on mastodon, http://social.test/@WVFTNHS" in report
    evidence = (folder / "evidence.html").read_text("utf-8")
    assert "SHA-256" in evidence
    assert "CDD social media policy 4.3" in evidence
    assert "points" not in report
    assert f"monitor lookalikes status {case} reported" in evidence
    subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert "case.packed" in {entry.action for entry in people.audited()}


def test_what_is_done_about_one_is_seen_in_the_list_and_in_the_case(people: People) -> None:
    case = found_case(people)
    done = people.run("jo", "lookalikes", "status", case, "reported", "--reference", "AB-12")
    assert done.exit_code == Exit.OK, done.output
    people.run("jo", "lookalikes", "status", case, "taken-down")
    shown = people.run("jo", "cases", "show", case).stdout
    assert "Takedown: reported, reference AB-12 (jo" in shown
    assert "Takedown: taken-down" in shown
    (row,) = json.loads(people.run("jo", "lookalikes", "list", "--status", "taken-down", "--json").stdout)
    assert (row["takedown"]["status"], row["takedown"]["by"]) == ("taken-down", "jo")
    assert [e.details["status"] for e in people.audited() if e.action == "case.takedown"] == [
        "reported", "taken-down",
    ]  # fmt: skip
    exported = json.loads(people.run("jo", "cases", "export", case).stdout)
    assert exported["state"]["changes"] == 2  # the state follows from the log alone


def test_whoever_is_not_of_the_communications_lane_is_refused(people: People) -> None:
    case = found_case(people)
    for words in (
        ("list",),
        ("domains",),
        ("explain", "WVFT_NHS"),
        ("pack", case),
        ("status", case, "refused"),
    ):
        assert people.run("gale", "lookalikes", *words).exit_code == Exit.DENIED, words
    assert [entry.action for entry in people.audited()].count("access.refused") == 5


def test_a_word_that_is_none_of_ours_is_refused_with_a_suggestion(people: People) -> None:
    result = people.run("jo", "lookalikes", "list", "--standing", "probabel")
    assert result.exit_code == Exit.USAGE
    assert "probable" in result.output


def test_a_case_about_something_else_has_no_takedown(people: People) -> None:
    installation = people.installation
    installation.rule("XYZ-001", "on strike", category="media-contact", clause="CDD-4.4.4-3")
    installation.store(*installation.posts("is on strike"))
    (row,) = installation.rows("SELECT id FROM case_file")
    result = people.run("jo", "lookalikes", "status", str(row[0]), "reported")
    assert result.exit_code == Exit.ERROR
    assert "about no lookalike" in result.output


def test_without_anything_to_search_it_says_what_to_set(installation: Installation) -> None:
    result = installation.run("lookalikes", "scan")
    assert result.exit_code == Exit.CONFIG
    assert "lookalikes.search" in result.output


def test_a_source_that_cannot_be_searched_is_refused(installation: Installation, platform: Platform) -> None:
    _configure(installation, 'search = ["Socail"]', platform.port)
    wrong = installation.run("lookalikes", "scan")
    assert wrong.exit_code == Exit.CONFIG
    assert "lookalikes.search" in wrong.output
    assert "Social" in wrong.output
    path = installation.folder / "monitor.toml"
    path.write_text(path.read_text("utf-8").replace("Socail", "gazette"), encoding="utf-8")
    assert "cannot be searched" in installation.run("lookalikes", "scan").output


def test_domains_are_looked_up_and_listed_and_the_nhs_one_is_none_of_ours(
    installation: Installation, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.searching.domains.PAUSE", 0)
    with serving(NameServer(ZONE)) as server:
        _configure(installation, f'domains = true\nresolver = "{server.address}"\n', platform.port)
        scanned = installation.run("lookalikes", "scan")
        assert scanned.exit_code == Exit.OK, scanned.output
        rows = json.loads(installation.run("lookalikes", "domains", "--json").stdout)
        explained = installation.run("lookalikes", "explain", "wvft-nhs.uk").stdout
        everything = json.loads(installation.run("lookalikes", "domains", "--all", "--json").stdout)
    assert {row["domain"] for row in rows} == {"wvft-nhs.uk", "wvftjobs.co.uk"}
    assert len(everything) > 300
    severities = dict(
        installation.rows("SELECT m.title, f.severity FROM finding f JOIN mention m ON m.id = f.mention_id")
    )
    assert severities == {"wvft-nhs.uk": "high", "wvftjobs.co.uk": "medium"}
    assert "mail can be sent there" in explained
    assert {kind for _, kind in server.asked} <= {"A", "AAAA", "MX", "NS"}
    standings = {
        row["standing"] for row in json.loads(installation.run("lookalikes", "list", "--json").stdout)
    }
    assert standings == {"domain"}
    case = str(rows[0]["case"])
    folder = installation.folder / "pack"
    assert installation.run("lookalikes", "pack", case, "--to", str(folder)).exit_code == Exit.OK
    assert "registrar of" in (folder / "report.txt").read_text("utf-8")


def test_a_name_of_a_person_near_ours_is_not_kept(people: People, platform: Platform) -> None:
    platform.profiles = [profile(9, "janewvft", "Jane Okoro", "Physio at WVFT, dog person. Views my own")]
    assert people.run("jo", "lookalikes", "scan").exit_code == Exit.OK
    assert people.installation.rows("SELECT id FROM mention") == []


def test_the_service_searches_by_itself(people: People, platform: Platform) -> None:
    command = [Path(sys.executable).with_name("monitor"), "--config", "monitor.toml", "run"]
    stored = "SELECT author, kind FROM mention"
    with subprocess.Popen(command, cwd=people.installation.folder, stderr=subprocess.DEVNULL) as service_:
        try:
            asked = _within(30, lambda: len(platform.asked) == 3)
            assert asked
            assert _within(30, lambda: bool(people.installation.rows(stored)))
        finally:
            service_.terminate()
    assert len(platform.asked) == 3
    ((author, kind),) = people.installation.rows(stored)
    assert (str(author).partition("@")[0], kind) == ("WVFT_NHS", "profile")


def _within(seconds: float, condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False
