"""`monitor wiki watch`: which page is meant, and what becomes of the settings file."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import config
from monitor.cli.output import Exit
from monitor.cli.wiki.address import page_address, wiki_address
from monitor.cli.wiki.sourcetable import with_pages, with_source
from tests.cli.servedwiki import TOML, WIKI_SOURCE, ServedWiki, run, written
from tests.connectors.fakewiki import TITLE


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    return tmp_path


@pytest.mark.parametrize(
    ("given", "title", "wiki"),
    [
        ("St_Oswin's  Hospital", "St Oswin's Hospital", None),
        ("St Oswin's Hospital#History", "St Oswin's Hospital", None),
        ("https://de.wikipedia.org/wiki/K%C3%B6ln_(Stadt)#Geschichte", "Köln (Stadt)", "https://de.wikipedia.org"),
        ("https://en.m.wikipedia.org/wiki/AC/DC", "AC/DC", "https://en.wikipedia.org"),
        ("http://m.wikidata.org/wiki/Q42", "Q42", "https://www.wikidata.org"),
        ("en.wikipedia.org/wiki/Talk:Wear", "Talk:Wear", "https://en.wikipedia.org"),
        ("https://wiki.wvft.nhs.test:8443/w/index.php?title=A_B&action=history", "A B", "https://wiki.wvft.nhs.test:8443"),
        ("http://wiki.wvft.nhs.test/index.php/Main_Page", "Main Page", "http://wiki.wvft.nhs.test"),
        ("https://commons.wikimedia.org/wiki/File:WVFT_logo.svg", "File:WVFT logo.svg", "https://commons.wikimedia.org"),
    ],
)  # fmt: skip
def test_a_page_is_known_by_its_title_or_any_address_of_it(given: str, title: str, wiki: str | None) -> None:
    page = page_address(given)
    assert (page.title, page.wiki) == (title, wiki)


def test_the_interface_is_looked_for_where_the_address_says() -> None:
    assert page_address("http://w.test/mediawiki/index.php?title=A").apis == ("/mediawiki/api.php",)
    assert page_address("https://en.wikipedia.org/wiki/A").apis[0] == "/w/api.php"
    assert wiki_address("de.wikipedia.org") == "https://de.wikipedia.org"


@pytest.mark.parametrize(
    "given",
    ["a|b", "", "https://en.wikipedia.org/", "ftp://w.test/A", "https://jo:hunter2@w.test/wiki/A", "x" * 300],
)
def test_what_cannot_be_a_page_is_a_usage_error_that_repeats_no_password(folder: Path, given: str) -> None:
    written(folder)
    result = run("wiki", "watch", given)
    assert result.exit_code == Exit.USAGE
    assert "hunter2" not in result.output


def test_a_page_goes_into_the_source_of_its_wiki_and_every_other_line_stays(
    folder: Path, wiki: ServedWiki
) -> None:
    file = written(folder, WIKI_SOURCE.format(url=wiki.url))
    before = file.read_text("utf-8").splitlines()
    result = run("wiki", "watch", f"{wiki.url}/wiki/St_Oswin%27s_Hospital")
    after = file.read_text("utf-8").splitlines()
    assert result.exit_code == Exit.OK, result.output
    assert "St Oswin's Hospital (127.0.0.1" in result.stdout
    assert "page 9, 11 bytes, last edit 10 Nov 2026 01:00, no talk page yet" in result.stdout
    assert [line for line in after if line not in before] == ['    "St Oswin\'s Hospital"']
    assert [line for line in before if line not in after] == []


def test_a_wiki_that_none_reads_becomes_a_source_below_the_others(folder: Path, wiki: ServedWiki) -> None:
    other = '\n[[sources]]\nname = "news"\nkind = "rss"\nurl = "https://news.test/feed"\n'
    file = written(folder, other)
    result = run("wiki", "watch", TITLE, "St Oswin's Hospital", "--wiki", wiki.url)
    assert result.exit_code == Exit.OK, result.output
    text = file.read_text("utf-8")
    added = tomllib.loads(text)["sources"][1]
    host = wiki.url.removeprefix("http://")
    assert added == {
        "name": host, "kind": "wikipedia", "base_url": wiki.url, "every": "15m",
        "pages": [TITLE, "St Oswin's Hospital"],
    }  # fmt: skip
    assert text.index("news.test") < text.index(host) < text.index("# Who is told.")
    assert "# as on the letterhead" in text
    assert [source.name for source in config.load(file).sources] == ["news", host]


def test_the_interface_is_found_at_another_path_and_written_down(folder: Path, wiki: ServedWiki) -> None:
    file, wiki.api = written(folder), "/api.php"
    assert run("wiki", "watch", f"{wiki.url}/wiki/{TITLE.replace(' ', '_')}").exit_code == Exit.OK
    assert tomllib.loads(file.read_text("utf-8"))["sources"][0]["api"] == "/api.php"


def test_a_redirect_is_watched_under_the_title_it_leads_to(folder: Path, wiki: ServedWiki) -> None:
    file, wiki.redirects = written(folder), {"WVFT": TITLE}
    result = run("wiki", "watch", "WVFT", "--wiki", wiki.url)
    assert "'WVFT' leads there and is watched under that title" in result.stderr
    assert tomllib.loads(file.read_text("utf-8"))["sources"][0]["pages"] == [TITLE]


def test_if_one_page_is_not_there_the_nearest_are_named_and_nothing_is_written(
    folder: Path, wiki: ServedWiki
) -> None:
    file = written(folder, WIKI_SOURCE.format(url=wiki.url))
    before = file.read_bytes()
    result = run("wiki", "watch", "St Oswin's Hospital", "Saint Oswin's Infirmary")
    assert result.exit_code == Exit.ERROR
    assert 'has no page "Saint Oswin\'s Infirmary"; it has "St Oswin\'s Hospital"' in result.stderr
    assert "Nothing was written." in result.stderr
    assert file.read_bytes() == before


def test_what_is_watched_already_is_not_added_twice(folder: Path, wiki: ServedWiki) -> None:
    file = written(folder, WIKI_SOURCE.format(url=wiki.url))
    before = file.read_bytes()
    result = run("wiki", "watch", TITLE)
    assert (result.exit_code, file.read_bytes()) == (Exit.OK, before)
    assert "watched already, by the source 'our wiki'" in result.stderr


def test_a_dry_run_shows_what_it_would_add(folder: Path, wiki: ServedWiki) -> None:
    file = written(folder)
    before = file.read_bytes()
    result = run("wiki", "watch", TITLE, "--wiki", wiki.url, "--dry-run")
    assert (result.exit_code, file.read_bytes()) == (Exit.OK, before)
    assert f'pages = ["{TITLE}"]' in result.stderr


def test_the_file_keeps_its_mode_owner_and_line_ends_also_behind_a_link(
    folder: Path, wiki: ServedWiki
) -> None:
    file = written(folder, WIKI_SOURCE.format(url=wiki.url))
    real = folder / "real.toml"
    real.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    real.chmod(0o640)
    if os.getuid() == 0:
        os.chown(real, 1234, 4321)
    owner = (real.stat().st_uid, real.stat().st_gid)
    file.unlink()
    file.symlink_to(real)
    assert run("wiki", "watch", "St Oswin's Hospital").exit_code == Exit.OK
    assert file.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert (real.stat().st_uid, real.stat().st_gid) == owner
    assert real.read_bytes().count(b"\n") == real.read_bytes().count(b"\r\n") > 20
    assert sorted(path.name for path in folder.iterdir()) == ["monitor.toml", "real.toml"]


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without root's way past every permission, where the tests run as root."""
    if os.getuid() != 0:
        yield
        return
    os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def test_where_the_file_may_not_be_written_it_says_what_to_paste(wiki: ServedWiki) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        file = written(folder, WIKI_SOURCE.format(url=wiki.url))
        file.chmod(0o444)
        words = ("--config", str(file), "wiki", "watch", "St Oswin's Hospital")
        assert run(*words, "--dry-run").exit_code == Exit.OK  # and everything is imported now
        before = file.read_bytes()
        with as_nobody():
            result = run(*words)
        assert file.read_bytes() == before
    assert result.exit_code == Exit.ERROR
    assert "monitor.toml cannot be written (Permission denied): nothing was changed" in result.stderr
    assert "\"St Oswin's Hospital\" into `pages` of the source 'our wiki'" in result.stdout


def test_sources_in_one_array_are_left_to_a_person(folder: Path, wiki: ServedWiki) -> None:
    file = folder / "monitor.toml"
    file.write_text("sources = []\n" + TOML.format(sources=""), "utf-8")
    result = run("wiki", "watch", TITLE, "--wiki", wiki.url)
    assert result.exit_code == Exit.ERROR
    assert f'pages = ["{TITLE}"]' in result.stdout


def test_without_a_contact_no_wiki_is_asked(folder: Path, wiki: ServedWiki) -> None:
    file = written(folder)
    file.write_text(file.read_text("utf-8").replace('contact = "comms@wvft.nhs.test"\n', ""), "utf-8")
    result = run("wiki", "watch", TITLE, "--wiki", wiki.url)
    assert result.exit_code == Exit.CONFIG
    assert "contact" in result.stderr
    assert wiki.asked == []


TITLES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="|#<>[]{}"), min_size=1)


@given(st.lists(TITLES, min_size=1, max_size=4), st.booleans())
def test_whatever_a_title_holds_the_settings_say_it_and_nothing_else(titles: list[str], below: bool) -> None:
    text = TOML.format(sources=WIKI_SOURCE.format(url="https://w.test") if below else "")
    table = {"name": "w", "kind": "wikipedia", "pages": titles}
    changed = with_pages(text, "our wiki", titles) if below else with_source(text, table)
    before, after = tomllib.loads(text), tomllib.loads(changed)
    if below:
        before["sources"][0]["pages"] += titles
    else:
        before["sources"] = [table]
    assert after == before
