"""Edits of an invented article: what is put in or taken out of it, compared as the connector does."""

from __future__ import annotations

from typing import Any

from connectors.parts.wiki.comparison import compare
from monitor.types import Change, Kind, Post
from rules.edits import Effect
from rules.edits.effects import effects_of
from rules.examples import ORGANISATION
from rules.names import Names
from tests.rules.posts import post

NAMES = Names(ORGANISATION)
HEAD = """{{Infobox hospital
| name = Wearside Vale Hospital
| logo = WVH.svg
| beds = 512
| founded = 1921
| website = {{URL|https://wvft.nhs.test}}
}}
'''Wearside Vale Hospital''' is a district general hospital in Oswinton.<ref name="about">{{cite web \
|title=About us |url=https://wvft.nhs.test/about}}</ref> It is managed by the trust.

== History ==
The hospital was opened in 1921 and was extended in 1978.<ref>{{cite book |title=A history of care}}</ref> """
TAIL = """ A new outpatient wing followed in 1999.

== Services ==
The hospital has an emergency department, a maternity unit and a chapel.
"""
TALK = "Talk:Wearside Vale Hospital"


def edited(old: str, new: str, summary: str = "", *, whole: bool = False, **fields: Any) -> Post:
    """The post of an edit that turned `old` into `new` in the article's history; `whole`: as all of it."""
    before, after = (old, new) if whole else (HEAD + old + TAIL, HEAD + new + TAIL)
    author = {"handle": fields.pop("handle", "Quillfeather")}
    given = {"page": "Wearside Vale Hospital", "page_id": "1", "revision": "2", "parent": "1"} | fields
    change = compare(before, after).within(Change(**given))
    return post(summary, kind=Kind.PAGE_EDIT, change=change, **author)


def effects(old: str, new: str, summary: str = "", **fields: Any) -> dict[str, Effect]:
    """The effects of such an edit by kind."""
    return {effect.kind.value: effect for effect in effects_of(edited(old, new, summary, **fields), NAMES)}


def kinds(old: str, new: str, summary: str = "", **fields: Any) -> set[str]:
    """The kinds of its effects."""
    return set(effects(old, new, summary, **fields))
