"""A test that is sent from the preview: to a real server on this machine, in the background."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from newsletter.tasks.test_addresses import MOST, NAME, forget, remember, remembered
from newsletter.web.preview.test import routes
from newsletter.web.preview.test.routes import RateLimit
from tests.sink import HANG, Sink, running
from tests.web.preview.parts import ACTING, HOST, KEYS, app_of, edit, opened

URL = "/api/test/2026-11"

JSON = {**ACTING, "content-type": "application/json"}


def through(workspace: Path, sink: Sink, more: str = "") -> None:
    edit(workspace / "newsletter.toml", '"maildir:outbox"', f'"{sink.url}"{more}')


@contextmanager
def client_through(
    workspace: Path,
    sink: Sink,
    more: str = "",
    *,
    password: str | None = None,
    patience: float = 60.0,
) -> Iterator[TestClient]:
    """Serve a preview that was started with a server as its transport."""
    with running(sink):
        through(workspace, sink, more)
        app = app_of(workspace, password=password, patience=patience)
        with TestClient(app, base_url=f"http://{HOST}") as client:
            client.get(f"/?token={KEYS.token}")
            yield client


def send(client: TestClient, to: Any = "ada@example.org", **more: Any) -> Any:
    return client.post(URL, content=json.dumps({"to": to, **more}), headers=JSON)


def end(client: TestClient) -> dict[str, Any]:
    for _ in range(200):
        told = client.get("/api/test").json()
        if told["now"] is None and told["last"]:
            last: dict[str, Any] = told["last"]
            return last
        time.sleep(0.02)
    raise AssertionError("the test did not end")


def text_of(message: bytes) -> str:
    body = message_from_bytes(message, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_test_goes_out_marked_and_the_server_answers(workspace: Path) -> None:
    sink = Sink()
    with client_through(workspace, sink) as client:
        assert client.get(URL).json()["kind"] == "server"
        assert send(client).status_code == 202
        told = end(client)
    assert told.pop("at")
    assert told == {
        "slug": "2026-11",
        "to": "ada@example.org",
        "where": f"127.0.0.1:{sink.port}",
        "verdict": "accepted",
        "phase": "dot",
        "answer": "250 2.0.0 Ok: queued as 1",
    }
    [(recipient, message)] = sink.journal
    assert recipient == "ada@example.org"
    assert b"Subject: [TEST] Practice Notes, November 2026" in message
    assert client.get(URL).json()["remembered"] == ["ada@example.org"]
    kept = workspace / ".newsletter" / NAME
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_test_may_be_seen_as_a_reader_of_the_list(workspace: Path) -> None:
    sink = Sink()
    with client_through(workspace, sink) as client:
        send(client, **{"as": "grace@example.net"})
        assert end(client)["verdict"] == "accepted"
        assert "Dear Grace" in text_of(sink.journal[0][1])
        send(client, **{"as": "nobody@example.net"})
        assert end(client)["problems"][0]["message"] == "nobody@example.net is not on the list"


def test_a_refusal_is_told_in_the_servers_words(workspace: Path) -> None:
    sink = Sink(rcpt=lambda _: "550 5.1.1 who is that?")
    with client_through(workspace, sink) as client:
        send(client)
        told = end(client)
    assert (told["verdict"], told["answer"]) == ("refused", "550 5.1.1 who is that?")
    assert client.get(URL).json()["remembered"] == []


def test_a_server_that_is_not_there_is_told(workspace: Path) -> None:
    edit(workspace / "newsletter.toml", '"maildir:outbox"', '"smtp://127.0.0.1:9"')
    with opened(workspace) as client:
        send(client)
        told = end(client)
    assert told["verdict"] == "refused"
    assert told["answer"].startswith("no connection to 127.0.0.1:9")


def test_a_server_that_says_nothing_is_given_up(workspace: Path) -> None:
    sink = Sink(dot=lambda *_: HANG)
    with client_through(workspace, sink, patience=0.3) as client:
        send(client)
        told = end(client)
    assert told["verdict"] == "uncertain"
    assert "did not answer within" in told["answer"]


def test_one_at_a_time(workspace: Path) -> None:
    sink = Sink(delay=0.4)
    with client_through(workspace, sink) as client:
        assert send(client).status_code == 202
        answer = send(client, "grace@example.net")
        assert (answer.status_code, answer.json()["problems"][0]["message"]) == (
            429,
            "a test to ada@example.org is on its way still",
        )
        end(client)
    assert sink.recipients == ["ada@example.org"]


def test_a_few_a_minute(client: TestClient) -> None:
    with client:
        for _ in range(routes.MOST):
            assert send(client).status_code == 202
            end(client)
        answer = send(client)
    assert answer.status_code == 429
    assert answer.json()["problems"][0]["message"].startswith("6 tests a minute are the most")


def test_a_limit_opens_again_as_the_window_slides() -> None:
    limit = RateLimit(most=2, window=60)
    for now in (0.0, 10.0):
        assert limit.wait(now) == 0
        limit.went(now)
    assert [limit.wait(now) for now in (20.0, 59.0, 60.0)] == [40.0, 1.0, 0.0]


def test_a_password_that_is_not_at_hand_is_not_asked_for(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    sink = Sink()
    with client_through(workspace, sink, '\nuser = "news@example.org"') as client:
        told = client.get(URL).json()["problems"][0]
        send(client)
        ended = end(client)["problems"][0]
    assert told["message"] == ended["message"]
    assert told["message"] == ("the password of news@example.org for 127.0.0.1 is not at hand")
    assert "newsletter test 2026-11 --to ADDRESS" in told["hint"]
    assert "NEWSLETTER_SMTP_PASSWORD" in told["hint"]
    assert sink.commands == []


def test_with_a_program_that_gives_a_token_no_password_is_missing(workspace: Path) -> None:
    sink = Sink()
    login = '\nuser = "news@example.org"\nauth = "xoauth2"\ntoken_command = "echo sesame"'
    with client_through(workspace, sink, login) as client:
        assert client.get(URL).json()["problems"] == []
        send(client)
        told = end(client)
        assert "not encrypted" in told["answer"]
        edit(workspace / "newsletter.toml", "echo sesame", "touch here")
        changed = client.get(URL).json()["problems"][0]["message"]
    assert changed == "token_command changed since this preview was started: no test is sent"
    assert not (workspace / "here").exists()
    assert "sesame" not in str(told)


def test_the_password_is_in_no_answer(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", "open sesame")
    sink = Sink()
    with client_through(workspace, sink, '\nuser = "news@example.org"') as client:
        about = client.get(URL)
        send(client)
        told = end(client)
    assert about.json()["problems"] == []
    assert "sesame" not in about.text + str(told)
    assert told["verdict"] == "refused"  # no AUTH without TLS


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ("{url}", "smtp://127.0.0.1:{other}", "transport"),
        ("{url}", "maildir:outbox", "transport"),
        ('news@example.org"\nconn', 'else@example.org"\nconn', "user"),
        ("connections = 3", 'auth = "xoauth2"', "auth"),
    ],
)
def test_a_test_leaves_only_over_the_transport_of_the_start(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str, key: str
) -> None:
    monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", "open sesame")
    first, other = Sink(), Sink()
    account = '\nuser = "news@example.org"\nconnections = 3'
    with running(other), client_through(workspace, first, account, password="x") as client:
        old, new = (each.format(url=first.url, other=other.port) for each in (before, after))
        edit(workspace / "newsletter.toml", old, new)
        about = client.get(URL).json()["problems"][0]
        send(client)
        told = end(client)["problems"][0]
    assert told == about
    assert told["message"] == f"{key} changed since this preview was started: no test is sent"
    assert told["hint"] == "restart newsletter preview, which asks for the password"
    assert told["file"] == "newsletter.toml"
    assert (first.commands, other.commands) == ([], [])
    assert not (workspace / "outbox").exists()


def test_where_none_was_set_at_the_start_a_transport_set_since_is_another(workspace: Path) -> None:
    edit(workspace / "newsletter.toml", 'transport = "maildir:outbox"', "")
    with opened(workspace) as client, running(Sink()) as sink:
        edit(workspace / "newsletter.toml", "[delivery]", f'[delivery]\ntransport = "{sink.url}"')
        send(client)
        told = end(client)["problems"][0]
    assert told["message"].startswith("transport changed since")
    assert sink.commands == []


def test_the_password_that_was_typed_at_the_start_counts(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    account = '\nuser = "news@example.org"'
    with client_through(workspace, Sink(), account, password="open sesame") as client:
        assert client.get(URL).json()["problems"] == []
        send(client)
        assert end(client)["answer"] != ""  # the server was asked, which offers no AUTH


def test_what_cannot_be_made_is_not_sent(client: TestClient, workspace: Path) -> None:
    edit(workspace / "issues/2026-11.md", "summaries:", "summary:")
    with client:
        send(client)
        told = end(client)
    assert "there is no key 'summary'" in [each["message"] for each in told["problems"]]


@pytest.mark.parametrize(
    "to",
    [None, "", "ada", "ada@", "a b@example.org", "ada@example.org\r\nBcc: x@example.org", "ada@example.org, b@example.org", ["ada@example.org"], "x" * 400 + "@example.org", "<ada@example.org>", "ada@example.org\x00"],
)  # fmt: skip
def test_what_is_no_address_is_told_at_the_field(client: TestClient, to: Any) -> None:
    answer = send(client, to)
    assert (answer.status_code, answer.json()["problems"][0]["field"]) == (422, "to")
    assert client.get("/api/test").json() == {"now": None, "last": None}


def test_a_test_needs_the_pages_own_key_and_an_issue(client: TestClient) -> None:
    assert client.post(URL, json={"to": "ada@example.org"}).status_code == 403
    assert client.get("/api/test/2027-01").status_code == 404
    path = "/api/test/..%2Fx"
    assert client.post(path, json={"to": "a@example.org"}, headers=ACTING).status_code == 404


def test_the_last_addresses_are_remembered_and_can_be_forgotten(
    client: TestClient, tmp_path: Path, workspace: Path
) -> None:
    folder = tmp_path / "state"
    for number in range(MOST + 2):
        remember(folder, f"reader{number}@example.org")
    remember(folder, "reader4@example.org")
    names = [f"reader{number}@example.org" for number in (4, 6, 5, 3, 2)]
    assert remembered(folder) == tuple(names)
    forget(folder, "reader6@example.org")
    assert remembered(folder) == tuple(name for name in names if "6" not in name)
    for spoilt in ("{", "[1, null]", '{"a": 1}', "\ud7ff", '["<x>"]'):
        (folder / NAME).write_text(spoilt, "utf-8")
        assert remembered(folder) == ()
    (folder / NAME).unlink()
    other = tmp_path / "other.json"
    other.write_text('["x@example.org"]')
    (folder / NAME).symlink_to(other)
    assert remembered(folder) == ()
    remember(folder, "ada@example.org")
    assert (remembered(folder), other.read_text()) == (("ada@example.org",), '["x@example.org"]')
    remember(workspace / ".newsletter", "ada@example.org")
    answer = client.post(f"{URL}/forget", json={"address": "ada@example.org"}, headers=ACTING)
    assert answer.json() == {"remembered": []}
