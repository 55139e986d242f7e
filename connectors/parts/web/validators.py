"""What a server gave to ask again by: ETag and Last-Modified, sent back byte for byte (RFC 9110, 13.1)."""

from __future__ import annotations

from collections.abc import Mapping


def kept(headers: Mapping[str, str]) -> dict[str, str]:
    """`etag` and `modified` of an answer, as `Http.get` takes them; without those that are missing.

    Next to a weak ETag the date is left out: a proxy that weakens ETags makes the server answer in full,
    and the date of a page that was edited within the second would hide the edit.
    """
    etag, modified = headers.get("etag"), headers.get("last-modified")
    if etag and etag.startswith("W/"):
        modified = None
    return {name: value for name, value in (("etag", etag), ("modified", modified)) if value}
