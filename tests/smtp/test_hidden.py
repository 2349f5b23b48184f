"""The password in a server's words: in no form, wherever the words go."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.basics.outcome import Phase, Reply
from newsletter.settings.values import Auth
from newsletter.smtp.auth import Credentials
from newsletter.smtp.events import Lost, Opened
from newsletter.smtp.hidden import Hidden
from newsletter.smtp.opening import Tls
from tests.smtp.test_session import feed, session

SECRETS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=4, max_size=40)


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@given(SECRETS, st.text("abc ", max_size=12), st.text("abc ", max_size=12))
def test_a_secret_shows_in_no_form_and_in_no_company(secret: str, before: str, after: str) -> None:
    hidden = Hidden(secret)
    for said in (
        secret,
        secret.upper() if secret.isascii() else secret,
        quote(secret, safe=""),
        coded(secret),
        coded(f"\0{before}\0{secret}"),
        coded(f"user={before}\1auth=Bearer {secret}\1\1"),
        coded(f"{before}{secret}{after}").replace("+", "-").replace("/", "_"),
    ):
        shown = hidden.out_of(f"{before}<{said}>{after}".encode())
        assert b"[hidden]" in shown
        if said in {secret, quote(secret, safe=""), coded(secret)}:
            assert said.encode().lower() not in shown.lower().replace(b"[hidden]", b"")


@given(st.binary(max_size=80))
def test_without_a_secret_nothing_changes(octets: bytes) -> None:
    assert Hidden().out_of(octets) == octets


def test_base64_that_a_server_cuts_off_is_hidden_from_where_the_secret_begins() -> None:
    hidden = Hidden("correct horse battery")
    whole = coded("\0ada\0correct horse battery")
    for end in range(18, len(whole)):
        assert hidden.out_of_text(f"AUTH PLAIN {whole[:end]}") == "AUTH PLAIN AGFkYQB[hidden]"


def test_a_short_secret_is_hidden_where_it_is_a_word() -> None:
    assert Hidden("ab").out_of(b"ab abc (ab) cab") == b"[hidden] abc ([hidden]) cab"


@pytest.mark.parametrize("method", [Auth.PASSWORD, Auth.XOAUTH2])
@pytest.mark.parametrize(
    "said",
    [
        "{0}",
        "you said AUTH PLAIN {1}",
        "you said {2}",
        "x" * 490 + " {0}",
    ],
)
def test_a_server_that_repeats_a_login_is_told_without_it(said: str, method: Auth) -> None:
    secret = "S3cret w0rd!"
    forms = secret, coded(f"\0ada\0{secret}"), coded(f"user=ada\1auth=Bearer {secret}\1\1")
    one = session(Tls.ON, Credentials("ada", secret, method))
    feed(one, b"220 hello\r\n", b"250-there\r\n250 AUTH PLAIN XOAUTH2\r\n")
    (lost,) = feed(one, f"535-5.7.8 no\r\n535 5.7.8 {said.format(*forms)}\r\n".encode())
    assert isinstance(lost, Lost)
    assert lost.reply is not None
    for shown in (lost.reason, lost.reply.text):
        assert "S3c" not in shown
        assert coded("S3cret")[:5] not in shown
        assert forms[1][-8:] not in shown
        assert forms[2][-8:] not in shown


def test_a_secret_is_hidden_in_every_later_word_of_the_server() -> None:
    one = session(Tls.ON, Credentials("ada", "S3cret w0rd!"))
    feed(one, b"220 hello\r\n", b"250-there\r\n250 AUTH PLAIN\r\n", b"235 2.7.0 ok\r\n")
    assert feed(one, b"421 4.3.0 S3cret w0rd!\r\n") == [
        Lost(
            Phase.QUIT,
            "the server closes the connection: 421 4.3.0 [hidden]",
            Reply(421, "4.3.0", "[hidden]"),
        )
    ]


def test_what_is_no_reply_is_shown_without_the_secret() -> None:
    one = session(Tls.ON, Credentials("ada", "S3cret w0rd!"))
    assert feed(one, b"S3cret w0rd!\r\n") == [Lost(Phase.GREETING, "no SMTP reply: [hidden]")]


def test_a_password_that_is_a_keyword_of_the_server_does_not_hide_it() -> None:
    one = session(Tls.ON, Credentials("ada", "plain"))
    assert feed(one, b"220 hello\r\n", b"250-there\r\n250 AUTH PLAIN\r\n", b"235 2.7.0 ok\r\n") == [
        Opened({"AUTH": "PLAIN"})
    ]


def test_the_status_in_a_challenge_is_shown_without_the_token() -> None:
    one = session(Tls.ON, Credentials("ada", "S3cret token", Auth.XOAUTH2))
    feed(one, b"220 hello\r\n", b"250-there\r\n250 AUTH XOAUTH2\r\n")
    challenge = coded('{"status": "no \\u0053\\u0033cret\\u0020token"}')
    feed(one, f"334 {challenge}\r\n".encode())
    (lost,) = feed(one, b"535 no\r\n")
    assert isinstance(lost, Lost)
    assert lost.reason == "the server refuses the token: 535 no (status no [hidden])"
