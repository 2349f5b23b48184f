"""Servers that do not take commands behind a dot: everybody once, and told how to spare the try."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.settings.timing import ServerTiming, Timing
from tests.delivery.oracle import Run, hold, last_words, settle
from tests.hostile import CLOSE, Action, hostile

READERS = 20
OK, GUARD = "250 2.0.0 taken", "503 Bad sequence of commands - pipelined after end of DATA"
GUARDS: dict[str, Action] = {
    "503 to each": [OK, GUARD, GUARD, GUARD],
    "503 to each, closed": [OK, GUARD, GUARD, GUARD, CLOSE],
    "503 to all at once": [OK, GUARD],
    "554 to each": [OK, *["554 5.5.1 no"] * 3],
    "554 and closed": [OK, "554 5.5.0 Error: SMTP protocol synchronization", CLOSE],
    "421": [OK, "421 4.7.0 improper command pipelining"],
    "421 in other words": [OK, "421 4.7.0 bye"],
    "closed": [OK, CLOSE],
    "dropped": OK,
    "the message refused for it": ["554 5.5.0 Error: SMTP protocol synchronization"] * 4,
    "the message refused for it, closed": ["554 5.5.0 something", CLOSE],
    "503 before the message's answer": [GUARD, GUARD, GUARD, 0.05, OK],
}


@pytest.fixture
def timing() -> Timing:
    return Timing(first_wait=0.01, server=ServerTiming(trial=0.5))


@pytest.mark.parametrize("name", GUARDS)
def test_a_server_with_a_guard_gets_everybody_once_and_nobody_is_refused(
    workspace: Path, run: Run, name: str
) -> None:
    with hostile(lambda phase, *_: GUARDS[name] if phase == "behind" else None) as server:
        emails = settle(workspace, server.port, readers=READERS, extra="connections = 3")
        result = run("send", "2026-11", "--yes")
        words = last_words(result)
        hold(run, server, emails, {"accepted": READERS})
        assert server.connections <= 9
    assert result.exit_code == 0
    assert words.count('pipelining = "before-dot"') == 1


@pytest.mark.parametrize("setting", ["before-dot", "off"])
def test_the_setting_spares_the_try(workspace: Path, run: Run, setting: str) -> None:
    with hostile(lambda phase, *_: CLOSE if phase == "behind" else None) as server:
        extra = f'connections = 2\npipelining = "{setting}"'
        emails = settle(workspace, server.port, readers=12, extra=extra)
        result = run("send", "2026-11", "--yes")
        assert "pipelining" not in last_words(result)
        hold(run, server, emails, {"accepted": 12})
        assert server.connections == 2
    assert result.exit_code == 0


@pytest.mark.parametrize("connections", [1, 5])
def test_a_server_that_only_closes_costs_one_uncertain(
    workspace: Path, run: Run, connections: int
) -> None:
    with hostile(lambda phase, *_: CLOSE if phase == "behind" else None) as server:
        emails = settle(
            workspace, server.port, readers=READERS, extra=f"connections = {connections}"
        )
        result = run("send", "2026-11", "--yes")
        assert last_words(result).count('pipelining = "before-dot"') == 1
        hold(run, server, emails, {"accepted": READERS - 1, "uncertain": 1})


def _some(name: str, share: int) -> Callable[[str, str, int, int], Action]:
    return lambda phase, _who, connection, _done: (
        GUARDS[name] if phase == "behind" and connection % share == 0 else None
    )


def test_a_name_with_a_guarded_server_among_others_gets_everybody_once(
    workspace: Path, run: Run
) -> None:
    with hostile(_some("503 to each", 3)) as server:
        emails = settle(workspace, server.port, readers=READERS, extra="connections = 6")
        result = run("send", "2026-11", "--yes")
        hold(run, server, emails, {"accepted": READERS})
    assert result.exit_code == 0
