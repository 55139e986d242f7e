"""Announcements to chats and webhooks by Apprise: a title and an address leave, nothing of an item."""

from __future__ import annotations

import logging
import re
import threading
from typing import Any

from monitor.errors import ConfigError, DeliveryError, FailureKind
from monitor.ports import Clock
from monitor.types import Message, Receipt

SCHEMES = ("workflows", "slack", "json", "jsons")
"""What an address may begin with: Teams' workflows, Slack, and webhooks that take JSON."""

LIMIT = 60.0
"""Seconds that telling a channel may take as a whole."""

_REFUSED = f"its address must be one of {', '.join(f'{s}://...' for s in SCHEMES)}, on one line"
_ADDRESS = re.compile(r"([a-z]+)://[!-~]+")
logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it quotes answers; the ledger says what happened


class Chat:
    """Tells one channel. Raises ConfigError for an address that is not allowed, without showing it."""

    private = False

    def __init__(self, name: str, address: str, now: Clock, limit: float = LIMIT) -> None:
        self._name, self._now, self._limit = name, now, limit
        self._plugin = _plugin(address)

    def send(self, message: Message) -> Receipt:
        """Send the subject, and the text as the address to open. Raises DeliveryError (TEMPORARY)."""
        taken: list[bool] = []
        telling = threading.Thread(target=self._tell, args=(message, taken), daemon=True)
        telling.start()
        telling.join(self._limit)
        if not taken or not taken[0]:
            what = "did not take it" if taken else f"did not answer within {self._limit:g} s"
            hint = f"check the address in the file channel-{self._name}"
            raise DeliveryError(f"{self._name}: the channel {what}; {hint}", kind=FailureKind.TEMPORARY)
        return Receipt(accepted_at=self._now(), detail=f"taken by {self._name}")

    def _tell(self, message: Message, taken: list[bool]) -> None:
        taken.append(bool(self._plugin.notify(title=message.subject, body=message.text or message.subject)))


def _plugin(address: str) -> Any:
    """Apprise's plug-in for the address; Teams' and Slack's own https addresses are known to it.

    Only these three are loaded: all 170 would take seconds, and bring ways out that nobody agreed to.
    """
    try:
        from apprise.plugins.custom_json import NotifyJSON
        from apprise.plugins.slack import NotifySlack
        from apprise.plugins.workflows import NotifyWorkflows
    except ImportError:
        raise ConfigError("needs Apprise: install trustwatch[notify]") from None
    kinds: dict[str, Any] = {
        "workflows": NotifyWorkflows, "slack": NotifySlack, "json": NotifyJSON, "jsons": NotifyJSON,
    }  # fmt: skip
    found = _ADDRESS.fullmatch(address)
    kind = kinds.get(found[1]) if found else None
    native = ((each, each.parse_native_url(address)) for each in (kinds["slack"], kinds["workflows"]))
    kind, parsed = (kind, kind.parse_url(address)) if kind else next(filter(all, native), (None, None))
    try:
        plugin: Any = kind(**parsed)  # type: ignore[misc, arg-type]
    except (TypeError, AttributeError):  # none, or Apprise's own errors on an address that lacks a part
        raise ConfigError(_REFUSED) from None
    plugin.redirects = False  # a title is for whom it was addressed to
    return plugin
