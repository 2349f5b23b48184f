"""The samples as emails, each compiled once, with our MJML compiler or another one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from newsletter.basics.shipped import TEMPLATES
from newsletter.render import parts
from newsletter.render.compile import compile_issue
from newsletter.render.compiled import CompiledIssue
from newsletter.render.mjml import to_html
from newsletter.workspace import Workspace, open_workspace
from tests.browser.issues import MONTH, Sample, samples
from tests.render.conftest import read

NAMES = tuple(sample.name for sample in samples("default"))
TEMPLATE_NAMES = tuple(sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir()))
"""Every template that ships, also one that is added later."""

every_sample = pytest.mark.parametrize("name", NAMES)
every_template = pytest.mark.parametrize("template", TEMPLATE_NAMES)


def sample(name: str, template: str) -> Sample:
    """Return a sample by its name."""
    return next(each for each in samples(template) if each.name == name)


def write(files: dict[str, str], root: Path) -> Workspace:
    """Write a workspace's files and open it."""
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return open_workspace(root)


def compiled(files: dict[str, str]) -> CompiledIssue:
    """Return what the program makes of a workspace's one issue."""
    with TemporaryDirectory() as folder:
        workspace = write(files, Path(folder))
        issue = workspace.issue(MONTH)
        return compile_issue(
            issue,
            workspace.library().of(issue),
            workspace.settings,
            template_folders=(TEMPLATES,),
            nonce="n0nce",
        )


def html_of(name: str, template: str) -> str:
    """Return a sample's HTML as a reader gets it."""
    return _made(name, template)[1]


def mjml_of(name: str, template: str) -> str:
    """Return the MJML that a sample's HTML was made of."""
    return _made(name, template)[0]


@cache
def _made(name: str, template: str) -> tuple[str, str]:
    sources: list[str] = []

    def noting(source: str) -> str:
        sources.append(source)
        return to_html(source)

    html = html_by(noting, name, template)
    return sources[0], html


def html_by(compiler: Callable[[str], str], name: str, template: str) -> str:
    """Return a sample's HTML made with an MJML compiler, and everything else the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "to_html", compiler)
        return read(compiled(sample(name, template).files).html)
