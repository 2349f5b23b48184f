"""Postfix with lines of main.cf of one's own; what it takes goes into one Maildir."""

from __future__ import annotations

import contextlib
import email
import os
import pwd
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import trustme

from tests.servers.running import free_port, open_folder, started

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = /dev/stdout
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydestination =
mynetworks =
alias_maps =
alias_database =
smtpd_peername_lookup = no
smtputf8_enable = yes
virtual_mailbox_domains = example.org
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
"""
_SERVICES = [
    "pickup",
    "cleanup",
    "qmgr",
    "tlsmgr",
    "rewrite",
    "bounce",
    "defer",
    "trace",
    "verify",
    "flush",
    "proxymap",
    "proxywrite",
    "smtp",
    "relay",
    "showq",
    "error",
    "retry",
    "discard",
    "virtual",
    "lmtp",
    "anvil",
    "scache",
]
_PROGRAMS = {"rewrite": "trivial-rewrite", "defer": "bounce", "trace": "bounce",
             "proxywrite": "proxymap", "relay": "smtp", "retry": "error"}  # fmt: skip
_PUBLIC = frozenset({"pickup", "cleanup", "qmgr", "flush", "showq"})
_WAKES = {"qmgr": "300", "pickup": "60"}
_MOST = dict.fromkeys(("cleanup", "bounce", "defer", "trace", "flush"), "0") | dict.fromkeys(
    ("pickup", "qmgr", "tlsmgr", "verify", "anvil", "scache", "proxywrite"), "1"
)


class Postfix:
    """A running Postfix."""

    def __init__(self, port: int, mail: Path, log: Path) -> None:
        self.port = port
        self._mail = mail
        self._log = log

    @property
    def log(self) -> str:
        """What it has written into its log so far."""
        return self._log.read_text("utf-8", "replace")

    def recipients(self, at_least: int) -> Counter[str]:
        """Wait for so many messages; return how many each recipient has in the Maildir."""
        deadline = time.monotonic() + 60
        while (files := list(self._mail.rglob("new/*"))) is not None:
            if len(files) >= at_least or time.monotonic() > deadline:
                break
            time.sleep(0.1)
        messages = [email.message_from_bytes(file.read_bytes()) for file in files]
        return Counter(str(message["Delivered-To"]) for message in messages)


@contextlib.contextmanager
def postfix(lines: str = "") -> Iterator[Postfix]:
    """Run Postfix for example.org with more lines of main.cf, in which {folder} is its folder."""
    user = pwd.getpwnam("postfix")
    port = free_port()
    with open_folder() as folder:
        for name, owner in {"config": "root", "queue": "root", "data": "postfix",
                            "mail": "postfix"}.items():  # fmt: skip
            (folder / name).mkdir()
            shutil.chown(folder / name, owner)
        main = _MAIN.format(folder=folder, uid=user.pw_uid, gid=user.pw_gid)
        more = lines.replace("{folder}", str(folder))
        (folder / "config" / "main.cf").write_text(main + more, "utf-8")
        (folder / "config" / "master.cf").write_text(_master(port), "utf-8")
        program = shutil.which("postfix") or "/usr/sbin/postfix"
        log = folder / "log"
        command: list[str | Path] = [program, "-c", folder / "config", "start-fg"]
        with started(command, port, log):
            try:
                yield Postfix(port, folder / "mail", log)
            finally:
                # `postfix start-fg` is a shell that waits for it.
                master = int((folder / "queue" / "pid" / "master.pid").read_text("utf-8"))
                os.kill(master, signal.SIGTERM)


def _master(port: int) -> str:
    rows = [f"127.0.0.1:{port} inet n - n - - smtpd"]
    for name in _SERVICES:
        private = "n" if name in _PUBLIC else "-"
        privileged = "n" if name == "virtual" else "-"
        wake = _WAKES.get(name, "-")
        most = _MOST.get(name, "-")
        program = _PROGRAMS.get(name, name)
        rows.append(f"{name} unix {private} {privileged} n {wake} {most} {program}")
    rows.append("postlog unix-dgram n - n - 1 postlogd")
    return "\n".join(rows) + "\n"


def with_tls(folder: Path) -> str:
    """Return the lines for STARTTLS; the authority is `folder`/authority.pem, for SSL_CERT_FILE."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    return (
        "smtpd_tls_security_level = may\n"
        f"smtpd_tls_chain_files = {folder}/server.pem\n"
        "smtpd_tls_auth_only = yes\n"
    )


def with_logins(folder: Path, port: int, owners: str) -> str:
    """Return the lines of a server with TLS that asks a login service at a port.

    `owners` says which login may send as which address: `news@example.org=ada, ...`.
    """
    return with_tls(folder) + (
        "smtpd_sasl_auth_enable = yes\n"
        "smtpd_sasl_type = dovecot\n"
        f"smtpd_sasl_path = inet:127.0.0.1:{port}\n"
        f"smtpd_sender_login_maps = inline:{{{owners}}}\n"
        "smtpd_sender_restrictions = reject_sender_login_mismatch\n"
    )
