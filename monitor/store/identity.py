"""Who a post is and what it says, as keyed hashes."""

from __future__ import annotations

from monitor import folding
from monitor.store.sitekey import SiteKey
from monitor.types import Post


def identity(key: SiteKey, post: Post) -> str:
    """The stored form of a post's identity, (platform, external id)."""
    return key.hash("id", *post.key)


def content_hash(key: SiteKey, post: Post) -> str:
    """Changes when anything changes that a rule could see. Times are not content."""
    author, change = post.author, post.change
    return key.hash(
        "content",
        post.state,
        post.title,
        post.text,
        (author.display_name or "") if author else "",
        (author.bio or "") if author else "",
        change.added if change else "",
        change.removed if change else "",
        (change.reverted_by or "") if change else "",
    )


def platform_hash(key: SiteKey, platform: str) -> str:
    """A platform's name, where it may not be read."""
    return key.hash("platform", platform)


def fold_keys(key: SiteKey, post: Post) -> tuple[str | None, str | None]:
    """What the same story by another way shares: its address, its words."""
    address, words = folding.address(post), folding.words(post)
    return (
        key.hash("address", address) if address else None,
        key.hash("words", words) if words else None,
    )
