"""Spoilt characters are found with what was meant; real words of any language are not."""

# ruff: noqa: RUF001 - odd characters are the point

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.checks.registry import check_issue
from newsletter.checks.rules.characters import first_spoilt, mended
from tests.checks.samples import HARBOUR, QUIET, SOUND, passage


@pytest.mark.parametrize(
    "meant",
    [
        *("don’t", "“quoted”", "étude", "MÜLLER", "HÔTEL", "café", "p ≤ .05", "naïve", "±2", "3°C"),
        *("«Bonjour»", "привет", "biały", "Škoda", "−2.3", "à la carte", "a – b", "1…", "😀", "½"),
        *("José’s", "שלום", "Ελλάδα", "œuvre…", "Ångström"),
    ],
)
def test_utf8_read_as_windows_1252_is_mended_also_twice(meant: str) -> None:
    once = spoilt(meant)
    assert first_spoilt(once) is not None
    assert mended(once) == meant
    assert mended(spoilt(once)) == meant


def spoilt(text: str) -> str:
    octets = text.encode()
    return "".join(bytes([octet]).decode("cp1252", "ignore") or chr(octet) for octet in octets)


@pytest.mark.parametrize(
    ("text", "meant"), [("don‚Äôt", "don’t"), ("caf√©", "café"), ("p <Â .05", "p <  .05")]
)
def test_other_ways_to_spoil_a_text_are_known(text: str, meant: str) -> None:
    assert mended(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("“AMANHÃ”", "IRMÃ…", "«está»…", "«está»—dijo", "été”…", "„Ä“", "CAFÉ”", "a Â b"),
        *("în română", "Việt Nam ẤM CHÂN", "“Éloïse”", "« À »", "façade—déjà vu", "„Ünïcödé“"),
        *("привет “мир”", "√2", "½ ± 3 °C", "“Å”", "ÄÖ“ß”", "São João “Ó”", "50 €–60 €", "…às"),
        *("¿Qué? ¡Sí!", "øæå ØÆÅ “Ø”", "ß“", "‚Äpfel’", "ÎLE «Î»", "È…", "Ø»", "1 Å–2 Å"),
        *("ἀρχή", "Đặng Thị Ánh", "ĘÓĄŚŁŻŹĆŃ", "ÇĞİÖŞÜ", "日本語「テスト」", "שלום “עולם”"),
    ],
)
def test_real_words_are_not_spoilt(text: str) -> None:
    assert first_spoilt(text) is None


@given(st.text(alphabet=st.characters(max_codepoint=0x24F, min_codepoint=0x20)))
def test_mending_ends_for_any_text(text: str) -> None:
    mended(text)


@pytest.mark.parametrize(
    ("text", "level", "hint"),
    [
        ("they didnâ€™t come", "error", "was this meant? didn’t"),
        ("na\ufffdve", "error", "write the letter that stood there"),
        ("a \uf0e0 b", "warning", None),
        ("a \u202eb", "warning", None),
    ],
)
def test_odd_characters_are_found_at_their_line(text: str, level: str, hint: str | None) -> None:
    dossier = replace(
        SOUND, summaries=(replace(HARBOUR, body=passage(f"One.\n\n{text}", line=8)), QUIET)
    )
    [found] = [each for each in check_issue(dossier).findings if each.rule == "odd-characters"]
    assert (found.level.value, str(found.file), found.line) == (level, "summaries/harbour.md", 10)
    assert hint is None or found.hint == hint
