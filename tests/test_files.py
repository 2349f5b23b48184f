"""Files that are only written where they are what they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.basics.files import new_file, replace_bytes, write_new


def test_a_file_is_replaced_while_it_holds_what_was_read(tmp_path: Path) -> None:
    file = tmp_path / "issue.md"
    file.write_bytes(b"old")
    file.chmod(0o640)
    assert replace_bytes(file, b"old", b"new")
    assert not replace_bytes(file, b"old", b"newer")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o640)
    assert [each.name for each in tmp_path.iterdir()] == ["issue.md"]


def test_a_file_that_is_gone_is_not_made_again(tmp_path: Path) -> None:
    assert not replace_bytes(tmp_path / "gone.md", b"", b"new")
    assert list(tmp_path.iterdir()) == []


def test_what_a_link_points_to_is_replaced(tmp_path: Path) -> None:
    real, link = tmp_path / "real.md", tmp_path / "link.md"
    real.write_bytes(b"old")
    link.symlink_to(real)
    assert replace_bytes(link, b"old", b"new")
    assert (link.is_symlink(), real.read_bytes()) == (True, b"new")


def test_a_new_file_takes_no_place_of_another(tmp_path: Path) -> None:
    file = tmp_path / "issues" / "2026-12.md"
    assert write_new(file, b"first")
    assert not write_new(file, b"second")
    assert file.read_bytes() == b"first"


def test_what_cannot_be_written_names_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(OSError, match="folder"):
        replace_bytes(folder, b"", b"new")


def test_a_new_file_gets_its_name_at_the_end_and_takes_no_other_s_place(tmp_path: Path) -> None:
    file = tmp_path / "copy.csv"
    with new_file(file, mode=0o600) as beside:
        beside.write_text("ours")
        assert not file.exists()
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("ours", 0o600)
    with pytest.raises(FileExistsError), new_file(file, mode=0o600) as beside:
        beside.write_text("theirs")
    with pytest.raises(ValueError, match="stopped"), new_file(tmp_path / "b", mode=0o600):
        raise ValueError("stopped")
    assert [each.name for each in tmp_path.iterdir()] == ["copy.csv"]
    assert file.read_text() == "ours"
