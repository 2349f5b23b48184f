"""`newsletter preview` as a process: what it says, where it listens, how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

PREVIEW = Path(__file__).parents[3] / "newsletter" / "web" / "preview"


@contextmanager
def started(workspace: Path, *options: str) -> Iterator[list[str]]:
    """Run the command; yield what it says until it follows saves, and end it with Ctrl-C."""
    command = [sys.executable, "-m", "newsletter", "-C", str(workspace), "preview", "--no-open"]
    with subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line.rstrip("\n"))
            if line.startswith("It follows every save."):
                break
        yield said
        process.send_signal(signal.SIGINT)
        assert (process.wait(10), "Traceback" in process.stderr.read()) == (130, False)


def ask(url: str) -> int:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port or 0, timeout=10)
    with closing(connection):
        connection.request("GET", f"{parts.path}?{parts.query}")
        return connection.getresponse().status


def test_it_says_its_address_soon_and_answers_there(workspace: Path) -> None:
    began = time.monotonic()
    with started(workspace, "--port", "0") as said:
        # The goal is one second; a machine that runs other tests gets some air.
        assert time.monotonic() - began < 5
        assert said[0] == "Preview of 2026-11:"
        assert said[1].startswith("http://127.0.0.1:")
        assert ask(said[1]) == 303


def test_a_taken_port_gives_the_next_one_and_is_told(workspace: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started(workspace, "--port", str(port)) as said:
            assert said[0].startswith(f"Port {port} is taken; using ")
            assert ask(said[2]) == 303


def test_another_host_is_warned_of_and_named_in_the_address(workspace: Path) -> None:
    with started(workspace, "--port", "0", "--host", "0.0.0.0") as said:  # noqa: S104
        words = " ".join(said)
        assert "Warning: 0.0.0.0 can be reached by other machines" in words
        assert f"http://{socket.gethostname().lower()}:" in words
        local = next(line for line in said if line.startswith("On this machine: "))
        assert ask(local.removeprefix("On this machine: ")) == 303


def test_all_the_desks_files_together_are_small() -> None:
    served = [file for kind in ("html", "css", "js", "svg") for file in PREVIEW.rglob(f"*.{kind}")]
    assert len(served) > 20
    assert sum(file.stat().st_size for file in served) < 150_000
