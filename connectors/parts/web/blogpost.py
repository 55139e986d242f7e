"""A post or a comment as WordPress's two interfaces write it, as a Post.

The one of every site: https://developer.wordpress.org/rest-api/reference/; that of WordPress.com (v1.1),
whose values are not wrapped in `rendered`: https://developer.wordpress.com/docs/api/.
"""

from __future__ import annotations

from connectors import Context
from connectors.parts import plain, shape
from connectors.parts.shape import Item
from monitor.types import Account, Kind, Origin, Post, Ref, State


def read(item: Item, host: str, context: Context) -> Post | None:
    """The post of one item, None where it has no id or is not published."""
    number = shape.name(item, "id") or shape.name(item, "ID")
    is_public = shape.text(item, "status") in ("", "publish", "approved")
    if number is None or not is_public or not {"title", "content"} & item.keys():
        return None
    on = shape.name(item, "post") or shape.name(item, "post", "ID")
    family = "comments" if on else "posts"
    now = context.now()
    created = shape.moment(item, now, "date_gmt") or shape.moment(item, now, "date")
    edited = shape.moment(item, now, "modified_gmt") or shape.moment(item, now, "modified")
    is_edited = created is not None and edited is not None and edited > created
    markup = _words(item, "content") or _words(item, "excerpt")
    url = shape.address(item, "link") or shape.address(item, "URL") or shape.address(item, "url")
    links, media = plain.embedded(markup, url or "")
    return Post(
        source=context.source,
        platform="wordpress",
        external_id=f"{host}/{family}/{number}",
        observed_at=now,
        kind=Kind.COMMENT if on else Kind.ARTICLE,
        origin=Origin.API,
        state=State.EDITED if is_edited else State.LIVE,
        url=url,
        author=_author(item, host),
        title=plain.one_line(_words(item, "title")),
        text=plain.from_html(markup),
        created_at=created,
        edited_at=edited if is_edited else None,
        media=media,
        links=links,
        refs=_refs(item, host, on),
        terms=context.terms,
        recheck_id=f"{family}:{number}",
    )


def _words(item: Item, field: str) -> str:
    return shape.text(item, field, "rendered") or shape.text(item, field)


def _author(item: Item, host: str) -> Account | None:
    """From a comment's own fields, from what `_embed` brought, or as WordPress.com nests it."""
    embedded = shape.find(item, "_embedded", "author", 0)
    nested = embedded if isinstance(embedded, dict) else shape.find(item, "author")
    number = shape.name(nested, "id") or shape.name(nested, "ID") or shape.name(item, "author")
    name = shape.text(item, "author_name") or shape.text(nested, "name")
    if number == "0":  # nobody with an account there
        number = None
    if not (number or name):
        return None
    home = shape.address(nested, "link") or shape.address(nested, "URL")
    faces = shape.find(nested, "avatar_urls") or shape.find(item, "author_avatar_urls")
    return Account(
        platform="wordpress",
        external_id=f"{host}/{number}" if number else None,
        handle=shape.name(nested, "slug") or shape.name(nested, "login"),
        display_name=plain.one_line(name) or None,
        url=shape.address(item, "author_url") or home,
        bio=plain.from_html(shape.text(nested, "description")) or None,
        avatar_url=shape.address(faces, "96") or shape.address(nested, "avatar_URL"),
    )


def _refs(item: Item, host: str, on: str | None) -> tuple[Ref, ...]:
    """What a comment stands under, and what it answers."""
    parent = shape.name(item, "parent") or shape.name(item, "parent", "ID")
    above = Ref(rel="reply_to", external_id=f"{host}/comments/{parent}")
    root = Ref(rel="root", external_id=f"{host}/posts/{on}")
    return ((root, above) if parent not in (None, "0") else (root,)) if on else ()
