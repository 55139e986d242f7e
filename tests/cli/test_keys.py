"""`monitor keys`: what is sealed to which key, where private halves are, and how they change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.installation import CONFIDENTIAL, PROTECTED, Installation
from tests.cli.people import People, settle

WHY = ("--reason", "to tell the family")


@pytest.fixture
def people(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> People:
    """An installation with two confidential cases and one item of the Guardian's."""
    settle(installation)
    installation.rule("OWN-001", "orchard", **CONFIDENTIAL)
    installation.rule("OWN-002", "whistle", **PROTECTED)
    installation.store(*installation.posts("orchard one", "orchard two", "a whistle"))
    return People(installation, monkeypatch)


def keys(people: People) -> list[dict[str, Any]]:
    return list(json.loads(people.run("jo", "keys", "list", "--json").stdout))


def files(people: People) -> dict[str, Path]:
    """The private keys beside the database, by id."""
    folder = people.installation.folder / "state" / "keys"
    return {file.name.rpartition("-")[2]: file for file in folder.iterdir()}


def test_the_list_says_where_keys_are_and_never_how_much_is_protected(people: People) -> None:
    originals, protected = keys(people)
    assert (originals["for"], originals["state"], originals["values"]) == ("originals", "current", 2)
    assert (protected["for"], protected["state"], protected["values"]) == ("protected", "current", None)
    assert originals["private"] == str(files(people)[originals["key"]])
    assert "protected\t" in people.run("jo", "keys", "list").stdout


def test_a_rotation_seals_everything_again_and_retires_the_old_key(people: People) -> None:
    old = keys(people)[0]["key"]
    result = people.run("jo", "keys", "rotate")
    assert result.exit_code == 0, result.output
    assert "2 sealed again." in result.stdout
    assert f"Key {old} is retired" in result.stdout
    assert f"{files(people)[old]} opens backups" in result.stderr
    before, after, _ = keys(people)
    assert [(k["state"], k["values"]) for k in (before, after)] == [("retired", 0), ("current", 2)]
    files(people)[old].unlink()
    assert "orchard one" in people.run("pat", "reveal", "1", *WHY).stdout
    assert [e.action for e in people.audited()][-3:] == ["key.made", "key.rotated", "original.revealed"]


def test_a_lost_key_keeps_its_originals_closed_and_the_rotation_goes_on(people: People) -> None:
    old = keys(people)[0]["key"]
    files(people)[old].unlink()
    result = people.run("jo", "keys", "rotate")
    assert result.exit_code == 0
    assert "2 stay closed: the key they are sealed to is not at hand" in result.stdout
    installation = people.installation
    installation.store(*installation.posts("orchard three", external_id="3"))
    before, after, _ = keys(people)
    assert [(k["state"], k["values"], k["private"] is None) for k in (before, after)] == [
        ("replaced", 2, True), ("current", 1, False),
    ]  # fmt: skip
    assert people.run("pat", "reveal", "1", "--finding", "1", *WHY).exit_code == 1


def test_a_wrong_key_under_the_right_name_says_so(people: People) -> None:
    old = keys(people)[0]["key"]
    people.run("jo", "keys", "rotate")
    other = files(people)[keys(people)[1]["key"]]
    installation = people.installation
    people.run("jo", "keys", "rotate")
    wrong = next(each for name, each in files(people).items() if name == old)
    other.write_bytes(wrong.read_bytes())
    installation.store(*installation.posts("orchard three", external_id="3"))
    current = next(k["key"] for k in keys(people) if k["state"] == "current" and k["for"] == "originals")
    files(people)[current].write_bytes(wrong.read_bytes())
    told = people.run("jo", "keys", "rotate").stdout
    assert "0 sealed again" in told
    assert "3 do not open with the key of that name" in told


def test_the_guardians_key_is_rotated_by_the_guardian_alone(people: People) -> None:
    for login in ("jo", "pat"):
        refused = people.run(login, "keys", "rotate", "protected")
        assert refused.exit_code == 77
    assert "1 sealed again." in people.run("gale", "keys", "rotate", "protected").stdout
    log = [(e.who, e.action) for e in people.audited(protected=True)]
    assert log == [
        ("jo", "access.refused"), ("pat", "access.refused"), ("gale", "key.made"), ("gale", "key.rotated"),
    ]  # fmt: skip
    assert people.audited() == [] or {e.object for e in people.audited()}.isdisjoint({"key:protected"})
    assert "whistle" in people.run("gale", "protected", "show", "1", "--reason", "to meet the author").stdout


def test_a_private_key_is_handed_over_and_the_service_goes_on_without_it(
    people: People, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    result = people.run("jo", "keys", "hand-over", "protected", str(stick))
    assert result.exit_code == 0, result.output
    (file,) = stick.iterdir()
    assert str(file) in result.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    assert [name for name in files(people).values() if "protected" in name.name] == []
    show = ("protected", "show", "1", "--reason", "to meet the author")
    closed = people.run("gale", *show)
    assert closed.exit_code == 1
    assert "not at hand" in closed.output
    assert "whistle" in people.run("gale", *show, "--key", str(file)).stdout
    installation = people.installation
    installation.store(*installation.posts("another whistle", external_id="4"))
    assert len(people.run("gale", "protected", "list").stdout.splitlines()) == 2
    assert people.run("jo", "keys", "hand-over", "protected", str(stick)).exit_code == 1, "there is none left"


def test_a_key_is_not_handed_over_to_where_the_database_is(people: People) -> None:
    result = people.run(
        "jo", "keys", "hand-over", "originals", str(people.installation.folder / "state" / "x")
    )
    assert result.exit_code == 2
    assert len(files(people)) == 2


def test_the_doctor_says_look_while_a_private_key_lies_beside_the_database(
    people: People, tmp_path: Path
) -> None:
    def verdict() -> list[tuple[str, str]]:
        checks = json.loads(people.run("jo", "doctor", "--json").stdout)
        return [(c["outcome"], c["detail"]) for c in checks if c["check"] == "keys"]

    ((outcome, detail),) = verdict()
    assert outcome == "doubt"
    assert "monitor keys hand-over originals FOLDER" in detail
    for purpose in ("originals", "protected"):
        people.run("jo", "keys", "hand-over", purpose, str(tmp_path / "stick"))
    assert verdict() == [("ok", "no private key lies beside the database")]
