"""What is made of a file is kept until the file is another one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from newsletter.basics.stamps import Kept, stamp, stamps


def test_a_save_of_the_same_length_at_the_same_time_is_another_stamp(tmp_path: Path) -> None:
    file, fresh = tmp_path / "a.md", tmp_path / ".a.md.swp"
    file.write_text("one")
    before = stamp(file)
    fresh.write_text("two")
    os.utime(fresh, ns=(before[1], before[1]))
    fresh.rename(file)
    assert stamp(file) != before


def test_a_file_that_is_not_there_has_a_stamp_of_its_own(tmp_path: Path) -> None:
    names = tmp_path / "a.md", tmp_path / "b.md"
    assert stamps(*names) == tuple((str(name), 0, 0, 0) for name in names)


def test_a_value_is_made_once_for_a_stamp() -> None:
    kept, made = Kept(), iter(range(10))
    values = [kept.of("a", version, lambda: next(made)) for version in (1, 1, 2, 2, 1)]
    assert values == [0, 0, 1, 1, 2]


def test_what_cannot_be_made_is_tried_again() -> None:
    kept = Kept()
    with pytest.raises(ZeroDivisionError):
        kept.of("a", 1, lambda: 1 // 0)
    assert kept.of("a", 1, lambda: "made") == "made"
