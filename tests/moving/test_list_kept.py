"""Rows are added to a list in its own form, and every octet of it stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.moving.conftest import Import

Run = Callable[..., Result]
NEW: dict[str, str | bytes] = {"a.csv": "email,name,clinic\nmia@example.com,Mia Möller,Harbour\n"}


@pytest.mark.parametrize(
    ("old", "encoding", "row"),
    [
        (
            "email,name,clinic\nada@example.org,Ada,\n",
            "utf-8",
            "mia@example.com,Mia Möller,Harbour\n",
        ),
        ("name;x;E-Mail\r\nAda;;ada@example.org\r\n", "utf-8", "Mia Möller;;mia@example.com\r\n"),
        ("sep=;\nname;E-Mail\nAda;ada@example.org", "utf-8-sig", "\nMia Möller;mia@example.com\n"),
        ("E-Mail\tName\nada@example.org\tÅda\n", "cp1252", "mia@example.com\tMia Möller\n"),
        ("email,name\r\nada@example.org,Åda\r\n", "utf-16", "mia@example.com,Mia Möller\r\n"),
        ("email,name\nada@example.org,Åda", "utf-16", "\nmia@example.com,Mia Möller\n"),
        (
            'email,name\n"ada@example.org","A ""Ace"" L\nx"\n',
            "utf-8",
            "mia@example.com,Mia Möller\n",
        ),
        ("email,name\rada@example.org,Ada\r", "utf-8", "mia@example.com,Mia Möller\r"),
    ],
)
def test_a_row_is_added_in_the_lists_own_form(
    workspace: Path, bring: Import, old: str, encoding: str, row: str
) -> None:
    file = workspace / "subscribers.csv"
    file.write_bytes(old.encode(encoding))
    bring(dict(NEW))
    more = "utf-16-le" if encoding == "utf-16" else encoding.removesuffix("-sig")
    assert file.read_bytes() == old.encode(encoding) + row.encode(more)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_column_that_the_list_lacks_is_added_to_every_row(
    workspace: Path, bring: Import, encoding: str
) -> None:
    file = workspace / "subscribers.csv"
    old = (
        "email;clinic\r\n"
        'ada@example.org;"Harbour\r\nHouse ""É"""\r\n'
        "\r\n"
        "broken@example.org\r\n"
        "bo@example.org;\r\n"
        "cy@example.org;Quay"
    )
    file.write_bytes(old.encode(encoding))
    told = bring(dict(NEW))
    assert told["columns_added"] == ["name"]
    assert file.read_bytes().decode(encoding) == (
        "email;clinic;name\r\n"
        'ada@example.org;"Harbour\r\nHouse ""É""";\r\n'
        "\r\n"
        "broken@example.org\r\n"
        "bo@example.org;;\r\n"
        "cy@example.org;Quay;\r\n"
        "mia@example.com;Harbour;Mia Möller\r\n"
    )


def test_a_whole_name_needs_no_column_where_first_and_last_name_have_theirs(
    workspace: Path, bring: Import
) -> None:
    (workspace / "subscribers.csv").write_text("email,first_name\nada@example.org,Ada\n", "utf-8")
    told = bring({"a.csv": "email,first name,surname\nmia@example.com,Mia,Moreau\n"})
    assert told["columns_added"] == ["last_name"]


def test_a_name_without_letters_in_cp1252_is_read_back_as_it_was(
    workspace: Path, bring: Import, run: Run
) -> None:
    file = workspace / "subscribers.csv"
    file.write_bytes("email,name\nada@example.org,Åda\n".encode("cp1252"))
    bring({"a.csv": "email,name\nl@example.com,Łukasz\nm@example.com,Möller\n"})
    shown = run("subscribers", "list")
    assert [line.split()[1] for line in shown.stdout.splitlines()] == ["Åda", "Łukasz", "Möller"]


@pytest.mark.parametrize("content", [None, ""])
def test_a_list_that_is_not_there_is_made_for_its_owner_only(
    workspace: Path, bring: Import, content: str | None
) -> None:
    file = workspace / "subscribers.csv"
    file.unlink()
    if content is not None:
        file.write_text(content, "utf-8")
    bring(dict(NEW))
    assert file.read_text("utf-8") == "email,name\nmia@example.com,Mia Möller\n"
