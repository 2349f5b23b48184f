"""Issues of every kind that an editor may write; the studies, people and figures are invented."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tests.conftest import SETTINGS, TOPICS

MONTH = "2026-11"

PARAGRAPHS = (
    "The question is older than the method. Oduya and Lindgren followed 214 clients of six invented clinics from the first telephone call to the last session, and asked them every second week how much they trusted the work and how much they trusted the person. The two answers were not the same, and they did not move together.",
    "Trust in the person rose early and then stayed where it was. Trust in the work rose late, often after a session that both sides called *difficult*, and it fell again in the weeks when sessions were cancelled (*b* = 0.31; 95% CI: 0.12, 0.50; *p* < .001). Clients with a long history of treatment began lower & ended higher than the others.",
    "Therapists saw little of this. Asked to guess, they named the clients' trust in the person correctly in two of three cases, and their trust in the work in one of three, which is hardly better than chance. Experience made no difference; a short written question at the end of each session did.",
    "The study has limits that its authors name plainly. All clinics lay in one region, the questions were new, and one client in five stopped answering before the end. Those who stopped had trusted the work less, so that the figures for the last weeks are likely to be too friendly.",
    "What is new is the order of things. Most accounts of a helping relationship describe one bond that grows or breaks. Here there are two, and the second one seems to need the first: no client in this sample trusted the work without having trusted the person for at least a month before.",
    "A second team read the interviews without knowing the figures. They found the same turn in the clients' own words: early on people spoke of being *met*, and later of *getting somewhere*. Between the two lay a stretch in which many thought about leaving and most did not say so.",
)
IMPLICATIONS = (
    "Ask about the work and about yourself in two questions, not in one. An answer that is warm about the person may hide a doubt about the method, and the doubt is easier to hear early.",
    "After a cancelled session, a sentence about where the work stood may do more than an apology.",
)
CITATION = (
    "Oduya, F., & Lindgren, S. (2026). Two kinds of trust in the course of treatment. "
    "Journal of Invented Studies, 14(2), 101\N{EN DASH}119. https://doi.org/10.5555/jis.2026.{number}"
)
LONG = "Wortzusammensetzungswiederholungsungetüm" * 4
SPRING = """\
  - title: Spring meeting of the network
    text: >-
      Registration is open until **1 March**, and *first-time visitors* pay half. There is a
      [programme](https://example.org/programme).
    url: https://example.org/meeting
"""
ROOM = """\
  - title: A room to write in
    text: The library keeps a quiet room for members on Thursdays.
    url: mailto:library@example.org
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The files of a workspace with one issue; `template` and `language` go into its settings."""

    name: str
    summaries: dict[str, str]
    front_matter: str = ""
    introduction: str = ""
    template: str = "default"
    language: str = "en"
    settings: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name}-{self.template}"

    @property
    def files(self) -> dict[str, str]:
        """Return path and text of each file."""
        own = f'template = "{self.template}"\nlanguage = "{self.language}"\n'
        settings = SETTINGS.replace("[newsletter]\n", f"[newsletter]\n{own}")
        for line, other in self.settings.items():
            assert line in settings
            settings = settings.replace(line, other)
        issue = f"---\nsummaries: [{', '.join(self.summaries)}]\n{self.front_matter}---\n"
        return {
            "newsletter.toml": settings,
            "topics.toml": TOPICS,
            f"issues/{MONTH}.md": f"{issue}{self.introduction}\n",
            **{f"summaries/{slug}.md": text for slug, text in self.summaries.items()},
        }


def summary(
    body: str,
    *,
    title: str = "Two kinds of trust",
    citation: str | None = CITATION.format(number="0101"),
    more: str = "topics: [Client Factors]\n",
    implications: str = IMPLICATIONS[0],
) -> str:
    """Return a summary's file."""
    cited = "" if citation is None else f'citation: "{citation}"\n'
    return (
        f'---\ntitle: "{title}"\npublished: 2026-10\n{cited}{more}---\n{body}\n\n'
        f"## Practice Implications\n\n{implications}\n"
    )


def long_summary(number: int, title: str) -> str:
    """Return a summary of about 420 words, as the blog has them."""
    return summary(
        "\n\n".join(PARAGRAPHS),
        title=title,
        citation=CITATION.format(number=f"010{number}"),
        more=f"doi: 10.5555/jis.2026.010{number}\ntopics: [Client Factors, Attachment]\n"
        "research_type: Meta-analysis\nauthor: G. Sample\n",
        implications="\n\n".join(IMPLICATIONS),
    )


THREE = {
    "2026-08-trust": long_summary(1, "Two kinds of trust, and which comes first"),
    "2026-09-silence": long_summary(2, "What is said after a silence: a study of 214 clients"),
    "2026-10-letters": long_summary(3, "Letters between sessions"),
}
MARKDOWN = """\
A paragraph with **bold**, *italics*, ***both***, `code`, a [link with words](https://example.org/a?b=1&c=2),
a bare https://example.org/bare and a line break\\
after it.

### A heading inside

- one
- two with **bold**
  1. a numbered one
  2. another

    and a paragraph in the list

1. first
2. second

> A quotation of *two* lines,
> with a [link](https://example.org/quoted).
>
> > And one inside it.

| Measure | Before | After |
|:--|--:|:-:|
| Distress | 24.1 | 15.2 |
| *Well-being* | 9 | 14 |

```
a block
  of code
```

---

![What the figure shows](https://example.org/figure.png)
"""

_SAMPLES = (
    Sample(name="one", summaries={"2026-10-trust": summary(PARAGRAPHS[0])}),
    Sample(
        name="three-long",
        summaries=THREE,
        front_matter=f"number: 12\nannouncements:\n{SPRING}{ROOM}",
        introduction='Dear {{ reader.first_name | fallback("colleague") }},\n\nthree studies this month.',
    ),
    Sample(
        name="no-site",
        summaries=dict(list(THREE.items())[:2]),
        settings={'site_url = "https://news.example.org"\n': ""},
    ),
    Sample(
        name="bare",
        summaries={
            "2026-10-bare": "---\ntitle: Bare\npublished: 2026-10\n---\nNothing but a text.\n"
        },
        settings={'tagline = "Research, summarised for practice"\n': ""},
    ),
    Sample(
        name="markdown",
        summaries={"2026-10-markdown": summary(MARKDOWN, implications=MARKDOWN)},
        introduction=MARKDOWN,
        front_matter=f"announcements:\n{SPRING}",
    ),
    Sample(
        name="hebrew",
        language="he",
        summaries={
            "2026-10-hebrew": summary(
                "ורגה הקשיבה לשישים פגישות במרפאה מומצאת (*p* < .05) ומדדה כל שתיקה.\n\n"
                "- שתיקה קצרה\n- שתיקה ארוכה\n\n> מה ששותק, מדבר.\n\nA paragraph in English.",
                title="שתיקה שעוזרת ושתיקה שמכאיבה",
                citation="Varga, M. (2025). שתיקות. Invented Quarterly, 7, 1-19. doi: 10.5555/iq.2025.7",
                implications="- אמרו לשם מה השתיקה.\n- חכו.",
            ),
            **dict(list(THREE.items())[:1]),
        },
        introduction="{{ reader.first_name | fallback('קורא') }} יקר, שני מחקרים החודש.",
        front_matter=f"announcements:\n{ROOM}",
        settings={'title = "Practice Notes"': 'title = "רשימות מן הפרקטיקה"'},
    ),
    Sample(
        name="arabic-in-english",
        summaries={
            "2026-10-arabic": summary(
                "دراسة مخترعة عن الصمت في الجلسات.\n\n1. قصير\n2. طويل",
                title="الصمت في الجلسات",
            ),
            "2026-10-trust": summary(PARAGRAPHS[1]),
        },
    ),
    Sample(
        name="long-words",
        summaries={
            "2026-10-long": summary(
                f"{LONG} https://example.org/{'path/' * 40} `{'code' * 30}`\n\n### {LONG}\n\n- {LONG}\n\n"
                f"> {LONG}\n\n| {LONG} | x |\n|---|---|\n| x | {LONG} |\n\n```\n{'x' * 200}\n```",
                title=f"A title with {LONG}",
                citation=f"A. (2026). {LONG}. https://doi.org/10.5555/{'long-' * 30}",
                implications=f"- {LONG}",
            ),
            "2026-10-trust": summary(PARAGRAPHS[1]),
        },
        introduction=LONG,
        front_matter=f"announcements:\n  - title: {LONG}\n    text: {LONG}\n    url: https://example.org/{'path/' * 40}\n",
        settings={'organisation = "Practice': f'organisation = "{LONG}'},
    ),
    Sample(
        name="scripts",
        summaries={
            "2026-10-scripts": summary(
                "ไม่มีช่องว่างระหว่างคำในภาษาไทยและประโยคนี้ยาวพอที่จะต้องขึ้นบรรทัดใหม่บนโทรศัพท์\n\n"
                "日本語の文章には単語の間に空白がありませんので、どこでも改行できます。\n\n"
                "José and Jose\N{COMBINING ACUTE ACCENT}; Nguye\N{COMBINING CIRCUMFLEX ACCENT}n; "
                "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{MICROSCOPE}; \N{MULTIPLICATION SIGN}; "
                "x\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}3",
                title="Nai\N{COMBINING DIAERESIS}ve \N{WOMAN}\N{ZERO WIDTH JOINER}\N{MICROSCOPE} readers: "
                "<em>no tag</em> & {{ no_field }}",
                more="",
            ),
            "2026-10-trust": summary(PARAGRAPHS[2]),
        },
        front_matter='preheader: "p < .05 & \\"quotes\\""\n',
    ),
    Sample(
        name="looks-like-code",
        summaries={
            "2026-10-code": summary(
                "Scores fell when p < .05 and d > 0.2; a <b>tag</b>, {{ braces }}, {% blocks %}, "
                "&amp; an entity, 5 \\* 3, `<td>`, C:\\new\\table.\n\n</div></td></table>",
                title="If a < b & c > d",
                citation=None,
            ),
            "2026-10-trust": summary(PARAGRAPHS[2]),
        },
    ),
    Sample(
        name="sici",
        summaries={
            "2026-10-sici": summary(
                PARAGRAPHS[3],
                citation="Lund, T. (1999). Old ways of naming. Invented Annals, 55(1), 1-9. "
                "https://doi.org/10.1002/(SICI)1097-4679(199901)55:1<1::AID-JCLP1>3.0.CO;2-#",
                more='doi: "10.1002/(SICI)1097-4679(199901)55:1<1::AID-JCLP1>3.0.CO;2-#"\n',
            ),
            "2026-10-trust": summary(PARAGRAPHS[4]),
        },
    ),
    Sample(
        name="headings",
        summaries={
            "2026-10-headings": summary(
                "# One\n\ntext\n\n### Three\n\ntext\n\n## Two\n\ntext\n\n###### Six\n\ntext\n\n##\n\n"
                "| | no name |\n|--|--|\n| a | 1 |\n\n"
                f"{'|Treatment' * 8}|\n{'|--' * 8}|\n{'|Interpersonal' * 8}|\n\n[![](https://example.org/x.png)](https://example.org/y)",
                implications="#### Four\n\ntext\n\n##### Five\n\ntext",
            ),
        },
        introduction="# A heading in the introduction\n\nWords.\n\n#### Another\n\nWords.",
    ),
    Sample(
        name="many",
        summaries={f"2026-10-{name}": summary(PARAGRAPHS[0], title=name) for name in "abcdef"},
        front_matter="number: 123\n",
    ),
    Sample(
        name="links",
        summaries={
            "2026-10-links": summary(
                "[One](https://example.org/1) [two](https://example.org/2) [three](https://example.org/3)\n\n"
                "- [first](https://example.org/4)\n- [second](https://example.org/5)\n"
                "- [third](mailto:a@example.org)\n\nhttps://example.org/6 and https://example.org/7",
            ),
        },
        introduction="[A](https://example.org/8), [B](https://example.org/9), [C](https://example.org/10).",
    ),
    Sample(
        name="own-design",
        summaries=dict(list(THREE.items())[:1]),
        settings={
            "[delivery]": '[design]\nwidth = 560\naccent = "#7A1F3D"\nlogo = "https://example.org/logo.png"\n'
            'text_font = "Verdana, sans-serif"\n\n[delivery]'
        },
    ),
    Sample(
        name="long-names",
        summaries={"2026-10-trust": summary(PARAGRAPHS[0])},
        settings={
            'title = "Practice Notes"': 'title = "The Quarterly Bulletin of the Interdisciplinary Research Network for Psychotherapy Practice"',
            'tagline = "Research, summarised for practice"': 'tagline = "Everything that we have read this month and thought that you, too, might want to read before Monday morning"',
            '"1 Example Street, Ottawa ON  K1N 6N5, Canada"': '"Building 4, Floor 12, 1 Example Street, Ottawa ON  K1N 6N5, Canada; second address: 99 Sample Road"',
        },
    ),
)


def samples(template: str) -> tuple[Sample, ...]:
    """Return all samples in one template."""
    return tuple(replace(sample, template=template) for sample in _SAMPLES)
