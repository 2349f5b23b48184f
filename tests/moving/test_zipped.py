"""A ZIP is read without unpacking it, within limits, and says what it passed over."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from newsletter.audience.moving import zipped
from tests.moving.conftest import Import, everything, listed
from tests.moving.exports import CASES, CLEANED, SUBSCRIBED, UNSUBSCRIBED

Run = Callable[..., Result]


def packed(files: dict[str, str | bytes]) -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return octets.getvalue()


def test_the_lists_of_a_zip_are_read_wherever_they_lie_in_it(empty: Path, bring: Import) -> None:
    files: dict[str, str | bytes] = {
        "export/lists/subscribed.csv": SUBSCRIBED,
        "export/unsubscribed.csv": UNSUBSCRIBED,
        "../../cleaned.csv": CLEANED,
        "export/logo.png": b"\x89PNG",
        "export/more.zip": packed({"x.csv": "email\nx@example.com\n"}),
    }
    outside = empty.parent / "exports"
    told = bring({"mailchimp.zip": packed(files)})
    zip_file = outside / "mailchimp.zip"
    assert [(each["file"], each["tool"], each["rows"]) for each in told["files"]] == [
        (f"{zip_file}: export/lists/subscribed.csv", "Mailchimp", 3),
        (f"{zip_file}: export/unsubscribed.csv", "Mailchimp", 2),
        (f"{zip_file}: ../../cleaned.csv", "Mailchimp", 1),
    ]
    assert told["passed_over"] == [
        {"file": f"{zip_file}: export/logo.png", "reason": "no table"},
        {"file": f"{zip_file}: export/more.zip", "reason": "no table"},
    ]
    assert listed(empty)[1:] == list(CASES["Mailchimp"].rows)
    assert sorted(everything(outside)) == ["mailchimp.zip"]


def test_who_got_a_post_of_substack_is_not_taken_for_the_list(empty: Path, bring: Import) -> None:
    [(name, content)] = CASES["Substack"].files.items()
    files: dict[str, str | bytes] = {
        name: content,
        "posts.csv": "post_id,post_date\n1,2026-01-01\n",
        "posts/1.delivers.csv": (
            "post_id,timestamp,email,active_subscription\n"
            "1,2020-01-01,old@example.com,false\n1,2020-01-01,mia@example.com,false\n"
        ),
    }
    told = bring({"substack.zip": packed(files)})
    assert listed(empty) == ["email", "mia@example.com"]
    assert [each["reason"] for each in told["passed_over"]] == [
        "no column is named 'email' (found: 'post_id', 'post_date')",
        "no list of Substack",
    ]


def test_who_left_by_another_table_of_the_zip_is_not_added(empty: Path, bring: Import) -> None:
    columns = "uuid,email,name,attributes,status,created_at,updated_at"
    files: dict[str, str | bytes] = {
        "subscribers.csv": f"{columns}\n1,ada@example.org,,{{}},enabled,,\n"
        "2,lee@example.com,,{},enabled,,\n",
        "gone.csv": "email,abgemeldet\nlee@example.com,ja\nada@example.org,nein\n",
    }
    told = bring({"all.zip": packed(files)}, exit_code=1)
    assert listed(empty) == ["email", "ada@example.org"]
    assert [each["reason"] for each in told["files"][0]["reasons"]] == [
        "a table that was passed over says that they left (all.zip: gone.csv)"
    ]


def refused(run: Run, file: Path) -> str:
    result = run("subscribers", "import", str(file))
    assert (result.exit_code, "Traceback" in result.output) == (1, False)
    return result.stderr


def test_a_zip_bomb_is_refused_before_it_fills_the_disk(
    empty: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipped, "LARGEST", 1 << 20)
    file = empty.parent / "bomb.zip"
    file.write_bytes(packed({"a.csv": b"email\n" + b"x" * (3 << 20)}))
    assert "a.csv is larger than a list is" in refused(run, file)


def test_many_files_that_are_large_together_are_refused(
    empty: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipped, "LARGEST_TOGETHER", 1 << 20)
    file = empty.parent / "bomb.zip"
    rows = "email\n" + "x@example.com\n" * 30_000
    file.write_bytes(packed({f"{number}.csv": rows for number in range(3)}))
    assert "2.csv is larger than a list is" in refused(run, file)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 and no more", "the ZIP is damaged"),
        (packed({"[Content_Types].xml": "", "xl/sheet.xml": ""}), "this is a spreadsheet file"),
        (packed({"readme.md": "hello"}), "the ZIP holds no list"),
        (packed({"a.csv": SUBSCRIBED * 50})[:-300], "the ZIP is damaged"),
        (
            packed({"a.csv": SUBSCRIBED * 50}).replace(
                b"\x00\x00\x00\x08\x00", b"\x00\x00\x00\x63\x00"
            ),
            "the ZIP",
        ),
    ],
)
def test_a_zip_that_cannot_be_used_is_refused_in_words(
    empty: Path, run: Run, content: bytes, words: str
) -> None:
    file = empty.parent / "a.zip"
    file.write_bytes(content)
    assert words in refused(run, file)
    assert not (empty / "subscribers.csv").exists()


def test_a_spoilt_octet_within_a_zip_is_found(empty: Path, run: Run) -> None:
    octets = bytearray(packed({"a.csv": SUBSCRIBED * 50}))
    octets[100] ^= 0xFF
    file = empty.parent / "a.zip"
    file.write_bytes(octets)
    assert "the ZIP is damaged" in refused(run, file)
