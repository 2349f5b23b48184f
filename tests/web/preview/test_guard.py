"""Only the browser that was given the token is answered, and only for its own page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from newsletter.web.preview.guard import LARGEST_BODY, Keys
from newsletter.web.preview.views import frame_policy
from tests.web.preview.parts import ACTING, HOST, KEYS, app_of

EVERY_PATH = [
    "/",
    "/issues/2026-11",
    "/api/issues/2026-11",
    "/api/issues/2026-11/checks",
    "/api/issues/2026-11/weights",
    "/api/issues/2026-11/mailing",
    "/api/place?file=newsletter.toml&line=1",
    "/mail/2026-11.html",
    "/mail/2026-11.eml",
    "/events",
    "/static/page/main.js",
    "/nothing",
]


def test_the_token_is_exchanged_for_a_strict_cookie_and_leaves_the_address(
    stranger: TestClient,
) -> None:
    response = stranger.get("/?token=the-token&x=1", follow_redirects=False)
    assert response.status_code == 303
    assert response.headers["location"] == "/?x=1"
    assert response.headers["set-cookie"] == (
        "newsletter-preview-8025=the-cookie; HttpOnly; Path=/; SameSite=strict"
    )


def test_the_redirect_never_leads_elsewhere(stranger: TestClient) -> None:
    response = stranger.get(f"http://{HOST}//evil.example/?token=the-token", follow_redirects=False)
    assert response.headers["location"] == "/evil.example/"


@pytest.mark.parametrize("path", EVERY_PATH)
def test_without_the_cookie_nothing_is_told(stranger: TestClient, path: str) -> None:
    response = stranger.get(path)
    assert response.status_code == 403
    assert "November" not in response.text


@pytest.mark.parametrize("token", ["", "wrong", "the-toke", "the-tokén"])
def test_a_wrong_token_is_refused_even_with_the_cookie(client: TestClient, token: str) -> None:
    assert client.get("/issues/2026-11", params={"token": token}).status_code == 403


def test_the_cookie_is_not_the_token(stranger: TestClient) -> None:
    stranger.cookies.set("newsletter-preview-8025", "the-token")
    assert stranger.get("/issues/2026-11").status_code == 403


def test_two_processes_have_different_secrets() -> None:
    first, second = Keys.fresh(), Keys.fresh()
    assert len({first.token, first.cookie, first.csrf, second.token, second.cookie}) == 5


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8025", "127.0.0.1", "127.0.0.1:8026", "localhost:8025."]
)
@pytest.mark.parametrize("path", ["/issues/2026-11", "/?token=the-token"])
def test_a_foreign_host_is_refused(client: TestClient, host: str, path: str) -> None:
    response = client.get(path, headers={"host": host}, follow_redirects=False)
    assert (response.status_code, "set-cookie" in response.headers) == (403, False)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "http://127.0.0.1:9999", f"https://{HOST}"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_foreign_origin_is_refused(client: TestClient, origin: str, method: str) -> None:
    headers = {"origin": origin, "x-newsletter-csrf": "the-csrf"}
    assert client.request(method, "/api/issues/2026-11", headers=headers).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_or_port_is_refused(client: TestClient, site: str) -> None:
    response = client.get("/api/issues/2026-11", headers={"sec-fetch-site": site})
    assert response.status_code == 403


@pytest.mark.parametrize("missing", ["origin", "x-newsletter-csrf", "content-type"])
@pytest.mark.parametrize("wrong", ["", "text/plain", "wrong"])
def test_a_post_needs_the_origin_the_csrf_header_and_json(
    client: TestClient, missing: str, wrong: str
) -> None:
    headers = ACTING | {"content-type": "application/json"}
    headers |= {missing: wrong} if wrong else {}
    if not wrong:
        del headers[missing]
    response = client.post("/api/issues/2026-11/reader", content=b'{"sample":1}', headers=headers)
    assert response.status_code == 403


def test_a_post_of_our_own_page_acts(client: TestClient) -> None:
    response = client.post("/api/issues/2026-11/reader", json={"sample": True}, headers=ACTING)
    assert (response.status_code, response.json()) == (200, {"handle": ""})


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "POST", "BREW"])
def test_no_other_method_gets_anywhere(client: TestClient, method: str) -> None:
    response = client.request(method, "/api/issues/2026-11")
    assert response.status_code == 403
    acting = ACTING | {"content-type": "application/json"}
    assert client.request(method, "/api/issues/2026-11", headers=acting).status_code == 405


def test_a_method_in_disguise_is_no_other_method(client: TestClient) -> None:
    disguise = {"x-http-method-override": "POST", "x-method-override": "POST"}
    path = "/api/issues/2026-11/reader?_method=POST"
    assert client.get(path, headers=disguise).status_code == 405


@pytest.mark.parametrize("body", [b"{}", b"[1]", b"{", b'"text"', b"[" * 100_000, b"\xff"])
def test_a_body_that_is_not_what_is_asked_for_is_refused_in_words(
    client: TestClient, body: bytes
) -> None:
    headers = ACTING | {"content-type": "application/json"}
    response = client.post("/api/issues/2026-11/reader", content=body, headers=headers)
    assert response.status_code in {400, 422}
    assert "Traceback" not in response.text


def test_a_huge_body_is_not_read(client: TestClient) -> None:
    headers = ACTING | {"content-type": "application/json"}

    def endless() -> Iterator[bytes]:
        yield from [b"x" * 100_000] * 64

    response = client.post("/api/issues/2026-11/where", content=endless(), headers=headers)
    assert response.status_code == 413
    large = b'{"text": "' + b"x" * LARGEST_BODY + b'"}'
    response = client.post("/api/issues/2026-11/where", content=large, headers=headers)
    assert response.status_code == 413


@pytest.mark.parametrize("path", [path for path in EVERY_PATH if path not in {"/", "/events"}])
def test_every_answer_carries_the_safe_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert {
        name: headers.get(name)
        for name in (
            "cache-control",
            "cross-origin-resource-policy",
            "referrer-policy",
            "x-content-type-options",
        )
    } == {
        "cache-control": "no-store",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    assert headers["content-security-policy"].startswith("default-src 'none'; ")


def test_the_desk_runs_its_own_files_only(client: TestClient) -> None:
    response = client.get("/issues/2026-11")
    policy = response.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "<style" not in response.text
    assert "https://" not in response.text


def test_the_email_has_a_policy_of_its_own_without_scripts(client: TestClient) -> None:
    policy = client.get("/mail/2026-11.html").headers["content-security-policy"]
    assert policy == frame_policy(["data:", "https://news.example.org"])
    assert "script-src" not in policy
    assert "allow-scripts" not in policy
    assert "sandbox allow-same-origin" in policy


@pytest.mark.parametrize(
    "slug",
    ["../newsletter.toml", "..%2f..%2fetc%2fpasswd", "2026-99", "%2e%2e/2026-11", "2026-11.txt"],
)
@pytest.mark.parametrize("path", ["/issues/{}", "/api/issues/{}", "/mail/{}.html", "/mail/{}.eml"])
def test_only_issues_of_the_list_have_pages(client: TestClient, path: str, slug: str) -> None:
    assert client.get(path.format(slug)).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/",
        "/static/app.py",
        "/static/test/routes.py",
    ],
)
def test_only_the_desks_own_files_are_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("origin", ["https://evil.example", f"http://{HOST}"])
def test_a_websocket_is_closed(workspace: Path, origin: str) -> None:
    client = TestClient(app_of(workspace), base_url=f"http://{HOST}")
    client.get(f"/?token={KEYS.token}")
    headers = {"origin": origin}
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        client.websocket_connect("/events", headers=headers),
    ):
        pass
    assert closed.value.code == 1008
