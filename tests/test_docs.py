"""Documentation that is wrong fails the build."""

from __future__ import annotations

import re
import runpy
import shlex
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
from click.testing import CliRunner

from newsletter.basics.outcome import State, Verdict
from newsletter.checks.registry import RULES
from newsletter.cli.main import SECTIONS, cli
from newsletter.content.importing.sources import parse
from newsletter.settings.file import EXAMPLES, KEYS
from newsletter.state.values import MailingState

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])
LARGEST_PICTURE = 300_000

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^ {4}(newsletter .*)$", re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
_ROOMS = "|".join(each.name for each in (ROOT / "newsletter").iterdir() if each.is_dir())
_OUR_FILE = re.compile(rf"(?:newsletter|docs|tests|tools|templates|\.ci|{_ROOMS})/[a-z0-9_./-]*\w")
_NO_PATH = re.compile(r"[A-Z*<>{} ]")


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


every_page = pytest.mark.parametrize("page", PAGES, ids=named)


def blocks(page: Path) -> list[tuple[str, str]]:
    return _FENCE.findall(page.read_text("utf-8"))


def prose(page: Path) -> str:
    return _FENCE.sub("", page.read_text("utf-8"))


def command_lines(page: Path) -> Iterator[str]:
    """Yield every whole line that a reader would type."""
    for language, text in blocks(page):
        if language == "sh":
            yield from (line for line in text.splitlines() if line.startswith("newsletter "))


def mentions(page: Path) -> Iterator[str]:
    """Yield every command that running text names, often without its arguments."""
    yield from (each for each in _INLINE.findall(prose(page)) if each.startswith("newsletter "))
    yield from _INDENTED.findall(prose(page))


def resolved(words: list[str]) -> tuple[click.Command, list[str], click.Context]:
    """Return the command that words name, what follows it, and its parent's context."""
    context = click.Context(cli, info_name="newsletter")
    command: click.Command = cli
    rest = words[1:]
    if rest[:1] == ["-C"]:
        rest = rest[2:]
    while isinstance(command, click.Group) and rest and rest[0][0].islower():
        inner = command.get_command(context, rest[0])
        assert inner is not None, f"there is no command {' '.join(words)}"
        command, rest = inner, rest[1:]
        context = click.Context(command, context, info_name=command.name)
    return command, rest, context


def all_commands() -> Iterator[str]:
    context = click.Context(cli)
    for name in (name for section in SECTIONS.values() for name in section):
        yield f"newsletter {name}"
        command = cli.get_command(context, name)
        if isinstance(command, click.Group):
            yield from (f"newsletter {name} {inner}" for inner in command.list_commands(context))


@pytest.mark.parametrize("name", list(all_commands()))
def test_every_command_is_documented_with_all_of_its_options(name: str) -> None:
    command, _, context = resolved(name.split())
    text = (DOCS / "commands.md").read_text("utf-8")
    part = text.partition(f"### {name}\n")[2].partition("\n##")[0]
    assert command.help
    assert part, f"docs/commands.md has no {name}"
    for option in command.get_params(context):
        if isinstance(option, click.Option) and "--help" not in option.opts:
            assert option.help, f"{name} {option.opts} has no help"
            assert f"{option.opts[0]}" in part


def test_the_command_reference_is_what_the_commands_say_of_themselves() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "commands.py"))["reference"]()
    assert (DOCS / "commands.md").read_text("utf-8") == made, "run python tools/commands.py"


@every_page
def test_every_command_line_of_a_page_is_understood(page: Path) -> None:
    for line in command_lines(page):
        command, rest, context = resolved(shlex.split(line, comments=True))
        command.make_context(command.name, rest, parent=context.parent)


@every_page
def test_every_command_that_a_page_mentions_is_there_with_its_options(page: Path) -> None:
    for mention in mentions(page):
        words = mention.replace("...", " ").split()
        command, rest, context = resolved(words)
        known = {each for option in command.get_params(context) for each in option.opts}
        assert {word for word in rest if word.startswith("-")} <= known, mention


def test_the_page_that_shows_the_form_of_the_blog_is_read_whole() -> None:
    [text] = [text for language, text in blocks(DOCS / "files.md") if language == "text"]
    found = parse(text.encode(), Path("page.txt")).summaries
    assert [(str(each.month), each.title, each.incomplete) for each in found] == [
        ("2026-11", "What clients remember of a first session", None),
        ("2026-11", "Silence that helps and silence that hurts", None),
        ("2026-10", "A letter between two sessions", None),
    ]
    assert all(each.citation and each.paragraphs and each.implications for each in found)


@every_page
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in _LINK.findall(prose(page)):
        if target.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = unquote(target).partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_file(), f"{named(page)} links to {target}"
        if anchor:
            assert anchor in {slug(each) for each in _HEADING.findall(file.read_text("utf-8"))}


def slug(heading: str) -> str:
    """Return the anchor of a heading, as the forges make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@every_page
def test_every_file_of_ours_that_a_page_names_is_there(page: Path) -> None:
    for code in _INLINE.findall(prose(page)):
        if _OUR_FILE.fullmatch(code) and not _NO_PATH.search(code):
            mine_or_yours = ROOT / code, ROOT / "newsletter" / code
            assert any(each.exists() for each in mine_or_yours), f"{named(page)} names {code}"


@pytest.mark.parametrize(("section", "keys"), list(KEYS.items()))
def test_every_setting_is_documented_in_its_section(section: str, keys: tuple[str, ...]) -> None:
    text = (DOCS / "settings.md").read_text("utf-8")
    part = text.partition(f"## `[{section}]`\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|", part, re.MULTILINE)
    if section == "design":
        return
    assert [name for name, _ in rows] == list(keys)
    required = {f"{section}.{name}" for name, default in rows if default.strip() == "required"}
    assert required == {key for key in EXAMPLES if key.startswith(f"{section}.")}


def test_every_design_variable_is_documented_with_its_default() -> None:
    values = tomllib.loads((ROOT / "templates/default/design.toml").read_text("utf-8"))
    text = (DOCS / "settings.md").read_text("utf-8")
    part = text.partition("## `[design]`\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (?:`([^`]+)`|none) \|", part, re.MULTILINE)
    tables = ("text_on", "edge_on")
    defaults = {name: value for name, value in values.items() if name not in tables}
    assert dict(rows) == {
        name: "" if value == "https://" else str(value) for name, value in defaults.items()
    }


@pytest.mark.parametrize("kind", [MailingState, State, Verdict])
def test_every_state_and_outcome_stands_in_the_glossary(kind: type[StrEnum]) -> None:
    titles = {MailingState: "a mailing", State: "a delivery", Verdict: "an attempt"}
    text = (DOCS / "glossary.md").read_text("utf-8")
    part = text.partition(f" of {titles[kind]}\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE) == [each.value for each in kind]


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_every_check_is_documented(rule: str) -> None:
    assert f"| `{rule}` |" in (DOCS / "checks.md").read_text("utf-8")


def test_every_room_stands_in_the_architecture() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    rooms = {room.strip() for layer in layers for room in layer.split("|")} - {"__main__"}
    text = (DOCS / "architecture.md").read_text("utf-8")
    table = text.partition("## Rooms\n")[2].partition("\n## ")[0]
    first_cells = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    assert {name for cell in first_cells for name in _INLINE.findall(cell)} == rooms


@pytest.mark.parametrize("picture", sorted((DOCS / "pictures").iterdir()), ids=named)
def test_a_picture_is_shown_and_small(picture: Path) -> None:
    assert picture.stat().st_size < LARGEST_PICTURE
    shown = [page for page in PAGES if f"pictures/{picture.name})" in page.read_text("utf-8")]
    assert shown, f"no page shows {picture.name}"


def test_the_quickstart_runs_as_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    newest = Path()
    for language, text in blocks(DOCS / "quickstart.md"):
        match language:
            case "toml":
                fill_in(Path("newsletter.toml"), text)
            case "markdown":
                newest.write_text(text, "utf-8")
            case "csv":
                Path("subscribers.csv").write_text(text, "utf-8")
            case "sh":
                for line in text.splitlines():
                    newest = typed(line, newest, monkeypatch)
            case _:
                raise AssertionError(f"what is to be done with {language}?")
    assert len(list(Path("outbox/new").iterdir())) == 3  # a test, and two readers
    assert "grace@example.net,suppress" in Path("suppressions.csv").read_text("utf-8")


def fill_in(settings: Path, lines: str) -> None:
    """Put each `key = value` in the place of the line that waits for it."""
    text = settings.read_text("utf-8")
    for line in lines.splitlines():
        key = line.partition(" = ")[0]
        text, count = re.subn(rf"^(# )?{key} = .*$", lambda _: line, text, flags=re.MULTILINE)  # noqa: B023
        assert count == 1, key
    settings.write_text(text, "utf-8")


def typed(line: str, newest: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Do what a line says; return the summary that was made last. The preview would not end."""
    words = shlex.split(line)
    if words[0] == "cd":
        monkeypatch.chdir(words[1])
        return newest
    if words[1] == "preview":
        return newest
    if words[1] == "send" and "--dry-run" not in words:
        words.append("--yes")  # where a person types y
    done = CliRunner().invoke(cli, words[1:])
    assert done.exit_code == 0, f"{line}\n{done.output}"
    return Path(done.stdout.strip()).absolute() if words[1] == "new" else newest
