from __future__ import annotations

import re
import tomllib

import pytest

from newsletter.basics.shipped import TEMPLATES
from newsletter.content.month import Month
from newsletter.content.text.characters import language_direction
from newsletter.render.templates.words import has_words, load_words, put
from tests.conftest import SETTINGS
from tests.render.conftest import Compile, Complaint, issue_with, read

FOLDERS = (TEMPLATES / "default",)
LANGUAGES = sorted(file.stem for file in (TEMPLATES / "default/words").glob("*.toml"))
WHOLE = [language for language in LANGUAGES if "-" not in language]


def in_language(language: str, more: str = "") -> dict[str, str]:
    newsletter = SETTINGS.replace(
        "[newsletter]\n", f'[newsletter]\nlanguage = "{language}"\n{more}'
    )
    return {"newsletter.toml": newsletter}


def test_the_languages_are_these() -> None:
    assert LANGUAGES == ["ar", "de", "en", "es", "fr", "he", "it", "nl", "pt", "pt-BR"]


@pytest.mark.parametrize("language", WHOLE)
def test_every_language_has_every_word(language: str) -> None:
    def names(of: str) -> set[str]:
        return set(tomllib.loads((TEMPLATES / f"default/words/{of}.toml").read_text("utf-8")))

    assert names(language) == names("en")


@pytest.mark.parametrize(
    ("language", "month"),
    [
        ("en", "March 2026"),
        ("en-CA", "March 2026"),
        ("fr", "mars 2026"),
        ("es", "marzo de 2026"),
        ("de-AT", "März 2026"),
        ("pt", "março de 2026"),
        ("PT-br", "março de 2026"),
        ("nl", "maart 2026"),
        ("he", "מרץ 2026"),
        ("ar", "مارس 2026"),
        ("sv", "March 2026"),
    ],
)
def test_a_month_is_named_in_the_language(language: str, month: str) -> None:
    words = load_words(language, FOLDERS, TEMPLATES)

    assert words.month_name(Month(2026, 3)) == month


def test_a_country_changes_what_it_changes() -> None:
    portugal = load_words("pt", FOLDERS, TEMPLATES)
    brazil = load_words("pt-BR", FOLDERS, TEMPLATES)

    assert (portugal.why, portugal.topics) != (brazil.why, brazil.topics)
    assert portugal.topics == brazil.topics == "Temas"
    assert brazil.why.startswith("Você")


def test_a_language_without_words_is_known_as_such() -> None:
    assert [has_words(each, FOLDERS) for each in ("de", "de-AT", "pt_BR", "sv", "")] == [
        *(True, True, True, False, False),
    ]


@pytest.mark.parametrize(
    ("language", "there"),
    [
        ("de", ["Ausgabe 4 · November 2026", "Im Browser ansehen", "Bedeutung für die Praxis"]),
        ("fr", ["Numéro 4 · novembre 2026", "Dans ce numéro", "Se désabonner de Practice Notes"]),
        ("he", ["גיליון 4 · נובמבר 2026", "בגיליון זה", "השלכות לפרקטיקה"]),
        ("ar", ["العدد 4 · نوفمبر 2026", "في هذا العدد", "إلغاء الاشتراك في Practice Notes"]),
    ],
)
def test_an_email_speaks_the_language(
    language: str, there: list[str], compile_with: Compile
) -> None:
    text = "---\nsummaries: [2026-11-two-letters, 2026-10-quiet-rooms]\nnumber: 4\n---\n"
    compiled = compile_with({**in_language(language), "issues/2026-11.md": text})
    html = read(compiled.html)

    assert [each for each in there if each not in html] == []
    assert f'lang="{language}" dir="{language_direction(language)}"' in html
    words = " ".join(re.sub("<style.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL).split())
    english = ["Issue", "View in", "In this issue", "Practice Implications", "Unsubscribe", "Read"]
    assert [each for each in english if each in words or each in read(compiled.text)] == []


def test_the_lead_and_the_subject_follow_the_language(compile_with: Compile) -> None:
    text = "---\nsummaries: [2026-11-two-letters, 2026-10-quiet-rooms]\n---\n"
    compiled = compile_with({**in_language("fr"), "issues/2026-11.md": text})

    assert compiled.subject == ("Practice Notes, novembre 2026",)
    assert (
        "Ce mois-ci, il est question de Letters between sessions: a pilot et\n"
        "Silence that helps and silence that hurts."
    ) in read(compiled.text)


def test_a_lead_of_ones_own_stays(compile_with: Compile) -> None:
    own = in_language("fr", 'lead = "En {{ month }} : {{ blurbs }}."\n')

    assert "\nEn novembre 2026 : Letters between sessions: a pilot.\n" in read(
        compile_with({**own, **issue_with("")}).text
    )


def test_a_workspace_changes_single_words_and_adds_languages(compile_with: Compile) -> None:
    files = {
        **in_language("sv"),
        "templates/default/words/en.toml": 'announcements = "Other news"\n',
        "templates/default/words/sv.toml": 'practice_implications = "I praktiken"\n',
    }

    html = read(compile_with(files).html)

    assert "I praktiken" in html
    assert "In this issue" in html


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            '\nmonts = ["x"]',
            "2: the templates have no word 'monts'\n  Hint: did you mean 'months'?",
        ),
        ('months = ["x"]', "1: 'months' must be twelve names; there are 1"),
        ('months = "x"', "1: 'months' must be twelve names"),
        ("topics = 5", "1: 'topics' must be text"),
        ('topics = ["x"]', "1: 'topics' must be text"),
        ('why = "For {title}"', "1: 'why' lacks {organisation}\n  Hint: in English it is: You rec"),
        ('topics = "{title}"', "1: 'topics' knows no {title}"),
        ('topics = "a\\u0085b"', "1: 'topics' holds a character that cannot be sent"),
        ("topics = ", "1: "),
    ],
)
def test_a_wrong_word_is_told_with_its_line(words: str, said: str, complaint: Complaint) -> None:
    told = complaint({"templates/default/words/en.toml": words})

    assert told.startswith(f"templates/default/words/en.toml:{said}")


def test_a_sentence_is_filled_and_what_is_filled_in_stays_a_text() -> None:
    assert put("{first} and {last}", first="{last}", last="B") == "{last} and B"


def test_a_title_with_braces_and_tags_is_shown_as_it_is(compile_with: Compile) -> None:
    titled = SETTINGS.replace('title = "Practice Notes"', 'title = "A {organisation} <b>& B"')

    compiled = compile_with({"newsletter.toml": titled})

    assert "You receive A {organisation} &lt;b&gt;&amp; B because" in read(compiled.html)
    assert "You receive A {organisation} <b>& B because" in read(compiled.text)
