"""Profiles and blogs without the note that their policy asks for: a wording to suggest, never a breach.

What is asked, and of whom, differs: VOY-PL-D, NT-3.2-D and BOL-5.1.2 of staff who name the employer,
SWL-1.1-2 and SWL-5-2 of everybody and in two parts, CDD-4.4.8-2 of a blog that names the employer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from monitor.types import Kind, Post
from rules import profile
from rules.detectors import Hit, Options, detector
from rules.names import Names
from rules.profile import Profile
from rules.reading import Reading
from rules.text.patterns import found

_LACKS = {
    "views": "that views are the holder's own",
    "shares": "that sharing is not endorsing",
    "both": "that views are the holder's own and that sharing is not endorsing",
}


class DisclaimerOptions(Options):
    """`disclaimer` and `required_when` are the policy's own modes; `wording` is what we suggest."""

    disclaimer: Literal["views", "views+shares"] = "views"
    required_when: Literal["employer-named", "always"] = "employer-named"
    of: Literal["profile", "blog"] = "profile"
    wording: str = "My own views, not my employer's."


def _may_lack_one(post: Post, names: Names) -> bool:
    author = post.author
    if author is None:
        return False
    if author.bio is None:  # not shown to us, which is not the same as empty
        return post.kind is Kind.ARTICLE
    said = profile.read(author.bio, names)
    return not (said.views and said.shares)


@detector(levels=("missing",), options=DisclaimerOptions, applies=_may_lack_one)
def missing_disclaimer(reading: Reading, options: DisclaimerOptions) -> Iterable[Hit]:
    """At most one hit: the profile, or the blog, lacks what the options ask for."""
    author = reading.post.author
    is_blog = reading.post.kind is Kind.ARTICLE
    if author is None or is_blog != (options.of == "blog") or (author.bio is None and not is_blog):
        return
    said = profile.read(author.bio or "", reading.names)
    if is_blog:
        said = _of_blog(reading, said)
    named = bool(said.employer)
    lacks = _lacking(said, options)
    if lacks and (named or options.required_when == "always"):
        what = f"The {options.of} {'names the employer and ' if named else ''}does not say {_LACKS[lacks]}."
        yield Hit(None, "missing", 0.8, f"{what} Suggest: “{options.wording}”")


def _of_blog(reading: Reading, header: Profile) -> Profile:
    """The header's and the article's own words together."""
    article = profile.read(reading.text, reading.names)
    named = header.employer or (((0, 0),) if found(reading.names.prose, reading.text) else ())
    return Profile(named, header.job, header.views or article.views, header.shares or article.shares)


def _lacking(said: Profile, options: DisclaimerOptions) -> str:
    views = not said.views
    shares = options.disclaimer == "views+shares" and not said.shares
    return "both" if views and shares else "views" if views else "shares" if shares else ""
