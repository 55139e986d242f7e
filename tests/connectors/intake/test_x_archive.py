"""The archive of an account on X: JavaScript around JSON, in parts, in a zip file, sometimes cut off."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.intake import Arrival
from connectors.intake.x_archive import XArchive
from monitor.errors import SourceChanged
from monitor.types import Kind, Media, Origin, Post, Ref


def tweet(number: int, text: str = "WVFT opens a clinic", **more: Any) -> dict[str, Any]:
    fields = {"id_str": str(number), "full_text": text, "created_at": "Sat May 09 16:00:00 +0000 2026"}
    return {"tweet": fields | more}


def script(*items: Any, part: int = 0, name: str = "tweets") -> str:
    return f"window.YTD.{name}.part{part} = {json.dumps(items, indent=1)}"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "tweets.js"
    path.write_text(text, encoding="utf-8")
    return path


def zipped(tmp_path: Path, **files: str) -> Path:
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"data/{name.replace('_', '-')}.js", text)
    return path


def posts(path: Path, arrival: Arrival) -> list[Post]:
    return list(XArchive(path, arrival).posts())


def test_a_post_of_the_archive_has_the_identity_it_has_on_x(tmp_path: Path, arrival: Arrival) -> None:
    item = tweet(
        7, "WVFT &amp; us https://t.co/1", lang="en", in_reply_to_status_id_str="6",
        entities={"urls": [{"expanded_url": "https://a.test/1"}, {}]},
        extended_entities={"media": [{"type": "photo", "media_url_https": "https://pbs.test/1.jpg"}]},
    )  # fmt: skip
    (post,) = posts(written(tmp_path, script(item)), arrival)
    assert post.key == ("x", "7")
    assert (post.text, post.kind, post.origin) == ("WVFT & us https://t.co/1", Kind.REPLY, Origin.IMPORT)
    assert (post.links, post.refs) == (("https://a.test/1",), (Ref(rel="reply_to", external_id="6"),))
    assert post.media == (Media(kind="image", url="https://pbs.test/1.jpg"),)
    assert post.created_at == datetime(2026, 5, 9, 16, 0, tzinfo=UTC)
    assert post.terms.may_mail_excerpt is False


def test_the_parts_of_an_archive_are_read_in_order_and_nothing_else_of_it(
    tmp_path: Path, arrival: Arrival
) -> None:
    path = zipped(
        tmp_path,
        tweets=script(tweet(1)),
        tweets_part10=script(tweet(3), part=10),
        tweets_part2=script(tweet(2), part=2),
        direct_messages=script({"dmConversation": {"id_str": "9"}}),
        account=script({"account": {"username": "WVFTNHS", "accountId": "5"}}, name="account"),
    )
    found = posts(path, arrival)
    assert [post.external_id for post in found] == ["1", "2", "3"]
    assert {post.author and post.author.handle for post in found} == {"WVFTNHS"}


def test_an_archive_of_the_older_form_is_read(tmp_path: Path, arrival: Arrival) -> None:
    old = {"id_str": "1", "full_text": "RT @jo: words"}
    (post,) = posts(zipped(tmp_path, tweet=script(old, name="tweet")), arrival)
    assert (post.kind, post.created_at, post.author) == (Kind.REPOST, None, None)


@pytest.mark.parametrize("account", ["", "window.YTD = [{", "window.YTD = [{}]"])
def test_a_damaged_account_file_costs_only_the_name(tmp_path: Path, arrival: Arrival, account: str) -> None:
    found = posts(zipped(tmp_path, tweets=script(tweet(1)), account=account), arrival)
    assert [post.external_id for post in found] == ["1"]


def test_a_file_that_is_cut_off_gives_what_is_whole_and_says_where(tmp_path: Path, arrival: Arrival) -> None:
    whole = script(*map(tweet, range(1, 2000)))
    reader = XArchive(written(tmp_path, whole[: len(whole) // 2]), arrival)
    found: list[Post] = []

    def take() -> None:
        for post in reader.posts():
            found.append(post)

    with pytest.raises(SourceChanged, match=r"breaks off or is damaged after item \d+") as raised:
        take()
    assert f"after item {len(found)}:" in str(raised.value)
    assert 900 < len(found) < 1100


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("<!doctype html><p>Sign in</p>", id="a page"),
        pytest.param("x" * 100_000 + "[]", id="a list far too late"),
        pytest.param("window.YTD = [1, 2]", id="no objects"),
        pytest.param('window.YTD = [{"tweet": ' + "[" * 100_000, id="nested without end"),
        pytest.param('window.YTD = [{"id_str": ' + "9" * 10_000 + "}]", id="a number without end"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, arrival: Arrival, text: str) -> None:
    with pytest.raises(SourceChanged):
        posts(written(tmp_path, text), arrival)


def test_an_item_without_an_id_is_left_out_and_told(tmp_path: Path, arrival: Arrival) -> None:
    reader = XArchive(written(tmp_path, script({"tweet": {"full_text": "x"}}, tweet(2))), arrival)
    assert [post.external_id for post in reader.posts()] == ["2"]
    assert reader.left_out.told == ["item 1: has no id"]


def test_an_empty_list_is_no_posts(tmp_path: Path, arrival: Arrival) -> None:
    assert posts(written(tmp_path, "window.YTD.tweets.part0 = [ ]"), arrival) == []
