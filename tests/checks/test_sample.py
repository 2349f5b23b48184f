"""Ordinary issues have nothing to mend: the repository's own, and invented ones of other tongues."""

# ruff: noqa: RUF001 - typography is the point

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from newsletter.tasks.check import count_readers, prove
from newsletter.workspace import open_workspace

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 3)


def told(root: Path, slug: str) -> set[tuple[str, str]]:
    """Return (rule, level) of every error and warning."""
    workspace = open_workspace(root)
    report = prove(workspace, slug, readers=count_readers(workspace, TODAY), today=TODAY).report
    return {(each.rule, each.level.value) for each in report.findings if each.level.value != "info"}


def sample(root: Path) -> Path:
    """Copy the sample workspace."""
    for name in ("newsletter.toml", "topics.toml", "mailings.csv"):
        shutil.copy(ROOT / name, root)
    for name in ("summaries", "issues"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "subscribers.example.csv", root / "subscribers.csv")
    return root


@pytest.mark.parametrize("template", ["default", "letter"])
@pytest.mark.parametrize("language", ["en", "he"])
def test_the_sample_issues_have_nothing_to_mend(
    tmp_path: Path, template: str, language: str
) -> None:
    root = sample(tmp_path)
    settings = root / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    own = f'language = "{language}"\ntemplate = "{template}"'
    settings.write_text(text.replace('language = "en"', own), encoding="utf-8")
    for slug in ("2026-09", "2026-10", "2026-11"):
        assert told(root, slug) <= {("consent", "warning")}


def summary(title: str, body: str, implications: str, citation: str) -> str:
    return (
        f'---\ntitle: "{title}"\npublished: 2026-10\ncitation: "{citation}"\nblurb: "{title}"\n'
        f"topics: [Attachment]\n---\n{body}\n\n## Practice Implications\n\n{implications}\n"
    )


ISSUES = {
    "en": (
        "What lasts, and what clients may say in spring",
        "May is far away, but its questions are not. In March 2027 we meet again.",
        summary(
            "“Why me???” A scale of 12 items",
            "It asks “Why me???”. TK Okafor, and Lee, TK, rated it; see vol. XXX. One said: “I came "
            "[...] and stayed” (d = -0.31, p < .001; n = 1,204). The {a, b} of 47,XXY, 3–5 °C.",
            "Ask; do not tell. See [the page of the scale](https://example.org/scale).",
            "Okafor, T. K. (2026). “Why me?” Studies, 12(3), 45–61.",
        ),
    ),
    "fr": (
        "Ce qui reste : deux études sur l’été et l’âme",
        "Nous nous retrouvons le 12 mars 2027 à Montréal ; d’ici là, bonne lecture !",
        summary(
            "À quoi sert l’été ? « Ça dépend »",
            "« Là, c’est ça… », dit-il. Cœur, naïveté, Noël — tout y est (p < 0,05). En mars 2020…",
            "Voir [la page de l’étude](https://exemple.example.org/etude).",
            "Dupré, É., & Lefèvre, Ô. (2025). À quoi sert l’été ? Revue, 3(2), 1-9.",
        ),
    ),
    "de": (
        "Was bleibt: zwei Studien über Übergänge",
        "Wir sehen uns am 22. Januar in Köln. Die Daten kamen von der TK.",
        summary(
            "„Ä“, sagte sie: Zögern in Sitzungen",
            "„Äh“, „Öh“ und „Ü“ – Zögerlaute (N = 112). Größtenteils überflüssig… 5 €–10 €.",
            "Mehr dazu auf [der Seite der Studie](https://beispiel.example.org/studie).",
            "Müller, Ä., & Groß, Ö. (2025). Zögern. Zeitschrift, 7(1), 3–12.",
        ),
    ),
    "pt": (
        "O QUE FICA: dois estudos",
        "Caras e caros, boa leitura!",
        summary(
            "AMANHÃ… e DEPOIS?",
            "“AMANHÃ”, disse ela. NÃO, SÃO, IRMÃ… ações, corações.",
            "Perguntar.",
            "Ó. São João (2025). Amanhã. Revista, 2, 3-4.",
        ),
    ),
    "he": (
        "מה שנשאר: שני מחקרים",
        "שני מחקרים החודש.",
        summary(
            "מה שנשאר", "“מה נשאר?” שאלה. שָׁלוֹם (p < .05).", "לשאול.", "לוי, נ. (2025). כתב עת."
        ),
    ),
}


@pytest.mark.parametrize("language", list(ISSUES))
def test_ordinary_words_of_any_language_have_nothing_to_mend(
    workspace: Path, language: str
) -> None:
    subject, introduction, first = ISSUES[language]
    settings = workspace / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    own = f'language = "{language}"\ntitle = "Practice Notes"'
    settings.write_text(text.replace('title = "Practice Notes"', own), encoding="utf-8")
    (workspace / "summaries/2026-10-first.md").write_text(first, encoding="utf-8")
    (workspace / "issues/2026-11.md").write_text(
        f'---\nsummaries: [2026-10-first, 2026-11-two-letters]\nsubject: "{subject}"\n---\n'
        f"{introduction}\n",
        encoding="utf-8",
    )
    assert told(workspace, "2026-11") == set()
