"""A program's output as an access token."""

from __future__ import annotations

import base64
import json

import pytest

from newsletter.transport.access_token import AccessToken, NoToken, read_token, words_of_error

NOW = 1_800_000_000.0


def jwt(**claims: object) -> str:
    parts = ({"alg": "none"}, claims, "signed")
    coded = (base64.urlsafe_b64encode(json.dumps(each).encode()).decode() for each in parts)
    return ".".join(each.rstrip("=") for each in coded)


LASTING = jwt(exp=NOW + 300)


@pytest.mark.parametrize(
    ("output", "token"),
    [
        ("ya29.a0Af_B-x/y+z~==\n", AccessToken("ya29.a0Af_B-x/y+z~==")),
        (f"  {LASTING}\r\n", AccessToken(LASTING, NOW + 300)),
        (jwt(sub="ada"), AccessToken(jwt(sub="ada"))),
        ("a.b.c", AccessToken("a.b.c")),
        ('{"access_token": "abc", "expires_in": 3599}', AccessToken("abc", NOW + 3599)),
        ('{"access_token": "abc", "expires_in": "60"}', AccessToken("abc", NOW + 60)),
        ('{"access_token": "abc", "expires_on": "1800000900"}', AccessToken("abc", NOW + 900)),
        ('{\n "access_token": "abc"\n}', AccessToken("abc")),
        (json.dumps({"access_token": LASTING}), AccessToken(LASTING, NOW + 300)),
        ('{"access_token": "abc", "expires_on": "soon"}', AccessToken("abc")),
    ],
)
def test_a_token_is_read_with_its_end(output: str, token: AccessToken) -> None:
    assert read_token(output, NOW) == token


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (" \n", "printed nothing"),
        ("one\ntwo\n", "printed 2 lines that are no JSON"),
        ("Please log in.", "printed something that is no token: it has blanks or other characters"),
        ('{"access_token": ', "printed something that begins as JSON and is none"),
        ('{"error": "invalid_grant"}', "printed JSON without access_token"),
        (
            '{"access_token": ""}',
            "printed something that is no token: it has blanks or other characters",
        ),
    ],
)
def test_what_is_no_token_is_told_without_quoting_it(output: str, words: str) -> None:
    with pytest.raises(NoToken, match=rf"^{words}$"):
        read_token(output, NOW)


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ("", ""),
        ("\nno account\nmore\n", "no account"),
        ("Traceback (most recent call last):\n  File ...\nKeyError: 'x'\n", "KeyError: 'x'"),
        ("bad \x1b[31mred\x07", "bad  [31mred "),
        ("w " * 200, f"{'w ' * 78}w..."),
        ("sent ya29.secretsecret here", "sent [hidden] here"),
        (f"Bearer {'e' * 60} refused", "Bearer [hidden] refused"),
    ],
)
def test_of_a_programs_errors_one_line_is_shown_without_a_token(errors: str, words: str) -> None:
    assert words_of_error(errors, '{"access_token": "ya29.secretsecret"}') == words
