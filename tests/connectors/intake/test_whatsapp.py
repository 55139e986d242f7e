"""Chats as telephones export them: who said what and when, without the names of the members."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.intake import Arrival
from connectors.intake.whatsapp import LONGEST, WhatsApp
from monitor.errors import SourceChanged
from monitor.types import Kind, Media, Origin, Post

CHAT = """\
09/05/2026, 16:00 - Messages and calls are end-to-end encrypted. Tap to learn more.
09/05/2026, 16:01 - Jane Doe: Who knows WVFT?
the one by the river
09/05/2026, 16:02 - +44 7700 900123: My sister works there.
13/05/2026, 16:03 - Jane Doe added Sam
13/05/2026, 16:04 - Jane Doe: And?
"""


def read(tmp_path: Path, arrival: Arrival, chat: str | bytes) -> tuple[list[Post], WhatsApp]:
    path = tmp_path / "chat.txt"
    path.write_bytes(chat if isinstance(chat, bytes) else chat.encode())
    reader = WhatsApp(path, arrival)
    return list(reader.posts()), reader


def test_a_message_is_a_post_with_all_its_lines(tmp_path: Path, arrival: Arrival) -> None:
    posts, reader = read(tmp_path, arrival, CHAT)
    assert [post.text for post in posts] == [
        "Who knows WVFT?\nthe one by the river", "My sister works there.", "And?",
    ]  # fmt: skip
    assert posts[0].created_at == datetime(2026, 5, 9, 15, 1, tzinfo=UTC)
    assert (posts[0].platform, posts[0].kind, posts[0].origin) == ("whatsapp", Kind.POST, Origin.IMPORT)
    assert reader.left_out.number == 2


def test_members_are_numbered_and_never_named(tmp_path: Path, arrival: Arrival) -> None:
    posts, _ = read(tmp_path, arrival, CHAT)
    authors = [post.author for post in posts if post.author]
    assert [author.display_name for author in authors] == ["member 1", "member 2", "member 1"]
    assert authors[0].external_id == authors[2].external_id != authors[1].external_id
    assert not any(word in repr(posts) for word in ("Jane", "Doe", "900123"))


@pytest.mark.parametrize(
    "head",
    [
        "13/05/2026, 16:00 - Jo: ",
        "13/05/2026, 16:00:00 - Jo: ",
        "13/05/26, 4:00 pm - Jo: ",
        "5/13/26, 4:00\u202fPM - Jo: ",
        "13.05.26, 16:00 - Jo: ",
        "13.05.2026 16:00 - Jo: ",
        "13-05-2026 16:00 - Jo: ",
        "2026-05-13, 16:00 - Jo: ",
        "2026/05/13, 16:00 - Jo: ",
        "13/05/2026, 4:00 p.m. - Jo: ",
        "13/05/2026, 4:00 p. m. - Jo: ",
        "13/05/2026 à 16:00 - Jo: ",
        "13.05.26 um 16:00 Uhr - Jo: ",
        "13/05/26 16.00 - Jo: ",
        "[13/05/2026, 16:00:00] Jo: ",
        "\u200e[13/05/2026, 16:00:00] ~\u202fJo: ",
        "[13.05.26, 16:00:00] Jo: ",
        "[5/13/26, 4:00:00\u202fPM] Jo: ",
        "[2026-05-13, 4:00:00 p.m.] Jo: ",
    ],
)
def test_every_telephone_has_a_form_of_its_own(tmp_path: Path, arrival: Arrival, head: str) -> None:
    posts, _ = read(tmp_path, arrival, f"{head}words: many\n{head}more")
    assert [post.text for post in posts] == ["words: many", "more"]
    assert {post.created_at for post in posts} == {datetime(2026, 5, 13, 15, 0, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("<Media omitted>", "a file without words"),
        ("\u200eimage omitted", "a file without words"),
        ("\u200e<attached: 00000012-PHOTO-2026-05-09.jpg>", "a file without words"),
        ("IMG-20260509-WA0001.jpg (file attached)", "a file without words"),
        ("This message was deleted", "deleted by its author"),
        ("You deleted this message.", "deleted by its author"),
        ("\u200eMessages and calls are end-to-end encrypted.", "written by the program"),
        ("", "empty"),
    ],
)
def test_what_says_nothing_is_left_out_and_told(
    tmp_path: Path, arrival: Arrival, words: str, why: str
) -> None:
    posts, reader = read(tmp_path, arrival, f"13/05/2026, 16:00 - Jo: {words}\n13/05/2026, 16:01 - Jo: hello")
    assert [post.text for post in posts] == ["hello"]
    assert reader.left_out.told[0].startswith(f"line 1: {why}")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("IMG-20260509-WA0001.jpg (file attached)", "image"),
        ("Rota March.pdf (file attached)", "file"),
        ("\u200evideo omitted", "video"),
        ("PTT-20260509-WA0002.opus (file attached)", "audio"),
    ],
)
def test_a_caption_is_kept_with_its_picture(tmp_path: Path, arrival: Arrival, words: str, kind: str) -> None:
    ((post,), _) = read(tmp_path, arrival, f"13/05/2026, 16:00 - Jo: {words}\nthe caption")
    assert (post.text, post.media) == ("the caption", (Media(kind=kind, url=""),))


@pytest.mark.parametrize(
    "words", ["see report.pdf (page 3)", "<3 you all", "<the man in bed 4>", "images omitted"]
)
def test_words_that_look_like_a_file_are_kept(tmp_path: Path, arrival: Arrival, words: str) -> None:
    ((post,), _) = read(tmp_path, arrival, f"13/05/2026, 16:00 - Jo: {words}")
    assert post.text == words


def test_the_same_words_twice_in_a_minute_are_two_and_a_second_export_adds_none(
    tmp_path: Path, arrival: Arrival
) -> None:
    chat = "13/05/2026, 16:00 - Jo: yes\n" * 2
    first, _ = read(tmp_path, arrival, chat)
    longer, _ = read(tmp_path, arrival, chat + "13/05/2026, 16:01 - Sam: no\n")
    assert len({post.key for post in first}) == 2
    assert [post.key for post in longer[:2]] == [post.key for post in first]


def test_a_message_that_was_edited_has_its_words_only(tmp_path: Path, arrival: Arrival) -> None:
    words = "right" + " " * 50_000
    ((post,), _) = read(tmp_path, arrival, f"13/05/2026, 16:00 - Jo: {words}\u200e<This message was edited>")
    assert post.text == "right"


def test_a_chat_in_a_zip_file_is_read(tmp_path: Path, arrival: Arrival) -> None:
    path = tmp_path / "chat.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("IMG-1.jpg", b"\xff\xd8\xff")
        archive.writestr("README.txt", "words")
        archive.writestr("WhatsApp Chat with Jane.txt", CHAT)
    assert len(list(WhatsApp(path, arrival).posts())) == 3


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found_out(tmp_path: Path, arrival: Arrival, encoding: str) -> None:
    posts, _ = read(tmp_path, arrival, "13/05/2026, 16:00 - Jo: Größe\r\n".encode(encoding))
    assert [post.text for post in posts] == ["Größe"]


def test_a_date_that_does_not_exist_is_told(tmp_path: Path, arrival: Arrival) -> None:
    posts, reader = read(tmp_path, arrival, "31/02/2026, 16:00 - Jo: words")
    assert posts == []
    assert reader.left_out.told == ["line 1: the date does not exist"]


@pytest.mark.parametrize("chat", ["", "words\n" * 10, "\x00" * 1000])
def test_a_file_that_is_no_chat_is_refused(tmp_path: Path, arrival: Arrival, chat: str) -> None:
    with pytest.raises(SourceChanged, match="no chat"):
        read(tmp_path, arrival, chat)


def test_a_message_without_end_is_bounded(tmp_path: Path, arrival: Arrival) -> None:
    ((post,), _) = read(tmp_path, arrival, "13/05/2026, 16:00 - Jo: words\n" + "word " * 200_000)
    assert len(post.text) <= LONGEST
