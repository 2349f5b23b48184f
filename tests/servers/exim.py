"""Exim, as tools/exim.sh unpacks it: what it takes stays in its spool."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.servers.running import free_port, open_folder, started

UNPACKED = Path(__file__).parents[1] / "exim"
PROGRAM = UNPACKED / "usr" / "sbin" / "exim4"

_CONFIGURATION = """\
primary_hostname = localhost
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/exim.pid
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
rfc1413_query_timeout = 0s
queue_only = true
tls_advertise_hosts =
keep_environment =
acl_smtp_mail = mail
acl_smtp_rcpt = rcpt
acl_smtp_data = data

begin acl
mail:
{mail}
  accept
rcpt:
{rcpt}
  accept domains = example.org
  deny message = relay not permitted
data:
{data}
  accept
begin routers
begin transports
begin retry
begin rewrite
begin authenticators
"""


class Exim:
    """A running Exim."""

    def __init__(self, port: int, spool: Path) -> None:
        self.port = port
        self._spool = spool

    @property
    def recipients(self) -> Counter[str]:
        """For how many messages each recipient stands in the spool."""
        headers = [file.read_text("utf-8") for file in self._spool.rglob("*-H")]
        return Counter(who for text in headers for who in re.findall(r"\n1\n(\S+@\S+)\n", text))


@contextlib.contextmanager
def exim(*, mail: str = "", rcpt: str = "", data: str = "") -> Iterator[Exim]:
    """Run Exim for example.org; `mail`, `rcpt` and `data` are lines of these ACLs."""
    port = free_port()
    with open_folder() as folder:
        for each in ("spool", "log"):
            (folder / each).mkdir()
            shutil.chown(folder / each, "Debian-exim")
        configuration = folder / "exim.conf"
        text = _CONFIGURATION.format(folder=folder, port=port, mail=mail, rcpt=rcpt, data=data)
        configuration.write_text(text, "utf-8")
        libraries = ":".join({str(each.parent) for each in UNPACKED.rglob("lib*.so*")})
        command: list[str | Path] = [PROGRAM, "-bdf", "-C", configuration]
        environment = {"LD_LIBRARY_PATH": libraries}
        with started(command, port, folder / "words", environment=environment):
            yield Exim(port, folder / "spool" / "input")
