"""A post of a Discourse forum as a Post, from any of the answers that hold some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from connectors import Context
from connectors.parts import plain, shape
from connectors.parts.shape import Item
from monitor.types import Account, Kind, Origin, Post, Ref, State

_SMALL_ACTION, _WHISPER = 3, 4  # `post_type`; 1 is what people write, 2 what moderators do
_FACE = "96"  # pixels, for the size that an avatar's address leaves open


def told(answer: Any, items: Iterable[Item]) -> Iterator[Item]:
    """Items with what the answer says of their topic elsewhere; those of private places are left out."""
    topics = {shape.name(topic, "id"): topic for topic in shape.some(answer, "topics")}
    if shape.find(answer, "post_stream") is not None:
        topics[shape.name(answer, "id")] = answer
    for item in items:
        topic = topics.get(shape.name(item, "topic_id"), {})
        known = {f"topic_{name}": topic.get(name) for name in ("title", "slug", "archetype")}
        known["category_id"] = topic.get("category_id")
        whole = {name: value for name, value in known.items() if value is not None} | item
        if not _is_private(whole, answer):
            yield whole


def topics(host: str, answer: Any) -> Iterator[Item]:
    """The topics of a list as if each were its first post."""
    names = {shape.name(user, "id"): user for user in shape.some(answer, "users")}
    for topic in shape.items(host, answer, "topic_list", "topics"):
        author = names.get(shape.name(topic, "posters", 0, "user_id"), {})
        faces = {name: author[name] for name in ("username", "name", "avatar_template") if name in author}
        named = {
            "topic_id": topic.get("id"),
            "topic_title": topic.get("title"),
            "topic_slug": topic.get("slug"),
        }
        times = {"created_at": topic.get("created_at"), "cooked": topic.get("excerpt"), "post_number": 1}
        whole = {"category_id": topic.get("category_id"), "topic_archetype": topic.get("archetype")}
        whole |= {"id": f"topic-{topic.get('id')}"} | named | times | faces
        if not _is_private(whole, answer):
            yield whole


def _is_private(item: Item, answer: Any) -> bool:
    if shape.name(item, "topic_archetype") == "private_message":
        return True
    closed = {
        shape.name(c, "id") for c in shape.some(answer, "categories") if c.get("read_restricted") is True
    }
    return shape.name(item, "category_id") in closed - {None}


def read(item: Item, base_url: str, host: str, context: Context) -> Post | None:
    """The post, None for what nobody wrote: whispers among staff, and notes that a topic was moved."""
    number, now = shape.name(item, "id"), context.now()
    if number is None or shape.number(item, "post_type") in (_SMALL_ACTION, _WHISPER):
        return None
    state = _state(item)
    markup = "" if state in (State.DELETED, State.HIDDEN) else shape.text(item, "cooked") or _blurb(item)
    created, edited = shape.moment(item, now, "created_at"), shape.moment(item, now, "updated_at")
    url = _address(item, base_url)
    links, media = plain.embedded(markup, url or "")
    return Post(
        source=context.source,
        platform="discourse",
        external_id=f"{host}/{number}",
        observed_at=now,
        kind=Kind.POST if shape.number(item, "post_number") in (None, 1) else Kind.REPLY,
        origin=Origin.API,
        state=state,
        url=url,
        author=_author(item, base_url),
        title=plain.one_line(shape.text(item, "topic_title")),
        text=plain.from_html(markup),
        created_at=created,
        edited_at=edited if state is State.EDITED else None,
        media=media,
        links=links,
        refs=_refs(item, base_url),
        terms=context.terms,
        recheck_id=number,
    )


def _state(item: Item) -> State:
    if shape.text(item, "deleted_at") or shape.flag(item, "user_deleted"):
        return State.DELETED
    if shape.flag(item, "hidden"):
        return State.HIDDEN
    return State.EDITED if (shape.number(item, "version") or 1) > 1 else State.LIVE


def _blurb(item: Item) -> str:
    return shape.text(item, "blurb") or shape.text(item, "excerpt")


def _address(item: Item, base_url: str) -> str | None:
    topic, slug = shape.name(item, "topic_id"), shape.name(item, "topic_slug") or "-"
    number = shape.number(item, "post_number") or 1
    return f"{base_url}/t/{slug}/{topic}/{number}" if topic else None


def _author(item: Item, base_url: str) -> Account | None:
    handle = shape.name(item, "username")
    if not handle:
        return None
    face = shape.text(item, "avatar_template").replace("{size}", _FACE)
    return Account(
        platform="discourse",
        external_id=shape.name(item, "user_id"),
        handle=handle,
        display_name=plain.one_line(shape.text(item, "name")) or None,
        url=f"{base_url}/u/{handle}",
        avatar_url=plain.web_address(face, base_url) if face else None,
    )


def _refs(item: Item, base_url: str) -> tuple[Ref, ...]:
    topic, above = shape.name(item, "topic_id"), shape.number(item, "reply_to_post_number")
    slug = shape.name(item, "topic_slug") or "-"
    return (Ref(rel="reply_to", url=f"{base_url}/t/{slug}/{topic}/{above}"),) if topic and above else ()
