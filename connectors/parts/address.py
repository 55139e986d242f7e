"""Network addresses: what a name resolves to, and which answers are not the public internet's."""

from __future__ import annotations

import ipaddress
import socket

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.ip_network("2002::/16")
# What `is_global` of Python 3.11 lets pass: protocol assignments (Oracle's metadata among them), 6to4 relays,
# Azure's host agent, Teredo, documentation, segment routing, old site-local.
_ALSO_PRIVATE = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",
            "192.88.99.0/24",
            "168.63.129.16/32",
            "2001::/32",
            "3fff::/20",
            "5f00::/16",
            "fec0::/10",
            "64:ff9b:1::/48",
        ),
    )
)


def is_private(address: str) -> bool:
    """True where a literal IPv4 or IPv6 address is not one of the public internet's."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_private(str(ip.ipv4_mapped))
        if ip in _NAT64:
            return is_private(str(ipaddress.IPv4Address(ip.packed[-4:])))
        if ip in _SIX_TO_FOUR:
            return is_private(str(ipaddress.IPv4Address(ip.packed[2:6])))
    return not ip.is_global or ip.is_multicast or ip.is_reserved or any(ip in net for net in _ALSO_PRIVATE)


def is_literal(host: str) -> bool:
    """True where `host` is an IPv4 or IPv6 address rather than a name."""
    try:
        ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    return True


def resolve(host: str, port: int) -> list[str]:
    """Every address of a name, once each, in the resolver's order. Raises OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
