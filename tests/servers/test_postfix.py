"""Postfix itself, as its owners set it up: login maps, access maps, a greylist."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.delivery.oracle import Run, last_words, rows, settle, states
from tests.delivery.test_kill import make_due
from tests.delivery.test_mailing import readers
from tests.servers.postfix import postfix, with_logins
from tests.servers.services import Greylist, Logins, serving

pytestmark = pytest.mark.stranger("postfix-server")
READERS = 500


def test_postfix_gets_everybody_once(workspace: Path, run: Run) -> None:
    with postfix() as server:
        emails = settle(workspace, server.port, readers=READERS, extra="connections = 5")
        result = run("send", "2026-11", "--yes")
        words = last_words(result)
        assert states(run) == {"accepted": READERS}
        assert server.recipients(READERS) == Counter(emails)
    assert {row["attempts"] for row in rows(run)} == {"1"}
    assert result.exit_code == 0
    assert "pipelining" not in words


def test_a_connection_lasts_for_twenty_refused_in_a_row_and_not_for_ten(
    workspace: Path, run: Run
) -> None:
    """Postfix closes after 20 errors, of which a DATA without recipients is one."""
    lines = (
        "smtpd_soft_error_limit = 100\n"
        "smtpd_recipient_restrictions = check_recipient_access inline:{"
        + ", ".join(f"{{{who} = 450 4.2.2 mailbox full}}" for who in readers(18))
        + "}\n"
    )
    with postfix(lines) as server:
        emails = settle(workspace, server.port, readers=30, extra="connections = 1")
        run("send", "2026-11", "--yes")
        assert states(run) == {"accepted": 12, "deferred": 18}
        assert server.recipients(12) == Counter(emails[18:])
        assert "too many errors" not in server.log
        assert len(re.findall(r"disconnect from .* mail=30 rcpt=12/30", server.log)) == 1


def test_a_greylist_defers_everybody_and_takes_them_when_they_come_back(
    workspace: Path, run: Run
) -> None:
    greylist = Greylist(delay=3600)
    with serving(greylist) as port:
        lines = f"smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:{port}\n"
        with postfix(lines) as server:
            emails = settle(workspace, server.port, readers=8, extra="connections = 1")
            run("send", "2026-11", "--yes")
            assert states(run) == {"deferred": 8}
            assert (greylist.asked, server.recipients(0)) == (8, Counter())
            greylist.delay = 0.0
            make_due(workspace)
            assert run("send", "2026-11", "--yes").exit_code == 0
            assert server.recipients(8) == Counter(emails)
    assert {row["attempts"] for row in rows(run)} == {"2"}


def test_a_login_may_send_as_the_address_that_is_its_own(
    workspace: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", "correct horse")
    with serving(Logins({"ada": "correct horse"})) as port:
        lines = with_logins(tmp_path, port, "news@example.org=ada, other@example.org=eve")
        with postfix(lines) as server:
            emails = settle(
                workspace, server.port, readers=12, extra='connections = 2\nuser = "ada"'
            )
            result = run("send", "2026-11", "--yes")
            assert (result.exit_code, last_words(result).count("12 accepted")) == (0, 1)
            assert server.recipients(12) == Counter(emails)


@pytest.mark.parametrize("number", [40, 500])
def test_a_sender_that_is_somebody_elses_costs_no_reader_and_is_mended(
    workspace: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Postfix says it in answer to RCPT (`smtpd_delay_reject`)."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", "correct horse")
    with serving(Logins({"ada": "correct horse"})) as port:
        lines = with_logins(tmp_path, port, "news@example.org=eve, other@example.org=ada")
        with postfix(lines) as server:
            emails = settle(
                workspace, server.port, readers=number, extra='connections = 3\nuser = "ada"'
            )
            refused = run("send", "2026-11", "--yes")
            assert (refused.exit_code, states(run)) == (1, {"pending": number})
            assert "the server does not take mail from this sender's address" in last_words(refused)
            settings = workspace / "newsletter.toml"
            text = settings.read_text("utf-8")
            settings.write_text(text.replace("<news@example.org>", "<other@example.org>"), "utf-8")
            assert run("send", "2026-11", "--yes").exit_code == 0
            assert server.recipients(number) == Counter(emails)


def test_a_blocked_machine_costs_no_reader(workspace: Path, run: Run) -> None:
    lines = (
        "smtpd_client_restrictions = check_client_access inline:"
        "{{127.0.0.1 = 554 5.7.1 Access denied}}\n"
    )
    with postfix(lines) as server:
        settle(workspace, server.port, readers=40, extra="connections = 3")
        refused = run("send", "2026-11", "--yes")
        assert (refused.exit_code, states(run)) == (1, {"pending": 40})
        assert "the server blocks this machine" in last_words(refused)
        assert server.recipients(0) == Counter()
    with postfix() as mended:
        text = (workspace / "newsletter.toml").read_text("utf-8")
        (workspace / "newsletter.toml").write_text(
            text.replace(f":{server.port}", f":{mended.port}"), "utf-8"
        )
        assert run("send", "2026-11", "--yes").exit_code == 0
        assert sum(mended.recipients(40).values()) == 40
