"""Transcripts in every form that podcasts publish them in."""

from __future__ import annotations

import pytest

from connectors.parts.feeds import captions

VTT = """WEBVTT

NOTE a machine wrote this

00:01.000 --> 00:04.000 align:start
<v Ines>Good <i>evening</i>.
"""
SRT = """1
00:00:01,000 --> 00:00:04,000
Good evening.

2
00:00:04,000 --> 00:00:06,000
Good night.
""".replace("\n", "\r\n")
JSON = (
    '{"version": "1.0.0", "segments": [{"speaker": "Ines", "startTime": 0.5, "body": "Good"},'
    '{"speaker": "Ines", "body": "evening."}, {"speaker": "Tom", "body": "Hello."}, {"body": ""}, null]}'
)


@pytest.mark.parametrize(
    ("document", "kind", "words"),
    [
        (VTT, "text/vtt", "Ines: Good evening."),
        (SRT, "application/x-subrip", "Good evening.\nGood night."),
        (SRT, "", "Good evening.\nGood night."),
        (JSON, "application/json", "Ines: Good\nevening.\nTom: Hello."),
        ("<p>Good</p><script>x</script><p>evening.</p>", "text/html", "Good\nevening."),
        ("Good evening.\n\nAnd more.", "text/plain", "Good evening.\n\nAnd more."),
        ("", "text/plain", ""),
    ],
)
def test_only_the_words_are_left(document: str, kind: str, words: str) -> None:
    assert captions.read(document.encode(), kind) == words


def test_rolling_captions_stand_once() -> None:
    cues = "".join(f"\n00:0{n}.000 --> 00:0{n}.900\nline {n}\nline {n + 1}\n" for n in range(4))
    assert captions.read(f"WEBVTT\n{cues}".encode(), "text/vtt") == "line 0\nline 1\nline 2\nline 3\nline 4"


@pytest.mark.parametrize("document", ["<!doctype html><p>Not found</p>", '{"error": 1}', "{"])
def test_what_is_no_transcript_is_refused(document: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        captions.read(document.encode(), "text/vtt")


def test_an_endless_transcript_is_cut() -> None:
    assert len(captions.read(b"word " * 100_000, "text/plain")) == captions.LONGEST
