from __future__ import annotations

import io
import time
from collections import Counter

import pytest
from rich.console import Console

from newsletter.basics.outcome import State
from newsletter.cli.terminal import output, progress


def test_a_bar_that_nothing_moves_says_for_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=100)
    monkeypatch.setattr(output, "console", lambda: terminal)
    with progress.progress(10, quiet_seconds=0.5) as (watch, _):
        time.sleep(0.2)
        watch(Counter({State.ACCEPTED: 3}))
        deadline = time.monotonic() + 10
        while "nothing new for 1 s" not in screen.getvalue():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        before = len(screen.getvalue())
        watch(Counter({State.ACCEPTED: 4}))
    assert "nothing new" not in screen.getvalue()[before:].split("4/10", 1)[1]
