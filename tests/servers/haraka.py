"""Haraka from npm: 503 to whatever is sent behind a dot before its answer."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.servers.running import free_port, started

PACKAGE = Path(__file__).parents[1] / "npm" / "node_modules" / "Haraka"


@contextlib.contextmanager
def haraka(folder: Path) -> Iterator[tuple[int, Path]]:
    """Run Haraka for example.org; yield its port, and the folder with a file for each message."""
    port = free_port()
    config, spool = folder / "config", folder / "spool"
    shutil.copytree(PACKAGE / "config", config)
    spool.mkdir()
    files = {
        "smtp.ini": f"listen=127.0.0.1:{port}\nnodes=0\n",
        "plugins": "rcpt_to.in_host_list\nqueue/test\n",
        "host_list": "example.org\n",
        "me": "localhost\n",
    }
    for name, text in files.items():
        (config / name).write_text(text, "utf-8")
    command: list[str | Path] = ["node", PACKAGE / "bin" / "haraka", "-c", folder]
    with started(command, port, folder / "log", environment={"TMPDIR": str(spool)}):
        yield port, spool
