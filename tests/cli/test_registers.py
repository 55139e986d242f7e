"""`monitor registers` and `monitor publish`: typed by a communications officer, on both databases."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import Result

from monitor.cli.staffing import the_authorisations
from monitor.errors import ConfigError
from monitor.registers import REGISTERS
from tests.cli.installation import Installation

OFFICIAL = (
    "registers", "official", "add", "--platform", "Mastodon", "--account", "@WVFTNHS",
    "--url", "https://social.wvft.nhs.test/@WVFTNHS", "--purpose", "News",
    "--owner", "Head of Communications",
    "--approver", "Director of Communications", "--approved-on", "2026-11-01",
)  # fmt: skip
IMAGE = (
    "registers", "image", "add", "--form", "F-2026-17", "--given-on", "2026-05-01", "--scope", "Garden",
    "--used-at", "https://wvft.nhs.test/a", "--used-at", "https://wvft.nhs.test/b",
)  # fmt: skip


def done(installation: Installation, *words: str) -> Result:
    result = installation.run(*words)
    assert result.exit_code == 0, result.output
    return result


def data(installation: Installation, *words: str) -> object:
    return json.loads(done(installation, *words, "--json").stdout)


@pytest.mark.parametrize("kind", REGISTERS)
def test_every_field_is_an_option_with_its_clause(installation: Installation, kind: str) -> None:
    told = " ".join(done(installation, "registers", kind, "add", "--help").stdout.replace("│", " ").split())
    for name in REGISTERS[kind].model_fields:
        assert f"--{name.replace('_', '-')}" in told
    assert all(
        command in done(installation, "registers", kind, "--help").stdout for command in ("end", "show")
    )


def test_help_of_the_group_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['monitor', '--help']\n"
        "from monitor.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print('pydantic' in sys.modules or 'jinja2' in sys.modules, file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stderr.strip() == "False"
    assert "registers" in result.stdout
    assert "publish" in result.stdout


def test_an_account_is_entered_changed_checked_and_ended(installation: Installation) -> None:
    assert "Official account 1 is in the register" in done(installation, *OFFICIAL).stdout
    assert installation.run("registers", "official", "check", "@other").exit_code == 1
    for account in ("@wvftnhs", "WVFTNHS", "https://social.wvft.nhs.test/@WVFTNHS/"):
        assert "is ours on mastodon" in done(installation, "registers", "official", "check", account).stdout
    assert "as number 1" in installation.run(*OFFICIAL).stderr
    done(installation, "registers", "official", "change", "1", "--recovery-contact", "Duty press officer")
    shown = data(installation, "registers", "official", "show", "1")
    assert isinstance(shown, dict)
    assert (shown["recovery_contact"], shown["owner"]) == ("Duty press officer", "Head of Communications")
    ended = done(installation, "registers", "official", "end", "1", "--reason", "closed").stdout
    assert "close it or win it back" in ended
    assert installation.run("registers", "official", "check", "@WVFTNHS").exit_code == 1
    assert data(installation, "registers", "official", "list") == []
    (kept,) = data(installation, "registers", "official", "list", "--all")  # type: ignore[misc]
    assert kept["ended_why"] == "closed"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("leaver", "add", "--person", "Jo Smith", "--left-on", "2026-11-01"), "not a name"),
        (("leaver", "add", "--person", "S-014", "--left-on", "01/11/2026"), "a day such as 2026-11-01"),
        (("interest", "add", "--person", "S-1", "--what", "a@b.test", "--declared-on", "2026-11-01"), "data"),
        (("official", "change", "1"), "at least one option"),
        (("image", "end", "1", "--reason", " "), "is empty"),
        (("image", "end", "1", "--reason", "call 07700 900123"), "personal data"),
        (("image", "end", "1", "--reason", "asked"), "there is no image permission 1"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_what_to_do(
    installation: Installation, words: tuple[str, ...], says: str
) -> None:
    result = installation.run("registers", *words)
    assert result.exit_code in (1, 2)
    assert says in " ".join(result.output.replace("│", " ").split())
    assert data(installation, "registers", words[0], "list", "--all") == []


def test_a_withdrawn_picture_is_in_the_digest_in_time(installation: Installation) -> None:
    done(installation, *IMAGE)
    told = done(installation, "registers", "image", "end", "1", "--reason", "asked").stdout
    assert told.count("permission 1 is withdrawn") == 2
    assert installation.rows("SELECT role, about FROM reminder") == [("comms", "image:1")] * 2


def test_the_digest_names_what_the_register_lacks(installation: Installation) -> None:
    done(installation, *OFFICIAL)
    digest = " ".join(done(installation, "digest", "--for", "comms").stdout.split())
    assert "Official account 1: have its owner trained, then set --owner-trained-on" in digest
    assert "Official account 1" not in done(installation, "digest", "--for", "information").stdout


def test_the_overview_counts_and_says_where_to_act(installation: Installation) -> None:
    done(installation, *OFFICIAL)
    done(installation, *IMAGE)
    rows = {row["register"]: row for row in data(installation, "registers", "list")}  # type: ignore[attr-defined]
    assert list(rows) == list(REGISTERS)
    assert (rows["official"]["live"], rows["official"]["due"]) == (1, 1)
    assert (rows["image"]["live"], rows["image"]["due"]) == (1, 0)


def test_a_logo_that_the_strictest_policy_forbids_is_remarked(installation: Installation) -> None:
    words = (
        "registers", "logo", "add", "--place", "https://friends.test/", "--purpose", "Run",
        "--granted-by", "Head", "--until", "2027-01-01",
    )  # fmt: skip
    assert "CDD forbids the logo on personal pages" in done(installation, *words).stderr
    path = installation.folder / "monitor.toml"
    path.write_text(path.read_text("utf-8") + '[policy]\npacks = ["BOL"]\n', "utf-8")
    other = [*words[:4], "https://others.test/", *words[5:]]
    assert "forbids" not in done(installation, *other).output


def test_a_declared_blog_comes_with_its_source(installation: Installation) -> None:
    words = ("--address", "https://blog.nurse.test", "--person", "S-014", "--declared-on", "2026-10-01")
    done(installation, "registers", "blog", "add", *words, "--names-employer")
    listed = done(installation, "registers", "blog", "list")
    assert 'url = "https://blog.nurse.test"' in listed.stderr
    assert 'authorisation = "S-014"' in listed.stderr
    (blog,) = data(installation, "registers", "blog", "list")  # type: ignore[misc]
    assert (blog["names_employer"], blog["paid"]) == (True, False)
    done(installation, "registers", "blog", "change", "1", "--no-names-employer", "--paid")
    (blog,) = data(installation, "registers", "blog", "list")  # type: ignore[misc]
    assert (blog["names_employer"], blog["paid"]) == (False, True)


def test_whoever_holds_no_role_of_the_lane_is_refused_and_that_is_written_down(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = installation.folder / "monitor.toml"
    text = path.read_text("utf-8").replace('role = "comms"', 'role = "comms"\nlogin = "ann"')
    reviewer = '\n[[recipients]]\naddress = "reviewer@wvft.nhs.test"\nrole = "conduct"\n'
    text = text.replace('role = "information"', 'role = "information"\nlogin = "dan"') + reviewer
    path.write_text(text, "utf-8")
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setenv("LOGNAME", "ann")
    done(installation, *OFFICIAL)
    assert installation.run("registers", "leaver", "list").exit_code == 77
    monkeypatch.setenv("LOGNAME", "dan")
    assert installation.run("registers", "official", "list").exit_code == 77
    assert installation.run("publish", "official", str(installation.folder / "out")).exit_code == 77
    assert not (installation.folder / "out").exists()
    done(installation, "publish", "dpia", str(installation.folder / "out"))
    log = installation.rows("SELECT who, role, action, object FROM audit_entry ORDER BY id")
    assert ("ann", "comms", "access.refused", "register:leaver") in log
    assert ("dan", "information", "access.refused", "register:official") in log
    assert ("dan", "information", "access.refused", "page:official") in log
    assert ("dan", "information", "page.published", "page:dpia") in log


def test_the_pages_are_written_and_that_is_written_down(installation: Installation) -> None:
    done(installation, *OFFICIAL)
    folder = installation.folder / "site"
    for page in ("official", "transparency", "dpia"):
        done(installation, "publish", page, str(folder))
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["dpia.md", "monitoring.html", "official-accounts.html", "official-accounts.json"]
    assert "gazette" in (folder / "monitoring.html").read_text("utf-8")
    assert "Head of Communications" not in (folder / "official-accounts.html").read_text("utf-8")
    published = installation.rows(
        "SELECT object FROM audit_entry WHERE action = 'page.published' ORDER BY id"
    )
    assert published == [("page:official",), ("page:transparency",), ("page:dpia",)]


def test_a_handle_of_the_settings_that_is_not_entered_is_named(installation: Installation) -> None:
    path = installation.folder / "monitor.toml"
    handles = 'short = "WVFT"\nhandles = ["@WVFTNHS", "@WVFTjobs"]\n'
    path.write_text(path.read_text("utf-8").replace('short = "WVFT"\n', handles), "utf-8")
    done(installation, *OFFICIAL)
    said = done(installation, "publish", "official", str(installation.folder / "site")).stderr
    assert "the register does not have: @WVFTjobs." in said


def test_the_doctor_knows_an_account_of_the_register_as_our_own(installation: Installation) -> None:
    path = installation.folder / "monitor.toml"
    ours = (
        '[[sources]]\nname = "ours"\nkind = "rss"\nurl = "https://social.test/feed"\naccount = "@WVFTNHS"\n'
    )
    path.write_text(path.read_text("utf-8") + ours, "utf-8")
    settings = installation.settings()
    with pytest.raises(ConfigError, match="not among"):
        the_authorisations(settings)
    done(installation, *OFFICIAL)
    assert the_authorisations(settings) == "0 staff accounts authorised"


def test_the_audit_log_holds_numbers_and_field_names_only(installation: Installation) -> None:
    done(installation, *OFFICIAL)
    done(installation, *IMAGE)
    done(installation, "registers", "official", "change", "1", "--owner", "Digital Manager")
    log = str(installation.rows("SELECT action, object, reason, details FROM audit_entry"))
    assert "official:1" in log
    assert all(word not in log for word in ("WVFTNHS", "Digital Manager", "F-2026-17", "wvft.nhs.test"))


def test_a_folder_that_cannot_be_written_to_is_named(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    result = installation.run("publish", "official", str(tmp_path / "taken"))
    assert result.exit_code == 1
    assert "name another folder" in result.stderr
