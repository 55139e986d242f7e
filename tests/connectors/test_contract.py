"""What every connector promises, tried on each one with its recordings.

A new connector is picked up by its line in CONNECTORS and its folder in connectors/recordings.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors import CONNECTORS, Context, load, recordings, terms_of
from connectors.http import Http
from connectors.parts.replay import Replay
from connectors.parts.scrub import scrub
from monitor.config import SourceSettings
from monitor.config.layers import secret_fields
from monitor.errors import SourceChanged, SourceError, SourceRefused, SourceThrottled, SourceUnavailable
from monitor.ports import Recheck
from monitor.types import Page, Post, SourceState

Clock = Callable[[], datetime]
Answer = Callable[[httpx.Request], httpx.Response]

KINDS = [kind for kind in CONNECTORS if getattr(load(kind), "over_http", True)]
"""Those that read the web; what reads a mailbox or a folder has tests of its own."""
OFTEN = settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink an answer would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

pytestmark = pytest.mark.parametrize("kind", KINDS)


def connector(kind: str, now: Clock, transport: httpx.BaseTransport) -> Any:
    """A connector of `kind` set up as its recordings want it, over `transport`."""
    settings = recordings.source(kind)
    name = settings.pop("name")
    assert settings.pop("kind") == kind
    options = {key: value for key, value in settings.items() if key not in SourceSettings.model_fields}
    connects = load(kind)
    http = Http(now=now, contact="comms@wvft.nhs.test", attempts=1, transport=transport)
    context = Context(
        source=name, http=http, now=now, contact="comms@wvft.nhs.test", terms=terms_of(kind).item()
    )
    return connects(connects.Options(**options), context)


def replayed(kind: str, now: Clock, change: Callable[[str], str] = str) -> Any:
    """The same over its recordings, each body passed through `change`."""
    changed = [recording | {"body": change(recording.get("body", ""))} for recording in recordings.load(kind)]
    return connector(kind, now, Replay(changed, now))


def answering(kind: str, now: Clock, answer: Answer) -> Any:
    """The same where every request gets `answer`."""
    return connector(kind, now, httpx.MockTransport(answer))


def poll(connects: Any, now: Clock, cursor: str | None = None) -> list[Page]:
    """Every page of one poll with a look back of a week."""
    return list(connects.pages(cursor, now() - timedelta(days=7)))


def posts_of(pages: list[Page]) -> list[Post]:
    """The posts of all pages."""
    return [post for page in pages for post in page.posts]


def texts_of(post: Post) -> Iterator[str]:
    """Every text of a post that strangers wrote."""
    author = post.author
    yield from (post.title, post.text, post.external_id, *post.links, *(m.alt_text or "" for m in post.media))
    if author:
        yield from (author.handle or "", author.display_name or "")
    if post.change:
        yield from (post.change.added, post.change.removed, post.change.page)


def test_it_reads_its_recordings(kind: str, now: Clock) -> None:
    assert posts_of(poll(replayed(kind, now), now))


def test_keys_are_unique_and_opaque_text(kind: str, now: Clock) -> None:
    keys = [post.key for post in posts_of(poll(replayed(kind, now), now))]
    assert len(set(keys)) == len(keys)
    assert all(isinstance(part, str) and part for key in keys for part in key)


def test_every_time_is_aware_utc(kind: str, now: Clock) -> None:
    pages = poll(replayed(kind, now), now)
    times = [page.covered_from for page in pages]
    for post in posts_of(pages):
        times += [post.observed_at, post.created_at, post.edited_at]
    assert {at.utcoffset() for at in times if at is not None} == {timedelta(0)}


def test_every_post_names_its_source(kind: str, now: Clock) -> None:
    posts = posts_of(poll(replayed(kind, now), now))
    assert {post.source for post in posts} == {recordings.source(kind)["name"]}


def test_links_are_web_addresses(kind: str, now: Clock) -> None:
    posts = posts_of(poll(replayed(kind, now), now))
    links = [link for post in posts for link in (post.url, *post.links) if link]
    assert all(link.startswith(("http://", "https://")) for link in links)


def test_no_address_carries_a_credential(kind: str, now: Clock) -> None:
    posts = posts_of(poll(replayed(kind, now), now))
    authors = [author for post in posts if (author := post.author)]
    addresses = [
        address for post in posts for address in (post.url, *post.links, *(m.url for m in post.media))
    ]
    addresses += [address for author in authors for address in (author.url, author.avatar_url)]
    assert [address for address in addresses if address and scrub(address) != address] == []


def test_the_last_page_carries_a_cursor(kind: str, now: Clock) -> None:
    assert poll(replayed(kind, now), now)[-1].cursor


def test_a_second_poll_brings_nothing_new(kind: str, now: Clock) -> None:
    connects = replayed(kind, now)
    first = poll(connects, now)
    known = {post.key for post in posts_of(first)}
    second = poll(connects, now, first[-1].cursor)
    assert {post.key for post in posts_of(second)} <= known
    assert second[-1].cursor


def test_a_cursor_that_is_not_ours_loses_nothing(kind: str, now: Clock) -> None:
    known = {post.key for post in posts_of(poll(replayed(kind, now), now))}
    try:
        again = {post.key for post in posts_of(poll(replayed(kind, now), now, "not a cursor"))}
    except SourceError:
        return
    assert known <= again


@pytest.mark.parametrize(
    ("status", "headers", "error", "state"),
    [
        (401, {}, SourceRefused, SourceState.NEEDS_REAUTH),
        (403, {}, SourceRefused, SourceState.NEEDS_REAUTH),
        (404, {}, SourceUnavailable, SourceState.DEGRADED),
        (410, {}, SourceRefused, SourceState.GONE),
        (429, {}, SourceThrottled, SourceState.THROTTLED),
        (429, {"Retry-After": "60"}, SourceThrottled, SourceState.THROTTLED),
        (500, {}, SourceUnavailable, SourceState.DEGRADED),
        (503, {}, SourceUnavailable, SourceState.DEGRADED),
        (503, {"Retry-After": "60"}, SourceUnavailable, SourceState.DEGRADED),
    ],
)
def test_a_refusal_is_the_error_that_says_what_to_do_next(
    kind: str,
    now: Clock,
    status: int,
    headers: Mapping[str, str],
    error: type[SourceError],
    state: SourceState,
) -> None:
    connects = answering(kind, now, lambda request: httpx.Response(status, headers=headers))
    # A host that says for how long it is away is not asked again: what asks twice is told so.
    with pytest.raises((error, SourceThrottled) if headers else error) as raised:
        poll(connects, now)
    if isinstance(raised.value, error):
        assert raised.value.state is state
    if isinstance(raised.value, SourceThrottled):
        assert raised.value.until > now()
    if isinstance(raised.value, SourceUnavailable):
        assert raised.value.retry_after == (60 if headers else None)


def test_silence_is_an_unavailable_source(kind: str, now: Clock) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("too slow")

    with pytest.raises(SourceUnavailable):
        poll(answering(kind, now, answer), now)


@OFTEN
@given(data=st.data())
def test_interrupted_after_any_page_and_resumed_it_loses_nothing(
    kind: str, now: Clock, data: st.DataObject
) -> None:
    connects, read, cursor = replayed(kind, now), set[tuple[str, str]](), None
    pages = poll(connects, now)
    whole = {post.key for post in posts_of(pages)}
    for _ in range(data.draw(st.integers(0, 4), label="interruptions")):
        patience = data.draw(st.integers(0, len(pages)), label="pages read")
        for page, _ in zip(connects.pages(cursor, now() - timedelta(days=7)), range(patience), strict=False):
            read |= {post.key for post in page.posts}
            cursor = page.cursor or cursor
    read |= {post.key for page in poll(connects, now, cursor) for post in page.posts}
    assert read == whole


@OFTEN
@given(data=st.data())
def test_whatever_stands_where_in_an_answer_it_is_read_or_the_source_has_changed(
    kind: str, now: Clock, data: st.DataObject
) -> None:
    odd = st.sampled_from(
        [None, True, -1, 10**40, 0.5, "", "x" * 300, "\x00", "1e999", [], {}, [None], {"a": 1}]
    )
    spoiled = []
    for recording in recordings.load(kind):
        body = recording.get("body", "")
        try:
            answer = json.loads(body)
        except ValueError:
            spoiled.append(recording)
            continue
        for place in data.draw(st.lists(st.sampled_from(list(places(answer))), max_size=3), label="where"):
            answer = put(answer, place, data.draw(odd, label="what"))
        spoiled.append(recording | {"body": json.dumps(answer)})
    connects = connector(kind, now, Replay(spoiled, now))
    try:
        posts = posts_of(poll(connects, now))
    except SourceError:
        return
    for post in posts:
        assert post.external_id
        assert all(isinstance(text, str) for text in texts_of(post))
        assert all(at.tzinfo for at in (post.created_at, post.edited_at) if at)


def places(value: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value in a JSON document, its own among them."""
    yield above
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield from places(each, (*above, key))


def put(value: Any, path: tuple[str | int, ...], what: Any) -> Any:
    """The document with `what` at `path`; as it is where that path is gone."""
    if not path:
        return what
    step, rest = path[0], path[1:]
    if isinstance(value, dict) and step in value:
        return value | {step: put(value[step], rest, what)}
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return [put(each, rest, what) if at == step else each for at, each in enumerate(value)]
    return value


def test_one_answer_for_ever_comes_to_an_end(kind: str, now: Clock) -> None:
    first, asked = next(iter(recordings.load(kind))), 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return Replay([first], now).handle_request(
            httpx.Request("GET", f"https://{first['host']}{first['path']}", params=first.get("params"))
        )

    with suppress(SourceError):
        poll(answering(kind, now, answer), now)
    assert 1 <= asked <= 500


def test_a_secret_shows_nowhere(kind: str, now: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    options = recordings.source(kind)
    secrets = [str(options[name]) for name in secret_fields(load(kind).Options) if name in options]
    said = [repr(poll(replayed(kind, now), now))]
    for status in (400, 401, 403, 404, 429, 500):
        connects = answering(kind, now, lambda request, s=status: httpx.Response(s, text=str(request.url)))  # type: ignore[misc]
        with pytest.raises(SourceError) as raised:
            poll(connects, now)
        said.append(str(raised.value))
    for secret in secrets:
        assert len(secret) > 8
        assert not any(secret in text for text in (*said, caplog.text))


def test_every_post_carries_its_platforms_terms(kind: str, now: Clock) -> None:
    allowed = terms_of(kind).item()
    for post in posts_of(poll(replayed(kind, now), now)):
        assert post.terms.may_mail_excerpt <= allowed.may_mail_excerpt
        assert post.terms.may_store_text <= allowed.may_store_text
        assert post.terms.max_age_days == allowed.max_age_days


def test_what_can_be_asked_about_again_has_a_name_for_it(kind: str, now: Clock) -> None:
    connects = replayed(kind, now)
    posts = posts_of(poll(connects, now))
    named = {post.recheck_id for post in posts if post.recheck_id}
    assert bool(named) == isinstance(connects, Recheck)
    if isinstance(connects, Recheck):
        assert len(named) == len(posts)
        lost = dict(connects.gone(sorted(named)))
        assert 0 < len(lost) < len(named)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<!doctype html><title>Sign in</title><p>Please sign in.</p>", id="sign-in page"),
        pytest.param(b"Sorry! Something went wrong.", id="apology"),
        pytest.param(b"{", id="cut-off object"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"text"', id="string"),
        pytest.param(b"\xff\xfe\x00", id="bytes"),
    ],
)
def test_an_answer_of_another_shape_is_a_changed_source(kind: str, now: Clock, body: bytes) -> None:
    connects = answering(kind, now, lambda request: httpx.Response(200, content=body))
    with pytest.raises(SourceChanged):
        poll(connects, now)


def test_an_empty_list_is_nothing_new_or_a_changed_source(kind: str, now: Clock) -> None:
    connects = answering(kind, now, lambda request: httpx.Response(200, content=b"[]"))
    with suppress(SourceChanged):
        assert not posts_of(poll(connects, now))


def test_a_cut_off_answer_is_a_changed_source_or_what_came_whole(kind: str, now: Clock) -> None:
    whole = {post.key for post in posts_of(poll(replayed(kind, now), now))}
    for share in (0.1, 0.5, 0.9):
        try:
            pages = poll(replayed(kind, now, lambda body, s=share: body[: int(len(body) * s)]), now)  # type: ignore[misc]
        except SourceError:
            continue
        assert {post.platform for post in posts_of(pages)} <= {platform for platform, _ in whole}


def test_no_error_shows_an_address_with_its_query(kind: str, now: Clock) -> None:
    for status in (302, 400, 401, 403, 404, 410, 418, 429, 500, 599):
        connects = answering(kind, now, lambda request, s=status: httpx.Response(s))  # type: ignore[misc]
        with pytest.raises(SourceError) as raised:
            poll(connects, now)
        assert "?" not in str(raised.value)
        assert raised.value.__cause__ is None


def test_what_no_database_stores_is_cleaned(kind: str, now: Clock) -> None:
    def spoil(body: str) -> str:
        dirt = "\\u0000\\ud800" if body.lstrip().startswith(("{", "[")) else "&#0;&#xD800;\x00"
        return body.replace("Wearside", f"Wear{dirt}side")

    posts = posts_of(poll(replayed(kind, now, spoil), now))
    for text in (text for post in posts for text in texts_of(post)):
        assert "\x00" not in text
        text.encode()  # raises for a lone surrogate


def test_its_recordings_hold_only_invented_hosts(kind: str, now: Clock) -> None:
    hosts = {recording["host"].split(":")[0] for recording in recordings.load(kind)}
    assert all(host.endswith(".test") or host in ("127.0.0.1", "localhost") for host in hosts)


def test_its_recordings_hold_no_secrets(kind: str, now: Clock) -> None:
    written = json.dumps(recordings.load(kind), default=repr).lower().replace("\\", "")
    for harmless in (
        "/api/v1/access_token",
        '"access_token": "invented"',
    ):  # where one is asked for, and none
        written = written.replace(harmless, "")
    for word in ("access_token", "authorization", "set-cookie", "password"):
        assert word not in written
