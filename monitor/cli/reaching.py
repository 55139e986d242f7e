"""Whether the address in mails leads to this installation: asked as a recipient's browser would ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.store.sitekey import SiteKey

HEALTH = "/health"


def health(key: SiteKey) -> str:
    """What `/health` answers: nothing but this installation can know it."""
    return key.hash("web health")


def the_links(settings: Settings) -> str:
    """The address in mails leads here. Raises Doubt where it does not: mails would have dead links."""
    from monitor.cli.verdicts import Doubt
    from monitor.errors import MonitorError

    if settings.links.public_url is None:
        return "no public_url under [links]: mails have the commands to type"
    try:
        return leads_here(settings)
    except MonitorError as error:
        raise Doubt(str(error)) from None


def leads_here(settings: Settings) -> str:
    """Ask `public_url`; a sentence where it leads here. Raises MonitorError: what it does instead."""
    from connectors.http import Http
    from monitor.errors import MonitorError, SourceError
    from monitor.service import utc_now
    from monitor.store.sitekey import SiteKey

    links, file = settings.links, settings.store.state_dir / "site.key"
    if not file.exists():
        raise MonitorError(f"{settings.store.state_dir}: no database yet: `monitor scan` makes one")
    http = Http(now=utc_now, private_hosts=[links.host], timeout=10, attempts=1)
    try:
        answer = http.get(links.base + HEALTH).body.decode(errors="replace")
    except SourceError as error:
        hint = "is `monitor web serve` running, and does the proxy lead there?"
        raise MonitorError(f"{links.base} does not lead here: {error}; {hint}") from None
    if answer != health(SiteKey.at(file)):
        raise MonitorError(f"{links.base} is answered by something else than this installation")
    hours = round(links.expires.total_seconds() / 3600)
    return f"{links.base} leads to this installation. Links work for {hours} hours."
