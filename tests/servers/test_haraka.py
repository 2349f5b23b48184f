from __future__ import annotations

import email
import email.utils
from collections import Counter
from pathlib import Path

import pytest

from tests.delivery.oracle import Run, last_words, rows, settle, states
from tests.servers.haraka import haraka

pytestmark = pytest.mark.stranger("haraka")


def recipients(spool: Path) -> Counter[str]:
    messages = [email.message_from_bytes(file.read_bytes()) for file in spool.iterdir()]
    return Counter(email.utils.parseaddr(message["To"])[1] for message in messages)


@pytest.mark.parametrize(
    ("readers", "extra"),
    [(500, ""), (500, 'pipelining = "before-dot"'), (50, 'pipelining = "off"')],
)
def test_haraka_gets_everybody_once_however_it_is_spoken_to(
    workspace: Path, run: Run, tmp_path: Path, readers: int, extra: str
) -> None:
    with haraka(tmp_path / "haraka") as (port, spool):
        emails = settle(workspace, port, readers=readers, extra=f"connections = 5\n{extra}")
        result = run("send", "2026-11", "--yes")
        words = last_words(result)
        assert states(run) == {"accepted": readers}
        assert recipients(spool) == Counter(emails)
    assert {row["state"] for row in rows(run)} == {"accepted"}
    assert {row["attempts"] for row in rows(run)} == {"1"}
    assert result.exit_code == 0
    assert words.count('pipelining = "before-dot"') == (0 if extra else 1)
