"""Handing in links in tests: a world, the pages over it, and a browser without a network."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from sqlalchemy import select
from sqlmodel import SQLModel
from starlette.types import ASGIApp

from monitor.config import LinkSettings, Organisation
from monitor.links import Links
from monitor.store.audit import AuditLog, Entry
from monitor.store.casework.casefiles import CaseFile
from monitor.types import Recipient
from monitor.web.application import application
from monitor.web.counter import Counter
from monitor.web.limiting import Limit
from monitor.web.pages import Site
from tests.core.office import case, desk, open_case
from tests.core.world import CALDICOTT, CLAUSE, World

HOST = "monitor.trust.test"
SETTINGS = LinkSettings(public_url=f"https://{HOST}")
TITLES = {"patient_confidentiality": "Caldicott Guardian", "information": "Data Protection Officer"}
FORM = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}


@dataclass
class Office:
    """An installation whose pages can be asked. `number` is the case that it has from the beginning."""

    world: World
    settings: LinkSettings = SETTINGS
    limit: Limit = field(default_factory=lambda: Limit(burst=10_000))
    number: int = 0

    def __post_init__(self) -> None:
        self.number = open_case(self.world, "@poster")

    @property
    def links(self) -> Links:
        return Links(self.settings, self.world.store.key)

    def app(self) -> ASGIApp:
        return application(self.counter(), self.settings, "health", self.limit)

    def counter(self) -> Counter:
        organisation = Organisation(name="Wearside Vale NHS Foundation Trust", short="WVFT")
        return Counter(
            links=self.links,
            desk=desk(self.world),
            organisation=organisation,
            clauses={CLAUSE.id: CLAUSE},
            titles=TITLES,
            site=Site(organisation.short, self.settings.path),
        )

    def link(self, number: int | None = None, to: Recipient = CALDICOTT, at: datetime | None = None) -> str:
        """The path of the link in a mail made now, or then."""
        made = at or self.world.at
        return self.links.address(number or self.number, to, made).removeprefix(f"https://{HOST}")

    def ask(self, *requests: tuple[str, str, dict[str, Any]]) -> list[httpx.Response]:
        """Method, path and what httpx takes besides, one after the other."""
        app = self.app()

        async def asking() -> list[httpx.Response]:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url=f"https://{HOST}") as client:
                return [await client.request(method, path, **more) for method, path, more in requests]

        return asyncio.run(asking())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask(("GET", path, more))[0]

    def post(
        self, path: str, deed: str, reason: str = "", seen: int | None = None, **more: Any
    ) -> httpx.Response:
        """Send the page's form; `seen` is the change of the case that it showed, else the present one."""
        at = self.case().state.changes if seen is None else seen
        form = {"deed": deed, "reason": reason, "seen": str(at)}
        return self.ask(("POST", path, {"data": form, "headers": FORM, **more}))[0]

    def case(self, number: int | None = None) -> CaseFile:
        return case(desk(self.world), number or self.number)

    def acts(self) -> list[Entry]:
        """What people did about the first case, by the audit log."""
        with self.world.store.reading() as connection:
            return list(AuditLog(connection).entries(f"case:{self.number}"))

    def tables(self) -> dict[str, Sequence[Any]]:
        """Every row of every table."""
        with self.world.store.reading() as connection:
            return {
                name: [tuple(row) for row in connection.execute(select(table))]
                for name, table in sorted(SQLModel.metadata.tables.items())
            }


def seen_in(page: httpx.Response) -> int:
    """At which change of the case the page's form stands."""
    found = re.search(r'name="seen" value="(\d+)"', page.text)
    assert found is not None, page.text
    return int(found[1])
