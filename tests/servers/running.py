"""Mail servers that are not ours, each started for a test in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def greets(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as peer:
        peer.settimeout(5)
        return peer.recv(100).startswith(b"220")
    return False


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """Make a folder that other users reach, too: pytest keeps its own to itself."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextlib.contextmanager
def started(
    command: Sequence[str | Path],
    port: int,
    log: Path,
    *,
    environment: dict[str, str] | None = None,
) -> Iterator[None]:
    """Run a server until the block ends; its words go to `log`, which is shown if it fails."""
    with (
        log.open("wb") as words,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            env=os.environ | (environment or {}),
        ) as process,
    ):
        try:
            deadline = time.monotonic() + 30
            while not greets(port):
                assert process.poll() is None, log.read_text("utf-8", "replace")
                assert time.monotonic() < deadline, log.read_text("utf-8", "replace")
                time.sleep(0.05)
            yield
        finally:
            process.kill()  # Haraka takes ten seconds to end in peace
