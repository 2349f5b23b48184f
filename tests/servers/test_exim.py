from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.delivery.oracle import Run, last_words, rows, settle, states
from tests.servers.exim import exim

pytestmark = pytest.mark.stranger("exim")
READERS = 500


def test_exim_gets_everybody_once(workspace: Path, run: Run) -> None:
    with exim() as server:
        emails = settle(workspace, server.port, readers=READERS, extra="connections = 5")
        result = run("send", "2026-11", "--yes")
        words = last_words(result)
        assert states(run) == {"accepted": READERS}
        assert server.recipients == Counter(emails)
    assert {row["attempts"] for row in rows(run)} == {"1"}
    assert result.exit_code == 0
    assert "pipelining" not in words
