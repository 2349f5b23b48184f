from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.basics.address import parse_address
from newsletter.basics.outcome import Envelope, Phase, Reply
from newsletter.settings.values import Auth
from newsletter.smtp import auth
from newsletter.smtp.auth import Credentials
from newsletter.smtp.events import Answered, Event, Lost, Opened, Ready, StartTls
from newsletter.smtp.opening import Tls
from newsletter.smtp.replies import BadReply, ReplyReader
from newsletter.smtp.session import Session

SENDER = parse_address("news@example.org")
ADA = Envelope(SENDER, parse_address("ada@example.org"))
BOB = Envelope(SENDER, parse_address("bob@example.org"))
BODY = [b"Subject: x\r\n\r\n", b"text\r\n"]
OK = b"250 Ok\r\n"


def session(tls: Tls = Tls.NONE, who: Credentials | None = None) -> Session:
    return Session(hello="me.example.org", tls=tls, credentials=who)


def said(session: Session) -> bytes:
    out = b"".join(session.output)
    session.output = []
    return out


def feed(session: Session, *lines: bytes) -> list[Event]:
    """Let the server say each of these on its own, as after a command of ours."""
    return [event for line in lines for event in session.receive(line)]


def opened(*extensions: bytes) -> Session:
    one = session()
    hello = b"".join(b"250-" + each + b"\r\n" for each in (b"there", *extensions))
    feed(one, b"220 hello\r\n")
    feed(one, hello, b"250 HELP\r\n")
    said(one)
    return one


def test_the_server_speaks_first_and_its_extensions_are_read() -> None:
    one = session()
    assert feed(one, b"220-welcome\r\n220 here\r\n") == []
    assert said(one) == b"EHLO me.example.org\r\n"
    assert feed(one, b"250-there\r\n250-PIPELINING\r\n250 size 1000\r\n") == [
        Opened({"PIPELINING": "", "SIZE": "1000"})
    ]


def test_with_pipelining_an_offer_is_one_group() -> None:
    one = opened(b"PIPELINING")
    one.offer(ADA)
    assert said(one) == b"MAIL FROM:<news@example.org>\r\nRCPT TO:<ada@example.org>\r\nDATA\r\n"
    assert feed(one, OK, OK, b"354 go\r\n") == [Ready()]


def test_without_pipelining_each_command_waits_for_the_reply_before() -> None:
    one = opened()
    one.offer(ADA)
    assert said(one) == b"MAIL FROM:<news@example.org>\r\n"
    assert feed(one, OK) == []
    assert said(one) == b"RCPT TO:<ada@example.org>\r\n"
    assert feed(one, OK) == []
    assert said(one) == b"DATA\r\n"
    assert feed(one, b"354 go\r\n") == [Ready()]


def test_the_dot_and_the_next_offer_leave_together() -> None:
    one = opened(b"PIPELINING")
    one.offer(ADA)
    feed(one, OK, OK, b"354 go\r\n")
    said(one)
    one.deliver(BODY, BOB)
    assert said(one) == (
        b"Subject: x\r\n\r\ntext\r\n.\r\n"
        b"MAIL FROM:<news@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n"
    )
    assert feed(one, b"250 2.0.0 queued\r\n", OK, OK, b"354 go\r\n") == [
        Answered(Phase.DOT, Reply(250, "2.0.0", "queued")),
        Ready(),
    ]


def test_without_pipelining_the_next_offer_waits_for_the_dots_reply() -> None:
    one = opened()
    one.offer(ADA)
    feed(one, OK, OK, b"354 go\r\n")
    said(one)
    one.deliver(BODY, BOB)
    assert said(one) == b"Subject: x\r\n\r\ntext\r\n.\r\n"
    assert feed(one, b"250 queued\r\n") == [Answered(Phase.DOT, Reply(250, "", "queued"))]
    assert said(one) == b"MAIL FROM:<news@example.org>\r\n"


def test_what_waits_for_the_dots_reply_can_be_taken_back() -> None:
    one = opened()
    one.offer(ADA)
    feed(one, OK, OK, b"354 go\r\n")
    one.deliver(BODY, BOB)
    said(one)
    assert [one.withdraw(), one.withdraw()] == [True, False]
    assert feed(one, b"250 queued\r\n") == [Answered(Phase.DOT, Reply(250, "", "queued"))]
    assert said(one) == b""
    group = opened(b"PIPELINING")
    group.offer(ADA)
    feed(group, OK, OK, b"354 go\r\n")
    group.deliver(BODY, BOB)
    assert not group.withdraw()


def test_where_a_reply_of_a_read_was_forgotten_its_first_is_no_answer_to_the_dot() -> None:
    one = opened(b"PIPELINING")
    one.offer(ADA)
    feed(one, OK, OK, b"354 go\r\n")
    one.deliver(BODY, BOB)
    assert feed(one, b"250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 go\r\n") == [
        Lost(Phase.DOT, "the server's answer to RCPT makes no sense: 354 go")
    ]


def test_a_refused_recipient_whose_data_is_accepted_gets_a_lone_dot_and_its_reply_is_ignored() -> (
    None
):
    one = opened(b"PIPELINING")
    one.offer(ADA)
    said(one)
    assert feed(one, OK, b"550 5.1.1 no\r\n", b"354 go\r\n") == [
        Answered(Phase.RCPT, Reply(550, "5.1.1", "no"))
    ]
    assert said(one) == b".\r\n"
    one.offer(BOB)
    assert said(one).startswith(b"MAIL FROM")
    assert feed(one, b"554 no valid recipients\r\n", OK, OK, b"354 go\r\n") == [Ready()]


def test_a_refused_recipient_is_followed_by_a_reset() -> None:
    for extensions in ([b"PIPELINING"], []):
        one = opened(*extensions)
        one.offer(ADA)
        replies = [OK, b"450 4.2.1 later\r\n", *([b"503 no\r\n"] if extensions else [])]
        assert feed(one, *replies) == [Answered(Phase.RCPT, Reply(450, "4.2.1", "later"))]
        said(one)
        one.offer(BOB)
        if not extensions:  # nothing goes out in groups where that is not offered
            assert said(one) == b"RSET\r\n"
            feed(one, OK)
            assert said(one) == b"MAIL FROM:<news@example.org>\r\n"
        else:
            assert said(one).startswith(b"RSET\r\nMAIL FROM")


@pytest.mark.parametrize("extra", [OK, b"250 a\r\n250 b\r\n354 c\r\n", b"550 5.1.1 no\r\n"])
def test_without_pipelining_a_reply_before_its_command_ends_the_conversation(extra: bytes) -> None:
    one = opened()
    one.offer(ADA)
    feed(one, OK, OK, b"354 go\r\n")
    one.deliver(BODY, BOB)
    said(one)
    answered, lost = feed(one, b"250 queued\r\n" + extra)
    assert answered == Answered(Phase.DOT, Reply(250, "", "queued"))
    assert isinstance(lost, Lost)
    assert lost.phase is Phase.QUIT
    assert lost.reason.startswith("the server said what nobody asked for: ")


def test_data_accepted_after_mail_was_refused_ends_the_connection_without_a_dot() -> None:
    one = opened(b"PIPELINING")
    one.offer(ADA)
    said(one)
    events = feed(one, b"451 4.3.0 no\r\n", b"503 no\r\n", b"354 go\r\n")
    assert events == [
        Answered(Phase.MAIL, Reply(451, "4.3.0", "no")),
        Lost(Phase.MAIL, "DATA was accepted after MAIL was refused"),
    ]
    assert said(one) == b""


def test_421_ends_the_conversation_wherever_it_comes() -> None:
    one = opened(b"PIPELINING")
    one.offer(ADA)
    reply = Reply(421, "4.3.2", "shutting down")
    reason = "the server closes the connection: 421 4.3.2 shutting down"
    assert feed(one, OK, b"421 4.3.2 shutting down\r\n", OK) == [Lost(Phase.RCPT, reason, reply)]
    assert feed(one, OK) == []


def test_421_to_the_dot_answers_it_and_ends_the_conversation() -> None:
    one = opened(b"PIPELINING")
    one.offer(ADA)
    feed(one, OK, OK, b"354 go\r\n")
    one.deliver(BODY, BOB)
    reply = Reply(421, "", "bye")
    assert feed(one, b"421 bye\r\n", OK) == [
        Answered(Phase.DOT, reply),
        Lost(Phase.DOT, "the server closes the connection: 421 bye", reply),
    ]


def test_a_reply_that_nothing_asked_for_ends_the_conversation() -> None:
    one = opened()
    assert feed(one, OK) == [
        Lost(Phase.QUIT, "the server said what nobody asked for: 250 Ok", Reply(250, "", "Ok"))
    ]


def test_starttls_forgets_what_was_said_in_the_clear() -> None:
    one = session(Tls.REQUIRED)
    feed(one, b"220 hello\r\n", b"250-there\r\n250-PIPELINING\r\n250 STARTTLS\r\n")
    said(one)
    assert feed(one, b"220 go\r\n250-injected\r\n250 AUTH PLAIN\r\n") == [StartTls()]
    one.tls_started()
    assert said(one) == b"EHLO me.example.org\r\n"
    assert feed(one, b"250 there\r\n") == [Opened({})]


def test_without_starttls_a_server_that_must_encrypt_gets_no_mail() -> None:
    one = session(Tls.REQUIRED)
    feed(one, b"220 hello\r\n")
    assert feed(one, b"250 there\r\n") == [
        Lost(Phase.STARTTLS, "the server does not offer STARTTLS", fatal=True)
    ]


def test_auth_plain_and_login() -> None:
    who = Credentials("ada", "pässword")
    plain = session(Tls.ON, who)
    feed(plain, b"220 hello\r\n", b"250-there\r\n250 AUTH LOGIN PLAIN\r\n")
    coded = base64.b64encode("\0ada\0pässword".encode())
    assert said(plain).endswith(b"AUTH PLAIN " + coded + b"\r\n")
    assert feed(plain, b"235 2.7.0 welcome\r\n") == [Opened({"AUTH": "LOGIN PLAIN"})]
    login = session(Tls.ON, who)
    feed(login, b"220 hello\r\n", b"250-there\r\n250 AUTH LOGIN\r\n")
    feed(login, b"334 VXNlcm5hbWU6\r\n", b"334 UGFzc3dvcmQ6\r\n")
    lines = said(login).split(b"\r\n")
    assert lines[1:4] == [b"AUTH LOGIN", b"YWRh", base64.b64encode("pässword".encode())]


def coded(text: str) -> bytes:
    return base64.b64encode(text.encode())


def test_a_token_goes_with_the_command_or_after_its_challenge_where_it_is_long() -> None:
    for token, lines in (
        ("abc", [b"AUTH XOAUTH2 " + coded("user=ada@x.org\1auth=Bearer abc\1\1")]),
        (
            "a" * 2000,
            [b"AUTH XOAUTH2", coded("user=ada@x.org\1auth=Bearer " + "a" * 2000 + "\1\1")],
        ),
    ):
        one = session(Tls.ON, Credentials("ada@x.org", token, Auth.XOAUTH2))
        feed(one, b"220 hello\r\n", b"250-there\r\n250 AUTH LOGIN XOAUTH2\r\n")
        if len(lines) > 1:
            assert feed(one, b"334 \r\n") == []
        assert said(one).split(b"\r\n")[1:-1] == lines
        assert feed(one, b"235 2.7.0 Accepted\r\n") == [Opened({"AUTH": "LOGIN XOAUTH2"})]


@pytest.mark.parametrize("token", ["short", "l" * 900])
def test_a_refused_token_is_answered_with_an_empty_line_and_told_with_its_status(
    token: str,
) -> None:
    one = session(Tls.ON, Credentials("ada@x.org", token, Auth.XOAUTH2))
    feed(one, b"220 hello\r\n", b"250-there\r\n250 AUTH XOAUTH2\r\n")
    if len(token) > 500:
        feed(one, b"334 \r\n")
    said(one)
    challenge = coded('{"status":"401","schemes":"bearer","scope":"https://mail.example/"}')
    assert feed(one, b"334 " + challenge + b"\r\n") == []
    assert said(one) == b"\r\n"
    reply = Reply(535, "5.7.8", "Username and Password not accepted")
    assert feed(one, b"535 5.7.8 Username and Password not accepted\r\n") == [
        Lost(Phase.AUTH, f"the server refuses the token: {reply} (status 401)", reply)
    ]


def test_a_challenge_that_is_no_json_says_nothing() -> None:
    one = session(Tls.ON, Credentials("ada@x.org", "token", Auth.XOAUTH2))
    feed(one, b"220 hello\r\n", b"250-there\r\n250 AUTH XOAUTH2\r\n", b"334 %%%\r\n")
    reply = Reply(535, "", "no")
    assert feed(one, b"535 no\r\n") == [
        Lost(Phase.AUTH, "the server refuses the token: 535 no", reply)
    ]


@pytest.mark.parametrize(
    ("offered", "method", "reason"),
    [
        (
            b"AUTH PLAIN LOGIN",
            Auth.XOAUTH2,
            "the server offers no login by token here but LOGIN, PLAIN",
        ),
        (
            b"8BITMIME",
            Auth.XOAUTH2,
            "the server offers no login here: use its port 587 or 465, or remove `user`",
        ),
        (
            b"AUTH XOAUTH2",
            Auth.PASSWORD,
            'the server offers no login by password here but XOAUTH2 (auth = "xoauth2" takes a token)',
        ),
    ],
)
def test_a_way_to_log_in_that_is_not_offered_ends_the_conversation(
    offered: bytes, method: Auth, reason: str
) -> None:
    one = session(Tls.ON, Credentials("ada", "secret", method))
    assert feed(one, b"220 hello\r\n", b"250-there\r\n250 " + offered + b"\r\n") == [
        Lost(Phase.AUTH, reason, fatal=True)
    ]


def test_a_password_shows_in_no_repr() -> None:
    who = Credentials("ada", "secret-1", Auth.XOAUTH2)
    assert "secret-1" not in repr(who)
    assert "ada" not in repr(auth.begin(["XOAUTH2"], who))


def test_only_an_address_that_needs_it_makes_a_message_internationalised() -> None:
    one = opened(b"SMTPUTF8")
    one.offer(Envelope(SENDER, parse_address("zoë@example.org")))
    assert said(one) == b"MAIL FROM:<news@example.org> SMTPUTF8\r\n"


def read(chunks: Iterable[bytes]) -> list[Reply]:
    reader = ReplyReader()
    return [reply for chunk in chunks for reply in replies_to(reader, chunk)]


def replies_to(reader: ReplyReader, chunk: bytes) -> Iterator[Reply]:
    reader.feed(chunk)
    while (reply := reader.read()) is not None:
        yield reply


@pytest.mark.parametrize(
    ("octets", "replies"),
    [
        (b"250\r\n", [Reply(250, "", "")]),
        (b"250 2.1.0 Ok\n", [Reply(250, "2.1.0", "Ok")]),
        (b"550 4.1.1 odd\r\n", [Reply(550, "", "4.1.1 odd")]),
        (b"550-5.1.1 a\r\n550 5.1.1 b\r\n", [Reply(550, "5.1.1", "a\nb")]),
        (b"550 5.1.1\r\n", [Reply(550, "5.1.1", "")]),
        ("250 grüße\r\n".encode(), [Reply(250, "", "grüße")]),
        (b"250 " + b"x" * 499 + b" y\r\n", [Reply(250, "", "x" * 499)]),
        (b"250 a\x1b[31mb\r\n", [Reply(250, "", "a [31mb")]),
    ],
)
def test_replies_of_every_shape_are_read(octets: bytes, replies: list[Reply]) -> None:
    assert read([octets]) == replies


@pytest.mark.parametrize(
    "octets",
    [
        b"hello\r\n",
        b"99 x\r\n",
        b"650 x\r\n",
        b"250-a\r\n550 b\r\n",
        b"\r\n",
        b"250_x\r\n",
        b"x" * 5000,
    ],
)
def test_what_is_no_reply_is_a_bad_reply(octets: bytes) -> None:
    with pytest.raises(BadReply):
        read([octets])


def test_an_endless_reply_is_bounded() -> None:
    with pytest.raises(BadReply, match="more than 65536 octets"):
        read(b"250-" + b"x" * 1000 + b"\r\n" for _ in range(1000))


@given(st.binary(max_size=400), st.lists(st.integers(1, 20), max_size=40))
def test_how_bytes_are_cut_into_reads_changes_nothing(octets: bytes, cuts: list[int]) -> None:
    def outcome(chunks: list[bytes]) -> tuple[list[Reply], bool]:
        reader = ReplyReader()
        replies: list[Reply] = []
        try:
            for chunk in chunks:
                replies.extend(replies_to(reader, chunk))
        except BadReply:
            return replies, True
        return replies, False

    chunks, rest = [], octets
    for cut in cuts:
        chunks.append(rest[:cut])
        rest = rest[cut:]
    lines = octets.replace(b"5", b"250 ok\r\n")
    assert outcome([*chunks, rest]) == outcome([octets])
    assert outcome([lines[i : i + 7] for i in range(0, len(lines), 7)]) == outcome([lines])


WORDS = st.binary(max_size=12) | st.sampled_from(
    [b"Ok", b"queued as 1", b" a", b"a  b", b"x" * 600]
)
HEADS = st.sampled_from([b"250 2.0.0 ", b"250 2.0.0", b"250 5.0.0 ", b"250  ", b"354 "])


@given(st.lists(st.tuples(HEADS, WORDS, st.sampled_from([b"\r\n", b"\n"])), max_size=8))
def test_a_line_says_the_same_whatever_was_said_before(
    lines: list[tuple[bytes, bytes, bytes]],
) -> None:
    known = ReplyReader()
    list(replies_to(known, b"250 2.0.0 Ok\r\n354 go ahead\r\n250 words without a code\r\n"))
    for head, words, end in lines:
        line = head + words.replace(b"\n", b"") + end
        try:
            alone = read([line])
        except BadReply:
            with pytest.raises(BadReply):
                list(replies_to(known, line))
            return
        assert list(replies_to(known, line)) == alone


CODES = st.sampled_from([b"220", b"250", b"354", b"421", b"450", b"550", b"235", b"334", b"503"])


@given(st.lists(CODES, max_size=30), st.booleans(), st.data())
def test_whatever_a_server_says_a_body_leaves_only_after_ready(
    codes: list[bytes], pipelining: bool, data: st.DataObject
) -> None:
    one = opened(*([b"PIPELINING"] if pipelining else []))
    one.offer(ADA)
    ready = bodies = 0
    lost = False
    for code in codes:
        for event in feed(one, code + b" x\r\n"):
            assert not lost
            lost = isinstance(event, Lost)
            if isinstance(event, Ready):
                ready += 1
                one.deliver(BODY, BOB if data.draw(st.booleans()) else None)
        bodies += said(one).count(b"text\r\n.\r\n")
        assert bodies == ready
