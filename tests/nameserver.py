"""A name server on loopback that answers for the zones it is given, by real packets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Zone = Mapping[str, Mapping[str, str]]
"""name -> type -> what it says: {"wvft-nhs.uk": {"A": "192.0.2.7", "MX": "10 mail.wvft-nhs.uk."}}."""


@dataclass
class NameServer:
    """Answers what `zone` holds and NXDOMAIN for the rest.

    `broken` names get SERVFAIL, `silent` ones nothing. A name `*.zone` answers for whatever stands below that
    zone. `asked` is what came in.
    """

    zone: Zone
    broken: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    asked: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""

    def reply(self, packet: bytes) -> bytes | None:
        query = dns.message.from_wire(packet)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), question.rdtype.name
        self.asked.append((name, kind))
        if name in self.silent:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        records = self.zone.get(name) or self.zone.get(f"*.{name.partition('.')[2]}")
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif records is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif kind in records:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, records[kind]))
        return answer.to_wire()


@contextmanager
def serving(server: NameServer) -> Iterator[NameServer]:
    """The server at work on a free port; `address` says where."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.1", 0))
        here.settimeout(0.1)
        server.address = f"127.0.0.1:{here.getsockname()[1]}"
        stop = threading.Event()
        thread = threading.Thread(target=_answer, args=(server, here, stop), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            stop.set()
            thread.join()


def _answer(server: NameServer, here: socket.socket, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            packet, whence = here.recvfrom(4096)
        except TimeoutError:
            continue
        if (reply := server.reply(packet)) is not None:
            here.sendto(reply, whence)
