"""Lists of feeds become tables of the settings file, and hostile XML becomes nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from connectors.intake.opml import Feed, feeds
from connectors.rss import RssOptions
from monitor.config import SourceSettings
from monitor.errors import SourceChanged

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def read(tmp_path: Path, body: str, taken: tuple[str, ...] = (), known: tuple[str, ...] = ()) -> list[Feed]:
    path = tmp_path / "feeds.opml"
    path.write_text(body, encoding="utf-8")
    return list(feeds(path, taken, known))


def opml(*outlines: str) -> str:
    return f"{HEAD}<opml version='2.0'><head/><body>{''.join(outlines)}</body></opml>"


def outline(title: str, url: str) -> str:
    return f'<outline text="{title}" type="rss" xmlUrl="{url}"/>'


def test_a_feed_is_a_table_that_the_settings_take(tmp_path: Path) -> None:
    (feed,) = read(
        tmp_path, opml(outline("Caf&#233; &quot;One&quot; \\ two", "https://a.test/feed?x=1&amp;y=2"))
    )
    (table,) = tomllib.loads(feed.table())["sources"]
    source = SourceSettings(**table)
    assert (source.name, source.kind) == ('Café "One" \\ two', "rss")
    assert RssOptions(**source.options).url == "https://a.test/feed?x=1&y=2"


def test_folders_are_looked_into_and_names_and_addresses_stay_unique(tmp_path: Path) -> None:
    body = opml(
        "<outline text='News'>", outline("One", "https://a.test/1"), outline("one", "https://a.test/2"),
        "</outline>", outline("Again", "https://a.test/1"), outline("", "https://a.test/3"),
    )  # fmt: skip
    assert [(feed.name, feed.url) for feed in read(tmp_path, body)] == [
        ("One", "https://a.test/1"), ("one 2", "https://a.test/2"), ("a.test", "https://a.test/3"),
    ]  # fmt: skip


def test_what_the_settings_have_is_not_added_again(tmp_path: Path) -> None:
    body = opml(outline("One", "https://a.test/1"), outline("Two", "https://a.test/2"))
    assert [feed.name for feed in read(tmp_path, body, ("two",), ("https://a.test/1",))] == ["Two 2"]


@pytest.mark.parametrize("url", ["file:///a", "javascript:x()", "https://jo:pass@a.test/", "nonsense", ""])
def test_an_address_that_cannot_be_read_is_passed(tmp_path: Path, url: str) -> None:
    assert read(tmp_path, opml(outline("One", url))) == []


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param("words", id="no XML"),
        pytest.param("<html><p>Sign in", id="a page"),
        pytest.param(opml(outline("One", "https://a.test/1"))[:-20], id="cut off"),
        pytest.param(f'{HEAD}<!DOCTYPE o [<!ENTITY l0 "lol">{LAUGHS}]><opml>&l8;</opml>', id="entities"),
        pytest.param(f'{HEAD}<!DOCTYPE o [<!ENTITY x SYSTEM "file:///a">]><opml>&x;</opml>', id="file"),
    ],
)
def test_what_is_no_list_of_feeds_is_refused(tmp_path: Path, body: str) -> None:
    with pytest.raises(SourceChanged, match="no list of feeds"):
        read(tmp_path, body)
