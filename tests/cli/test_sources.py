"""`monitor sources`: what can be read at all, what it costs, what becomes of recorded answers."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

import connectors
from connectors.parts.catalogue import platforms
from monitor import config
from monitor.cli import app
from monitor.store import open_store
from monitor.store.meter import StoredMeter
from tests.cli.installation import HEAD

SOURCE = '[[sources]]\nname = "hn"\nkind = "hacker_news"\nquery = "Wearside Vale"\n'
BASIS = 'terms_basis = {{ reference = "DPIA-7", approved_by = "SIRO", on = 2026-01-05, review = {review} }}\n'
ANSWER = {
    "hits": [
        {"objectID": "41", "author": "ada", "title": "Wearside Vale", "created_at_i": 1_790_000_000},
        {"objectID": "42", "title": "Wearside again"},
    ]
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("MONITOR_CONFIG", "CREDENTIALS_DIRECTORY", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "monitor.toml").write_text(HEAD + SOURCE, "utf-8")
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def rows(*words: str) -> list[dict[str, object]]:
    return json.loads(run("sources", *words, "--json").stdout)


def day(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"


# -- what can be read at all -----------------------------------------------------------------------------


def test_every_platform_has_a_row_with_its_answer(folder: Path) -> None:
    (folder / "monitor.toml").unlink()
    listed = {row["platform"]: row for row in rows("list", "--all")}
    assert sum(bool(row["named"]) for row in listed.values()) == 32
    assert listed.keys() >= {platform.name for platform in platforms()}
    assert {row["state"] for row in listed.values()} == {"covered", "optional", "intake only", "refused"}
    assert all(row["why"] for row in listed.values())
    assert listed["Hacker News"]["basis"] == ["hacker_news"]
    assert listed["Wikipedia"]["basis"] == []


def test_a_refused_platform_says_what_serves_instead() -> None:
    lines = {line.split("\t")[0]: line for line in run("sources", "list", "--all").stdout.splitlines()}
    assert lines["Google+"].split("\t")[1] == "refused"
    assert "Instead: `youtube`" in lines["Google+"]


def test_a_kind_of_a_third_party_has_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    known = connectors.known() | {"pigeon": "tests.core.staffposts:StaffPosts"}
    monkeypatch.setattr(connectors, "known", lambda: known)
    (row,) = (row for row in rows("list", "--all") if row["platform"] == "pigeon")
    assert (row["state"], row["kinds"], row["why"]) == (
        "added", ["pigeon"], "Comes with tests.core.staffposts:StaffPosts.",
    )  # fmt: skip


# -- the basis in a platform's terms -----------------------------------------------------------------------


def test_a_source_without_the_basis_that_its_terms_need_is_refused_with_what_to_write() -> None:
    done = run("sources", "check", "hn")
    assert done.exit_code == 78
    assert "monitor.toml:7:1: sources.0.terms_basis: is needed before it is read." in done.stderr
    assert 'terms_basis = { reference = "' in done.stderr


@pytest.mark.parametrize(
    ("days", "outcome", "said"),
    [(31, "ok", "1 source with a recorded basis"), (30, "doubt", "hn ("), (0, "failure", "DPIA-7 was to be")],
)
def test_the_doctor_counts_down_to_the_review(folder: Path, days: int, outcome: str, said: str) -> None:
    (folder / "monitor.toml").write_text(HEAD + SOURCE + BASIS.format(review=day(days)), "utf-8")
    verdicts = {row["check"]: row for row in json.loads(run("doctor", "--json").stdout)}
    assert verdicts["sources"]["outcome"] == "ok"
    assert verdicts["terms"]["outcome"] == outcome
    assert said in verdicts["terms"]["detail"]


def test_from_the_day_of_its_review_on_a_source_is_not_read(folder: Path) -> None:
    (folder / "monitor.toml").write_text(HEAD + SOURCE + BASIS.format(review=day(0)), "utf-8")
    done = run("sources", "check", "hn")
    assert done.exit_code == 3
    assert done.stdout.startswith("hn: misconfigured: source hn: its terms basis DPIA-7 was to be reviewed")


@pytest.mark.parametrize(
    ("canary", "said"),
    [
        ('{ qeury = "NHS" }', "sources.0.canary.qeury: unknown key: did you mean 'query'?"),
        ('{ kind = "rss" }', "sources.0.canary: may hold options of the source's kind only, not kind"),
    ],
)
def test_a_canary_that_cannot_work_is_pointed_at(folder: Path, canary: str, said: str) -> None:
    text = HEAD + SOURCE + BASIS.format(review=day(99)) + f"canary = {canary}\n"
    (folder / "monitor.toml").write_text(text, "utf-8")
    assert said in run("doctor").stdout


# -- what it costs -------------------------------------------------------------------------------------


def test_what_was_spent_is_shown_where_something_is_metered(folder: Path) -> None:
    (folder / "monitor.toml").write_text(HEAD + SOURCE + BASIS.format(review=day(99)), "utf-8")
    assert "spent" not in run("sources", "list").stdout.lower()
    with closing(open_store(config.load().store)) as store:
        assert len(run("sources", "list").stdout.rstrip("\n").split("\t")) == 6
        StoredMeter(lambda: store, "hn").charge(1200, 10_000, datetime(2026, 11, 21, tzinfo=UTC).date())
    assert run("sources", "list").stdout.split("\t")[5] == "1,200 of 10,000 on 21 Nov"
    assert rows("list")[0]["spent"] == "1,200 of 10,000 on 21 Nov"


# -- recorded answers ------------------------------------------------------------------------------------


def plain() -> bytes:
    return json.dumps(ANSWER).encode()


def capture() -> bytes:
    return json.dumps({"request": "/s", "status": 200, "headers": {"A": "b"}, "body": ANSWER}).encode()


def lines() -> bytes:
    return b"\n".join([plain(), b"", b"keep-alive", plain()]) + b"\n"


def betamax() -> bytes:
    packed = base64.b64encode(gzip.compress(plain())).decode()
    answer = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"base64_string": packed}}
    return json.dumps(
        {"http_interactions": [{"request": {}, "response": answer}], "recorded_with": "x"}
    ).encode()


def vcr() -> bytes:
    answers = [
        {"status": {"code": 200}, "headers": {"X": ["a", "b"]}, "body": {"string": gzip.compress(plain())}},
        {"status": {"code": 401}, "headers": {}, "body": {"string": "no"}},
    ]
    return yaml.safe_dump({"interactions": [{"request": {}, "response": a} for a in answers]}).encode()


@pytest.mark.parametrize(
    ("written", "answers", "items"),
    [(plain, 1, 2), (capture, 1, 2), (lines, 2, 4), (betamax, 1, 2), (vcr, 1, 2)],
)
def test_recorded_answers_are_parsed_in_each_form(
    folder: Path, written: Callable[[], bytes], answers: int, items: int
) -> None:
    (folder / "answer").write_bytes(written())
    (row,) = rows("parse", "hacker_news", "answer")
    assert (row["answers"], row["items"], row["dated"], row["authors"]) == (
        answers, items, items // 2, items // 2,
    )  # fmt: skip
    assert row["links"] == items
    assert ("needs_reauth" in str(row["says"])) == (written is vcr)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>Sign in</html>", "degraded: the answer is not JSON"),
        (b"[]", "degraded: hn.test: the answer has no list of items"),
        (b"", "degraded: the answer is not JSON"),
        (
            b'{"request": "/", "status": 503, "headers": null, "body": ""}',
            "degraded: the recording answered 503",
        ),
        (b'{"http_interactions": [null, 3]}', "degraded: the answer is not JSON"),
        (b"interactions: [", "degraded: the answer is not JSON"),
    ],
)
def test_a_file_that_is_not_read_says_why_and_exits_3(folder: Path, body: bytes, said: str) -> None:
    (folder / "good.json").write_bytes(plain())
    (folder / "bad.json").write_bytes(body)
    done = run("sources", "parse", "hacker_news", "good.json", "bad.json")
    assert done.exit_code == 3
    good, bad = (line.split("\t") for line in done.stdout.rstrip("\n").split("\n"))
    assert good == ["good.json", "1", "2", "1", "1", "2", ""]
    assert bad[:3] == ["bad.json", "0", "0"]
    assert bad[6].startswith(said)


def test_headers_recorded_beside_a_body_give_its_status(folder: Path) -> None:
    (folder / "a.json").write_bytes(plain())
    (folder / "a.headers").write_text("HTTP/1.1 429 Too Many Requests\nretry-after: 4\n", "utf-8")
    (row,) = rows("parse", "hacker_news", "a.json", "a.headers")
    assert str(row["says"]).startswith("throttled: ")


@pytest.mark.parametrize(("kind", "code"), [("hakcer_news", 78), ("whatsapp", 78), ("mailbox", 2)])
def test_a_kind_that_parses_nothing_is_one_clear_line(folder: Path, kind: str, code: int) -> None:
    (folder / "a.json").write_bytes(plain())
    assert run("sources", "parse", kind, "a.json").exit_code == code


def test_what_came_before_an_error_is_counted(folder: Path) -> None:
    answer = [{"id": 1, "body": "Kind nurses", "dateOfPublication": "2026-10-02T08:00:00"}, "Sorry!"]
    (folder / "a.json").write_text(json.dumps(answer), "utf-8")
    (row,) = rows("parse", "care_opinion", "a.json")
    assert (row["items"], row["answers"]) == (1, 0)
    assert "apology" in str(row["says"])
