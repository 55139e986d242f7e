"""Picture evidence: cut by the real worker, kept with its mention, told in words to those who look."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from alerts.outbox import Outbox
from monitor import sandbox
from monitor.channels import pictures_of
from monitor.pictures.evidence import PictureEvidence
from monitor.pipeline import Pipeline
from monitor.sandbox import ParserError
from monitor.store import Store
from monitor.store.evidence import captions, evidence_of
from monitor.store.views import items_found_since
from monitor.types import (
    AVATAR,
    Account,
    Box,
    Finding,
    Item,
    Lane,
    Likeness,
    Line,
    Mark,
    Media,
    Picture,
    Post,
    Resemblance,
    Severity,
    Span,
    Standing,
    Tier,
)
from tests.core.world import CALDICOTT, COMMS, NOW, NUMBER, Feed, World, post
from tests.drawing.__main__ import avatar, poster, theatre_list

WORDS = f"Alder Penhallow {NUMBER}"
PLACE = Box(100, 200, 600, 30)


def jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def list_picture(**more: Any) -> Picture:
    seen = Picture(
        digest="5a" * 32, width=960, height=720, text=WORDS, text_read=True,
        lines=(Line(start=0, end=len(WORDS), box=PLACE),),
    )  # fmt: skip
    return replace(seen, **more)


def shows_list(number: int = 1) -> Post:
    media = Media(
        kind="image", url="https://gazette.test/l.jpg", content=jpeg(theatre_list()), picture=list_picture()
    )
    return post(number, "WVFT theatre", media=(media,))


def finding(of: Post, category: str = "patient-identifier", *spans: Span, rule: str = "NHS-001") -> Finding:
    return Finding(
        rule_id=rule, rule_version="1", title="NHS number", post=of.key, category=category,
        lane=Lane.CONFIDENTIAL if category.startswith("patient") else Lane.COMMS, severity=Severity.HIGH,
        confidence=0.9, reason="A number.", clauses=("CDD-4.2-1",), spans=spans,
        owner="comms", route=("comms",),
    )  # fmt: skip


IN_LIST = Span(WORDS.index(NUMBER), len(WORDS), "NHS number", "image 1")


class Numbered:
    """Finds the number in the list."""

    def evaluate(self, post: Post) -> Iterator[Finding]:
        if any(True for _ in post.images):
            yield finding(post, "patient-identifier", IN_LIST)


def cutter(
    said: Resemblance | None = None, bytes_: bytes | None = None, ours: Mapping[str, Path] | None = None
) -> PictureEvidence:
    return PictureEvidence(
        run=sandbox.pictures.run,
        avatar=lambda _account: bytes_,
        resembles=lambda _account: said,
        ours=ours or {},
    )


def size(png: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(png)).size


def test_a_finding_in_a_picture_is_shown_by_the_layout_of_the_page_and_told_without_its_words() -> None:
    shown = shows_list()
    name = Span(0, 15, "name", "image 1")
    (crop,) = cutter().crops(shown, [finding(shown, "patient-identifier", IN_LIST)], [name, IN_LIST])
    assert (crop.rule_id, crop.where, crop.digest) == ("NHS-001", "image 1", "5a" * 32)
    assert crop.caption == (
        "Image 1: one line of text; found in it: NHS number, name. Its words are painted over."
    )
    assert size(crop.png)[0] == 640


def test_a_finding_in_words_or_in_a_picture_whose_bytes_are_gone_has_no_picture_evidence() -> None:
    shown = shows_list()
    assert cutter().crops(shown, [finding(shown, "patient-identifier", Span(0, 4, "name"))], []) == []
    gone = replace(shown, media=(replace(shown.media[0], content=None),))
    assert cutter().crops(gone, [finding(gone, "patient-identifier", IN_LIST)], []) == []


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ({"ours": True}, "Our logo, certain"),
        (
            {"ours": True, "altered": ("stretched", "letters")},
            "Our logo, certain, stretched, with letters in another colour",
        ),
        ({"ours": None, "tier": Tier.PROBABLE}, "owner not readable, probable"),
        ({"ours": False, "owner": "Tidewater NHS Trust"}, "Logo of Tidewater NHS Trust, certain"),
    ],
)
def test_a_logo_is_cut_out_and_said_to_be_whose_it_is(mark: dict[str, Any], said: str) -> None:
    usual = {"reference": "mark", "tier": Tier.CERTAIN, "score": 0.9, "shared": True}
    found = Mark(box=Box(420, 90, 190, 76), **usual | mark)
    seen = Picture(digest="6b" * 32, width=1000, height=680, marks=(found,))
    media = Media(kind="image", url="https://b.test/p.jpg", content=jpeg(poster()), picture=seen)
    shown = post(1, media=(media,))
    (crop,) = cutter().crops(shown, [finding(shown, "logo-misuse", Span(0, 0, "our logo", "image 1"))], [])
    assert crop.caption.startswith("Image 1: ")
    assert said in crop.caption


def test_a_lookalike_is_shown_beside_what_it_resembles_with_what_must_be_masked_masked(
    tmp_path: Path,
) -> None:
    reference = tmp_path / "ours.png"
    avatar().save(reference)
    copied = Picture(digest="7c" * 32, width=200, height=200, likeness=Likeness("ours", 4))
    author = Account(platform="mastodon", handle="WVFTNHS_desk", display_name="Wearside Vale", avatar=copied)
    said = Resemblance(score=88, standing=Standing.PROBABLE, nearest="@WVFTNHS")
    shown = post(1, author=author)
    found = [finding(shown, "lookalike-account", rule="ACC-001")]
    cut = cutter(said, jpeg(avatar()), {"ours": reference}).crops(shown, found, [])
    (crop,) = cut
    assert (crop.where, crop.digest) == (AVATAR, "7c" * 32)
    assert crop.caption == (
        "The account beside what it comes nearest to: probable lookalike, 88 points; "
        "its picture is a copy of ours."
    )
    (masked,) = cutter(said).crops(shown, found, [Span(0, 12, "name", "handle")])
    assert size(masked.png)[1] < size(crop.png)[1], "no picture where its bytes are not there"
    assert cutter(None).crops(shown, found, []) == []


def test_the_picture_of_an_account_that_copies_none_of_ours_is_not_shown() -> None:
    stranger = Picture(digest="8d" * 32, width=200, height=200)
    said = Resemblance(score=40, standing=Standing.PROBABLE, nearest="@WVFTNHS")
    shown = post(1, author=Account(platform="x", handle="WVFT_1", avatar=stranger))
    asked: list[bytes] = []

    def run(_function: str, content: bytes, _request: str) -> Any:
        asked.append(content)
        raise ParserError("it took too long")

    seen = PictureEvidence(run=run, avatar=lambda _account: b"a face", resembles=lambda _account: said)
    assert seen.crops(shown, [finding(shown, "lookalike-account")], []) == [], (
        "a worker that dies costs nothing"
    )
    assert asked == [b""]


class Cutting(World):
    """A world whose findings are cut out by the real worker."""

    def pipeline(self) -> Pipeline:
        made = super().pipeline()
        return replace(made, stages=replace(made.stages, evidence=cutter()))

    def item(self) -> Item:
        """The one case that there is."""
        (item,) = items_found_since(self.store, NOW - timedelta(days=1), {})
        return item


def polled(store: Store, *posts: Post) -> Cutting:
    world = Cutting(store, rules=Numbered(), recipients=(COMMS, CALDICOTT))
    world.poll(Feed([list(posts)]))
    return world


def test_evidence_is_kept_with_its_case_and_told_in_the_digest_in_words(store: Store) -> None:
    world = polled(store, shows_list())
    item = world.item()
    (told,) = item.pictures
    assert told.startswith("Image 1: one line of text")
    with store.reading() as connection:
        assert [kept.crop.caption for kept in evidence_of(connection, item.number)] == [told]
        assert captions(connection, [item.number, 999]) == {item.number: (told,)}
    assert [size(png)[0] for png in pictures_of(store, item.number)] == [640]
    assert pictures_of(store, 999) == []


def test_a_digest_that_is_a_file_has_its_pictures_beside_it_until_it_goes(
    store: Store, tmp_path: Path
) -> None:
    from alerts.digest import compose
    from alerts.evidence import address
    from alerts.rendering import render
    from tests.alerts import factory

    item = polled(store, shows_list()).item()
    briefing = replace(factory.busy(), items=(item,))
    linked = render(
        compose(briefing), message_id="<digest.comms.20261120@h>", list_id="c", picture_at=address
    )
    plain = render(compose(briefing), message_id="<digest.comms.20261121@h>", list_id="c")
    assert f'href="evidence/CASE-{item.number}-1.png"' in linked.html
    assert f"monitor cases show {item.number} --pictures FOLDER" in " ".join(plain.text.split())
    assert "<img" not in linked.html
    outbox = Outbox(tmp_path, lambda: NOW, lambda case: pictures_of(store, case))
    outbox.send(linked)
    outbox.send(plain)
    (file,) = (tmp_path / "evidence").iterdir()
    assert file.name == f"CASE-{item.number}-1.png"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_bytes() == pictures_of(store, item.number)[0]
    assert outbox.take_back([plain.message_id]) == 1
    assert file.exists()
    assert outbox.take_back([linked.message_id]) == 1
    assert not file.exists()
