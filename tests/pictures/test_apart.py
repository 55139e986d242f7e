"""The whole image stage runs where there is no network, connects nowhere and leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.live.servers.packages import unavailable
from tests.pictures import drawing

HERE = """
import json, os, sys
tried, outwards = [], ("connect", "sendto", "sendmsg", "getaddrinfo", "gethostbyname", "gethostbyaddr")
watched = {f"socket.{each}" for each in outwards}
sys.addaudithook(lambda name, given: tried.append(name) if name in watched else None)
from rules.pictures.looking import look
asked = {"depth": "read", "references": {"shared": None, "logos": [], "avatars": []}, "count_people": True}
answer = look(open(sys.argv[1], "rb").read(), json.dumps(asked))
print(json.dumps({"answer": answer, "tried": tried, "telemetry": os.environ.get("ORT_DISABLE_TELEMETRY")}))
"""
IN_THE_WORKER = """
import json, sys
from tests.pictures.asking import asked
print(json.dumps({"answer": asked(open(sys.argv[1], "rb").read())}))
"""


@pytest.fixture
def alone(tmp_path: Path) -> Any:
    """Runs a program in a network namespace without a route, with a home of its own; what it printed."""
    command = ["unshare", "--user", "--map-root-user", "--net"]
    allowed = (
        shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0
    )
    if not allowed:
        unavailable(
            "a network namespace is refused: install util-linux, and run as root or allow user namespaces "
            "(sysctl kernel.unprivileged_userns_clone=1)"
        )
    home, picture = tmp_path / "home", tmp_path / "letter.png"
    home.mkdir()
    picture.write_bytes(drawing.encoded(drawing.page()))

    def run(program: str) -> Any:
        known = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": os.getcwd()}
        done = subprocess.run(
            [*command, sys.executable, "-c", program, picture],
            capture_output=True,
            text=True,
            env=known,
            timeout=90,
        )
        assert done.returncode == 0, done.stderr
        assert list(home.rglob("*")) == []
        return json.loads(done.stdout)

    return run


def test_text_is_read_without_a_network_and_without_telemetry(alone: Any) -> None:
    told = alone(HERE)
    assert drawing.NUMBER in told["answer"]["text"]
    assert (told["answer"]["faces"], told["answer"]["not_read"]) == ("0", "")
    assert (told["tried"], told["telemetry"]) == ([], "1")


def test_the_worker_reads_without_a_network(alone: Any) -> None:
    assert drawing.NUMBER in alone(IN_THE_WORKER)["answer"]["text"]
