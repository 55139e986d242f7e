"""People with logins: an installation whose settings say who is who, and a way to act as one of them."""

from __future__ import annotations

import pytest
from typer.testing import Result

from monitor import service
from monitor.store.audit import AuditLog, Entry
from tests.cli.installation import TOML, Installation

LOGINS = {"comms": "jo", "information": "pat", "concerns": "gale"}


def settle(installation: Installation) -> None:
    """Give the recipients of the settings their logins: jo of comms, pat the DPO, gale the Guardian."""
    text = TOML
    for role, login in LOGINS.items():
        text = text.replace(f'role = "{role}"', f'role = "{role}"\nlogin = "{login}"')
    (installation.folder / "monitor.toml").write_text(text, encoding="utf-8")


class People:
    """Types commands under a login."""

    def __init__(self, installation: Installation, patch: pytest.MonkeyPatch) -> None:
        self.installation = installation
        self._patch = patch
        patch.delenv("SUDO_USER", raising=False)

    def run(self, login: str, *words: str) -> Result:
        self._patch.setenv("LOGNAME", login)
        return self.installation.run(*words)

    def audited(self, *, protected: bool = False) -> list[Entry]:
        """The audit log, or the protected lane's."""
        with service.opened(self.installation.settings()) as app, app.store.reading() as connection:
            return list(AuditLog(connection, protected=protected).entries())
