"""The preview's server: which names are its own, and what it does when a port is taken."""

from __future__ import annotations

import socket

import pytest

from newsletter.basics.errors import NewsletterError
from newsletter.web.preview.serve import is_loopback, open_socket, own_hosts, urls


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


THIS = socket.gethostname().lower()


@pytest.mark.parametrize(
    ("host", "told", "local"),
    [
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("::1", "[::1]", "[::1]"),
        ("192.0.2.7", "192.0.2.7", "192.0.2.7"),
        ("desk.example", "desk.example", "desk.example"),
        ("0.0.0.0", THIS, "127.0.0.1"),  # noqa: S104
        ("::", THIS, "[::1]"),
    ],
)
def test_the_address_names_the_host_and_one_opens_here(host: str, told: str, local: str) -> None:
    expected = tuple(f"http://{name}:8025/?token=t" for name in (told, local))
    assert urls(host, 8025, "t") == expected


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104
        ("192.0.2.7", False),
        ("desk.example", False),
    ],
)
def test_what_other_machines_can_reach_is_known(host: str, *, loopback: bool) -> None:
    assert is_loopback(host) is loopback
