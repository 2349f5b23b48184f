from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.basics.address import Address
from newsletter.basics.errors import TYPOGRAPHIC, NewsletterError
from newsletter.settings.file import load_settings
from newsletter.settings.scaffold import SETTINGS as FRESH
from newsletter.settings.values import (
    Auth,
    DeliverySettings,
    Design,
    Durability,
    Mailbox,
    Newsletter,
    Pipelining,
    Rate,
    Scheme,
    Settings,
    TransportUrl,
)

REQUIRED = """\
[newsletter]
title = "Practice Notes"
from = "Practice Notes <news@example.org>"
organisation = "Practice Research Network"
postal_address = "1 Example Street, Ottawa"
list_id = "practice-notes.example.org"
[unsubscribe]
mailto = "unsubscribe@example.org"
"""

EVERYTHING = '''\
# every key
[newsletter]
title = "Practice Notes"
tagline = "Research, summarised"
description = """
Two or three
summaries."""
author = "G. Example"
lead = "Today: {{ blurbs }}."
subject = "{{ title }} {{ month }}"
language = "pt-BR"
from = "\\"Notes, Practice\\" <news@example.org>"
reply_to = "editor@example.org"
organisation = "Practice Research Network"
postal_address = "1 Example Street\\nOttawa"
contact = "contact@example.org"
site_url = "https://news.example.org/"
list_id = "practice-notes.example.org"
template = "letter"

[subscribers]
file = "list/people.csv"
keep_ip = true

[subscribers.columns]
"Statut" = "status"
Opt-out = "Ignore"

[unsubscribe]
mailto = "unsubscribe@example.org"
url = "https://news.example.org/u"

[bounces]
address = "bounces@example.org"

[delivery]
transport = "smtp://smtp.example.org"
user = "news@example.org"
auth = "xoauth2"
connections = 5
pipelining = "before-dot"
rate = [
  "30/minute",   # the host's
  "10000/day",
]

[state]
database = "sqlite:data/state.db"
durability = "Normal"

[design]
accent = "#336699"
width = 600
'''


def load(tmp_path: Path, text: str | bytes) -> Settings:
    file = tmp_path / "newsletter.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_settings(file)


def problems(tmp_path: Path, text: str | bytes) -> list[tuple[int | None, str, str | None]]:
    with pytest.raises(NewsletterError) as caught:
        load(tmp_path, text)
    assert {str(problem.file) for problem in caught.value.problems} == {"newsletter.toml"}
    return [(each.line, each.message, each.hint) for each in caught.value.problems]


def test_every_key_is_read(tmp_path: Path) -> None:
    settings = load(tmp_path, EVERYTHING)
    assert settings.newsletter == Newsletter(
        title="Practice Notes",
        sender=Mailbox(name="Notes, Practice", address=Address("news", "example.org")),
        organisation="Practice Research Network",
        postal_address="1 Example Street\nOttawa",
        list_id="practice-notes.example.org",
        tagline="Research, summarised",
        description="Two or three\nsummaries.",
        author="G. Example",
        lead="Today: {{ blurbs }}.",
        subject="{{ title }} {{ month }}",
        language="pt-BR",
        reply_to=Address("editor", "example.org"),
        contact=Address("contact", "example.org"),
        site_url="https://news.example.org",
        template="letter",
    )
    assert settings.delivery == DeliverySettings(
        transport=TransportUrl(scheme=Scheme.SMTP, host="smtp.example.org", port=587),
        user="news@example.org",
        auth=Auth.XOAUTH2,
        connections=5,
        pipelining=Pipelining.BEFORE_DOT,
        rate=(Rate(30, 60), Rate(10000, 86400)),
    )
    assert settings.root == tmp_path
    assert settings.subscribers_file == tmp_path / "list/people.csv"
    assert settings.database == tmp_path / "data/state.db"
    assert settings.durability is Durability.NORMAL
    assert settings.unsubscribe_mailto == Address("unsubscribe", "example.org")
    assert settings.unsubscribe_url == "https://news.example.org/u"
    assert settings.bounces_address == Address("bounces", "example.org")
    assert settings.design == Design(values={"accent": "#336699", "width": 600})
    assert settings.lines["newsletter.author"] == 8
    assert settings.lines["state.durability"] == 49
    assert settings.subscribers_columns == {"Statut": "status", "Opt-out": "ignore"}
    assert settings.lines["subscribers.columns.Opt-out"] == 27
    assert settings.keep_ip


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    settings = load(tmp_path, REQUIRED)
    assert settings.newsletter.subject == "{{ title }}, {{ month }}"
    assert settings.delivery == DeliverySettings()
    assert settings.subscribers_file == tmp_path / "subscribers.csv"
    assert settings.database == tmp_path / ".newsletter/state.db"
    assert settings.durability is Durability.FULL
    assert (settings.unsubscribe_url, settings.bounces_address) == (None, None)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.replace(b"\n", b"\r"),
    ],
    ids=["bom", "crlf", "cr"],
)
def test_line_ends_and_a_byte_order_mark_do_not_matter(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    assert load(tmp_path, change(EVERYTHING.encode())) == load(tmp_path, EVERYTHING)


def test_everything_that_is_wrong_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = '''\
titel = "x"
[newsletter]
title = "Practice\\u0007"
form = "x"
reply_to = "Ed <ed@example.org>"
description = """
[delivery]
rate = 3
"""
site_url = "ftp://example.org"
[delivery]
rate = [
  "30/minute",
  "2/fortnight"]
connections = true
[stat]
x = 1
'''
    assert problems(tmp_path, text) == [
        (
            None,
            "mailto is missing from [unsubscribe]",
            'for example: mailto = "unsubscribe@example.org"',
        ),
        (1, "'titel' stands outside any section", "did you mean 'title'?"),
        (
            2,
            "from is missing from [newsletter]",
            'for example: from = "Practice Notes <news@example.org>"',
        ),
        (
            2,
            "organisation is missing from [newsletter]",
            'for example: organisation = "Practice Research Network"',
        ),
        (
            2,
            "postal_address is missing from [newsletter]",
            'for example: postal_address = "1 Example Street, Ottawa ON  K1N 6N5, Canada"',
        ),
        (
            2,
            "list_id is missing from [newsletter]",
            'for example: list_id = "practice-notes.example.org"',
        ),
        (3, "title: it holds a control character (U+0007)", "take it out"),
        (4, "[newsletter] has no key 'form'", "did you mean 'from'?"),
        (
            5,
            "reply_to: 'Ed <ed@example.org>' is no email address: a display name and angle brackets around the email address are not permitted here",
            'only the address: "ed@example.org"',
        ),
        (
            10,
            "site_url: 'ftp://example.org' is no web address",
            'for example "https://news.example.org"',
        ),
        (
            12,
            "rate: '2/fortnight' is no rate",
            'a number and second, minute, hour or day: "30/minute"',
        ),
        (
            15,
            "connections: it must be a number, not true or false",
            "for example: connections = 3",
        ),
        (16, "no section is named [stat]", "did you mean 'state'?"),
    ]


LONG_LOCAL = "b" * 40


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("smtp://mail.example.org:2525", (Scheme.SMTP, "mail.example.org", 2525)),
        ("smtps://mail.example.org", (Scheme.SMTPS, "mail.example.org", 465)),
        ("SMTP+PLAIN://localhost/", (Scheme.SMTP_PLAIN, "localhost", 25)),
        ("smtp://127.0.0.1:1025", (Scheme.SMTP, "127.0.0.1", 1025)),
        ("smtp://[::1]:1025", (Scheme.SMTP, "::1", 1025)),
        ("smtp://münchen.example", (Scheme.SMTP, "xn--mnchen-3ya.example", 587)),
    ],
)
def test_a_mail_server_is_read_with_its_default_port(
    tmp_path: Path, written: str, expected: tuple[Scheme, str, int]
) -> None:
    transport = load(tmp_path, f'{REQUIRED}[delivery]\ntransport = "{written}"').delivery.transport
    assert transport is not None
    assert (transport.scheme, transport.host, transport.port) == expected


@pytest.mark.parametrize("written", ["english", "e", "en_GB", "123", "en-"])
def test_a_language_is_a_tag_and_no_name(tmp_path: Path, written: str) -> None:
    text = REQUIRED.replace("[newsletter]\n", f'[newsletter]\nlanguage = "{written}"\n')

    [(_, message, hint)] = problems(tmp_path, text)

    assert message == f"language: '{written}' is no language tag"
    assert hint == 'for example "en", "fr" or "pt-BR"'


@pytest.mark.parametrize(("written", "path"), [("outbox/new", "outbox/new"), ("/var/x", "/var/x")])
def test_a_maildir_lies_in_the_workspace_or_where_it_says(
    tmp_path: Path, written: str, path: str
) -> None:
    settings = load(tmp_path, f'{REQUIRED}[delivery]\ntransport = "maildir:{written}"')
    assert settings.delivery.transport == TransportUrl(scheme=Scheme.MAILDIR, path=tmp_path / path)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("transport", '"sntp://x"', "'sntp://x' is no transport"),
        ("transport", '"smtp.example.org"', "'smtp.example.org' is no transport"),
        ("transport", '"smtp://"', "'smtp://' is no mail server"),
        ("transport", '"smtp://a b"', "'smtp://a b' is no mail server"),
        ("transport", '"smtp://h:99999"', "'smtp://h:99999' is no mail server"),
        ("transport", '"smtp://h:0"', "there is no port 0"),
        ("transport", '"smtp://h/path"', "'smtp://h/path' is no mail server"),
        ("transport", '"maildir:"', "the folder is missing"),
        ("transport", "25", "it must be text, not a number"),
        ("connections", "0", "0 is not between 1 and 100"),
        ("connections", '"3"', "it must be a number, not text"),
        ("rate", '"0/minute"', "'0/minute' is no rate"),
        ("rate", '"30/minuet"', "'30/minuet' is no rate"),
        ("rate", "[30]", "it must be text, not a number"),
        ("user", '"a\\nb"', "it must be one line"),
        ("pipelining", '"before"', '\'before\' is neither "full", "before-dot" nor "off"'),
        ("pipelining", "false", "it must be text, not true or false"),
        ("auth", '"oauth"', '\'oauth\' is neither "password" nor "xoauth2"'),
        ("auth", '"xoauth2"', "a token logs in a user, and none is named"),
        ("token_command", '"tool"', 'a token is used only with auth = "xoauth2"'),
        ("token_command", '"tool \'x"', "'tool 'x' is no command: a quote or a \\ has no end"),
        ("token_command", "\"'' x\"", "''' x' is no command"),
        ("token_command", '["tool"]', "it must be text, not a list"),
    ],
)
def test_a_wrong_value_of_delivery_is_refused(
    tmp_path: Path, key: str, value: str, message: str
) -> None:
    (line, told, _), *rest = problems(tmp_path, f"{REQUIRED}[delivery]\n{key} = {value}")
    assert rest == []
    assert line == 10
    assert told == f"{key}: {message}"


def test_a_rate_of_nothing_is_told_where_rates_begin(tmp_path: Path) -> None:
    ((_, _, hint),) = problems(tmp_path, f'{REQUIRED}[delivery]\nrate = "0/minute"')
    assert hint == 'at least 1, for example "30/minute"'


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('from = "news"', "from: 'news' is no email address: there is no @ in it"),
        ('from = "A <a@x.org>, B <b@x.org>"', "from: 'A <a@x.org>, B <b@x.org>' is no sender"),
        ('from = "Quiet news@quiet.example"', "from: 'Quiet news@quiet.example' is no sender"),
        ('from = "A\\nBcc: b@x.org <a@x.org>"', "from: it must be one line"),
        ('title = "two\\nlines"', "title: it must be one line"),
        ('list_id = "<a.example.org>"', "list_id: '<a.example.org>' is no list identifier"),
        ('list_id = "news@example.org"', "list_id: 'news@example.org' is no list identifier"),
        ('title = ["x"]', "title: it must be text, not a list"),
        ('mailto = "u@"', "mailto: 'u@' is no email address: there must be something after the @-sign"),
    ],
)  # fmt: skip
def test_a_required_value_is_judged(tmp_path: Path, row: str, message: str) -> None:
    key = row.partition(" ")[0]
    rows = [row if each.startswith(f"{key} =") else each for each in REQUIRED.splitlines()]
    assert [each[1] for each in problems(tmp_path, "\n".join(rows))] == [message]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[unsubscribe]\nurl = "http://x.org/u"', "url: it must begin with https:// (RFC 8058)"),
        ('[unsubscribe]\nurl = "https://x.org/u?a=1"', "url: pages are put under it, so it cannot hold ? or #"),
        ('[state]\ndatabase = "postgresql://u:p@h/d"', "database: this version keeps its state in SQLite only"),
        ('[state]\ndatabase = "state.db"', "database: 'state.db' names no database"),
        ('[state]\ndatabase = "sqlite:///x"', "database: 'sqlite:///x' names no database"),
        ('[state]\ndurability = "none"', "durability: 'none' is neither \"full\" nor \"normal\""),
        ("[design]\nwidth = 1.5", "width: it must be text, not a number"),
        ('design = "x"', "design is a section, not a value"),
        ("[newsletter2]\nx = 1", "no section is named [newsletter2]"),
        (
            f'[bounces]\naddress = "{LONG_LOCAL}@example.org"',
            f"address: '{LONG_LOCAL}' is too long before the @: a token of 25 letters is added to it",
        ),
        ("[[bounces]]", "bounces is a section, not a value"),
    ],
)  # fmt: skip
def test_a_wrong_optional_value_is_told(tmp_path: Path, text: str, message: str) -> None:
    whole = f"{text}\n{REQUIRED}"
    if text.startswith("[unsubscribe]"):
        whole = f"{REQUIRED}{text.partition(chr(10))[2]}"
    assert [each[1] for each in problems(tmp_path, whole)] == [message]


@pytest.mark.parametrize("key", ["password", "smtp_password", "pass", "Secret"])
def test_a_password_is_sent_elsewhere_and_never_repeated(tmp_path: Path, key: str) -> None:
    found = problems(tmp_path, f'{REQUIRED}[delivery]\n{key} = "hunter2"')
    assert [(line, message) for line, message, _ in found] == [
        (10, "a password does not belong in this file")
    ]
    assert "NEWSLETTER_SMTP_PASSWORD" in str(found)
    assert "hunter2" not in str(found)


def test_a_password_in_a_url_is_never_repeated(tmp_path: Path) -> None:
    for row in (
        '[delivery]\ntransport = "smtp://me:hunter2@example.org"',
        '[delivery]\ntransport = "imap://me:hunter2@example.org"',
        '[state]\ndatabase = "mysql://me:hunter2@example.org/x"',
    ):
        assert "hunter2" not in str(problems(tmp_path, REQUIRED + row))


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ('[newsletter]\ntitle = Quiet Findings   # required: "Practice Notes"\n', 2, "this is no valid TOML: invalid value", 'put the text in quotes: title = "Quiet Findings"'),
        ("[newsletter]\ntitle = \u201cQuiet Findings\u201d # x\n", 2, TYPOGRAPHIC, 'write title = "Quiet Findings"'),
        ('[newsletter]\ntitle = "Quiet Findings\u201d\n', 2, TYPOGRAPHIC, 'write title = "Quiet Findings"'),
        ("[newsletter]\ntitle = Practice Notes\n", 2, "this is no valid TOML: invalid value", 'put the text in quotes: title = "Practice Notes"'),
        ('[newsletter]\ntitle = "a"\ntitle = "b"\n', 3, "this key stands twice", None),
        ("[newsletter]\n[delivery]\n[newsletter]\n", 3, "[newsletter] stands twice", None),
        ('a = "x\nb = 1\n', 1, "quotes are opened and never closed", None),
        ("a = 'x\nb = 1\n", 1, "quotes are opened and never closed", None),
        ('a = """x\nb = 1\n', 2, "quotes are opened and never closed", None),
        ("a = [1,\n2\n", 2, "the bracket [ is never closed", None),
        ("just words\n", 1, "this is no valid TOML: expected '=' after a key in a key/value pair", None),
    ],
)  # fmt: skip
def test_a_syntax_error_has_its_line(
    tmp_path: Path, text: str, line: int, message: str, hint: str | None
) -> None:
    assert problems(tmp_path, text) == [(line, message, hint)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("[newsletter]\ntitle = 'Café'".encode("latin-1"), "the text is not in UTF-8 (byte 0xe9)"),
        ("x = 1".encode("utf-16"), "the text is in UTF-16"),
        (b"\0\1\2", "this is no text file (it holds zero bytes)"),
        (b"x = " + b"[" * 10_000, None),
    ],
)
def test_a_file_that_is_no_text_is_one_clear_problem(
    tmp_path: Path, data: bytes, message: str | None
) -> None:
    ((_, told, _),) = problems(tmp_path, data)
    assert message is None or told == message


def test_a_fresh_workspace_loads_once_its_decisions_are_made(tmp_path: Path) -> None:
    assert [message for _, message, _ in problems(tmp_path, FRESH)] == [
        f"{key} is empty"
        for key in ("title", "from", "organisation", "postal_address", "list_id", "mailto")
    ]
    filled = FRESH.replace('from = ""', 'from = "news@example.org"')
    filled = filled.replace('list_id = ""', 'list_id = "a.example.org"')
    filled = filled.replace('mailto = ""', 'mailto = "u@example.org"').replace('= ""', '= "x"')
    assert load(tmp_path, filled).newsletter.title == "x"


def test_every_example_of_a_fresh_workspace_is_a_good_value(tmp_path: Path) -> None:
    rows = []
    for row in FRESH.splitlines():
        key, equals, rest = row.removeprefix("# ").partition(" = ")
        is_key = bool(equals) and key.isidentifier()
        if is_key and rest.startswith('""'):
            rows.append(f'{key} = "{rest.split(chr(34))[3]}"')
        elif is_key:
            rows.append(f"{key} = {rest}")
        else:
            rows.append(row)
    settings = load(tmp_path, "\n".join(rows))
    assert settings.newsletter.title == "Practice Notes"
    assert settings.delivery.rate == (Rate(30, 60), Rate(10000, 86400))


def test_following_the_hint_about_a_sender_makes_it_right(tmp_path: Path) -> None:
    text = REQUIRED.replace("[newsletter]\n", '[newsletter]\nreply_to = "a@x.org"\n')
    rows = [
        'from = "Quiet news@quiet.example"' if row.startswith("from =") else row
        for row in text.splitlines()
    ]
    [(_, _, hint)] = problems(tmp_path, "\n".join(rows))
    assert hint == 'the address stands in < >: "Quiet <news@quiet.example>"'


@pytest.mark.parametrize(
    ("written", "line", "message", "hint"),
    [
        (
            '[subscribers.columns]\n"Statut" = "statsu"\n',
            11,
            "Statut: 'statsu' is no way to read a column",
            "did you mean 'status'?",
        ),
        (
            '[subscribers]\ncolumns = { "A b" = "ignored" }\n',
            11,
            "A b: 'ignored' is no way to read a column",
            "did you mean 'ignore'?",
        ),
        ('[subscribers]\ncolumns = "status"\n', 11, "columns is a section, not a value", None),
        (
            "[subscribers.columns]\nStatut = true\n",
            11,
            "Statut: it must be text, not true or false",
            "put it in quotes",
        ),
        (
            '[subscribers]\nkeep_ip = "yes"\n',
            11,
            "keep_ip: it must be true or false, not text",
            "without quotes",
        ),
        (
            "[subscribers]\ncolumn = {}\n",
            11,
            "[subscribers] has no key 'column'",
            "did you mean 'columns'?",
        ),
    ],
)
def test_a_setting_of_the_list_is_judged_with_its_line(
    tmp_path: Path, written: str, line: int, message: str, hint: str | None
) -> None:
    file = tmp_path / "newsletter.toml"
    file.write_text(REQUIRED + "\n" + written, encoding="utf-8")
    with pytest.raises(NewsletterError) as refused:
        load_settings(file)
    (problem,) = refused.value.problems
    assert (problem.line, problem.message) == (line, message)
    assert hint is None or problem.hint == hint
