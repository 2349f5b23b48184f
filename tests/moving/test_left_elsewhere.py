"""Who left, where no column of a known tool says so: a file's name, a value in JSON, a header."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.moving.conftest import Import, listed, suppressed

LISTMONK = "uuid,email,name,attributes,status,created_at,updated_at\n"


@pytest.mark.parametrize(
    "name",
    [
        "unsubscribed.csv",
        "cleaned_email_audience_export_1f.csv",
        "Abgemeldet 2025.csv",
        "bounces.txt",
    ],
)
def test_addresses_alone_in_a_file_named_after_leaving_are_left_out_of_every_file(
    empty: Path, bring: Import, name: str
) -> None:
    files = {"all.csv": "email\nlee@example.com\nmia@example.com\n", name: "lee@example.com\n"}
    if name.endswith(".csv"):
        files[name] = "Email Address\nlee@example.com\n"
    told = bring(files, exit_code=1)
    assert listed(empty) == ["email", "mia@example.com"]
    why = "the file's name says that they left, and no column does"
    assert [each["reasons"] for each in told["files"]] == [
        [{"reason": why, "rows": 1, "lines": [2]}],
        [],
    ]
    assert told["total"]["twice"] == 1


def test_a_row_that_says_when_they_left_suppresses_in_a_file_named_after_leaving(
    empty: Path, bring: Import
) -> None:
    text = "Email Address,UNSUB_TIME\nlee@example.com,2020-01-02 03:04:05\nuna@example.com,\n"
    told = bring({"unsubscribed.csv": text}, exit_code=1)
    assert (told["total"]["added"], told["total"]["left_out"]) == (0, 1)
    assert suppressed(empty) == [
        "lee@example.com,suppress,unsubscribed in unsubscribed.csv,import,2020-01-02T03:04:05+00:00"
    ]


def test_a_known_tools_file_is_read_by_its_columns_whatever_its_name(
    empty: Path, bring: Import
) -> None:
    row = "u1,mia@example.com,Mia,{},enabled,,\n"
    assert bring({"not bounced, cleaned.csv": LISTMONK + row})["total"]["added"] == 1
    assert listed(empty) == ["email,name", "mia@example.com,Mia"]


@pytest.mark.parametrize(
    ("said", "added"),
    [
        ('{"mailchimp": "unsubscribed"}', 0),
        ('{"opt_out": true}', 0),
        ('{"unsubscribed_at": "2021-02-03"}', 0),
        ('{"unsubscribed": false}', 1),
        ('{"city": "Ottawa"}', 1),
    ],
)
def test_a_value_in_json_that_may_say_that_they_left_keeps_them_off_the_list(
    empty: Path, bring: Import, said: str, added: int
) -> None:
    cell = said.replace('"', '""')
    files = {
        "plain.csv": "email\nmia@example.com\n",
        "listmonk.csv": f'{LISTMONK}u1,MIA@example.com,Mia,"{cell}",enabled,,\n',
    }
    assert bring(files, exit_code=1 - added)["total"]["added"] == added
    assert (empty / "subscribers.csv").exists() is bool(added)


def test_the_day_of_leaving_is_read_from_a_column_of_any_name_that_has_it(
    empty: Path, bring: Import
) -> None:
    rows = "lee@example.com;2021-06-05\nuna@example.com;05.06.2021\n"
    told = bring({"kartei.csv": f"E-Mail;Abgemeldet am\n{rows}"})
    assert suppressed(empty) == [
        "lee@example.com,suppress,unsubscribed in kartei.csv,import,2021-06-05T00:00:00+00:00",
        "una@example.com,suppress,unsubscribed in kartei.csv,import,NOW",
    ]
    assert told["files"][0]["unreadable_dates"] == {"rows": 1, "lines": [3]}


@pytest.mark.parametrize("first", ["ada@example.org,Ada,active", "Ada;ada@example.org"])
def test_a_table_without_a_header_is_refused_with_what_is_missing(
    empty: Path, run: Callable[..., Result], tmp_path: Path, first: str
) -> None:
    (tmp_path / "people.csv").write_text(f"{first}\nbo@example.org,Bo,unsubscribed\n")
    refused = run("subscribers", "import", str(tmp_path / "people.csv"))
    assert refused.exit_code == 1
    assert "people.csv:1: error: no column is named 'email'" in refused.stderr
    assert not (empty / "subscribers.csv").exists()


def test_a_line_with_two_members_is_left_out(empty: Path, bring: Import) -> None:
    lines = "Mia <mia@example.com>\nAda <ada@example.org>, Bo <bo@example.org>\n"
    told = bring({"members.txt": lines}, exit_code=1)
    assert listed(empty) == ["email,name", "mia@example.com,Mia"]
    assert told["files"][0]["reasons"][0]["lines"] == [2]


def test_it_says_what_to_do_with_a_file_named_after_leaving(
    empty: Path, run: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "cleaned.csv").write_text("email\nlee@example.com\n")
    told = run("subscribers", "import", str(tmp_path / "cleaned.csv"))
    assert "cleaned.csv: warning: the file's name says that they left" in told.stderr
    assert "Hint: add a column 'status' with 'unsubscribed' in each row" in told.stderr
    assert not (empty / "subscribers.csv").exists()
    assert told.stderr.splitlines()[-1].startswith("Next: newsletter subscribers import FILE...")
    assert "Nobody was added, and there is no list yet (subscribers.csv)." in told.stderr


def test_a_consent_that_ends_is_over_on_that_day_here_too(
    empty: Path, bring: Import, run: Callable[..., Result]
) -> None:
    bring(
        {
            "people.csv": "email,consent,consent_date,consent_expires\n"
            "mia@example.com,implied,2025-01-01,2199-01-01\n"
            "noor@example.com,express,2025-01-01,\n"
        }
    )
    assert listed(empty) == [
        "email,consent_expires",
        "mia@example.com,2199-01-01",
        "noor@example.com,",
    ]
    told = run("subscribers", "show", "mia@example.com", "--json").stdout
    assert '"expires": "2199-01-01"' in told
    assert '"basis": "implied"' in told


def test_tags_of_beehiiv_are_those_of_a_list(empty: Path, bring: Import) -> None:
    header = "email,First Name,status,tier,created_at,tags\n"
    bring({"subscribers.csv": f'{header}mia@example.com,Mia,active,free,,"x, y"\n'})
    assert listed(empty)[1:] == ["mia@example.com,Mia,x;y"]
