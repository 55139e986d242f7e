"""No request reaches what is not public, however it is written: counted by connections, not by errors.

A real listener waits on loopback, and every attempt to connect is recorded on its way to the system.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpcore
import pytest

from connectors.http import Http
from connectors.parts.network import Deadline, Guard
from monitor.errors import SourceError, SourceRefused

Clock = Callable[[], datetime]

LITERALS = {
    "loopback": "http://127.0.0.1:{port}/",
    "loopback over TLS": "https://127.0.0.1:{port}/",
    "loopback, last address": "http://127.255.255.254:{port}/",
    "loopback, two parts": "http://127.1:{port}/",
    "loopback, three parts": "http://127.0.1:{port}/",
    "decimal": "http://2130706433:{port}/",
    "hexadecimal": "http://0x7f000001:{port}/",
    "hexadecimal, capital": "http://0X7F000001:{port}/",
    "hexadecimal parts": "http://0x7f.0x0.0x0.0x1:{port}/",
    "hexadecimal, two parts": "http://0x7f.1:{port}/",
    "octal": "http://017700000001:{port}/",
    "octal parts": "http://0177.0.0.01:{port}/",
    "octal, many zeros": "http://0000177.0.0.1:{port}/",
    "mixed bases": "http://0177.0x0.1:{port}/",
    "zero": "http://0:{port}/",
    "unspecified": "http://0.0.0.0:{port}/",
    "this network": "http://0.1.2.3:{port}/",
    "private, ten": "http://10.0.0.5:{port}/",
    "private, ten in decimal": "http://167772165:{port}/",
    "private, 172": "http://172.16.0.1:{port}/",
    "private, 192": "http://192.168.1.1:{port}/",
    "shared by carriers": "http://100.64.0.1:{port}/",
    "link-local": "http://169.254.1.1:{port}/",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "metadata in decimal": "http://2852039166/",
    "metadata in hexadecimal": "http://0xa9fea9fe/",
    "metadata in octal": "http://0251.0376.0251.0376/",
    "metadata of Alibaba": "http://100.100.100.200/",
    "metadata of Oracle": "http://192.0.0.192/",
    "host agent of Azure": "http://168.63.129.16/",
    "benchmarks": "http://198.18.0.1:{port}/",
    "documentation": "http://203.0.113.1:{port}/",
    "6to4 relay": "http://192.88.99.1:{port}/",
    "multicast": "http://224.0.0.1:{port}/",
    "multicast, SSDP": "http://239.255.255.250:1900/",
    "reserved": "http://240.0.0.1:{port}/",
    "broadcast": "http://255.255.255.255:{port}/",
    "IPv6 loopback": "http://[::1]:{port}/",
    "IPv6 loopback, long": "http://[0:0:0:0:0:0:0:1]:{port}/",
    "IPv6 loopback, zeros": "http://[0000::0001]:{port}/",
    "IPv6 unspecified": "http://[::]:{port}/",
    "mapped": "http://[::ffff:127.0.0.1]:{port}/",
    "mapped in hexadecimal": "http://[::ffff:7f00:1]:{port}/",
    "mapped, long": "http://[0:0:0:0:0:ffff:127.0.0.1]:{port}/",
    "mapped metadata": "http://[::ffff:a9fe:a9fe]/",
    "compatible": "http://[::127.0.0.1]:{port}/",
    "translated": "http://[::ffff:0:127.0.0.1]:{port}/",
    "NAT64": "http://[64:ff9b::127.0.0.1]:{port}/",
    "NAT64 to metadata": "http://[64:ff9b::a9fe:a9fe]/",
    "NAT64, local": "http://[64:ff9b:1::1]:{port}/",
    "6to4": "http://[2002:7f00:1::]:{port}/",
    "6to4 to ten": "http://[2002:a00:5::]:{port}/",
    "Teredo": "http://[2001:0:7f00:1::]:{port}/",
    "unique local": "http://[fd00::1]:{port}/",
    "metadata over IPv6": "http://[fd00:ec2::254]/",
    "link-local with a zone": "http://[fe80::1%25lo]:{port}/",
    "loopback with a zone": "http://[::1%25lo]:{port}/",
    "mapped with a zone": "http://[::ffff:127.0.0.1%25lo]:{port}/",
    "site-local": "http://[fec0::1]:{port}/",
    "segment routing": "http://[5f00::1]:{port}/",
    "IPv6 multicast": "http://[ff02::1]:{port}/",
    "IPv6 discard": "http://[100::1]:{port}/",
    "IPv6 documentation": "http://[2001:db8::1]:{port}/",
}

NAMES = {
    "localhost": "http://localhost:{port}/",
    "LOCALHOST": "http://LOCALHOST:{port}/",
    "localhost with a dot": "http://localhost.:{port}/",
    "a name under localhost": "http://feeds.localhost:{port}/",
    "loopback with a dot": "http://127.0.0.1.:{port}/",
    "a circled letter": "http://ⓛocalhost:{port}/",
    "full-width letters": "http://ｌｏｃａｌｈｏｓｔ:{port}/",
    "full-width digits": "http://１２７.0.0.1:{port}/",
    "ideographic dots": "http://127。0。0。1:{port}/",
    "half-width dots": "http://127｡0｡0｡1:{port}/",
    "a soft hyphen": "http://local\u00adhost:{port}/",
    "punycode of localhost": "http://xn--localhost-:{port}/",
    "percent-encoded digits": "http://%31%32%37.0.0.1:{port}/",
    "percent-encoded name": "http://loc%61lhost:{port}/",
    "a name for loopback": "http://loopback.test:{port}/",
    "a name for ten": "http://ten.test:{port}/",
    "a name for metadata": "http://metadata.google.internal/computeMetadata/v1/",
    "a name with an IPv6 loopback": "http://six.test:{port}/",
    "a name with a mapped address": "http://mapped.test:{port}/",
    "a name with a zone": "http://zone.test:{port}/",
    "a name, public and private": "http://mixed.test:{port}/",
    "a name, private and public": "http://dexim.test:{port}/",
}

TRICKS = {
    "a public name as user": "http://gazette.test@127.0.0.1:{port}/",
    "a public name as user and password": "http://gazette.test:80@127.0.0.1:{port}/",
    "two at signs": "http://a@gazette.test@127.0.0.1:{port}/",
    "an encoded at sign": "http://gazette.test%40127.0.0.1:{port}/",
    "an encoded hash and at sign": "http://127.0.0.1%2523@localhost:{port}/",
    "a public name in the fragment": "http://127.0.0.1:{port}#@gazette.test/",
    "a public name in the query": "http://127.0.0.1:{port}?@gazette.test/",
    "a backslash and at sign": "http://127.0.0.1:{port}\\@gazette.test/",
    "a backslash behind the name": "http://gazette.test\\@127.0.0.1:{port}/",
    "backslashes for slashes": "http:\\\\127.0.0.1:{port}/",
    "one slash": "http:/127.0.0.1:{port}/",
    "no slash": "http:127.0.0.1:{port}/",
    "three slashes": "http:///127.0.0.1:{port}/",
    "no scheme": "//127.0.0.1:{port}/",
    "a blank before the host": "http:// 127.0.0.1:{port}/",
    "a tab in the host": "http://127.0\t.0.1:{port}/",
    "a line break in the host": "http://127.0.0.1\r\n:{port}/",
    "a header in the host": "http://gazette.test\r\nHost: 127.0.0.1:{port}/",
    "a header in the path": "http://127.0.0.1:{port}/\r\nX-Other: 1",
    "a zero byte": "http://127.0.0.1\x00.gazette.test:{port}/",
    "an unclosed bracket": "http://[::1:{port}/",
    "brackets around IPv4": "http://[127.0.0.1]:{port}/",
    "a port out of range": "http://127.0.0.1:99999999/",
    "file": "file:///etc/passwd",
    "file on a host": "file://127.0.0.1/etc/passwd",
    "gopher": "gopher://127.0.0.1:{port}/_GET%20/",
    "ftp": "ftp://127.0.0.1:{port}/",
    "dict": "dict://127.0.0.1:{port}/d:x",
    "ldap": "ldap://127.0.0.1:{port}/",
    "data": "data:text/plain,secret",
    "a unix socket": "http+unix://%2Fvar%2Frun%2Fdocker.sock/info",
    "a unix socket, plain": "unix:///var/run/docker.sock",
    "a scheme within the scheme": "url:http://127.0.0.1:{port}/",
}

SHAPES = LITERALS | NAMES | TRICKS
ANSWERS = {
    "gateway.test": ["127.0.0.1"],
    "gazette.test": ["1.1.1.1"],
    "loopback.test": ["127.0.0.1"],
    "ten.test": ["10.0.0.5"],
    "metadata.google.internal": ["169.254.169.254"],
    "six.test": ["::1"],
    "mapped.test": ["::ffff:127.0.0.1"],
    "zone.test": ["fe80::1%lo"],
    "mixed.test": ["1.1.1.1", "127.0.0.1"],
    "dexim.test": ["127.0.0.1", "1.1.1.1"],
    "feeds.localhost": ["127.0.0.1"],
}


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """What names resolve to, one list of addresses an asking; the last one stays. Others ask the system."""
    real = socket.getaddrinfo
    names = {name: [addresses] for name, addresses in ANSWERS.items()}

    def fake(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in names:
            return real(host, port, *args, **kwargs)
        found = names[host].pop(0) if len(names[host]) > 1 else names[host][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", fake)
    return names


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that a socket was to connect to. Nothing but loopback gets through."""
    real, seen = socket.socket.connect, []

    def connect(self: socket.socket, address: Any) -> None:
        seen.append(address)
        if address[0] not in ("127.0.0.1", "::1"):
            raise ConnectionRefusedError
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return seen


@pytest.mark.usefixtures("answers")
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("shape", SHAPES)
def test_no_shape_reaches_what_is_not_public(
    server: Any, now: Clock, attempts: list[Any], shape: str, method: str
) -> None:
    http = Http(now=now, attempts=1, timeout=3)
    url = SHAPES[shape].format(port=server.server_address[1])
    with pytest.raises(SourceError):
        getattr(http, method)(url)
    assert attempts == []
    assert server.connections == 0


@pytest.mark.usefixtures("answers")
@pytest.mark.parametrize("port", ["the same port", "the usual port"])
@pytest.mark.parametrize("shape", SHAPES)
def test_no_redirect_leads_to_what_is_not_public(
    server: Any, now: Clock, attempts: list[Any], shape: str, port: str
) -> None:
    target = SHAPES[shape]
    if port == "the usual port":  # so that it is not the port that is refused
        target = target.replace(":{port}", "")
    target = target.format(port=server.server_address[1])
    gateway = f"gateway.test:{server.server_address[1]}"
    server.answer("/1", status=302, Location=f"http://{gateway}/2")
    server.answer("/2", status=302, Location="/3")
    server.answer("/3", status=302, Location=target.encode().decode("latin-1"))
    http = Http(now=now, attempts=1, timeout=3, private_hosts=(gateway,))
    with pytest.raises(SourceError):
        http.get(f"http://{gateway}/1")
    # What reads as a path stays at the gateway; all else went nowhere, or to a name that is public.
    assert {headers["host"] for _, headers in server.requests} == {gateway}
    assert set(attempts) <= {("127.0.0.1", server.server_address[1]), ("1.1.1.1", 80)}
    assert len(server.requests) == server.connections


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_name_is_judged_anew_at_each_attempt(
    server: Any, now: Clock, answers: dict[str, list[list[str]]], attempts: list[Any], method: str
) -> None:
    answers["rebind.test"] = [["1.1.1.1"], ["127.0.0.1"]]
    with pytest.raises(SourceRefused, match="not on the public internet"):
        getattr(Http(now=now, attempts=3), method)(f"http://rebind.test:{server.server_address[1]}/")
    assert attempts == [("1.1.1.1", server.server_address[1])]
    assert server.connections == 0


def test_the_judged_address_is_the_one_connected_to(
    server: Any, answers: dict[str, list[list[str]]], attempts: list[Any]
) -> None:
    answers["rebind.test"] = [["1.1.1.1", "9.9.9.9"], ["127.0.0.1"]]
    guard = Guard(Deadline(3, "rebind.test"), lambda host, port: False)
    with pytest.raises(httpcore.ConnectError):
        guard.connect_tcp("rebind.test", server.server_address[1])
    assert [host for host, _ in attempts] == ["1.1.1.1", "9.9.9.9"]
    assert len(answers["rebind.test"]) == 1  # it was asked for once
    assert server.connections == 0


def test_a_redirect_to_a_name_that_turns_private_is_refused(
    server: Any, now: Clock, answers: dict[str, list[list[str]]], attempts: list[Any]
) -> None:
    answers["rebind.test"] = [["127.0.0.1"]]
    gateway = f"gateway.test:{server.server_address[1]}"
    server.answer("/1", status=302, Location="http://rebind.test/2")
    with pytest.raises(SourceRefused, match=r"redirects to rebind\.test, which is not public"):
        Http(now=now, attempts=1, private_hosts=(gateway,)).get(f"http://{gateway}/1")
    assert [path for path, _ in server.requests] == ["/1"]
    assert len(attempts) == 1


def test_no_local_socket_is_ever_opened(attempts: list[Any]) -> None:
    guard = Guard(Deadline(3, "gazette.test"), lambda host, port: True)
    with pytest.raises(SourceRefused, match="local socket"):
        guard.connect_unix_socket("/var/run/docker.sock")
    assert attempts == []


def test_the_shapes_are_reached_where_the_operator_lists_them(
    server: Any, now: Clock, attempts: list[Any]
) -> None:
    server.answer("/", b"reached")  # else the tests above would pass with no listener at all
    http = Http(now=now, private_hosts=("127.0.0.1", "localhost"), attempts=1)
    for shape in ("loopback", "localhost"):
        assert http.get(SHAPES[shape].format(port=server.server_address[1])).body == b"reached"
    assert server.connections == 2 <= len(attempts)
