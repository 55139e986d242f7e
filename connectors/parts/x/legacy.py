"""Answers of X's interface of version 1.1, as archives still hold them, in the words of version 2.

Source: https://docs.x.com/x-api/enterprise-gnip-2.0/fundamentals/data-dictionary and recorded answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.parts import shape
from connectors.parts.shape import Item


def renewed(answer: Any) -> Any:
    """A search answer or a single status of version 1.1 as one of version 2; anything else as it is."""
    if isinstance(shape.find(answer, "statuses"), list):
        statuses = list(shape.some(answer, "statuses"))
    elif "id_str" in (answer if isinstance(answer, dict) else ()):
        statuses = [answer]
    else:
        return answer
    shared = [other for status in statuses for other in _shared(status)]
    everything = [*statuses, *shared]
    return {
        "data": [_post(status) for status in statuses],
        "includes": {
            "tweets": [_post(status) for status in shared],
            "users": [_user(shape.find(status, "user")) for status in everything],
            "media": [media for status in everything for media in _media(status)],
        },
        "meta": {"result_count": len(statuses)},
    }


def _shared(status: Item) -> Iterator[Item]:
    for name in ("retweeted_status", "quoted_status"):
        found = shape.find(status, name)
        if isinstance(found, dict):
            yield found


def _post(status: Item) -> Item:
    text = (
        shape.find(status, "extended_tweet", "full_text")
        or shape.find(status, "full_text")
        or shape.find(status, "text")
    )
    withheld = shape.find(status, "withheld_in_countries")
    return {
        "id": _id(status),
        "text": text,
        "author_id": _id(shape.find(status, "user")),
        "created_at": shape.find(status, "created_at"),
        "lang": shape.find(status, "lang"),
        "entities": shape.find(status, "entities"),
        "attachments": {"media_keys": [media["media_key"] for media in _media(status)]},
        "referenced_tweets": list(_references(status)),
        "withheld": {"country_codes": withheld} if withheld else None,
    }


def _references(status: Item) -> Iterator[Item]:
    if shared := _id(shape.find(status, "retweeted_status")):
        yield {"type": "retweeted", "id": shared}
    if answered := shape.name(status, "in_reply_to_status_id_str"):
        yield {"type": "replied_to", "id": answered}
    if quoted := shape.name(status, "quoted_status_id_str"):
        yield {"type": "quoted", "id": quoted}


def _user(user: Any) -> Item:
    return {
        "id": _id(user),
        "username": shape.find(user, "screen_name"),
        "name": shape.find(user, "name"),
        "description": shape.find(user, "description"),
        "profile_image_url": shape.find(user, "profile_image_url_https"),
        "verified": shape.find(user, "verified"),
        "protected": shape.find(user, "protected"),
        "created_at": shape.find(user, "created_at"),
        "public_metrics": {"followers_count": shape.find(user, "followers_count")},
    }


def _media(status: Item) -> Iterator[Item]:
    for media in shape.some(status, "extended_entities", "media"):
        yield {
            "media_key": _id(media),
            "type": shape.find(media, "type"),
            "url": shape.find(media, "media_url_https"),
            "alt_text": shape.find(media, "ext_alt_text"),
        }


def _id(value: Any) -> str | None:
    """The id as text: as a number, other languages round it."""
    return shape.name(value, "id_str") or shape.name(value, "id")
