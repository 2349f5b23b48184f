"""Exports of invented people, in the form of each tool, and what an import makes of them."""

from __future__ import annotations

from dataclasses import dataclass, field

_MAILCHIMP = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,"
    "LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,{},LEID,EUID,NOTES,TAGS\n"
)
_PLACE = "45.4,-75.7,-5,-4,America/Toronto,CA,ON"
SUBSCRIBED = _MAILCHIMP.format("LAST_CHANGED") + (
    "mia@example.com,Mia,Moreau,2,2019-05-06 07:08:09,192.0.2.7,2019-05-06 07:10:00,192.0.2.8,"
    f'{_PLACE},2020-01-01 00:00:00,101,a1,,"""Donor"",""Board"""\n'
    "noor@example.com,Noor,,2,2018-01-02 03:04:05,192.0.2.9,,,,,,,,,,2020-01-01 00:00:00,102,a2,,\n"
    "lee@example.com,Lee,Left,2,,,,,,,,,,,,2020-01-01 00:00:00,103,a3,,\n"
)
UNSUBSCRIBED = _MAILCHIMP.format(
    "UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER"
) + (
    "lee@example.com,Lee,Left,2,,,,,,,,,,,,2021-02-03 04:05:06,May,c1,OTHER,too many mails,103,a3,,\n"
    "una@example.com,Una,Odd,2,,,,,,,,,,,,,May,c1,No longer interested,,104,a4,,\n"
)
CLEANED = _MAILCHIMP.format("CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID") + (
    "gone@example.com,Go,Ne,2,,,,,,,,,,,,2022-03-04 05:06:07,June,c2,105,a5,,\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Files of one tool; `rows` are those that the list gets, `columns` its header.

    `left` are lines of suppressions.csv without the header, NOW standing for the time of the
    import. `consents` are what the register has of them: address, basis, time.
    """

    tool: str
    files: dict[str, str]
    columns: str
    rows: tuple[str, ...]
    left: tuple[str, ...] = ()
    consents: tuple[tuple[str, str, str], ...] = ()
    left_out: dict[str, list[int]] = field(default_factory=dict)


CASES = {
    "Mailchimp": Case(
        tool="Mailchimp",
        files={
            "subscribed.csv": SUBSCRIBED,
            "unsubscribed.csv": UNSUBSCRIBED,
            "cleaned.csv": CLEANED,
        },
        columns="email,first_name,last_name,tags",
        rows=(
            "mia@example.com,Mia,Moreau,Donor;Board",
            "noor@example.com,Noor,,",
        ),
        left=(
            "lee@example.com,suppress,unsubscribed at Mailchimp: too many mails,import,2021-02-03T04:05:06+00:00",
            "una@example.com,suppress,unsubscribed at Mailchimp: No longer interested,import,NOW",
            "gone@example.com,suppress,cleaned at Mailchimp: hard bounce,import,2022-03-04T05:06:07+00:00",
        ),
        consents=(
            ("mia@example.com", "express", "2019-05-06T07:10:00+00:00"),
            ("noor@example.com", "express", "2018-01-02T03:04:05+00:00"),
        ),
    ),
    "Substack": Case(
        tool="Substack",
        files={
            "email_list.notes.csv": (
                "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
                "mia@example.com,false,,other,false,2022-05-06T07:08:09.123Z,\n"
                "lee@example.com,true,2027-01-01T00:00:00.000Z,yearly,true,2022-05-07T07:08:09.123Z,\n"
            )
        },
        columns="email",
        rows=("mia@example.com",),
        left=("lee@example.com,suppress,unsubscribed at Substack,import,NOW",),
        consents=(("mia@example.com", "unknown", "2022-05-06T07:08:09+00:00"),),
    ),
    "Substack, older": Case(
        tool="Substack",
        files={
            "email_list.csv": (
                "email,active_subscription,expiry,email_disabled,prefer_digests,created_at\n"
                "mia@example.com,false,,false,false,2019-05-06T07:08:09.123Z\n"
                "lee@example.com,false,,true,false,2019-05-07T07:08:09.123Z\n"
            )
        },
        columns="email",
        rows=("mia@example.com",),
        left=("lee@example.com,suppress,unsubscribed at Substack,import,NOW",),
        consents=(("mia@example.com", "unknown", "2019-05-06T07:08:09+00:00"),),
    ),
    "Ghost": Case(
        tool="Ghost",
        files={
            "members.csv": (
                "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers,gift_id\n"
                'g1,mia@example.com,Mia Moreau,met in May,true,false,,2022-05-06T07:08:09.000Z,,"donor,board",free,\n'
                "g2,lee@example.com,Lee Left,,false,false,,2022-05-07T07:08:09.000Z,,,free,\n"
                "g3,dot@example.com,Dot,,true,false,,2022-05-07T07:08:09.000Z,2023-01-02T03:04:05.000Z,,free,\n"
            )
        },
        columns="email,name,tags",
        rows=("mia@example.com,Mia Moreau,donor;board",),
        left=(
            "lee@example.com,suppress,unsubscribed at Ghost,import,NOW",
            "dot@example.com,suppress,unsubscribed at Ghost,import,2023-01-02T03:04:05+00:00",
        ),
        consents=(("mia@example.com", "unknown", "2022-05-06T07:08:09+00:00"),),
    ),
    "Ghost, older": Case(
        tool="Ghost",
        files={
            "members.csv": (
                "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,products\n"
                "g1,mia@example.com,Mia Moreau,,true,false,,2020-05-06T07:08:09.000Z,,,\n"
                "g2,lee@example.com,Lee Left,,false,false,,2020-05-07T07:08:09.000Z,,,\n"
            )
        },
        columns="email,name",
        rows=("mia@example.com,Mia Moreau",),
        left=("lee@example.com,suppress,unsubscribed at Ghost,import,NOW",),
        consents=(("mia@example.com", "unknown", "2020-05-06T07:08:09+00:00"),),
    ),
    "listmonk": Case(
        tool="listmonk",
        files={
            "subscribers-export.csv": (
                "uuid,email,name,attributes,status,created_at,updated_at\n"
                'u1,mia@example.com,Mia Moreau,"{""language"": ""fr"", ""unsubscribed"": false, ""lists"": [1]}",enabled,2022-05-06T07:08:09.123456Z,2023-01-01T00:00:00Z\n'
                "u2,lee@example.com,Lee Left,{},blocklisted,2022-05-07 07:08:09.123456+02,2023-01-01T00:00:00Z\n"
            )
        },
        columns="email,name,language",
        rows=("mia@example.com,Mia Moreau,fr",),
        left=("lee@example.com,suppress,blocked at listmonk,import,NOW",),
        consents=(("mia@example.com", "unknown", "2022-05-06T07:08:09+00:00"),),
    ),
    "Keila": Case(
        tool="Keila",
        files={
            "contacts.csv": (
                "Email,First name,Last name,Data,Status,External ID\n"
                'mia@example.com,Mia,Moreau,"{""topics"": ""Attachment""}",active,\n'
                "lee@example.com,Lee,Left,,unsubscribed,\n"
                "gone@example.com,Go,Ne,not json,unreachable,7\n"
            )
        },
        columns="email,first_name,last_name,topics",
        rows=("mia@example.com,Mia,Moreau,Attachment",),
        left=(
            "lee@example.com,suppress,unsubscribed at Keila,import,NOW",
            "gone@example.com,suppress,bounced at Keila,import,NOW",
        ),
    ),
    "beehiiv": Case(
        tool="beehiiv",
        files={
            "subscribers.csv": (
                "email,First Name,Last Name,status,tier,created_at,stripe_customer_id,utm_source,unsubscribed_at,referrals\n"
                "mia@example.com,Mia,Moreau,active,free,2023-05-06 07:08:09 UTC,,search,,0\n"
                "lee@example.com,Lee,Left,inactive,free,2023-05-07 07:08:09 UTC,,,2024-01-02 03:04:05 UTC,0\n"
                "pip@example.com,Pip,Pending,pending,free,2023-05-08 07:08:09 UTC,,,,0\n"
            )
        },
        columns="email,first_name,last_name",
        rows=("mia@example.com,Mia,Moreau",),
        left=("lee@example.com,suppress,unsubscribed at beehiiv,import,2024-01-02T03:04:05+00:00",),
        consents=(("mia@example.com", "unknown", "2023-05-06T07:08:09+00:00"),),
        left_out={"unconfirmed": [4]},
    ),
    "Curated": Case(
        tool="Curated",
        files={
            "subscribers.csv": (
                "Email Address,Subscribed at,UTM Source,UTM Medium,UTM Campaign,UTM Referrer\n"
                "mia@example.com,2021-05-06 07:08:09 UTC,,,,https://example.org/\n"
            )
        },
        columns="email",
        rows=("mia@example.com",),
        consents=(("mia@example.com", "unknown", "2021-05-06T07:08:09+00:00"),),
    ),
    "Buttondown": Case(
        tool="Buttondown",
        files={
            "subscribers.csv": (
                "email,notes,metadata,tags,subscriber_type,creation_date,unsubscription_date,ip_address\n"
                'mia@example.com,,"{""first_name"": ""Mia""}","donor, board",regular,2021-05-06T07:08:09Z,,192.0.2.7\n'
                "lee@example.com,,{},,unsubscribed,2021-05-07T07:08:09Z,2022-01-02T03:04:05Z,\n"
                "una@example.com,,{},,unactivated,2021-05-08T07:08:09Z,,\n"
            )
        },
        columns="email,first_name,tags",
        rows=("mia@example.com,Mia,donor;board",),
        left=(
            "lee@example.com,suppress,unsubscribed at Buttondown,import,2022-01-02T03:04:05+00:00",
        ),
        consents=(("mia@example.com", "unknown", "2021-05-06T07:08:09+00:00"),),
        left_out={"unconfirmed": [4]},
    ),
    "Mailcoach": Case(
        tool="Mailcoach",
        files={
            "subscribers.csv": (
                "email,first_name,last_name,tags\nmia@example.com,Mia,Moreau,donor\n"
            )
        },
        columns="email,first_name,last_name,tags",
        rows=("mia@example.com,Mia,Moreau,donor",),
    ),
    "Mailman": Case(
        tool="Mailman",
        files={
            "members.txt": (
                "Mia Moreau <mia@example.com>\n\nnoor@example.com\n"
                '"Okafor, Ada" <okafor@example.com>\nnobody at all\n'
            )
        },
        columns="email,name",
        rows=(
            "mia@example.com,Mia Moreau",
            "noor@example.com,",
            'okafor@example.com,"Okafor, Ada"',
        ),
        left_out={"this is no email address: there is no @ in it": [5]},
    ),
    "any CSV": Case(
        tool="CSV",
        files={
            "members 2025.csv": (
                "Nom;Courriel;Désabonné;consent;consent_date;consent_source;language\n"
                "Mia Moreau;mia@example.com;;express;2024-05-06;sign-up page;fr\n"
                "Lee Left;lee@example.com;oui;;;;\n"
            )
        },
        columns="email,language",
        rows=("mia@example.com,fr",),
        left=("lee@example.com,suppress,unsubscribed in members 2025.csv,import,NOW",),
        consents=(("mia@example.com", "express", "2024-05-06T00:00:00+00:00"),),
    ),
}
