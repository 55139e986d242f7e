"""What X's interface (version 2) says of posts, and of which of them are gone, as our own values.

X renamed its fields in August 2026: both families of names are read. Source: its data dictionary,
https://docs.x.com/x-api/fundamentals/data-dictionary, and answers as they really come.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors import Context
from connectors.parts import shape
from connectors.parts.shape import Item
from connectors.parts.x import legacy as x_legacy
from connectors.parts.x.errors import refusal
from monitor.errors import SourceChanged
from monitor.types import GONE, Account, Kind, Media, Post, Ref, State

PLATFORM = "x"
_SITE = "https://x.com"
_HISTORY = ("edit_history_tweet_ids", "edit_history_post_ids")
_NOTE = ("note_tweet", "note_post")
_REFERENCED = ("referenced_tweets", "referenced_posts")
_RELATIONS = {
    "retweeted": ("repost_of", Kind.REPOST),
    "reposted": ("repost_of", Kind.REPOST),
    "replied_to": ("reply_to", Kind.REPLY),
    "quoted": ("quote_of", Kind.QUOTE),
}
ASKED: Mapping[str, str] = {
    "tweet_fields": "author_id,conversation_id,created_at,edit_history_tweet_ids,entities,geo,"
    "in_reply_to_user_id,lang,note_tweet,referenced_tweets,withheld",
    "user_fields": "created_at,description,name,parody,profile_image_url,protected,public_metrics,"
    "username,verified",
    "media_fields": "alt_text,media_key,preview_image_url,type,url,variants",
    "place_fields": "full_name",
    "expansions": "author_id,attachments.media_keys,geo.place_id,referenced_tweets.id",
}
"""What to ask for, in tweepy's words: all that is read here."""
_MEDIA = {"photo": "image", "video": "video", "animated_gif": "video"}


@dataclass(frozen=True, slots=True)
class _Beside:
    """What an answer holds beside its posts, by id; `unseen` are posts that it says cannot be shown."""

    users: Mapping[str, Item]
    posts: Mapping[str, Item]
    media: Mapping[str, Item]
    places: Mapping[str, Item]
    unseen: frozenset[str]


def posts(answer: Any, context: Context) -> Iterator[Post]:
    """The posts of one answer, one post alone, a line of a compliance file or an answer of version 1.1.

    A post that was edited has the id of its first version; of two versions the later one is given.
    Raises SourceChanged where it is none of these, SourceRefused where it says so.
    """
    answer = x_legacy.renewed(answer)
    if shape.name(answer, "action"):
        yield from _notice(answer, context)
        return
    items = _data(answer)
    beside = _beside(answer)
    present = {shape.name(item, "id") for item in items}
    for item in items:
        number = shape.name(item, "id")
        if number and present.isdisjoint(_later(number, item)):
            yield _post(number, item, beside, context)


def lost(answer: Any, ids: Sequence[str]) -> list[tuple[str, State]]:
    """Those of `ids` that a look-up of them says the public cannot read.

    Raises SourceChanged where it does not speak of each: silence does not mean that a post is gone.
    """
    found = {shape.name(item, "id"): item for item in shape.some(answer, "data")}
    said = dict(_unseen(answer))
    if any(number not in found and number not in said for number in ids):
        raise SourceChanged("X: a look-up does not say what became of each post")
    states = {
        number: State.WITHHELD if shape.find(found[number], "withheld") else State.LIVE
        for number in ids
        if number in found
    }
    judged = ((number, states.get(number) or said[number]) for number in ids)
    return [(number, state) for number, state in judged if state in GONE]


def held(answer: Any) -> tuple[int, int, int]:
    """How many posts, further posts and users an answer holds: what is paid for."""
    further = [*shape.some(answer, "includes", "tweets"), *shape.some(answer, "includes", "posts")]
    return (
        len(list(shape.some(answer, "data"))),
        len(further),
        len(list(shape.some(answer, "includes", "users"))),
    )


def _data(answer: Any) -> list[Item]:
    """The posts of an answer, however it holds them."""
    found = shape.find(answer, "data")
    if isinstance(found, dict):
        found = [found]
    elif found is None and _is_post(answer):
        found = [answer]
    elif found is None and shape.number(answer, "meta", "result_count") is not None:
        return []
    if not isinstance(found, list):
        raise refusal(answer)
    items = [item for item in found if isinstance(item, dict)]
    if items and not any(map(_is_post, items)):
        raise SourceChanged("X: the answer holds no posts: it is one of another question")
    return [item for item in items if _is_post(item)]


def _is_post(item: Any) -> bool:
    return isinstance(item, dict) and "id" in item and ("text" in item or _either(item, _NOTE) is not None)


def _either(item: Any, names: Sequence[str]) -> Any:
    """What stands under the older or the newer name."""
    return next((found for name in names if (found := shape.find(item, name)) is not None), None)


def _beside(answer: Any) -> _Beside:
    posts = [*shape.some(answer, "includes", "tweets"), *shape.some(answer, "includes", "posts")]
    return _Beside(
        users=_by(shape.some(answer, "includes", "users"), "id"),
        posts=_by(iter(posts), "id"),
        media=_by(shape.some(answer, "includes", "media"), "media_key"),
        places=_by(shape.some(answer, "includes", "places"), "id"),
        unseen=frozenset(number for number, _ in _unseen(answer)),
    )


def _by(items: Iterator[Item], key: str) -> dict[str, Item]:
    return {number: item for item in items if (number := shape.name(item, key))}


def _unseen(answer: Any) -> Iterator[tuple[str, State]]:
    """The posts that an answer's own errors speak of."""
    for error in shape.some(answer, "errors"):
        number = shape.name(error, "resource_id") or shape.name(error, "value")
        problem = shape.text(error, "type")
        if number and shape.text(error, "resource_type") in ("tweet", "post"):
            if "not-authorized" in problem or shape.text(error, "title") == "Forbidden":
                yield number, State.HIDDEN
            elif "not-found" in problem:
                yield number, State.DELETED


def _history(number: str, item: Item) -> list[str]:
    ids = _either(item, _HISTORY)
    found = [shape.name(each) for each in ids] if isinstance(ids, list) else []
    return [each for each in found if each] or [number]


def _later(number: str, item: Item) -> list[str]:
    """The versions of a post that came after this one."""
    history = _history(number, item)
    return history[history.index(number) + 1 :] if number in history else []


def _post(number: str, item: Item, beside: _Beside, context: Context) -> Post:
    now, history = context.now(), _history(number, item)
    user = beside.users.get(shape.name(item, "author_id") or "") or shape.find(item, "author")
    written = shape.moment(item, now, "created_at")
    first = shape.moment(beside.posts.get(history[0]), now, "created_at") or written
    refs, kind = _refs(item, beside)
    bare = Post(
        source=context.source,
        platform=PLATFORM,
        external_id=history[0],
        observed_at=now,
        kind=kind,
        state=_state(item, user, len(history) > 1),
        created_at=first,
        terms=context.terms,
        recheck_id=number,
    )
    if bare.state in GONE:  # X's own placeholder stands where the words were
        return bare
    author = _author(shape.name(item, "author_id"), user, context)
    handle = author.handle if author else None
    return replace(
        bare,
        url=f"{_SITE}/{handle or 'i'}/status/{number}",
        author=author,
        text=_text(item, beside),
        lang=shape.name(item, "lang"),
        edited_at=written if len(history) > 1 and number == history[-1] else None,
        media=tuple(_media(item, beside)),
        links=tuple(dict.fromkeys(_links(item))),
        place=shape.text(beside.places.get(shape.name(item, "geo", "place_id") or ""), "full_name") or None,
        refs=refs,
    )


def _state(item: Item, user: Any, is_edited: bool) -> State:
    if shape.find(item, "withheld"):
        return State.WITHHELD
    if shape.flag(user, "protected"):
        return State.HIDDEN
    return State.EDITED if is_edited else State.LIVE


def _author(number: str | None, user: Any, context: Context) -> Account | None:
    if not (number or user):
        return None
    handle = shape.name(user, "username")
    return Account(
        platform=PLATFORM,
        external_id=number or shape.name(user, "id"),
        handle=handle,
        display_name=shape.text(user, "name") or None,
        url=f"{_SITE}/{handle}" if handle else None,
        bio=html.unescape(shape.text(user, "description")) or None,
        avatar_url=shape.address(user, "profile_image_url"),
        verified=shape.flag(user, "verified"),
        is_protected=shape.flag(user, "protected"),
        is_parody=shape.flag(user, "parody"),
        created_at=shape.moment(user, context.now(), "created_at"),
        followers=shape.number(user, "public_metrics", "followers_count"),
    )


def _text(item: Any, beside: _Beside) -> str:
    """The whole text: that of a long post stands apart, a repost's own is a cut copy of what it shares."""
    text = shape.text(_either(item, _NOTE), "text") or shape.text(item, "text")
    for each in _referenced(item):
        shared = beside.posts.get(shape.name(each, "id") or "")
        if _RELATIONS.get(shape.text(each, "type"), ("",))[0] == "repost_of" and shared:
            by, colon, _ = text.partition(": ")
            whole = "" if shape.find(shared, "withheld") else _text(shared, _NOTHING)
            return f"{by}{colon}{whole}" if colon and text.startswith("RT @") else whole
    return html.unescape(text)


_NOTHING = _Beside({}, {}, {}, {}, frozenset())


def _referenced(item: Any) -> Iterator[Item]:
    return shape.some(_either(item, _REFERENCED))


def _refs(item: Item, beside: _Beside) -> tuple[tuple[Ref, ...], Kind]:
    """Its ties; one to a post that nobody can see has no address."""
    refs, kinds = [], set()
    for each in _referenced(item):
        rel, kind = _RELATIONS.get(shape.text(each, "type"), ("", Kind.POST))
        number = shape.name(each, "id")
        if rel and number:
            kinds.add(kind)
            refs.append(_ref(rel, number, beside))
    root = shape.name(item, "conversation_id")
    if root and root != shape.name(item, "id") and Kind.REPOST not in kinds:
        refs.append(_ref("root", root, beside))
    if shape.name(item, "in_reply_to_user_id") and not refs:
        kinds.add(Kind.REPLY)
    order = (Kind.REPOST, Kind.REPLY, Kind.QUOTE)
    return tuple(refs), next((kind for kind in order if kind in kinds), Kind.POST)


def _ref(rel: str, number: str, beside: _Beside) -> Ref:
    url = None if number in beside.unseen else f"{_SITE}/i/status/{number}"
    known = beside.posts.get(number)
    return Ref(rel=rel, external_id=_history(number, known)[0] if known else number, url=url)


def _links(item: Item) -> Iterator[str]:
    """Where its links lead in the end; those to its own media are none."""
    note = shape.some(_either(item, _NOTE), "entities", "urls")
    for each in (*shape.some(item, "entities", "urls"), *note):
        if not shape.name(each, "media_key") and not shape.text(each, "display_url").startswith("pic."):
            names = ("unwound_url", "expanded_url", "url")
            address = next((found for name in names if (found := shape.address(each, name))), None)
            if address:
                yield address


def _media(item: Item, beside: _Beside) -> Iterator[Media]:
    keys = shape.find(item, "attachments", "media_keys")
    for key in keys if isinstance(keys, list) else ():
        each = beside.media.get(shape.name(key) or "")
        url = shape.address(each, "url") or _film(each) or shape.address(each, "preview_image_url")
        if url:
            kind = _MEDIA.get(shape.text(each, "type"), "file")
            yield Media(kind=kind, url=url, alt_text=shape.text(each, "alt_text") or None)


def _film(media: Any) -> str | None:
    """The finest of a film's files."""
    files = [each for each in shape.some(media, "variants") if shape.number(each, "bit_rate") is not None]
    files.sort(key=lambda each: shape.number(each, "bit_rate") or 0)
    return shape.address(files[-1], "url") if files else None


def _notice(line: Item, context: Context) -> Iterator[Post]:
    """A line of a compliance file: https://docs.x.com/x-api/compliance/batch-compliance."""
    number, hides = shape.name(line, "id"), shape.text(line, "reason") in ("protected", "suspended")
    if number and shape.name(line, "action") == "delete":
        yield Post(
            source=context.source,
            platform=PLATFORM,
            external_id=number,
            observed_at=context.now(),
            state=State.HIDDEN if hides else State.DELETED,
            terms=context.terms,
            recheck_id=number,
        )
