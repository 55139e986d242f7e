"""What the domain name system says of a name: there or not, whether it has an address, whether it takes mail.

The resolver is asked and nothing else: no page is fetched, no server of the name is spoken to by us.
"""

from __future__ import annotations

from dataclasses import dataclass

import dns.exception
import dns.rdatatype
import dns.resolver

from monitor.config.fields import resolver_place
from monitor.errors import SourceUnavailable

SECONDS = 5.0
"""How long a name may take to be answered for, over all tries."""


class NoAnswer(Exception):
    """The resolver gave no answer for a name: nothing can be said of it."""


@dataclass(frozen=True, slots=True)
class Records:
    """What a name has: an address, a mail server (one that takes no mail is none), name servers."""

    address: bool = False
    mail: bool = False
    servers: bool = False

    @property
    def used(self) -> bool:
        """Whether somebody has the name: an empty place between two names is nobody's."""
        return self.address or self.mail or self.servers


class Lookup:
    """Asks the resolver of this machine, or the one at `server`: an address, with its :port if not 53."""

    def __init__(self, server: str | None = None) -> None:
        """Raises SourceUnavailable where this machine has no resolver."""
        try:
            self._resolver = dns.resolver.Resolver(configure=server is None)
        except dns.resolver.NoResolverConfiguration:
            raise SourceUnavailable("this machine has no resolver: set lookalikes.resolver") from None
        if server is not None:
            address, port = resolver_place(server)
            self._resolver.nameservers = [address]
            self._resolver.port = port
        self._resolver.lifetime = SECONDS

    def records(self, name: str) -> Records | None:
        """What `name` has; None where there is no such name. Raises NoAnswer."""
        try:
            address = self._has(name, "A") or self._has(name, "AAAA")
            return Records(address, self._has(name, "MX"), self._has(name, "NS"))
        except dns.resolver.NXDOMAIN:
            return None
        except (dns.exception.DNSException, OSError) as error:
            raise NoAnswer(type(error).__name__) from None

    def _has(self, name: str, kind: str) -> bool:
        answer = self._resolver.resolve(f"{name}.", kind, raise_on_no_answer=False, search=False)
        if answer.rrset is None:
            return False
        # RFC 7505: a mail server called "." says that the name takes no mail.
        return kind != "MX" or any(str(record.exchange) != "." for record in answer)
