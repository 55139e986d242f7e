"""Which addresses are the public internet's, and which of the others an operator opened."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from connectors.http import Http
from connectors.parts.address import is_private
from monitor.errors import SourceError, SourceRefused

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.5",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.1.2.3",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "168.63.129.16",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.5",
    "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.5",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a00:5::",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%lo",
    "fec0::1",
    "ff02::1",
    "100::1",
]

PUBLIC = [
    "1.1.1.1",
    "9.9.9.9",
    "151.101.0.81",
    "2606:4700::1111",
    "2a00:1450:4009::1",
    "64:ff9b::101:101",
    "2002:101:101::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_the_public_internets_is_private(address: str) -> None:
    assert is_private(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_not_private(address: str) -> None:
    assert not is_private(address)


def resolve_as(patch: pytest.MonkeyPatch, names: dict[str, list[str]]) -> list[str]:
    """Let these names resolve so (a list is used up from the front, its last entry stays); gives the log."""
    real, asked = socket.getaddrinfo, []

    def fake(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in names:
            return real(host, port, *args, **kwargs)
        asked.append(host)
        answers = names[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in found.split()]

    patch.setattr(socket, "getaddrinfo", fake)
    return asked


@pytest.mark.parametrize("answers", ["127.0.0.1", "10.0.0.5", "1.1.1.1 127.0.0.1", "127.0.0.1 1.1.1.1"])
def test_a_name_with_one_private_answer_is_refused_whole(
    server: Any, now: Callable[[], datetime], monkeypatch: pytest.MonkeyPatch, answers: str
) -> None:
    resolve_as(monkeypatch, {"feeds.test": [answers]})
    with pytest.raises(SourceRefused, match=r"network\.private_hosts"):
        Http(now=now, attempts=1).get(f"http://feeds.test:{server.server_address[1]}/")
    assert server.connections == 0


def test_a_name_is_resolved_once_so_it_cannot_be_rebound(
    server: Any, now: Callable[[], datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[Any] = []
    asked = resolve_as(monkeypatch, {"rebind.test": ["1.1.1.1", "127.0.0.1"]})
    monkeypatch.setattr(socket, "create_connection", lambda address, *a, **k: refuse(reached, address))
    with pytest.raises(SourceError):
        Http(now=now, attempts=1).get(f"http://rebind.test:{server.server_address[1]}/")
    assert asked == ["rebind.test"]
    assert [host for host, _ in reached] == ["1.1.1.1"]
    assert server.connections == 0


def refuse(reached: list[Any], address: Any) -> None:
    """Stand in for a connection to the public internet."""
    reached.append(address)
    raise ConnectionRefusedError


def test_a_host_the_operator_lists_is_reached(server: Any, now: Callable[[], datetime]) -> None:
    url = server.answer("/", b"intranet")
    assert Http(now=now, private_hosts=("127.0.0.1",)).get(url).body == b"intranet"


def test_a_listed_port_opens_that_port_only(server: Any, now: Callable[[], datetime]) -> None:
    url = server.answer("/", b"intranet")
    with pytest.raises(SourceRefused):
        Http(now=now, private_hosts=("127.0.0.1:1",)).get(url)
    assert server.connections == 0


def test_a_redirect_to_an_unlisted_port_is_refused(server: Any, now: Callable[[], datetime]) -> None:
    server.answer("/go", status=302, Location="http://127.0.0.1:22/")
    with pytest.raises(SourceRefused, match="port 22"):
        Http(now=now, private_hosts=(server.netloc,)).get(server.url("/go"))


def test_with_a_proxy_every_request_goes_through_it(server: Any, now: Callable[[], datetime]) -> None:
    server.routes["http://gazette.test/feed"] = lambda handler: (
        handler.send_response(200),
        handler.send_header("Content-Length", "2"),
        handler.end_headers(),
        handler.wfile.write(b"ok"),
    )
    http = Http(now=now, proxy=server.url(""))
    assert http.get("http://gazette.test/feed").body == b"ok"
    with pytest.raises(SourceRefused):
        http.get("http://10.0.0.5/")
    assert server.connections == 1
