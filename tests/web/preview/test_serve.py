"""The preview's server: which names are its own, and what it does when a port is taken."""

from __future__ import annotations

import socket

import pytest

from newsletter.errors import NewsletterError
from newsletter.web.preview.serve import is_loopback, open_socket, own_hosts, url_host


def test_a_taken_port_gives_the_next_one() -> None:
    with open_socket("127.0.0.1", 0) as first:
        taken = first.getsockname()[1]
        with open_socket("127.0.0.1", taken) as second:
            assert taken < second.getsockname()[1] < taken + 20


def test_a_foreign_address_is_a_clear_error() -> None:
    with pytest.raises(NewsletterError, match=r"cannot listen on 192\.0\.2\.1"):
        open_socket("192.0.2.1", 0)


def test_our_names_are_the_loopback_ones_with_the_port() -> None:
    assert own_hosts("127.0.0.1", 8025) == {"127.0.0.1:8025", "localhost:8025", "[::1]:8025"}
    assert "192.0.2.7:8025" in own_hosts("192.0.2.7", 8025)
    assert "localhost" in own_hosts("127.0.0.1", 80)


def test_all_interfaces_have_the_machines_names() -> None:
    assert f"{socket.gethostname().lower()}:8025" in own_hosts("0.0.0.0", 8025)  # noqa: S104


@pytest.mark.parametrize(
    ("host", "loopback", "in_url"),
    [
        ("127.0.0.1", True, "127.0.0.1"),
        ("::1", True, "[::1]"),
        ("localhost", True, "localhost"),
        ("0.0.0.0", False, socket.gethostname().lower()),  # noqa: S104
        ("192.0.2.7", False, "192.0.2.7"),
        ("desk.example", False, "desk.example"),
    ],
)
def test_other_hosts_than_loopback_are_known(host: str, in_url: str, *, loopback: bool) -> None:
    assert (is_loopback(host), url_host(host)) == (loopback, in_url)
