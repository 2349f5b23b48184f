"""The access token of `token_command`: asked for when a connection needs it, kept until it ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass
from typing import ClassVar, Final

from newsletter.basics.times import in_full
from newsletter.settings.values import TokenCommand
from newsletter.transport.access_token import AccessToken, NoToken, read_token, words_of_error

_EARLY: Final = 60.0
"""Seconds before its end from which a kept token is not used any more."""
_MOST_OCTETS: Final = 1 << 16
"""A token has a few thousand; a program that prints more is ended."""

HINT: Final = (
    "run token_command of newsletter.toml by itself: it must print an access token and nothing "
    "else (docs/oauth.md)"
)


@dataclass(frozen=True, slots=True)
class Failed:
    """No token could be had; `reason` is a sentence. `first` says that none was had before."""

    reason: str
    first: bool


@dataclass(frozen=True, slots=True)
class Given:
    """A token for a login; `kept` says that it was asked for earlier."""

    token: AccessToken
    kept: bool


class Tokens:
    """Runs one command, for all connections of a transport, once at a time.

    The program runs without a shell, in the workspace, without a terminal, and in a session of its
    own, which is killed as a whole when it takes too long or the run ends.
    """

    SECONDS: ClassVar[float] = 60.0
    """The longest that the program may take."""

    def __init__(self, command: TokenCommand) -> None:
        self._command = command
        self._kept: AccessToken | None = None
        self._had = False
        self._asking: asyncio.Task[AccessToken | str] | None = None

    async def token(self, refused: AccessToken | None = None) -> Given | Failed:
        """Return the kept token, or ask for one; never the one that the server `refused`."""
        kept = self._kept
        if kept is not None and kept != refused and _lasts(kept):
            return Given(kept, kept=True)
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().create_task(self._ask())
        # Shielded: a connection that is given up ends no question that others wait for.
        answer = await asyncio.shield(self._asking)
        if isinstance(answer, str):
            return Failed(f"token_command {answer}", first=not self._had)
        self._had = True
        self._kept = answer
        return Given(answer, kept=False)

    async def _ask(self) -> AccessToken | str:
        """Run the program; return the token, or what was wrong with it."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command.words,
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=PIPE,
                cwd=self._command.folder,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no command"
            return f"could not be started: {reason[:1].lower()}{reason[1:]}"
        is_over = False
        try:
            async with asyncio.timeout(self.SECONDS):
                output, errors = await asyncio.gather(*map(_all_of, _pipes(process)))
                code = await process.wait()
            is_over = True
        except TimeoutError:
            return f"gave no token in {in_full(self.SECONDS)}"
        except _TooMuch:
            return f"printed more than {_MOST_OCTETS:,} bytes"
        finally:
            if not is_over:
                await _end(process)
        return _answer(code, output.decode("utf-8", "replace"), errors.decode("utf-8", "replace"))


class _TooMuch(Exception):  # noqa: N818
    pass


def _answer(code: int, output: str, errors: str) -> AccessToken | str:
    if code:
        ended = f"ended with exit code {code}" if code > 0 else f"was ended by signal {-code}"
        words = words_of_error(errors, output)
        return f"{ended}: {words}" if words else ended
    try:
        return read_token(output, time.time())
    except NoToken as none:
        return str(none)


def _lasts(token: AccessToken) -> bool:
    return token.until is not None and token.until - _EARLY > time.time()


def _pipes(process: Process) -> list[asyncio.StreamReader]:
    return [pipe for pipe in (process.stdout, process.stderr) if pipe is not None]


async def _all_of(pipe: asyncio.StreamReader) -> bytes:
    try:
        await pipe.readexactly(_MOST_OCTETS + 1)
    except asyncio.IncompleteReadError as whole:
        return whole.partial
    raise _TooMuch


async def _end(process: Process) -> None:
    """Kill what still runs of the program's session, and read its pipes to their ends."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in _pipes(process):
        while await pipe.read(_MOST_OCTETS):
            pass
    await process.wait()
