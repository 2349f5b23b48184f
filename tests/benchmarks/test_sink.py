"""The benchmarks' sink counts what was sent, however it was cut; else no figure means anything."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.native import Sink
from benchmarks.ours import Client, Newsletter
from benchmarks.place import Place

pytestmark = pytest.mark.stranger("cc")

ENVELOPE = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"
TRICKY = b"a.\r\n..\r\n.b\r\n\n.\n\r.\r\n\r\n. \r\n.\n"
"""Lines with dots, and ends of lines that are none: no message ends in here."""

CLIENT_HELLO = "EHLO client.example.org\r\n"
CLIENT_ENVELOPE = "MAIL FROM:<news@example.org>\r\nRCPT TO:<reader@example.org>\r\nDATA\r\n"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "workspace")
    made.issue(100)
    return made


def say(sink: Sink, *parts: bytes) -> bytes:
    """Send the parts, each in a packet of its own, and return all that the sink answered."""
    with socket.create_connection(("127.0.0.1", sink.port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            line.sendall(part)
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_messages_are_counted_wherever_a_packet_ends(sink: Sink) -> None:
    dialogue = ENVELOPE + TRICKY + b"\r\n.\r\n" + ENVELOPE + b".\r\nQUIT\r\n"
    for cut in range(1, len(dialogue)):
        say(sink, dialogue[:cut], dialogue[cut:])
    assert sink.count(2 * (len(dialogue) - 1)).bytes == len(dialogue) * (len(dialogue) - 1)


def test_messages_are_counted_though_every_byte_comes_alone(sink: Sink) -> None:
    dialogue = ENVELOPE + TRICKY + b"\r\n.\r\nQUIT\r\n"
    say(sink, *(dialogue[at:end] for at, end in pairwise(range(len(dialogue) + 1))))
    assert sink.count(1).messages == 1


def test_a_group_is_answered_reply_by_reply(sink: Sink) -> None:
    answered = say(sink, ENVELOPE + b"x\r\n.\r\n" + b"RSET\r\nSTARTTLS\r\nQUIT\r\n")
    codes = [line[:3] for line in answered.splitlines()]
    assert codes == [b"220", b"250", b"250", b"354", b"250", b"250", b"502", b"221"]


def test_a_count_that_is_not_what_was_to_be_sent_ends_the_benchmark(sink: Sink) -> None:
    say(sink, ENVELOPE + b"x\r\n.\r\n")
    with pytest.raises(SystemExit, match="counted 1 messages, not 2"):
        sink.count(2)


def test_the_client_sends_as_many_messages_as_it_is_told_each_whole(place: Place) -> None:
    one = Client(place, 7)(100)
    size = len((place.root / "stuffed.eml").read_bytes())
    dialogues = 100 * (size + len(f".\r\n{CLIENT_ENVELOPE}")) + 7 * len(CLIENT_HELLO + "QUIT\r\n")
    assert (one.messages, one.bytes) == (100, dialogues / 100)


def test_newsletter_is_measured_with_a_ledger_of_its_own_each_time(place: Place) -> None:
    place.readers(30)
    newsletter = Newsletter(place, 3, "normal")
    assert [newsletter(30).messages for _ in range(2)] == [30, 30]


def test_the_message_has_the_size_that_the_goals_speak_of(place: Place) -> None:
    place.issue_of(58_000)
    assert place.message.stat().st_size == pytest.approx(58_000, rel=0.02)
