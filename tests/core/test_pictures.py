"""Pictures on their way through the pipeline: seen, judged, masked, kept and counted, on both databases."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pytest
from sqlalchemy import select

from alerts.digest import compose
from alerts.rendering import render
from monitor.config import PictureSettings, PolicySettings, RuleSettings
from monitor.errors import SourceNotFound
from monitor.judging import Stages
from monitor.pictures import stage as looking
from monitor.pictures.analysis import NOT_INSTALLED, Analyst
from monitor.pictures.stage import Fetched, Stage
from monitor.pipeline import Pipeline
from monitor.registers import ImagePermission
from monitor.store import Store
from monitor.store.evidence import evidence_in, evidence_of
from monitor.store.keeping.erasing import erase_items
from monitor.store.people.registers import add_entry
from monitor.store.picturecounts import pictures_seen
from monitor.store.rows import pictures_from
from monitor.store.tables import Case, Mention, PictureEvidence, SealedOriginal, table_of
from monitor.store.tables import Finding as FindingRow
from monitor.types import (
    SERVICE,
    Account,
    Box,
    Crop,
    Depth,
    Finding,
    Kind,
    Line,
    Mark,
    Media,
    Picture,
    Post,
    Span,
    State,
    Tier,
)
from rules.examples import ORGANISATION
from rules.filters import SiteFilters
from rules.identifiers import PersonIdentifiers
from rules.pack import load
from rules.references import OrganisationReferences
from tests.core.world import COMMS, NOW, NUMBER, Feed, World, everything_stored, post

LIST = f"Theatre 2\nWVFT list\nNHS No {NUMBER} hip"
PNG = b"\x89PNG not really"


def shown(url: str = "https://media.test/1.png", **more: object) -> Media:
    return Media(kind="image", url=url, **more)  # type: ignore[arg-type]


def listed(text: str = LIST, **more: object) -> Picture:
    """A picture with this text, a line of it after the other."""
    lines, at = [], 0
    for number, words in enumerate(text.split("\n")):
        lines.append(Line(start=at, end=at + len(words), box=Box(10, 10 + 40 * number, 300, 30)))
        at += len(words) + 1
    fields: dict[str, object] = {"digest": "d" * 64, "width": 800, "height": 600, "text_read": True}
    return Picture(text=text, lines=tuple(lines), **fields | more)  # type: ignore[arg-type]


@dataclass
class Eyes:
    """Sees what it is told to, by address, and hands over bytes as if it had fetched them."""

    sees: dict[str, Picture]
    asked: list[tuple[str, Depth]] = field(default_factory=list)

    def see(self, post: Post, depth: Depth) -> Post:
        self.asked.append((post.external_id, depth))
        media = (replace(m, picture=self.sees[m.url], content=PNG, name="1.png") for m in post.media)
        return replace(post, media=tuple(media))


class Scissors:
    """Cuts one crop for each finding that has a place in a picture."""

    def crops(self, post: Post, findings: Sequence[Finding], masked: Sequence[Span]) -> Iterator[Crop]:  # type: ignore[override]
        labels = {span.label for span in masked}
        for finding in findings:
            assert finding.rule_id != "NHS-001" or "NHS number" in labels
            for where in dict.fromkeys(span.where for span in finding.spans if span.where != "text"):
                yield Crop(
                    rule_id=finding.rule_id, where=where, digest="d" * 64, caption="A list", png=b"\x89PNG"
                )


@dataclass
class Whole(World):
    """A world with the rules, names and identifiers of the product, and pictures."""

    evidence: Scissors | None = field(default_factory=Scissors)

    def pipeline(self) -> Pipeline:
        rules = load(ORGANISATION, PolicySettings(packs=("CDD", "SWL")), RuleSettings(rehearsal=True))
        stages = Stages(
            references=OrganisationReferences(ORGANISATION),
            rules=rules,
            identifiers=PersonIdentifiers(ORGANISATION),
            version=self.version,
            filters=SiteFilters,
            evidence=self.evidence,  # type: ignore[arg-type]
        )
        given = super().pipeline()
        return replace(given, stages=stages)


@pytest.fixture
def whole(store: Store) -> Whole:
    return Whole(store)


def mentions(store: Store) -> list[object]:
    with store.reading() as connection:
        return list(connection.execute(select(table_of(Mention))))


def rules_met(store: Store) -> list[str]:
    with store.reading() as connection:
        return list(connection.execute(select(table_of(FindingRow).c.rule_id)).scalars())


def poll(world: World, eyes: object, *posts: Post, depth: Depth = Depth.READ, **more: object) -> object:
    return world.poll(Feed([list(posts)]), pictures=eyes, depth=depth, **more)


def the_list(**more: object) -> tuple[Post, Eyes]:
    given = post(1, "Long day", title="", media=(shown(),), **more)
    return given, Eyes({"https://media.test/1.png": listed()})


def test_a_number_in_a_picture_is_found_masked_and_sealed_and_nowhere_in_clear(whole: Whole) -> None:
    given, eyes = the_list()
    tally = poll(whole, eyes, given)
    (row,) = mentions(whole.store)
    (where, seen), *_ = pictures_from(row.pictures).items()  # type: ignore[attr-defined]
    assert where == "image 1"
    beside = "[words beside a patient's number redacted]"
    assert seen.text == f"{beside} [NHS number redacted] {beside}"
    assert seen.lines == (), "a line that a mask touches is none any more"
    assert (tally.findings, tally.pictures, tally.unseen) == (1, 1, 0)  # type: ignore[attr-defined]
    with whole.store.reading() as connection:
        parts = set(connection.execute(select(table_of(SealedOriginal).c.part)).scalars())
        (crop,) = evidence_of(connection, connection.execute(select(table_of(Case).c.id)).scalar_one())
    assert parts == {"post", "screenshot:1.png"}
    assert (crop.crop.rule_id, crop.crop.where, crop.crop.caption) == ("NHS-001", "image 1", "A list")


def test_the_picture_alone_may_speak_of_the_organisation_where_it_is_read(whole: Whole) -> None:
    given, eyes = the_list()
    poll(whole, eyes, given)
    (row,) = mentions(whole.store)
    assert row.references[0][0] == "WVFT"  # type: ignore[attr-defined]


def test_at_a_look_only_posts_that_speak_of_us_are_looked_at(whole: Whole) -> None:
    given, eyes = the_list()
    other = replace(
        given, external_id="2", text="WVFT has a long day", media=(shown("https://media.test/2"),)
    )
    eyes.sees["https://media.test/2"] = listed("", text_read=False)
    poll(whole, eyes, given, other, depth=Depth.LOOK)
    assert eyes.asked == [("2", Depth.LOOK)]
    poll(whole, eyes, replace(other, external_id="3"), depth=Depth.OFF, name="another")
    assert len(eyes.asked) == 1


def test_without_a_finding_only_the_verdict_is_kept(whole: Whole) -> None:
    given = post(1, "WVFT opens a clinic", media=(shown(),))
    codes = ("https://wvft.nhs.test/clinic?for=Jo",)
    harmless = listed("WVFT opens a clinic", codes=codes, has_location=True)
    poll(whole, Eyes({"https://media.test/1.png": harmless}), given)
    (row,) = mentions(whole.store)
    seen = pictures_from(row.pictures)["image 1"]  # type: ignore[attr-defined]
    assert (seen.text, seen.lines, seen.codes) == ("", (), ())
    assert (seen.has_location, seen.width, seen.digest) == (True, 800, "d" * 64)
    with whole.store.reading() as connection:
        assert connection.execute(select(table_of(SealedOriginal))).first() is None


def test_an_address_in_a_code_may_be_what_speaks_of_us(whole: Whole) -> None:
    given = post(1, "Look at this", title="", media=(shown(),))
    coded = Picture(width=300, height=300, codes=("https://www.wvft.nhs.test/survey",))
    poll(whole, Eyes({"https://media.test/1.png": coded}), given)
    (row,) = mentions(whole.store)
    assert row.references[0][2] == "a link to the organisation's site"  # type: ignore[attr-defined]


def test_words_of_somebody_else_in_a_picture_are_not_the_authors(whole: Whole) -> None:
    """A member of staff who shows what was written to them has not written it."""
    said = "I will kill you, you useless nurse. WVFT staff are scum"
    as_words = post(1, said, author=Account(platform="web", handle="jo"))
    as_picture = post(2, "Look what I was sent at WVFT today", media=(shown(),))
    eyes = Eyes({"https://media.test/1.png": listed(said)})
    found = {}
    for name, given in (("words", as_words), ("picture", as_picture)):
        poll(whole, eyes, given, name=name, pseudonym="S-014")
        with whole.store.reading() as connection:
            found[name] = set(connection.execute(select(table_of(Case).c.category)).scalars())
    assert found["words"]
    assert found["picture"] == found["words"]  # nothing came to it


def test_what_could_not_be_analysed_is_counted_by_its_reason(whole: Whole) -> None:
    gone, large = Picture(not_read=looking.GONE), Picture(not_read=looking.TOO_LARGE)
    eyes = Eyes({"https://a.test/1": gone, "https://a.test/2": large, "https://a.test/3": listed("")})
    posts = [
        post(n, "WVFT", media=tuple(shown(url) for url in urls))
        for n, urls in (
            (1, ("https://a.test/1", "https://a.test/3")),
            (2, ("https://a.test/1", "https://a.test/2")),
        )
    ]
    tally = poll(whole, eyes, *posts)
    assert (tally.pictures, tally.unseen) == (4, 3)  # type: ignore[attr-defined]
    with whole.store.reading() as connection:
        (seen,) = pictures_seen(connection, None)
    assert (seen.source, seen.pictures, seen.unseen) == ("gazette", 4, 3)
    assert seen.not_read == ((looking.GONE, 2), (looking.TOO_LARGE, 1))


def test_the_digest_tells_of_pictures_that_could_not_be_analysed(whole: Whole) -> None:
    eyes = Eyes({"https://media.test/1.png": Picture(not_read=looking.GONE)})
    poll(whole, eyes, post(1, "WVFT opens a clinic", media=(shown(),)))
    briefing = whole.desk().editor.preview(COMMS)
    message = render(compose(briefing), message_id="<1@wvft.test>", list_id="list", known_hosts=())
    text = " ".join(message.text.split())
    assert f"1 of 1 picture could not be analysed: {looking.GONE}" in text


def test_pictures_and_their_evidence_go_with_the_words(whole: Whole) -> None:
    given, eyes = the_list()
    poll(whole, eyes, given)
    (row,) = mentions(whole.store)
    with whole.store.transaction() as tx:
        tx.purging(date(2026, 11, 21)).lose("gazette", {row.key: State.DELETED}, NOW)  # type: ignore[attr-defined]
    (row,) = mentions(whole.store)
    assert row.pictures is None  # type: ignore[attr-defined]
    with whole.store.reading() as connection:
        assert evidence_in(connection, [row.id]) == []  # type: ignore[attr-defined]
        assert connection.execute(select(table_of(SealedOriginal))).first() is None


def test_an_erasure_takes_the_evidence_with_it(whole: Whole) -> None:
    given, eyes = the_list()
    poll(whole, eyes, given)
    (row,) = mentions(whole.store)
    with whole.store.transaction() as tx:
        assert erase_items(tx, [row.id], NOW).mentions == 1  # type: ignore[attr-defined]
    with whole.store.reading() as connection:
        assert connection.execute(select(table_of(PictureEvidence))).first() is None


def test_our_logo_is_a_reference_and_its_finding_names_the_picture(whole: Whole) -> None:
    mark = Mark(reference="emblem", tier=Tier.CERTAIN, score=0.9, box=Box(1, 1, 50, 50), ours=True)
    given = post(1, "New year, new look", title="", kind=Kind.POST, media=(shown(),))
    eyes = Eyes({"https://media.test/1.png": Picture(width=500, height=500, marks=(mark,))})
    poll(whole, eyes, given, pseudonym="S-014")
    assert "LOG-001" in rules_met(whole.store)
    with whole.store.reading() as connection:
        (row,) = mentions(whole.store)
        assert [kept.crop.where for kept in evidence_in(connection, [row.id])] == ["image 1"]  # type: ignore[attr-defined]


def test_a_picture_with_a_permission_shows_nobody_who_was_not_asked(whole: Whole) -> None:
    eyes = Eyes({f"https://media.test/{n}.png": Picture(width=500, height=500, faces="2-5") for n in (1, 2)})
    one, other = (
        post(n, f"Lovely handover {n} at WVFT on ward 6", media=(shown(f"https://media.test/{n}.png"),))
        for n in (1, 2)
    )
    used = ("https://media.test/2.png/",)
    entry = ImagePermission(form="cabinet 4", given_on=date(2026, 1, 1), scope="ward", used_at=used)
    add_entry(whole.store, "image", entry, SERVICE, NOW)
    poll(whole, eyes, one, other, pseudonym="S-014")
    assert len(mentions(whole.store)) == 2
    assert rules_met(whole.store).count("PHO-001") == 1


# -- the stage itself -----------------------------------------------------------------------------------


def drawn(text: str, size: tuple[int, int] = (900, 200)) -> bytes:
    """A PNG that says this in black on white."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((30, 60), text, fill="black", font=ImageFont.load_default(48))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_a_picture_is_read_by_the_real_worker_on_its_way_to_a_finding(whole: Whole) -> None:
    """No stand-in: the worker reads what Pillow drew, and the product's own rules find the number."""
    whole.evidence = None
    content = drawn(f"NHS number {NUMBER} WVFT")
    stage = Stage(Analyst(PictureSettings()), lambda url: content, Fetched())
    poll(whole, stage, post(1, "All done", title="", media=(shown(),)))
    assert "NHS-001" in rules_met(whole.store)
    (row,) = mentions(whole.store)
    seen = pictures_from(row.pictures)["image 1"]  # type: ignore[attr-defined]
    assert (seen.width, seen.height, seen.text_read, seen.not_read) == (900, 200, True, "")
    assert NUMBER not in everything_stored(whole.store)
    assert "redacted]" in seen.text


@dataclass
class Looks:
    """An analyst that remembers what it was shown."""

    shown: list[tuple[bytes, Depth]] = field(default_factory=list)

    def look(self, content: bytes, depth: Depth) -> Picture:
        self.shown.append((content, depth))
        return Picture(digest=hashlib.sha256(content).hexdigest(), width=1, height=1)


def staged(fetch: Callable[[str], bytes], looks: Looks, **more: object) -> Stage:
    return Stage(looks, fetch, Fetched(), **more)  # type: ignore[arg-type]


def no_way(url: str) -> bytes:
    raise AssertionError(f"{url} was asked")


def test_bytes_that_were_handed_in_are_not_fetched() -> None:
    looks = Looks()
    given = post(1, media=(shown("urn:sha256:1", content=PNG, name="a.png"),))
    seen = staged(no_way, looks).see(given, Depth.READ)
    assert looks.shown == [(PNG, Depth.READ)]
    assert seen.media[0].picture is not None
    assert seen.media[0].name == "a.png"


def test_films_are_not_looked_at_and_of_many_pictures_the_first_eight() -> None:
    looks = Looks()
    film = replace(shown("https://a.test/film"), kind="video")
    media = (
        film,
        *(shown(f"https://a.test/{n}") for n in range(10)),
    )
    seen = staged(lambda url: url.encode(), looks).see(post(1, media=media), Depth.LOOK)
    assert len(looks.shown) == looking.AT_MOST
    assert seen.media[0].picture is None
    assert [m.picture.not_read for m in seen.media[1:] if m.picture] == [""] * 8 + [looking.TOO_MANY] * 2


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SourceNotFound("a.test answered 404"), looking.GONE),
        (looking.SourceRefused("a.test answered 403: check the source's access"), looking.GONE),
        (looking.SourceRefused("a.test: leads to a private address"), looking.REFUSED),
        (looking.SourceChanged("a.test: the answer is larger than 10000000 bytes"), looking.TOO_LARGE),
        (looking.SourceChanged("a.test answered 451"), looking.NOTHING),
        (looking.SourceThrottled("a.test answered 429", until=NOW), looking.BUSY),
        (looking.SourceError("a.test: no answer within 10 s"), looking.LATE),
    ],
)
def test_a_picture_that_cannot_be_had_says_so_without_its_address(error: Exception, said: str) -> None:
    def fetch(url: str) -> bytes:
        raise error

    seen = staged(fetch, Looks()).see(post(1, media=(shown(),)), Depth.LOOK)
    assert seen.media[0].picture == Picture(not_read=said)
    assert seen.media[0].content is None


def test_the_pictures_of_one_post_are_bounded_together() -> None:
    looks = Looks()
    media = tuple(shown(f"https://a.test/{n}") for n in range(4))
    seen = staged(lambda url: bytes(9_000_000), looks).see(post(1, media=media), Depth.LOOK)
    assert [m.picture.not_read for m in seen.media if m.picture] == ["", "", "", looking.TOO_HEAVY]


def test_what_was_just_fetched_is_not_fetched_again() -> None:
    asked = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return PNG

    stage = staged(fetch, Looks())
    for _ in range(3):
        stage.see(post(1, media=(shown(),)), Depth.LOOK)
    assert asked == ["https://media.test/1.png"]


def test_nobodys_face_is_fetched_but_of_accounts_that_may_be_ours() -> None:
    author = Account(platform="x", handle="wvft_help", avatar_url="https://a.test/face")
    looks = Looks()
    assert staged(no_way, looks).see(post(1, author=author), Depth.READ).author == author
    near = staged(lambda url: PNG, looks, resembles=lambda account: True)
    seen = near.see(post(1, author=author), Depth.READ)
    assert looks.shown == [(PNG, Depth.READ)]
    assert seen.author is not None
    assert seen.author.avatar is not None


def test_without_the_extra_every_picture_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("monitor.pictures.analysis", "monitor.pictures.stage"):
        monkeypatch.setattr(f"{module}.installed", lambda: False)
    stage = Stage(Analyst(PictureSettings()), no_way, Fetched())
    seen = stage.see(post(1, media=(shown(), shown("urn:1", content=PNG))), Depth.READ)
    assert [m.picture.not_read for m in seen.media if m.picture] == [NOT_INSTALLED] * 2


def test_the_same_bytes_are_looked_at_once_and_read_for_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def run(function: str, content: bytes, request: str) -> dict[str, object]:
        asked.append(request)
        return {"width": 5, "height": 5, "text": "x", "marks": [], "lines": []}

    monkeypatch.setattr("monitor.sandbox.pictures.run", run)
    analyst = Analyst(PictureSettings(count_people=True), ours=("WVFT",))
    seen = [analyst.look(PNG, depth) for depth in (Depth.READ, Depth.LOOK, Depth.READ)]
    assert len(asked) == 1
    assert '"depth": "read"' in asked[0]
    assert seen == [Picture(digest=hashlib.sha256(PNG).hexdigest(), width=5, height=5, text="x")] * 3


def test_a_worker_that_died_leaves_a_sentence_and_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from monitor import sandbox

    answers = iter([sandbox.ParserError(sandbox.TOO_LONG), {"width": 5, "height": 5}])

    def run(*_: object) -> object:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("monitor.sandbox.pictures.run", run)
    analyst = Analyst(PictureSettings())
    assert analyst.look(PNG, Depth.LOOK).not_read == sandbox.TOO_LONG
    assert analyst.look(PNG, Depth.LOOK).seen
