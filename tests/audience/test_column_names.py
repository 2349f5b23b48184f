"""Columns of other programs and languages: nobody who left is mailed, and nothing else stops."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from newsletter.audience.audience import Audience
from newsletter.audience.list.cells import PLAINLY_GONE
from newsletter.audience.list.survey import PARTS
from newsletter.basics.errors import Level

TODAY = date(2026, 11, 1)
SHOWN = Path("subscribers.csv")

# A header, what stands there of a reader who stays, and of one who left.
UNDERSTOOD = [
    ("Unsubscribed", "no", "yes"),
    ("unsubscribed", "", "x"),
    ("Unsubscribed?", "FALSE", "TRUE"),
    ("unsubscribed_at", "", "2025-03-01T10:00:00Z"),
    ("Date unsubscribed", "", "March 1, 2025"),
    ("Unsubscribed from all email", "false", "true"),
    ("isUnsubscribed", "0", "1"),
    ("UNSUB_TIME", "", "2025-03-01 10:00:00"),
    ("UNSUB_REASON", "", "NORMAL"),
    ("UNSUB_CAMPAIGN_TITLE", "", "November"),
    ("UNSUB_CAMPAIGN_ID", "", "4f2a8e"),
    ("UNSUB_REASON_OTHER", "", "moved away"),
    ("CLEAN_TIME", "", "2025-03-01 10:00:00"),
    ("CLEAN_CAMPAIGN_TITLE", "", "November"),
    ("cleaned_at", "", "2025-03-01"),
    ("email_disabled", "false", "true"),
    ("subscribed_to_emails", "true", "false"),
    ("deleted_at", "", "2025-03-01"),
    ("subscribed", "TRUE", "FALSE"),
    ("is_subscribed", "1", "0"),
    ("active", "yes", "no"),
    ("email_enabled", "true", "false"),
    ("Opt-out", "", "x"),
    ("OptOut", "0", "1"),
    ("HasOptedOutOfEmail", "false", "true"),
    ("Email Opt Out", "No", "Yes"),
    ("Opt-in", "yes", "no"),
    ("Accepts Email Marketing", "yes", "no"),
    ("Do Not Email", "", "Yes"),
    ("DoNotContact", "False", "True"),
    ("No Bulk Emails (User Opt Out)", "No", "Yes"),
    ("Bounced", "", "hard"),
    ("bounced_at", "", "2025-03-01"),
    ("EmailBouncedDate", "", "3/1/2025 10:00"),
    ("Hard bounce reason", "", "mailbox does not exist"),
    ("undeliverability_reason", "", "bad address"),
    ("Complaint date", "", "2025-03-01"),
    ("suppressed", "no", "yes"),
    ("Suppression reason", "", "spam report"),
    ("blocklisted", "false", "true"),
    ("EMAIL_BLACKLISTED", "No", "Yes"),
    ("IsExcludedFromCampaigns", "false", "true"),
    ("Is Email Address Quarantined", "false", "true"),
    ("DNC", "0", "1"),
    ("No newsletter", "", "x"),
    ("Status 2", "active", "cleaned"),
    ("Newsletterabmeldung", "", "1.3.2025"),
    ("status", "active", "cleaned"),
    ("Status", "Subscribed", "Unsubscribed"),
    ("status", "enabled", "blocklisted"),
    ("Status", "active", "unreachable"),
    ("status", "active", "inactive"),
    ("Email status", "", "bouncing"),
    ("Email subscriber status", "Subscribed", "Never subscribed"),
    ("Subscription status", "confirmed", "opted-out"),
    ("delivery_status", "enabled", "by_bounces"),
    ("Global status", "subscribed", "optedOut"),
    ("Statut", "abonné", "désabonné"),
    ("Désabonné", "non", "oui"),
    ("Désabonné le", "", "01/03/2025"),
    ("Date de désinscription", "", "01/03/2025"),
    ("Motif de désabonnement", "", "trop de courriels"),
    ("Inscrit", "oui", "non"),
    ("Status", "aktiv", "abgemeldet"),
    ("Abgemeldet", "nein", "ja"),
    ("Abgemeldet am", "", "1.3.2025"),
    ("Abmeldedatum", "", "1.3.2025"),
    ("Abbestellt", "", "ja"),
    ("abonniert", "ja", "nein"),
    ("Baja", "no", "sí"),
    ("Fecha de baja", "", "01/03/2025"),
    ("Suscrito", "sí", "no"),
    ("Desuscrito", "no", "si"),
    ("Estado de suscripción", "activo", "baja"),
    ("consent", "express", "no"),
]
ASKED_ABOUT = [
    ("Left", "", "yes"),
    ("Left on", "", "2025-03-01"),
    ("Removed", "", "x"),
    ("Cancelled", "no", "yes"),
    ("Disabled", "0", "1"),
    ("On Hold", "", "1"),
    ("Bounce count", "0", "3"),
    ("Complaints", "0", "1"),
    ("Churned at", "", "2025-03-01"),
    ("Unsubscribed from the Gazette", "no", "yes"),
    ("Newsletter", "yes", "no"),
    ("Newsletter (ja/nein)", "ja", "nein"),
    ("GDPR consent", "yes", "no"),
    ("Einwilligung", "ja", "nein"),
    ("Confirmed", "true", "false"),
    ("Email Marketing Consent", "SUBSCRIBED", "UNSUBSCRIBED"),
    ("Email permission status", "Explicit", "Unsubscribed"),
    ("Email preference", "digest", "no email"),
    ("State", "TX", "Unsubscribed"),
    ("Membership status", "student", "cancelled"),
    ("Estado", "activo", "baja"),
    ("subscriber_type", "regular", "removed"),
    ("Gekündigt am", "", "1.3.2025"),
    ("Widerruf", "", "ja"),
    ("Rebotado", "no", "sí"),
    ("Résilié", "", "oui"),
    ("Stato", "attivo", "disiscritto"),
    ("Disiscritto", "no", "sì"),
    ("Uitgeschreven", "nee", "ja"),
    ("Afgemeld", "", "ja"),
    ("Descadastrado", "não", "sim"),
    ("Avregistrerad", "", "ja"),
    ("Wypisany", "", "tak"),
    ("Odhlášen", "", "ano"),
    ("Отписан", "", "да"),
    ("退订", "", "是"),
    ("配信停止", "", "1"),
    ("Can be emailed", "yes", "no"),
    ("Mailing OK", "yes", "no"),
    ("Contact", "Ms Jones", "no"),
    ("Erhält Newsletter", "ja", "nein"),
    ("Souhaite la newsletter", "oui", "non"),
    ("Recibe el boletín", "sí", "no"),
    ("Werbewiderspruch", "", "ja"),
    ("Verstorben", "", "ja"),
    ("Gekündigt zum", "", "31.12.2024"),
    ("Einwilligung widerrufen am", "", "1.3.2025"),
    ("Consentement révoqué le", "", "2025-03-01"),
    ("Sperrliste", "0", "1"),
    ("Invalid email address", "", "true"),
    ("Mail OK", "Y", "N"),
    ("Notes", "likes tea", "unsubscribed by phone"),
    ("Notes", "sister of Ada", "asked to be removed 3 May"),
    ("Remarks", "no longer a student", "no longer wants the newsletter"),
    ("Bemerkung", "", "Adresse unzustellbar"),
    ("reason", "", "550 5.1.1 user unknown"),
    ("Comments", "", "bounced twice"),
    ("Group", "A", "UNSUBSCRIBED"),
    ("Kommentar", "", "hat sich abgemeldet"),
    ("", "", "unsubscribed"),
]
ORDINARY = [
    *("First Name", "Last Name", "Company", "Notes", "Member since", "Rating", "Tags", "Plan"),
    *("Country", "Phone", "Left-handed?", "Last active", "Bounce house", "MEMBER_RATING"),
    *("OPTIN_TIME", "OPTIN_IP", "CONFIRM_TIME", "CONFIRM_IP", "LATITUDE", "TIMEZONE", "CC"),
    *("REGION", "LAST_CHANGED", "LEID", "EUID", "active_subscription", "expiry", "created_at"),
    *("first_payment_at", "prefer_digests", "complimentary_plan", "stripe_customer_id", "labels"),
    *("tiers", "uuid", "attributes", "updated_at", "External ID", "Subscribed at", "UTM Source"),
    *("Unsubscribe URL", "Profession", "Birthday", "Address", "Newsletter edition", "Open rate"),
    *("Marital status", "Order status", "Membership number", "Cancellation policy", "Vorname"),
    *("Straße", "Prénom", "Ville", "Nombre", "Apellidos", "Ciudad", "Drop-off point", "Spam score"),
    *("Clean energy interest", "Optometrist", "Blocks purchased", "Disability", "Email format"),
    *("Presenting complaint", "Contact person", "Date", "Reason", "Group 2", "List"),
    *("Valid until", "Renewal date", "Do not forget", "Out of office", "Discount code"),
    *("Consent text", "Mail format", "Zum Verein seit", "Shipping address", "Mailing address"),
]
VALUES = {
    "Left-handed?": "yes",
    "Last active": "2025-03-01",
    "Bounce house": "yes",
    "Order status": "cancelled",
    "Marital status": "separated",
    "active_subscription": "false",
    "complimentary_plan": "false",
    "prefer_digests": "false",
    "Unsubscribe URL": "https://example.org/unsubscribe/4f2a",
    "Tags": "board;opticians;adopted",
    "Notes": "asked how to opt for the option of a digest",
    "Disability": "none",
    "Cancellation policy": "flexible",
    "Country": "no",
}


def audience_of(folder: Path, content: str, answers: dict[str, str] | None = None) -> Audience:
    (folder / "list.csv").write_text(content, encoding="utf-8")
    return Audience(folder / "list.csv", shown=SHOWN, today=TODAY, answers=answers or {})


def mailed(audience: Audience) -> list[str]:
    return [str(each.subscriber.address) for each in audience if each.excluded is None]


def list_with(header: str, stays: str, left: str) -> str:
    rows = (f'ada@x.org,"{stays}",Ada', f'lee@x.org,"{left}",Lee')
    return f'email,"{header}",name\n' + "\n".join(rows) + "\n"


@pytest.mark.parametrize(("header", "stays", "left"), UNDERSTOOD)
def test_a_column_that_says_who_left_is_understood(
    tmp_path: Path, header: str, stays: str, left: str
) -> None:
    audience = audience_of(tmp_path, list_with(header, stays, left))
    assert mailed(audience) == ["ada@x.org"]
    assert audience.column_problems == ()
    assert dict(audience.read_as)[header] in {"status", "unsubscribed", "subscribed", "consent"}
    assert [each.message for each in audience.problems if "unknown" in each.message] == (
        ["unknown value 'hard' of 'Bounced': this row is not mailed"] if left == "hard" else []
    )


@pytest.mark.parametrize(("header", "stays", "left"), ASKED_ABOUT)
def test_a_column_that_may_say_who_left_stops_the_mailing_and_is_asked_about(
    tmp_path: Path, header: str, stays: str, left: str
) -> None:
    audience = audience_of(tmp_path, list_with(header, stays, left))
    assert mailed(audience) == ["ada@x.org"]
    assert dict(audience.read_as)[header] == "not understood"
    (problem,) = audience.column_problems
    assert (problem.level, problem.file, problem.line) == (Level.ERROR, SHOWN, 3)
    assert f"({left!r})" in problem.message
    if header:
        assert f"column {header!r}" in problem.message
        assert problem.hint is not None
        assert f'    [subscribers.columns]\n    "{header}" = ' in problem.hint
        assert f'    "{header}" = "ignore"' in problem.hint
        ignoring = audience_of(tmp_path, list_with(header, stays, left), {header: "ignore"})
        assert mailed(ignoring) == ["ada@x.org", "lee@x.org"]
        assert ignoring.problems == ()


@pytest.mark.parametrize("header", ORDINARY)
def test_an_ordinary_column_is_a_field_and_stops_nothing(tmp_path: Path, header: str) -> None:
    audience = audience_of(tmp_path, list_with(header, VALUES.get(header, "some text"), "2024"))
    assert mailed(audience) == ["ada@x.org", "lee@x.org"]
    assert audience.problems == ()
    expected = {"First Name": "first_name", "Last Name": "last_name"}
    assert dict(audience.read_as)[header] == expected.get(header, "field")


@pytest.mark.parametrize("word", sorted(PLAINLY_GONE))
def test_each_word_that_counts_in_any_column_is_found_however_it_is_written(
    tmp_path: Path, word: str
) -> None:
    ways = {word, word.upper(), word.title(), word.replace(" ", "-"), word.replace(" ", "_")}
    for way in sorted(ways):
        assert any(part in way.lower() for part in PARTS), way
        audience = audience_of(tmp_path, f"email,club\nada@x.org,A\nlee@x.org,{way} \n")
        assert mailed(audience) == ["ada@x.org"]


def test_a_list_answers_of_its_columns_by_any_spelling_of_their_names(tmp_path: Path) -> None:
    content = "Kontakt,Vorname,Etat,Weg,Rufname\nada@x.org,Ada,aktiv,,A\nlee@x.org,Lee,weg,ja,L\n"
    answers = {
        "kontakt": "email",
        "VORNAME": "first_name",
        "Etat": "status",
        "Weg": "unsubscribed",
        "Rufname": "field",
    }
    audience = audience_of(tmp_path, content, answers)
    assert [(str(m.subscriber.address), m.subscriber.name, m.excluded) for m in audience] == [
        ("ada@x.org", "Ada", None),
        ("lee@x.org", "Lee", "unknown status 'weg'"),
    ]
    assert audience.columns == ("email", "first_name", "status", "unsubscribed", "rufname")
    assert [as_ for _, as_ in audience.read_as] == [
        *("email", "first_name", "status", "unsubscribed", "field")
    ]


def test_an_answer_for_a_column_that_is_not_there_is_an_error_with_the_nearest(
    tmp_path: Path,
) -> None:
    audience = audience_of(tmp_path, "email,Statut\nada@x.org,\n", {"Statuts": "status"})
    assert mailed(audience) == ["ada@x.org"]
    (problem,) = audience.column_problems
    assert "names 'Statuts', and the list has no such column" in problem.message
    assert problem.hint == "did you mean 'Statut'?"


def test_two_answers_for_one_column_are_an_error(tmp_path: Path) -> None:
    answers = {"Opt-out": "ignore", "opt_out": "status"}
    audience = audience_of(tmp_path, "email,Opt-out\nada@x.org,\n", answers)
    list(audience)
    assert ["two things" in each.message for each in audience.column_problems] == [True]


def test_all_columns_that_say_who_left_count_together(tmp_path: Path) -> None:
    audience = audience_of(
        tmp_path,
        "email,status,Statut,unsubscribed_at,subscribed\n"
        "a@x.org,active,,,yes\n"
        "b@x.org,active,désabonné,,yes\n"
        "c@x.org,active,,2025-01-01,yes\n"
        "d@x.org,active,,,no\n"
        "e@x.org,unsubscribed,,,yes\n",
    )
    assert mailed(audience) == ["a@x.org"]


@pytest.mark.parametrize(
    ("header", "cell", "kind"),
    [
        ("status", "maybe", "unknown status"),
        ("Unsubscribed", "perhaps", "unknown value"),
        ("Unsubscribed", "?", "unknown value"),
        ("Subscribed", "", "unknown value"),
        ("Opt-in", "sometimes", "unknown value"),
        ("Bounced", "no", None),
        ("bounced_at", "-", None),
        ("UNSUB_TIME", "0000-00-00 00:00:00", None),
        ("Unsubscribed", "N/A", None),
    ],
)
def test_a_value_that_is_not_known_excludes_its_row_and_is_told(
    tmp_path: Path, header: str, cell: str, kind: str | None
) -> None:
    audience = audience_of(tmp_path, f"email,{header},name\nada@x.org,{cell},Ada\n")
    assert mailed(audience) == ([] if kind else ["ada@x.org"])
    assert dict(audience.figures.excluded) == ({kind: 1} if kind else {})
    told = [each for each in audience.problems if each.line == 2]
    assert [each.message.startswith(kind or "") for each in told] == ([True] if kind else [])


def test_a_cell_of_a_column_that_is_asked_about_shows_no_address(tmp_path: Path) -> None:
    audience = audience_of(tmp_path, "email,Left\nada@x.org,\nlee@x.org,see lee@y.org\n")
    list(audience)
    assert ["lee@y.org" in str(each) for each in audience.problems] == [False]
