from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from newsletter.basics import address
from newsletter.basics.address import Address, BadAddress, parse_address
from newsletter.basics.errors import Problem, did_you_mean
from newsletter.basics.tokens import Key, Purpose, Signer, find_tokens, read_delivery, verify

KEYS = st.binary(min_size=32, max_size=32).map(Key)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" Ada.Lovelace@Example.ORG ", Address("Ada.Lovelace", "example.org")),
        ("o'brien+news@mail.example.org", Address("o'brien+news", "mail.example.org")),
        ("zoë@bücher.example", Address("zoë", "xn--bcher-kva.example")),
        ("a@xn--bcher-kva.example", Address("a", "xn--bcher-kva.example")),
    ],
)
def test_an_address_is_read(text: str, address: Address) -> None:
    assert parse_address(text) == address
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "", "ada", "ada@", "@example.org", "a@b", "a b@example.org", "a@example..org", "a..b@example.org",
        ".a@example.org", "a@-example.org", f"{'a' * 65}@example.org", "a@example.org\nBcc: x@y.z",
        "a@[127.0.0.1]", "a@b@example.org", "<a@example.org>", '"a b"@example.org', f"a@{'b' * 260}.org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(BadAddress) as refused:
        parse_address(text)
    assert str(refused.value)


def test_the_key_is_the_same_for_two_spellings() -> None:
    assert parse_address("Ada@Example.org").key == parse_address("aDA@example.ORG").key


def test_only_a_local_part_outside_ascii_needs_smtputf8() -> None:
    assert [parse_address(a).needs_smtputf8 for a in ("zoë@a.org", "zoe@bücher.de")] == [
        True,
        False,
    ]


LABELS = st.text(
    st.one_of(
        st.sampled_from("abz09-äßıſΣς中ａ１²ⅷﬁאب٣"),
        st.characters(categories=["L", "N", "M"]),
    ),
    min_size=1,
    max_size=6,
)


@given(
    st.lists(LABELS, min_size=1, max_size=3).map(".".join), st.sampled_from(["org", "中国", "x"])
)
def test_a_domain_of_any_script_is_read_as_email_validator_reads_it(head: str, top: str) -> None:
    domain = f"{head}.{top}"
    assume(address._LABELS.fullmatch(domain))
    encoded = address._encoded(domain)
    assume(encoded is not None)
    assert address._validated(f"a@{domain}").domain == encoded


@given(KEYS, KEYS, st.integers(0, 2**40 - 1), st.uuids().map(str))
def test_a_token_tells_its_delivery_and_only_its_own_key_purpose_and_mailing_verify(
    key: Key, other: Key, delivery: int, mailing: str
) -> None:
    token = Signer(key, mailing).token(Purpose.UNSUBSCRIBE, delivery)
    assert read_delivery(token) == delivery
    assert verify(token, Purpose.UNSUBSCRIBE, mailing, [other, key])
    assert not verify(token, Purpose.BOUNCE, mailing, [key])
    assert not verify(token, Purpose.UNSUBSCRIBE, f"{mailing}x", [key])
    assert key == other or not verify(token, Purpose.UNSUBSCRIBE, mailing, [other])


def test_the_tokens_of_earlier_versions_still_work() -> None:
    made_by_0_1 = "aaaaaaamjrr5ktn7uvzwrdqd"
    assert verify(made_by_0_1, Purpose.UNSUBSCRIBE, "m", [Key(b"k" * 32)])
    assert not verify(made_by_0_1, Purpose.BOUNCE, "m", [Key(b"k" * 32)])


@pytest.mark.parametrize(
    "token", ["aaaaaaamjrr5ktn7uvzwrdq\u017f", "\u0131" * 24, "ß" * 24, "é", ""]
)
def test_letters_that_only_look_like_a_token_are_none(token: str) -> None:
    assert read_delivery(token) is None
    assert not verify(token, Purpose.UNSUBSCRIBE, "m", [Key(b"k" * 32)])


@given(KEYS, st.integers(0, 2**40 - 1))
def test_a_token_is_found_in_whatever_it_is_pasted_with(key: Key, delivery: int) -> None:
    token = Signer(key, "m").token(Purpose.UNSUBSCRIBE, delivery)
    for text in (
        token.upper(),
        f"Re: unsubscribe-{token}",
        f"mailto:u@example.org?subject=unsubscribe-{token}",
        f"<https://news.example.org/u/{token}>",
    ):
        assert find_tokens(text) == (token,)


def test_a_problem_says_where_and_what_next() -> None:
    from pathlib import Path

    problem = Problem(message="no summary", file=Path("issues/2026-11.md"), line=4, hint="x")
    assert str(problem) == "issues/2026-11.md:4: no summary\n  Hint: x"
    assert did_you_mean("burn-out", ["burnout", "sleep"]) == "did you mean 'burnout'?"
    assert did_you_mean("zzz", ["burnout"]) is None
