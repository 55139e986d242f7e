"""An office for the tests of casework: roles, people, and cases to work on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from sqlalchemy import text

from monitor.cases import Directory
from monitor.casework import Casework
from monitor.store.audit import AuditLog, Entry
from monitor.store.casework.casefiles import CaseFile, case_file
from monitor.types import Account, Actor, Finding, Kind, Lane, Post, Recipient
from rules.process import Process, steps
from tests.core.world import LONDON, NUMBER, Feed, NumberRule, World, post

JO, SAM = Actor("jo", "information"), Actor("sam", "information")
DPO = Recipient(address="dpo@trust.test", role="information", login="sam")
HR = Recipient(address="hr@trust.test", role="hr", login="kim")
DIRECTOR = Recipient(address="director@trust.test", role="comms_director")
ALL = Process(steps(), frozenset({"BOL-7.2"}))
SETTLED = {"breach": "not-a-breach", "decision": "no-action"}
numbers = count(1)


def desk(world: World) -> Casework:
    return Casework(world.store, ALL, Directory(world.recipients), LONDON, world.now)


def open_case(world: World, handle: str, lane: Lane = Lane.CONFIDENTIAL, category: str = "x") -> int:
    """A finding about a post by that account; the case it went into."""
    rule = NumberRule()
    rule.lane = lane
    world.rules = Categorised(rule, category)
    number = next(numbers)
    author = Account(platform="web", handle=handle)
    made = post(number, f"WVFT {NUMBER} {number}", kind=Kind.POST, author=author, created_at=world.at)
    world.poll(Feed([[made]]))
    query = "SELECT case_id FROM finding ORDER BY id DESC LIMIT 1"
    with world.store.reading() as connection:
        return int(connection.execute(text(query)).scalar_one())


class Categorised:
    """A rule's findings under another category."""

    def __init__(self, rule: NumberRule, category: str) -> None:
        self.rule, self.category = rule, category

    def evaluate(self, post: Post) -> Iterator[Finding]:
        return (replace(finding, category=self.category) for finding in self.rule.evaluate(post))


def case(office: Casework, number: int = 1) -> CaseFile:
    with office.store.reading() as connection:
        found = case_file(connection, number)
    assert found is not None
    return found


def log(office: Casework, number: int = 1) -> list[Entry]:
    with office.store.reading() as connection:
        return list(AuditLog(connection).entries(f"case:{number}"))


def settle(office: Casework, number: int = 1, **answers: str) -> None:
    for step, answer in (SETTLED | answers).items():
        wants = ALL.step(step).answers[answer]
        office.answer(case(office, number), step, answer, JO, "ref 7" if wants.note else "")
