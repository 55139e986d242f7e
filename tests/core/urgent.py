"""Verbs of the tests of alerts: what is found, one look of the daemon, time that passes, who did what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from alerts.urgent import render_urgent
from monitor.access import Person
from monitor.cases import Directory
from monitor.casework import Casework
from monitor.config import UrgentSettings
from monitor.store.casework.alerts import Raised, all_alerts
from monitor.store.tables import Delivery, table_of
from monitor.types import Kind, Message, Pace, Post, Recipient
from monitor.urgent import Alerting
from rules.process import Process, steps
from tests.core.world import LONDON, NUMBER, Feed, NumberRule, World, post

COMMS = Recipient(address="comms@trust.test", role="comms", login="jo")
CALDICOTT = Recipient(
    address="caldicott@trust.test", role="patient_confidentiality", login="cal", deputy="deputy@trust.test"
)
DPO = Recipient(address="dpo@trust.test", role="information", login="pat")
DIRECTOR = Recipient(address="director@trust.test", role="comms_director", login="di")
EVERYBODY = (COMMS, CALDICOTT, DPO, DIRECTOR)


ONE_STORE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Of what is worked out from clocks, roles and settings: other tests ask the same of both stores."""


@dataclass
class UrgentRule(NumberRule):
    """The number rule, whose findings cannot wait; `changes` are fields of the finding to have otherwise."""

    changes: dict[str, Any] = field(default_factory=dict)

    def evaluate(self, post: Post) -> Iterator[Any]:
        for finding in super().evaluate(post):
            yield replace(finding, **{"pace": Pace.IMMEDIATE, **self.changes})


def found(world: World, number: int = 1, **more: object) -> None:
    text = f"WVFT letter {number} with {NUMBER}"
    world.poll(Feed([[post(number, text, **{"kind": Kind.ARTICLE} | more)]]), name=f"gazette {number}")


def alerting(world: World, **settings: Any) -> Alerting:
    return Alerting(
        editor=world.desk().editor,
        settings=UrgentSettings.model_validate({"gather": "1s"} | settings),
        compose=render_urgent,
        host="wvft.nhs.test",
    )


def look(world: World, **settings: Any) -> list[str]:
    """One look of the daemon: tell, then send. Who was told by it, in order."""
    before = len(world.box.sent)
    alerting(world, **settings).tell_due()
    world.desk().send_due()
    return [message.to.partition("@")[0] for message in world.box.sent[before:]]


def later(world: World, **more: float) -> None:
    world.at += timedelta(**more)


def alert(world: World, case: int = 1) -> Raised:
    (one,) = all_alerts(world.store, [case])
    return one


def rows(world: World) -> list[tuple[str, str, str]]:
    c = table_of(Delivery).c
    with world.store.reading() as connection:
        return [tuple(r) for r in connection.execute(select(c.role, c.window, c.status).order_by(c.id))]


def desk(world: World) -> Casework:
    return Casework(
        world.store, Process(steps(), frozenset()), Directory(world.recipients), LONDON, world.now
    )


def person(name: str, *roles: str) -> Person:
    return Person(name, frozenset(roles))


def last(world: World) -> Message:
    return world.box.sent[-1]


def flat(message: Message) -> str:
    return " ".join(message.text.split())
