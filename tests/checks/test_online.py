"""Links asked for: real answers of a local server, and addresses that are never asked."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from newsletter.checks.dossier import Answer, Reached
from newsletter.checks.online import Network, ask_links, is_public, public_network

HOST = "127.0.0.1"


class Site(BaseHTTPRequestHandler):
    """Answers by its path; notes what was asked."""

    asked: list[str] = []  # noqa: RUF012 - one server, one list
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.asked.append(f"HEAD {self.path}")
        if self.path.startswith("/no-head"):
            self._answer(405)
        elif self.path.startswith("/to/"):
            self._answer(302, self.path.removeprefix("/to/"))
        elif self.path == "/circle":
            self._answer(301, "/circle")
        elif self.path == "/drip":
            for _ in range(100):
                self.wfile.write(b"H")
                time.sleep(0.05)
        else:
            self._answer(int(self.path[1:4]))

    def do_GET(self) -> None:
        self.asked.append(f"GET {self.path}")
        self._answer(200 if self.path.startswith("/no-head") else int(self.path[1:4]))

    def _answer(self, status: int, location: str | None = None) -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer((HOST, 0), Site)
    server.daemon_threads = True
    Site.asked.clear()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://site.test:{server.server_port}"
    server.shutdown()
    server.server_close()


def network(*, allowed: bool = True) -> Network:
    """Return a network that takes every name for this machine, and lets it be asked."""
    return Network(
        resolve=lambda _host, _port: [HOST],
        is_allowed=lambda _address: allowed,
        context=ssl.create_default_context(),
    )


def ask_link(url: str, network: Network, patience: float = 10) -> Answer:
    return ask_links([url], network, patience=patience)[url]


@pytest.mark.parametrize(
    ("path", "reached"),
    [
        ("/200", Reached.YES),
        ("/204", Reached.YES),
        ("/no-head", Reached.YES),
        ("/to//200", Reached.YES),
        ("/404", Reached.NO),
        ("/410", Reached.NO),
        ("/circle", Reached.NO),
        ("/403", Reached.UNSURE),
        ("/429", Reached.UNSURE),
        ("/503", Reached.UNSURE),
        ("/to/mailto:ada@example.org", Reached.UNSURE),
    ],
)
def test_an_answer_is_taken_for_what_it_says_of_the_page(
    site: str, path: str, reached: Reached
) -> None:
    assert ask_link(f"{site}{path}", network()).reached is reached


def test_what_a_publisher_tells_programs_is_no_dead_link(site: str) -> None:
    assert ask_link(f"{site}/403", network()) == Answer(
        Reached.UNSURE, "could not tell: the site answers programs with 403; look in the browser"
    )
    assert Site.asked == ["HEAD /403", "GET /403"]


def test_a_page_that_drips_is_cut_in_time(site: str) -> None:
    began = time.monotonic()
    answer = ask_link(f"{site}/drip", network(), patience=0.4)
    assert answer == Answer(Reached.UNSURE, "could not tell: no answer in time")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0", "2130706433"])
def test_a_private_address_is_never_asked(site: str, host: str) -> None:
    port = site.rpartition(":")[2]
    answer = ask_link(f"http://{host}:{port}/200", public_network())
    assert answer.reached is Reached.UNSURE
    assert "private address" in answer.words
    assert Site.asked == []


def test_a_redirect_to_a_private_address_is_not_followed(site: str) -> None:
    answers = iter((["192.0.2.7"], ["127.0.0.1"]))
    real = Network(
        resolve=lambda host, _port: [HOST] if host == "site.test" else next(answers),
        is_allowed=lambda address: address == HOST,
        context=ssl.create_default_context(),
    )
    answer = ask_link(f"{site}/to/http://inner.test/200", real)
    assert answer == Answer(Reached.UNSURE, "leads to a private address (inner.test): not asked")
    assert Site.asked == ["HEAD /to/http://inner.test/200"]


def test_the_connection_goes_to_the_address_that_was_judged(site: str) -> None:
    looked_up: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        looked_up.append(host)
        return [HOST]

    once = Network(
        resolve=rebinding, is_allowed=lambda _address: True, context=ssl.create_default_context()
    )
    assert ask_link(f"{site}/200", once).reached is Reached.YES
    assert looked_up == ["site.test"]


def test_a_certificate_is_checked_against_the_name() -> None:
    authority = trustme.CA()
    server = ThreadingHTTPServer((HOST, 0), Site)
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("site.test").configure_cert(secure)
    server.socket = secure.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    context = ssl.create_default_context()
    authority.configure_trust(context)
    trusting = Network(resolve=lambda _h, _p: [HOST], is_allowed=lambda _a: True, context=context)
    try:
        good = ask_link(f"https://site.test:{server.server_port}/200", trusting)
        wrong = ask_link(f"https://other.test:{server.server_port}/200", trusting)
    finally:
        server.shutdown()
        server.server_close()
    assert good.reached is Reached.YES
    assert wrong.reached is Reached.NO
    assert wrong.words.startswith("its certificate is refused: ")


def test_a_name_in_another_script_is_looked_up_as_dns_has_it(site: str) -> None:
    looked_up: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        looked_up.append(host)
        return [HOST]

    url = site.replace("site.test", "bücher.test") + "/200"
    assert ask_link(url, replace(network(), resolve=resolve)).reached is Reached.YES
    assert looked_up == ["xn--bcher-kva.test"]


def test_an_address_that_refuses_leaves_the_next_one(site: str) -> None:
    both = replace(network(), resolve=lambda _host, _port: ["::1", HOST])
    assert ask_link(f"{site}/200", both).reached is Reached.YES


def test_no_address_is_asked_where_one_of_them_is_private(site: str) -> None:
    mixed = replace(
        network(), resolve=lambda _host, _port: [HOST, "10.0.0.1"], is_allowed=lambda a: a == HOST
    )
    assert ask_link(f"{site}/200", mixed) == Answer(
        Reached.UNSURE, "leads to a private address (site.test): not asked"
    )
    assert Site.asked == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "could not tell: Server disconnected without sending a response."),
        (b"220 mail.example.org ESMTP\r\n\r\n", "could not tell: illegal status line: "),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000, "could not tell: Receive buffer too long"),
    ],
)
def test_what_is_no_answer_is_told_as_such(answer: bytes, words: str) -> None:
    with socket.create_server((HOST, 0)) as server:

        def serve() -> None:
            for _ in range(2):
                wire, _ = server.accept()
                with wire:
                    wire.recv(10_000)
                    wire.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        told = ask_link(f"http://site.test:{server.getsockname()[1]}/", network())
    assert told.reached is Reached.UNSURE
    assert told.words.startswith(words)


def test_a_refused_connection_is_told_in_the_words_of_the_system(site: str) -> None:
    port = int(site.rpartition(":")[2])
    with socket.create_server((HOST, 0)) as free:
        closed = free.getsockname()[1]
    assert port != closed
    assert ask_link(f"http://site.test:{closed}/200", network()) == Answer(
        Reached.UNSURE, "could not tell: Connection refused"
    )


def test_each_address_is_asked_once_and_in_bounded_time(site: str) -> None:
    urls = [f"{site}/200", f"{site}/200", f"{site}/404", f"{site}/drip"]
    began = time.monotonic()
    answers = ask_links(urls, network(), patience=5, altogether=0.5)
    assert time.monotonic() - began < 2
    assert [answers[url].reached for url in dict.fromkeys(urls)] == [
        Reached.YES,
        Reached.NO,
        Reached.UNSURE,
    ]
    assert Site.asked.count("HEAD /200") == 1


def test_a_machine_without_a_network_says_nothing_about_links(site: str) -> None:
    def resolve(host: str, _port: int) -> list[str]:
        if host == "site.test":
            return [HOST]
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    some = replace(network(), resolve=resolve)
    gone = "https://gone.test/"
    assert ask_links([gone, f"{site}/200"], some)[gone] == Answer(
        Reached.NO, "there is no host named gone.test"
    )
    assert ask_links([gone], some)[gone] == Answer(
        Reached.UNSURE, "could not tell: no name was found, is this machine offline?"
    )


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        *((each, False) for each in ("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1")),
        *((each, False) for each in ("169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1")),  # noqa: S104
        *((each, False) for each in ("240.0.0.1", "255.255.255.255", "198.18.0.1", "::1", "::")),
        *((each, False) for each in ("fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1")),
        *((each, False) for each in ("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1")),
        *((each, False) for each in ("2002:7f00:1::", "2002:a00:1::", "no address")),
    ],
)
def test_only_the_public_internet_is_public(address: str, *, public: bool) -> None:
    assert is_public(address) is public
