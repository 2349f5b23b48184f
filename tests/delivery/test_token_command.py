"""The token that a program prints logs in, at a real server that speaks XOAUTH2."""

from __future__ import annotations

import base64
import os
import shlex
import ssl
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from newsletter.settings.timing import Timing
from newsletter.transport.token_command import Tokens
from tests.delivery.oracle import Run, last_words, settle, states
from tests.transport.test_smtp import Handler, certificate, server

__all__ = ["certificate"]
READERS = 5
COUNT = "import pathlib, json; f = pathlib.Path('asked'); n = len(f.read_text()) if f.exists() else 0; f.write_text('x' * (n + 1)); "
"""Python that counts in a file of the workspace how often it was run; `n` is how often before."""


class TokenServer(Handler):
    """Takes each of some tokens; remembers what was offered. An error is a challenge, as Google's."""

    def __init__(self, *valid: str) -> None:
        super().__init__()
        self.valid = set(valid)
        self.offered: list[str] = []

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> AuthResult:  # noqa: N802
        said = base64.b64decode(args[1]).decode()
        user, _, token = said.removesuffix("\1\1").partition("\1auth=Bearer ")
        self.offered.append(token)
        if user == "user=ada" and token in self.valid:
            return AuthResult(success=True, auth_data=LoginPassword(b"ada", b""))
        await server.challenge_auth('{"status":"401"}')
        return AuthResult(success=False, handled=False)


class ForgetfulServer(TokenServer):
    """Takes after its first message only the token `t1`."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.valid = {"t1"}
        return await super().handle_DATA(server, session, envelope)


class ClosingServer(TokenServer):
    """Closes the connection where another message follows the first."""

    async def handle_MAIL(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.taken:
            return "421 4.7.0 enough on this connection"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"


def by(program: str, connections: int = 1) -> str:
    """Return the settings of a login by what a Python program prints."""
    words = shlex.join([sys.executable, "-c", program]).replace("\\", "\\\\").replace('"', '\\"')
    return f'user = "ada"\nauth = "xoauth2"\nconnections = {connections}\ntoken_command = "{words}"'


def asked(workspace: Path) -> int:
    return len((workspace / "asked").read_text())


def test_the_programs_token_logs_in_and_is_kept_as_long_as_it_lasts(
    workspace: Path, run: Run, certificate: ssl.SSLContext
) -> None:
    """One question serves the first reader of the test, its inquiry, and no other process."""
    handler = TokenServer("first", "later")
    program = "print(json.dumps({'access_token': ['first', 'later'][n > 0], 'expires_in': 3600}))"
    with server(handler, tls_context=certificate, auth_required=True) as port:
        settle(workspace, port, readers=READERS, extra=by(COUNT + program))
        assert run("test", "2026-11", "--to", "ada@example.org").exit_code == 0
        assert (handler.offered, asked(workspace)) == (["first", "first"], 1)
        assert run("send", "2026-11", "--yes").exit_code == 0
    assert (handler.offered[2:], asked(workspace)) == (["later"], 2)
    assert len(handler.taken) == 1 + READERS


def test_a_token_that_names_no_end_is_asked_for_at_each_connection(
    workspace: Path, run: Run, certificate: ssl.SSLContext
) -> None:
    handler = TokenServer("t0", "t1")
    with server(handler, tls_context=certificate, auth_required=True) as port:
        settle(workspace, port, readers=READERS, extra=by(COUNT + "print(f't{n}')"))
        assert run("test", "2026-11", "--to", "ada@example.org").exit_code == 0
    assert handler.offered == ["t0", "t1"]


def test_for_a_kept_token_that_is_refused_another_is_asked_for_once(
    workspace: Path, run: Run, certificate: ssl.SSLContext
) -> None:
    """The server ends the first token after the first message, before it would run out."""
    handler = ForgetfulServer("t0")
    program = "print(json.dumps({'access_token': f't{n}', 'expires_in': 3600}))"
    with server(handler, tls_context=certificate, auth_required=True) as port:
        settle(workspace, port, readers=READERS, extra=by(COUNT + program))
        assert run("test", "2026-11", "--to", "ada@example.org").exit_code == 0
    assert (handler.offered, asked(workspace)) == (["t0", "t0", "t1"], 2)


def test_all_connections_of_a_run_share_one_question(
    workspace: Path, run: Run, certificate: ssl.SSLContext
) -> None:
    """The token does not say how long it lasts; the connections open while it is asked for."""
    handler = TokenServer("t0")
    slow = "import time; time.sleep(0.5); print(f't{n}')"
    with server(handler, tls_context=certificate, auth_required=True) as port:
        settle(workspace, port, readers=40, extra=by(COUNT + slow))
        assert run("send", "2026-11", "--yes", "--limit", "1").exit_code == 75
        (workspace / "asked").unlink()
        settle(workspace, port, readers=40, extra=by(COUNT + slow, connections=3))
        assert run("send", "2026-11", "--yes").exit_code == 0
    assert (set(handler.offered), asked(workspace)) == ({"t0"}, 1)
    assert len(handler.taken) == 40


def test_a_program_that_fails_later_is_asked_again_and_marks_nobody(
    workspace: Path, run: Run, certificate: ssl.SSLContext
) -> None:
    """Its service may be back in a moment: the run ends as after any trouble of the server."""
    handler = ClosingServer("t0")
    program = "import sys; sys.exit('service unavailable') if n else print('t0')"
    quick = Timing(first_wait=0.05, longest_wait=0.1, trouble_limit=1.0)
    with server(handler, tls_context=certificate, auth_required=True) as port:
        settle(workspace, port, readers=READERS, extra=by(COUNT + program))
        result = run("send", "2026-11", "--yes", timing=quick)
    told = "Paused: token_command ended with exit code 1: service unavailable"
    assert told in last_words(result)
    assert result.exit_code == 75
    assert asked(workspace) > 2
    assert states(run) == {"accepted": 1, "pending": READERS - 1}


def test_a_fresh_token_that_is_refused_stops_it_with_advice(
    workspace: Path, run: Run, certificate: ssl.SSLContext
) -> None:
    handler = TokenServer()
    with server(handler, tls_context=certificate, auth_required=True) as port:
        settle(workspace, port, readers=READERS, extra=by(COUNT + "print('of-somebody-else')"))
        result = run("send", "2026-11", "--yes")
    said = last_words(result)
    assert "Stopped: the server refuses the token: 535 5.7.8 " in said
    assert "the token of token_command is for this user and may send mail" in said
    assert "of-somebody-else" not in result.output
    assert (result.exit_code, handler.offered, asked(workspace)) == (1, ["of-somebody-else"], 1)
    assert states(run) == {"pending": READERS}


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("import sys; sys.exit('no account: run login first')", "ended with exit code 1: no account: run login first"),
        ("print('sesame-open-sesame'); import sys; sys.exit('got sesame-open-sesame')", "ended with exit code 1: got [hidden]"),
        ("import os; os.kill(os.getpid(), 9)", "was ended by signal 9"),
        ("", "printed nothing"),
        ("print('sesame-open-sesame', 'and more')", "printed something that is no token: it has blanks or other characters"),
        ("print('sesame-open-sesame\\nmore')", "printed 2 lines that are no JSON"),
        ("print('sesame-open-sesame' * 9999)", "printed more than 65,536 bytes"),
    ],
)  # fmt: skip
def test_a_program_that_gives_no_token_stops_it_in_words(
    workspace: Path, run: Run, certificate: ssl.SSLContext, program: str, words: str
) -> None:
    handler = TokenServer()
    with server(handler, tls_context=certificate, auth_required=True) as port:
        settle(workspace, port, readers=READERS, extra=by(program, connections=3))
        result = run("send", "2026-11", "--yes")
    assert f"Stopped: token_command {words}\n" in last_words(result)
    assert "run token_command of newsletter.toml by itself" in result.stderr
    assert "sesame" not in result.output
    assert (result.exit_code, handler.offered) == (1, [])
    assert states(run) == {"pending": READERS}


def test_a_program_that_is_not_there_stops_it_in_words(
    workspace: Path, run: Run, certificate: ssl.SSLContext
) -> None:
    with server(TokenServer(), tls_context=certificate, auth_required=True) as port:
        extra = 'user = "ada"\nauth = "xoauth2"\ntoken_command = "./no-such-program --scope mail"'
        settle(workspace, port, readers=READERS, extra=extra)
        result = run("send", "2026-11", "--yes")
    words = "Stopped: token_command could not be started: no such file or directory\n"
    assert words in last_words(result)
    assert states(run) == {"pending": READERS}


def test_a_program_that_never_ends_is_ended_with_all_that_it_started(
    workspace: Path, run: Run, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tokens, "SECONDS", 1.0)
    (workspace / "token.sh").write_text("#!/bin/sh\nsleep 600 & echo $! > pid\nwait\n")
    (workspace / "token.sh").chmod(0o700)
    with server(TokenServer(), tls_context=certificate, auth_required=True) as port:
        extra = 'user = "ada"\nauth = "xoauth2"\ntoken_command = "./token.sh"'
        settle(workspace, port, readers=READERS, extra=extra)
        result = run("send", "2026-11", "--yes")
    assert "Stopped: token_command gave no token in 1 s\n" in last_words(result)
    assert is_gone(int((workspace / "pid").read_text()))


def is_gone(pid: int) -> bool:
    """Return whether a process ends within ten seconds; one that nobody has waited for is over."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
            os.kill(pid, 0)
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.1)
    return False
