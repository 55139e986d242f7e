"""What the YouTube Data API says of videos, comments and channels, as posts and accounts.

Source: the resources of https://developers.google.com/youtube/v3/docs, and answers as they really come.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from connectors import Context
from connectors.parts import plain, shape
from connectors.parts.shape import Item
from monitor.errors import SourceChanged
from monitor.types import Account, Kind, Media, Post, Ref, State

PLATFORM = "youtube"
_SITE = "https://www.youtube.com"
_PLACEHOLDERS = {"Deleted video": State.DELETED, "Private video": State.HIDDEN}
_SIZES = ("maxres", "standard", "high", "medium", "default")
_IN_THUMBNAIL = re.compile(r"/vi(?:_webp)?/([\w-]{6,})/")


def posts(answer: Any, context: Context, host: str) -> Iterator[Post]:
    """The posts of one answer; replies come before the comment they answer. Raises SourceChanged."""
    if shape.find(answer, "error") is not None:
        raise SourceChanged(f"{host}: answered with an error where a list was expected")
    for item in shape.items(host, answer, "items"):
        if isinstance(shape.find(item, "snippet", "topLevelComment"), dict):
            for reply in shape.some(item, "replies", "comments"):
                yield from _comment(reply, item, context)
            yield from _comment(item["snippet"]["topLevelComment"], item, context)
        elif shape.find(item, "snippet", "textDisplay") is not None:
            yield from _comment(item, item, context)
        elif number := _video_id(item):
            yield _video(number, item, context)


def channels(answer: Any, context: Context) -> dict[str, Account]:
    """The channels of one answer by their ids."""
    items = ((shape.name(item, "id"), item) for item in shape.some(answer, "items"))
    return {number: _profile(number, item, context) for number, item in items if number}


def signed(posts: Iterable[Post], accounts: Mapping[str, Account]) -> Iterator[Post]:
    """The posts with their authors as looked up: a video names its channel without handle or description."""
    for post in posts:
        author = accounts.get((post.author and post.author.external_id) or "")
        yield replace(post, author=author) if author else post


def _video_id(item: Item) -> str | None:
    """Where each kind of list keeps it. An activity may have it in the address of its picture only."""
    found = (
        shape.name(item, "id", "videoId")
        or shape.name(item, "contentDetails", "videoId")
        or shape.name(item, "snippet", "resourceId", "videoId")
        or shape.name(item, "contentDetails", "upload", "videoId")
    )
    if found or shape.name(item, "kind") not in ("youtube#video", "youtube#activity"):
        return found
    if shape.name(item, "kind") == "youtube#video":
        return shape.name(item, "id")
    picture = _IN_THUMBNAIL.search(_thumbnail(item) or "")
    return picture[1] if picture else None


def _video(number: str, item: Item, context: Context) -> Post:
    snippet, now = shape.find(item, "snippet"), context.now()
    state = _state(item)
    if state is not State.LIVE:
        return Post(
            source=context.source,
            platform=PLATFORM,
            external_id=number,
            observed_at=now,
            kind=Kind.VIDEO,
            state=state,
            terms=context.terms,
            recheck_id=f"video:{number}",
        )
    title = shape.text(snippet, "title")
    if shape.name(item, "kind") == "youtube#searchResult":
        title = html.unescape(title)  # a search alone escapes them
    picture = _thumbnail(item)
    return Post(
        source=context.source,
        platform=PLATFORM,
        external_id=number,
        observed_at=now,
        kind=Kind.VIDEO,
        url=f"{_SITE}/watch?v={number}",
        author=_uploader(snippet),
        title=" ".join(plain.clean(title).split()),
        text=shape.text(snippet, "description"),
        lang=shape.name(snippet, "defaultAudioLanguage") or shape.name(snippet, "defaultLanguage"),
        created_at=shape.moment(item, now, "contentDetails", "videoPublishedAt")
        or shape.moment(snippet, now, "publishedAt"),
        media=(Media(kind="image", url=picture),) if picture else (),
        terms=context.terms,
        recheck_id=f"video:{number}",
    )


def _state(item: Item) -> State:
    """What a playlist keeps of a lost video is a placeholder with no picture; its words are YouTube's."""
    if shape.name(item, "status", "privacyStatus") == "private":
        return State.HIDDEN
    placeholder = _PLACEHOLDERS.get(shape.text(item, "snippet", "title"), State.LIVE)
    return State.LIVE if shape.find(item, "snippet", "thumbnails") else placeholder


def _uploader(snippet: Any) -> Account | None:
    """A playlist's own channel need not be that of the video."""
    is_other = shape.name(snippet, "videoOwnerChannelId") is not None
    who, called = (
        ("videoOwnerChannelId", "videoOwnerChannelTitle") if is_other else ("channelId", "channelTitle")
    )
    channel, title = shape.name(snippet, who), shape.text(snippet, called)
    if not (channel or title):
        return None
    url = f"{_SITE}/channel/{channel}" if channel else None
    return Account(platform=PLATFORM, external_id=channel, display_name=html.unescape(title) or None, url=url)


def _comment(item: Item, thread: Item, context: Context) -> Iterator[Post]:
    snippet, number, now = shape.find(item, "snippet"), shape.name(item, "id"), context.now()
    if not number:
        return
    video = shape.name(snippet, "videoId") or shape.name(thread, "snippet", "videoId")
    parent = shape.name(snippet, "parentId")
    markup = shape.text(snippet, "textDisplay")
    created, updated = (shape.moment(snippet, now, name) for name in ("publishedAt", "updatedAt"))
    is_edited = created is not None and updated is not None and updated > created
    links = (plain.web_address(link) for link in plain.addresses(markup)[0])
    yield Post(
        source=context.source,
        platform=PLATFORM,
        external_id=number,
        observed_at=now,
        kind=Kind.REPLY if parent else Kind.COMMENT,
        state=State.EDITED if is_edited else State.LIVE,
        url=f"{_SITE}/watch?v={video}&lc={number}" if video else None,
        author=_commenter(snippet),
        text=shape.text(snippet, "textOriginal") or plain.from_html(markup),
        created_at=created,
        edited_at=updated if is_edited else None,
        links=tuple(dict.fromkeys(link for link in links if link)),
        refs=tuple(_refs(parent, video)),
        terms=context.terms,
        recheck_id=f"comment:{number}",
    )


def _refs(parent: str | None, video: str | None) -> Iterator[Ref]:
    if parent:
        yield Ref(rel="reply_to", external_id=parent)
    if video:
        yield Ref(rel="root", external_id=video, url=f"{_SITE}/watch?v={video}")


def _commenter(snippet: Any) -> Account | None:
    """The writer, None where the channel was deleted: it leaves neither a name nor an id."""
    shown = plain.one_line(shape.text(snippet, "authorDisplayName"))
    channel = shape.name(snippet, "authorChannelId", "value")
    if not (shown or channel):
        return None
    return Account(
        platform=PLATFORM,
        external_id=channel,
        handle=shown if shown.startswith("@") else None,
        display_name=shown or None,
        url=f"{_SITE}/channel/{channel}" if channel else shape.address(snippet, "authorChannelUrl"),
        avatar_url=shape.address(snippet, "authorProfileImageUrl"),
    )


def _profile(channel: str, item: Item, context: Context) -> Account:
    snippet = shape.find(item, "snippet")
    return Account(
        platform=PLATFORM,
        external_id=channel,
        handle=shape.name(snippet, "customUrl"),
        display_name=shape.text(snippet, "title") or None,
        url=f"{_SITE}/channel/{channel}",
        bio=shape.text(snippet, "description") or None,
        avatar_url=_thumbnail(item),
        created_at=shape.moment(snippet, context.now(), "publishedAt"),
        followers=shape.number(item, "statistics", "subscriberCount"),
    )


def _thumbnail(item: Item) -> str | None:
    addresses = (shape.address(item, "snippet", "thumbnails", size, "url") for size in _SIZES)
    return next((address for address in addresses if address), None)
