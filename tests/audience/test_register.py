"""The register: what a person chose wins over the list; who was erased is found again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from newsletter.audience.audience import Audience
from newsletter.audience.list.basis import Basis
from newsletter.audience.register.alias import alias_of, is_alias
from newsletter.audience.register.choice import Choice, choices_of
from newsletter.audience.register.consent import Consent, consent_of
from newsletter.audience.register.event import Event, Kind
from newsletter.audience.registered import register_of
from newsletter.audience.suppression.suppression import Suppression, in_force
from newsletter.basics.address import Address
from newsletter.basics.tokens import Key
from newsletter.state.sqlite import SqliteLedger

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 3)
ADA = Address("ada", "example.org")
LEE = Address("lee", "example.com")
EXPRESS = Consent(
    basis=Basis.EXPRESS, source="sign-up page", wording="Send me the newsletter", at=NOW
)
CONSENTED = {
    "consent": "express",
    "consent_source": "sign-up page",
    "consent_date": "2026-11-02",
}


def event(kind: Kind, address: Address = ADA, days: int = 0, **evidence: object) -> Event:
    return Event(
        address=address,
        kind=kind,
        reason="",
        source="page",
        at=NOW + timedelta(days=days),
        evidence=evidence,
    )


def members(
    folder: Path,
    rows: str,
    *events: Event,
    suppressed: dict[str, Suppression] | None = None,
    keys: Sequence[Key] = (),
) -> list[tuple[str, str, dict[str, str], str | None]]:
    file = folder / "list.csv"
    file.write_text(rows, "utf-8")
    audience = Audience(
        file,
        shown=file,
        register=register_of(suppressed or {}, choices_of(events), keys),
        today=TODAY,
    )
    return [
        (
            str(each.subscriber.address),
            each.subscriber.name,
            {key: text for key, text in each.subscriber.fields.items() if key != "email"},
            each.excluded,
        )
        for each in audience
    ]


def test_what_a_person_chose_wins_over_the_columns_of_the_list(tmp_path: Path) -> None:
    chosen = event(Kind.PREFERENCES, name="Ada King", fields={"topics": "Anxiety", "clinic": ""})
    rows = "email,name,topics,clinic,language\nada@example.org,Ada,Mood,Harbour,en\n"
    assert members(tmp_path, rows, chosen) == [
        (
            "ada@example.org",
            "Ada King",
            {"name": "Ada King", "topics": "Anxiety", "language": "en"},
            None,
        )
    ]


def test_a_later_choice_leaves_what_it_does_not_name() -> None:
    events = (
        event(Kind.PREFERENCES, name="Ada King", fields={"topics": "Mood"}),
        event(Kind.PREFERENCES, days=1, fields={"language": "fr"}),
    )
    assert choices_of(events) == {
        "ada@example.org": Choice(
            address=ADA,
            at=NOW + timedelta(days=1),
            name="Ada King",
            fields={"topics": "Mood", "language": "fr"},
        )
    }


def test_who_confirmed_a_sign_up_is_mailed_without_a_row_in_the_list(tmp_path: Path) -> None:
    joined = event(Kind.CONFIRM, LEE, name="Lee", consent=EXPRESS.as_json())
    asked = event(Kind.SIGN_UP, Address("eve", "example.org"))
    assert members(tmp_path, "email\nada@example.org\n", joined, asked)[1:] == [
        ("lee@example.com", "Lee", {"name": "Lee"} | CONSENTED, None)
    ]


def test_who_joined_and_has_a_row_too_is_there_once(tmp_path: Path) -> None:
    joined = event(Kind.CONFIRM, LEE, consent=EXPRESS.as_json())
    assert members(tmp_path, "email,name\nLEE@example.com,Lee\n", joined) == [
        ("LEE@example.com", "Lee", {"name": "Lee"} | CONSENTED, None)
    ]


def test_a_renewed_consent_counts_where_the_lists_has_ended(tmp_path: Path) -> None:
    rows = "email,consent_expires\nada@example.org,2026-10-31\nlee@example.com,2026-10-31\n"
    renewed = event(Kind.RENEW, consent=EXPRESS.as_json())
    assert [each[3] for each in members(tmp_path, rows, renewed)] == [
        None,
        "consent expired on 2026-10-31",
    ]


def test_a_row_that_says_unsubscribed_holds_against_an_older_sign_up(tmp_path: Path) -> None:
    joined = event(Kind.CONFIRM, LEE, consent=EXPRESS.as_json())
    rows = "email,status\nlee@example.com,unsubscribed\n"
    assert [each[3] for each in members(tmp_path, rows, joined)] == ["unsubscribed in the list"]


def test_a_suppression_wins_over_a_sign_up_until_it_is_confirmed_anew() -> None:
    left = [event(Kind.CONFIRM, LEE), event(Kind.UNSUBSCRIBE, LEE, days=1)]
    asked = [*left, event(Kind.SIGN_UP, LEE, days=2)]
    anew = [*asked, event(Kind.CONFIRM, LEE, days=3)]
    assert [set(in_force(events)) for events in (left, asked, anew)] == [
        {"lee@example.com"},
        {"lee@example.com"},
        set(),
    ]


def test_who_was_erased_is_not_mailed_when_they_stand_in_the_list_again(tmp_path: Path) -> None:
    old, new = Key(b"o" * 32), Key(b"n" * 32)
    alias = alias_of(LEE.key, old)
    erased = in_force([event(Kind.ERASE, alias)])
    rows = "email\nada@example.org\nLee@example.com\n"
    found = members(tmp_path, rows, suppressed=erased, keys=[new, old])
    assert [each[3] for each in found] == [None, "suppressed: , 2026-11-02"]


def test_an_alias_tells_nothing_without_the_key_and_is_the_same_with_it() -> None:
    key, other = Key(b"k" * 32), Key(b"x" * 32)
    alias = alias_of(LEE.key, key)
    assert str(alias) == "erased-qasdbtnkms6gpdymoo5hmrm5@erased.invalid"
    assert is_alias(alias.key)
    assert alias == alias_of(LEE.key, key) != alias_of(LEE.key, other)


def test_a_consent_comes_back_from_the_evidence_as_it_was() -> None:
    whole = Consent(
        basis=Basis.IMPLIED,
        source="mailchimp",
        wording="Keep me posted",
        at=NOW,
        expires=TODAY,
        ip="192.0.2.7",
    )
    bare = Consent(basis=Basis.UNKNOWN, source="list")
    for consent in (whole, bare):
        assert consent_of({"consent": consent.as_json()}) == consent
    assert consent_of({}) is None


def test_the_history_is_kept_with_its_evidence_in_the_order_it_came(tmp_path: Path) -> None:
    events = [
        event(Kind.IMPORT, file="old.csv", line=3, consent=EXPRESS.as_json()),
        event(Kind.UNSUBSCRIBE, days=-1),
        event(Kind.PREFERENCES, LEE, fields={"language": "fr"}),
    ]
    ledger = SqliteLedger(tmp_path / "state.db")
    ledger.people.add(events)
    ledger.close()
    again = SqliteLedger(tmp_path / "state.db")
    assert again.people.history(ADA) == events[:2]
    assert again.people.weighed() == events[1:2]
    assert again.people.choices() == choices_of(events[2:])
    again.close()
