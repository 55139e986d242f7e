"""Real mail servers on loopback: a certificate made for the occasion, and a fault on demand."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.alerts.relay import Fault, Relay


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one file."""
    return _certificate(tmp_path_factory.mktemp("tls"), "IP:127.0.0.1")


@pytest.fixture(scope="session")
def foreign_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for a host that ours is not."""
    return _certificate(tmp_path_factory.mktemp("tls"), "DNS:elsewhere.test")


def _certificate(folder: Path, name: str) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("the openssl command is not installed, so there is no certificate to offer TLS with")
    key, cert = folder / "key.pem", folder / "cert.pem"
    request = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=relay"
    names = ("-addext", f"subjectAltName={name}")
    files = ("-keyout", str(key), "-out", str(cert))
    subprocess.run([*request.split(), *names, *files], check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text(cert.read_text() + key.read_text())
    return both


@pytest.fixture
def relay(certificate: Path) -> Iterator[Callable[..., Relay]]:
    """Starts relays, `relay(Fault.STALL)`, and stops them after the test."""
    started: list[Relay] = []

    def start(fault: Fault = Fault.NONE, certificate: Path = certificate, **changes: object) -> Relay:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        started.append(Relay(fault, port, certificate, **changes))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.stop()
