"""Names of hosts, as SMTP needs them.

Compiled by mypyc.
"""

from __future__ import annotations

import ipaddress
import socket


def is_loopback(host: str) -> bool:
    """Return whether a host name or literal stays on this machine by its form alone."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def hello_name() -> str:
    """Return the EHLO argument: the host's full name, or an address literal (RFC 5321, 4.1.4)."""
    name = socket.gethostname()
    usable = "." in name and name.isascii() and name.replace("-", "").replace(".", "").isalnum()
    return name if usable else "[127.0.0.1]"
