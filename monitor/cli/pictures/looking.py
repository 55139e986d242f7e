"""A post given by hand, with a picture in a file: what is seen in it becomes part of the post."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from monitor.pictures.analysis import Analyst
from monitor.types import Depth, Media, Picture, Post

LARGEST = 25_000_000
"""Bytes of a file that is looked at; larger ones come from no telephone."""


def with_picture(post: Post, file: str, analyst: Analyst) -> Post:
    """The post with the picture in `file` before its other media, and with the addresses of its codes.

    Raises nothing for a file that cannot be read: the picture's `not_read` says so.
    """
    picture = seen(Path(file), analyst)
    media = (Media(kind="image", url="", name=Path(file).name, picture=picture), *post.media)
    return replace(post, media=media, links=(*post.links, *picture.addresses))


def seen(file: Path, analyst: Analyst) -> Picture:
    """What is in a picture file. Raises nothing: `not_read` says what was not seen, and why."""
    try:
        if not file.is_file():
            return Picture(not_read="there is no such file")
        if file.stat().st_size > LARGEST:
            return Picture(not_read=f"it is larger than {LARGEST // 1_000_000} MB")
        return analyst.look(file.read_bytes(), Depth.READ)
    except OSError as error:
        return Picture(not_read=error.strerror or "the file cannot be read")
    except ValueError:  # a null character
        return Picture(not_read="its name is none that a file can have")
