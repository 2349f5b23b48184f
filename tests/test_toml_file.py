from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from newsletter.basics.toml import key_lines

VALUES = st.sampled_from(
    [
        "1",
        '"text # no comment"',
        "'literal [x]'",
        '"""\n[table]\nkey = 1\n"""',
        "'''\nkey = \"2\"\n'''",
        '"""a "quoted" \\""" b"""""',
        "[\n  1, # one ]\n  [2, 3],\n]",
        "{ a = 1, b = [1, 2] }",
        '"a\\"b"',
        "2026-11-01",
        "true # comment = 1",
    ]
)
KEYS = st.sampled_from(["k", "k-1", '"quoted key"', "'lit'", "a . b", 'x."y.z"'])


@given(st.lists(st.tuples(st.integers(0, 2), VALUES, KEYS), max_size=8))
def test_each_key_has_its_line_whatever_stands_above_it(
    entries: list[tuple[int, str, str]],
) -> None:
    rows: list[str] = []
    expected: dict[str, int] = {}
    for number, (blank, value, key) in enumerate(entries):
        rows += ["# [no] = table"] * blank
        rows.append(f"[ t{number} ]  # header")
        expected[f"t{number}"] = len(rows)
        expected[
            f"t{number}.{key.replace(' . ', '.').replace(chr(34), '').replace(chr(39), '')}"
        ] = len(rows) + 1
        rows += f"  {key} = {value}".split("\n")
    text = "\n".join(rows)
    tomllib.loads(text)
    assert key_lines(text) == expected
