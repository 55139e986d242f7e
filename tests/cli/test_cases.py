"""`monitor cases` and `monitor reminders`: a team without a console finishes its day."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import Result

from monitor import service
from monitor.config import SourceSettings
from monitor.pipeline import Task, Window
from monitor.types import Change, Editor, EditorKind, Hunk, Kind
from tests.cli.installation import CONFIDENTIAL, PROTECTED, TOML, Installation
from tests.core.world import Feed

LOGINS = (
    TOML.replace('role = "comms"', 'role = "comms"\nlogin = "jo"')
    .replace('role = "information"', 'role = "information"\nlogin = "sam"')
    .replace('role = "concerns"', 'role = "concerns"\nlogin = "pat"')
    + '\n[[recipients]]\naddress = "hr@wvft.nhs.test"\nrole = "hr"\nlogin = "kim"\n'
    + '\n[[recipients]]\naddress = "reviewer@wvft.nhs.test"\nrole = "conduct"\n'
)
STAFF = {"lane": "conduct", "category": "bullying", "clause": "CDD-4.4.3-1", "owner": "hr"}
Type = Callable[..., Result]


@pytest.fixture
def office(installation: Installation) -> Installation:
    """Case 1 confidential, case 2 comms, case 3 conduct, and something in the protected lane."""
    (installation.folder / "monitor.toml").write_text(LOGINS, encoding="utf-8")
    installation.rule("OWN-001", "draft", **CONFIDENTIAL)
    installation.rule("OWN-002", "garden")
    staff = installation.rule("OWN-003", "daisy", **STAFF)
    staff.write_text(staff.read_text("utf-8").replace("public_mention", "staff_account"), "utf-8")
    installation.rule("OWN-004", "unsafe", **PROTECTED)
    installation.store(*installation.posts("draft"))
    installation.store(*installation.posts("garden", "unsafe"))
    with service.opened(installation.settings(), now=lambda: installation.now) as app:
        source = SourceSettings(name="gazette", kind="rss")
        feed = Feed([installation.posts("daisy")])
        task = Task(source=source, connector=feed, pseudonym="S-014")
        app.pipeline().poll(task, Window(since=installation.now - timedelta(days=7)))
    return installation


@pytest.fixture
def types(office: Installation, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Types a command as somebody."""

    def as_somebody(login: str, *words: str, code: int = 0) -> Result:
        monkeypatch.setenv("LOGNAME", login)
        monkeypatch.delenv("SUDO_USER", raising=False)
        result = office.run(*words)
        assert result.exit_code == code, result.output
        return result

    return as_somebody


def listed(result: Result) -> list[int]:
    return [case["number"] for case in json.loads(result.stdout)["cases"]]


def actions(office: Installation, about: str) -> list[tuple[object, ...]]:
    query = f"SELECT who, role, action FROM audit_entry WHERE object = '{about}' ORDER BY id"
    return [tuple(row) for row in office.rows(query)]


# -- who sees what --------------------------------------------------------------------------------


@pytest.mark.parametrize(("login", "cases"), [("jo", [2]), ("sam", [1]), ("kim", [3])])
def test_a_list_holds_the_lanes_of_whoever_asks(types: Type, login: str, cases: list[int]) -> None:
    assert listed(types(login, "cases", "list", "--json")) == cases


def test_nobody_lists_the_protected_lane_or_a_lane_of_others(office: Installation, types: Type) -> None:
    types("pat", "cases", "list", code=77)
    types("jo", "cases", "list", "--lane", "confidential", code=77)
    types("pat", "cases", "list", "--lane", "protected", code=2)
    assert actions(office, "cases")[0] == ("pat", "concerns", "access.refused")


@pytest.mark.parametrize(
    "words",
    [
        ("show", "1"), ("export", "1"), ("claim", "1"), ("release", "1"), ("assign", "1", "information"),
        ("escalate", "1"), ("advice", "1", "information"), ("advice", "1", "--given", "yes"),
        ("answer", "1", "decision", "deleted"), ("merge", "1", "2"), ("merge", "2", "1"),
        ("reopen", "1", "--reason", "x"), ("remind", "1"), ("close", "1"), ("mark", "1", "wrong"),
        ("notice", "1", "advice"),
    ],
)  # fmt: skip
def test_a_role_outside_the_lane_is_refused_and_that_is_written_down(
    office: Installation, types: Type, words: tuple[str, ...]
) -> None:
    told = types("jo", "cases", *words, code=77)
    assert "case 1: this case is for patient confidentiality or information" in told.stderr
    assert "draft" not in told.output
    assert actions(office, "case:1") == [("jo", "comms", "access.refused")]


def test_a_case_that_is_not_there_is_a_usage_error_for_every_command(types: Type) -> None:
    for words in (("show", "99"), ("close", "99"), ("merge", "2", "99"), ("notice", "99")):
        assert "there is no case 99" in types("jo", "cases", *words, code=2).stderr


def test_the_protected_lane_is_in_nothing_that_is_printed(office: Installation, types: Type) -> None:
    outputs = [types("jo", "cases", "list").output, types("jo", "cases", "list", "--json").output]
    for number, login in ((1, "sam"), (2, "jo"), (3, "kim")):
        outputs += [types(login, "cases", word, str(number)).output for word in ("show", "export")]
    assert "unsafe" not in "".join(outputs)
    assert "OWN-004" not in "".join(outputs)


def test_a_login_that_nobody_knows_sees_nothing(office: Installation, types: Type) -> None:
    for words in (("list",), ("show", "2")):
        refused = types("stranger", "cases", *words, code=77)
        assert refused.stdout == ""
        assert "garden" not in refused.stderr
    assert actions(office, "case:2")[-1] == ("stranger", "terminal", "access.refused")


# -- working --------------------------------------------------------------------------------------


def test_a_case_is_worked_from_its_first_look_to_its_close(office: Installation, types: Type) -> None:
    shown = types("kim", "cases", "show", "3").stdout
    assert "Unclear whether in line with" in shown
    assert "monitor cases answer 3 judgement not-in-line" in shown
    assert "kim, as hr, last" in shown
    types("kim", "cases", "claim", "3")
    types("kim", "cases", "answer", "3", "judgement", "not-in-line")
    told = types("kim", "cases", "close", "3", code=1).stderr
    assert "1 to answer" not in told
    assert "monitor cases answer 3 line_manager formally --note 'reference'" in told
    assert "line_manager informally" not in told  # CDD alone does not ask for it
    for words in (
        ("decision", "deleted"),
        ("acknowledgement", "not-needed", "--note", "nobody had seen it"),
        ("platform-report", "not-needed"),
        ("line_manager", "formally", "--note", "LM-7"),
        ("professional_body", "no-registrant"),
        ("policy_review", "needed", "--on", "30d", "--note", "say it earlier"),
    ):
        last = types("kim", "cases", "answer", "3", *words)
    assert "Nothing is left to answer: monitor cases close 3" in last.stderr
    assert types("kim", "cases", "close", "3").stdout == "Case 3 is closed: deleted.\n"
    assert listed(types("kim", "cases", "list", "--json")) == []
    assert listed(types("kim", "cases", "list", "--status", "closed", "--json")) == [3]
    done = [action for _, _, action in actions(office, "case:3")]
    assert done[0] == "case.viewed"
    assert done.count("case.answered") == 7
    assert done[-1] == "case.closed"


def test_an_export_replays_the_case(types: Type) -> None:
    types("sam", "cases", "claim", "1")
    types("sam", "cases", "answer", "1", "breach", "confirmed")
    replay = json.loads(types("sam", "cases", "export", "1").stdout)
    assert [event["action"] for event in replay["events"]] == [
        "case.claimed", "case.answered", "case.exported",
    ]  # fmt: skip
    state = json.loads(types("sam", "cases", "show", "1", "--json").stdout)["state"]
    assert replay["state"] == state
    assert (state["held_by"], state["answers"]) == ("sam", {"breach": "confirmed"})
    assert "draft" not in json.dumps(replay)


def test_a_clock_is_in_the_list_the_case_and_the_digest(types: Type) -> None:
    types("sam", "cases", "answer", "1", "breach", "confirmed")
    for words in (("cases", "list"), ("cases", "show", "1"), ("digest", "--for", "information")):
        assert "72 hours to tell the ICO end" in flat(types("sam", *words).stdout)
    assert listed(types("sam", "cases", "list", "--overdue", "--json")) == []


def test_mine_and_unclaimed_are_told_apart(types: Type) -> None:
    assert listed(types("jo", "cases", "list", "--unclaimed", "--json")) == [2]
    types("jo", "cases", "claim", "2")
    assert listed(types("jo", "cases", "list", "--mine", "--json")) == [2]
    assert listed(types("jo", "cases", "list", "--unclaimed", "--json")) == []
    assert "claimed by jo" in flat(types("jo", "digest", "--for", "comms").stdout)
    types("jo", "cases", "release", "2")
    assert listed(types("jo", "cases", "list", "--mine", "--json")) == []


def test_an_adviser_sees_the_case_until_the_advice_is_there(types: Type) -> None:
    types("sam", "cases", "show", "2", code=77)
    types("jo", "cases", "advice", "2", "information", "--reason", "is it ours?")
    assert "Waits for the advice of information." in types("sam", "cases", "show", "2").stdout
    assert "case 2," in types("sam", "digest", "--for", "information").stdout
    types("sam", "cases", "close", "2", code=77)
    types("sam", "cases", "advice", "2", "--given", "yes, filed as A-12")
    types("sam", "cases", "show", "2", code=77)


def test_a_case_that_changed_since_it_was_seen_is_refused_where_that_is_asked(types: Type) -> None:
    types("jo", "cases", "claim", "2")
    told = types("jo", "cases", "answer", "2", "decision", "deleted", "--seen", "0", code=1).stderr
    assert "it is at change 1, not 0" in told
    types("jo", "cases", "answer", "2", "decision", "deleted", "--seen", "1")


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("answer", "2", "verdict", "guilty"), 1, "no step 'verdict'; there are: judgement"),
        (("answer", "2", "decision", "punished"), 1, "it can be: corrected, deleted, both"),
        (("answer", "2", "breach", "confirmed"), 1, "is not asked 'breach'"),
        (("answer", "2", "decision", "deleted", "--note", "of jo@mail.test"), 2, "e-mail address"),
        (("answer", "2", "decision", "deleted", "--on", "soon"), 2, "is not a day"),
        (("reopen", "2", "--reason", "999 200 1135"), 2, "NHS number"),
        (("remind", "2", "--words", "ring 07700 900123"), 2, "personal data"),
        (("advice", "2"), 2, "name a ROLE to ask"),
        (("advice", "2", "line_management"), 1, "the comms lane is not for line management"),
        (("assign", "2", "concerns"), 1, "the comms lane is not for concerns"),
        (("merge", "2", "2"), 1, "into itself"),
        (("notice", "2", "regulator"), 2, "for case 2: acknowledgement"),
        (("list", "--after", "x"), 2, "is not a place"),
        (("release", "2"), 1, "you have not claimed it"),
        (("reopen", "2", "--reason", "x"), 1, "case 2 is open"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_to_do(
    office: Installation, types: Type, words: tuple[str, ...], code: int, hint: str
) -> None:
    told = types("jo", "cases", *words, code=code)
    assert hint in flat(told.stderr)
    assert not ({"mail.test", "999 200 1135", "900123"} & set(told.output.split()))
    assert office.rows("SELECT changes FROM case_file WHERE id = 2")[0][0] == 0


def test_a_false_alarm_is_closed_as_it_is(types: Type) -> None:
    types("jo", "cases", "mark", "2", "wrong", "--reason", "our own garden")
    assert "monitor cases close 2" in types("jo", "cases", "show", "2").stdout
    assert types("jo", "cases", "close", "2").stdout == "Case 2 is closed: false-alarm.\n"
    assert "was closed by jo" in types("jo", "cases", "close", "2", code=1).stderr


# -- notices and reminders ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("login", "number", "kinds"),
    [
        ("sam", 1, ["acknowledgement", "removal", "platform", "advice", "regulator"]),
        ("jo", 2, ["acknowledgement", "removal", "platform", "advice"]),
        ("kim", 3, ["acknowledgement", "removal", "platform", "line-manager", "advice"]),
    ],
)
def test_each_lane_has_its_notices_and_each_can_be_printed(
    office: Installation, types: Type, login: str, number: int, kinds: list[str]
) -> None:
    shown = types(login, "cases", "notice", str(number)).stdout
    assert [line.split("\t")[0] for line in shown.splitlines()] == kinds
    for kind in kinds:
        assert len(types(login, "cases", "notice", str(number), kind).stdout) > 200
    assert actions(office, f"case:{number}") == [
        (login, {"sam": "information", "jo": "comms", "kim": "hr"}[login], "case.noticed")
    ] * len(kinds)


def test_an_edit_of_a_wiki_page_is_shown_and_answered_by_the_words_that_went(
    office: Installation, types: Type
) -> None:
    gone = (
        "In 2019 the inspectors found serious failings in the maternity unit, who rated it inadequate after "
        "several avoidable deaths.<ref>CQC</ref> Ring 07700 900123 for more."
    )
    hunk = Hunk(old=gone, new="", section="Criticism", before="St Oswin's is a hospital. ", line=3)
    editor = Editor(kind=EditorKind.TEMPORARY, edits=2, age_days=0)
    change = Change(page="WVFT", page_id="7", revision="9", hunks=(hunk,), editor=editor)
    (made,) = office.posts("tidy")
    made = replace(made, kind=Kind.PAGE_EDIT, platform="wikipedia", title="WVFT", change=change)
    with service.opened(office.settings(), now=lambda: office.now) as app:
        task = Task(source=SourceSettings(name="Wikipedia", kind="wikipedia"), connector=Feed([[made]]))
        app.pipeline().poll(
            replace(task, keeps_everything=True), Window(since=office.now - timedelta(days=7))
        )
    cases = json.loads(types("jo", "cases", "list", "--json").stdout)["cases"]
    (number,) = (case["number"] for case in cases if case["title"].startswith("Criticism"))
    shown = " ".join(types("jo", "cases", "show", str(number)).stdout.replace("> ", "").split())
    assert "Criticism St Oswin's is a hospital. [removed: In 2019 the inspectors found" in shown
    assert (
        "its network cannot be determined since 4 November 2025; account less than a day old, 2 edits"
        in shown
    )
    assert "Told: Communications team" in shown
    noticed = types("jo", "cases", "notice", str(number), "wiki-criticism").stdout
    assert gone.replace("07700 900123", "[telephone number redacted]") in noticed
    assert "for case" in types("jo", "cases", "notice", str(number), "wiki-request", code=2).stderr


def test_the_hand_off_is_informal_first_where_such_a_policy_is_in_force(
    office: Installation, types: Type
) -> None:
    file = office.folder / "monitor.toml"
    assert "Informal first" not in types("kim", "cases", "notice", "3", "line-manager").stdout
    file.write_text(LOGINS + '\n[policy]\npacks = ["CDD", "BOL"]\n', encoding="utf-8")
    assert "Informal first: BOL" in types("kim", "cases", "notice", "3", "line-manager").stdout
    types("kim", "cases", "answer", "3", "judgement", "unclear")
    types("kim", "cases", "answer", "3", "line_manager", "informally")


def test_a_reminder_is_for_the_role_that_made_it_until_it_is_done(types: Type) -> None:
    types("jo", "cases", "remind", "2", "--on", "2d", "--words", "has it gone?")
    assert json.loads(types("sam", "reminders", "list", "--json").stdout) == []
    (reminder,) = json.loads(types("jo", "reminders", "list", "--json").stdout)
    assert (reminder["role"], reminder["about"], reminder["words"]) == ("comms", "case:2", "has it gone?")
    assert "has it gone?" in types("jo", "digest", "--for", "comms").stdout
    types("sam", "reminders", "done", str(reminder["number"]), code=2)
    types("jo", "reminders", "done", str(reminder["number"]))
    assert "nothing to be reminded of" in types("jo", "reminders", "list").stderr
    types("jo", "reminders", "done", str(reminder["number"]), code=2)


def test_a_list_goes_into_a_pipe_that_closes_early(office: Installation) -> None:
    command = [sys.executable, "-c", "from monitor.cli import main; main()"]
    command += ["--config", str(office.folder / "monitor.toml"), "cases", "list"]
    done = subprocess.run(
        [*command], capture_output=True, text=True, cwd=office.folder, env=_environment("jo"), check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split("\t")[:3] == ["2", "low", "comms"]


def _environment(login: str) -> dict[str, str]:
    import os

    return {**os.environ, "LOGNAME": login, "NO_COLOR": "1"}


def flat(text: str) -> str:
    return " ".join(text.replace("│", " ").split())
