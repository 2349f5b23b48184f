"""The same sources run compiled and interpreted, and never a mixture of old and new."""

from __future__ import annotations

import ast
import importlib
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from newsletter.basics.native import SOURCES

ROOT = Path(__file__).resolve().parent.parent
COMPILER = ROOT / "tools" / "compile.py"
NO_CC = "/no/such/cc"
COMPILED_LINE = "\n\nCompiled by mypyc."

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "tiny"
version = "1"

[tool.hatch.build.targets.wheel]
packages = ["tiny"]

[tool.hatch.build.targets.wheel.hooks.custom]
path = "tools/compile.py"
modules = ["tiny/core/*.py"]
"""
TINY = {
    "pyproject.toml": PYPROJECT,
    "tools/compile.py": COMPILER.read_text("utf-8"),
    "tiny/__init__.py": "",
    "tiny/basics/__init__.py": "",
    "tiny/basics/native.py": (ROOT / "newsletter" / "basics" / "native.py").read_text("utf-8"),
    "tiny/limits.py": "from typing import Final\n\nMOST: Final = 7\n",
    "tiny/core/__init__.py": "",
    "tiny/core/count.py": "def words(text: str) -> int:\n    return len(text.split())\n",
    "tiny/core/judge.py": """\
from tiny.core.count import words
from tiny.limits import MOST

def told(text: str) -> str:
    return f"{words(text)} of {MOST}"
""",
}
"""A package of two modules to compile, that use a third which is not."""

ASK = """\
from tiny.basics import native
from tiny.core import count, judge
kind = {"py": "interpreted"}.get(judge.__file__.rpartition(".")[2], "compiled")
print(kind, judge.told("three short words"), native.outdated(), sep="|")
"""

needs_mypyc = pytest.mark.stranger("mypyc")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project that was compiled in place."""
    root = tmp_path_factory.mktemp("made")
    for name, text in TINY.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert compile_(root).startswith("Compiled 2 modules in ")
    return root


@pytest.fixture
def tiny(made: Path, tmp_path: Path) -> Path:
    """Return a copy of its own of that project."""
    return shutil.copytree(made, tmp_path / "tiny-project")


def python(root: Path, *arguments: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run this Python in a folder that it also imports from."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def compile_(root: Path, **environ: str) -> str:
    done = python(root, "tools/compile.py", **environ)
    assert done.returncode == 0, done.stderr
    return done.stderr


def ask(root: Path) -> list[str]:
    """Return how the package runs, what it computes, and what it says of its sources."""
    done = python(root, "-c", ASK)
    assert done.stderr == ""
    return done.stdout.strip().split("|")


def pip(root: Path, *arguments: str | Path, **environ: str) -> None:
    offline = ("--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    done = python(root, "-m", "pip", *arguments, "--quiet", *offline, **environ)
    assert done.returncode == 0, done.stderr


def files(folder: Path) -> set[str]:
    """Return the compiled files of a folder, by the part of their names that is ours."""
    return {
        file.relative_to(folder).as_posix().partition(".")[0]
        for file in [*folder.rglob("*.so"), *folder.rglob("compiled.*.txt")]
    }


COMPILED = {
    "tiny/compiled",  # the list of sources
    "tiny/compiled__mypyc",
    "tiny/core/count",
    "tiny/core/judge",
}


@needs_mypyc
def test_the_script_compiles_beside_the_sources_and_leaves_nothing_else(tiny: Path) -> None:
    assert files(tiny) == COMPILED
    assert ask(tiny) == ["compiled", "3 of 7", "None"]
    assert {entry.name for entry in tiny.iterdir()} == {"pyproject.toml", "tiny", "tools"}


@needs_mypyc
def test_a_changed_source_is_named_and_compiling_again_takes_it_in(tiny: Path) -> None:
    judge = tiny / "tiny" / "core" / "judge.py"
    judge.write_text(judge.read_text("utf-8").replace(" of ", " from "), encoding="utf-8")
    kind, told, refusal = ask(tiny)
    assert (kind, told) == ("compiled", "3 of 7")
    assert refusal.startswith(f"error: {judge} was changed after it was compiled")
    compile_(tiny)
    assert ask(tiny) == ["compiled", "3 from 7", "None"]


@needs_mypyc
def test_a_neighbour_whose_constants_were_compiled_in_is_watched_as_well(tiny: Path) -> None:
    limits = tiny / "tiny" / "limits.py"
    limits.write_text("from typing import Final\n\nMOST: Final = 8\n", encoding="utf-8")
    assert ask(tiny)[2].startswith(f"error: {limits} was changed after it was compiled")


@needs_mypyc
def test_a_file_that_only_got_another_time_is_no_change(tiny: Path) -> None:
    os.utime(tiny / "tiny" / "limits.py", (1, 1))
    assert ask(tiny)[2] == "None"


@needs_mypyc
@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"CC": NO_CC}, f"Not compiled: no C compiler ({NO_CC})."),
        ({"CC": "/bin/false"}, "'/bin/false'"),
        ({"NEWSLETTER_PURE": "1"}, "Not compiled: NEWSLETTER_PURE is set."),
    ],
)
def test_where_it_cannot_compile_it_says_why_and_what_was_compiled_goes(
    environ: dict[str, str], told: str, tiny: Path
) -> None:
    said = compile_(tiny, **environ)
    assert told in said
    assert said.count("\n") == 1
    assert files(tiny) == set()
    assert ask(tiny) == ["interpreted", "3 of 7", "None"]


@needs_mypyc
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def words(text: str) -> int:\n    return text\n", "2: error: Incompatible return"),
        ("def words(text: str) -> int:\n    return (\n", "2: '(' was never closed.\n"),
    ],
)
def test_a_module_that_cannot_be_compiled_is_named_with_its_line(
    text: str, told: str, tiny: Path
) -> None:
    (tiny / "tiny" / "core" / "count.py").write_text(text, encoding="utf-8")
    said = compile_(tiny)
    assert said.startswith(f"Not compiled: tiny/core/count.py:{told}")
    assert files(tiny) == set()


def test_a_pattern_that_names_nothing_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    shutil.copy(COMPILER, tmp_path / "tools")
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    assert "wants compiled as 'tiny/core/*.py'" in python(tmp_path, "tools/compile.py").stderr


@needs_mypyc
def test_a_wheel_carries_its_own_compiled_files_inside_the_package(tiny: Path) -> None:
    pip(tiny, "wheel", ".", "--wheel-dir", "dist")
    [wheel] = (tiny / "dist").iterdir()
    here = f"cp{sys.version_info.major}{sys.version_info.minor}"
    assert wheel.name.startswith(f"tiny-1-{here}-{here}-")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tiny / "installed")
    assert {entry.name for entry in (tiny / "installed").iterdir()} == {"tiny", "tiny-1.dist-info"}
    assert files(tiny / "installed") == COMPILED
    assert ask(tiny / "installed") == ["compiled", "3 of 7", "None"]


@needs_mypyc
def test_a_wheel_made_of_a_source_archive_is_compiled_as_well(tiny: Path) -> None:
    python(tiny, "-m", "hatchling", "build", "-t", "sdist")
    python(tiny, "-m", "tarfile", "-e", "dist/tiny-1.tar.gz", "unpacked")
    pip(tiny, "wheel", "./unpacked/tiny-1", "--wheel-dir", "wheels")
    [wheel] = (tiny / "wheels").iterdir()
    assert not wheel.name.endswith("-none-any.whl")


@needs_mypyc
def test_an_editable_install_is_compiled_in_place(tiny: Path) -> None:
    compile_(tiny, NEWSLETTER_PURE="1")
    done = python(tiny, "-c", "from hatchling.build import build_editable; build_editable('dist')")
    assert done.returncode == 0, done.stderr
    assert files(tiny) == COMPILED


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        pytest.param({}, "['mypy~=2.4.1', 'setuptools>=80']", marks=needs_mypyc),
        ({"CC": NO_CC}, "[]"),
        ({"NEWSLETTER_PURE": "1"}, "[]"),
    ],
)
def test_mypyc_is_asked_for_only_where_there_is_a_compiler(
    environ: dict[str, str], asked: str
) -> None:
    ask_for = "from hatchling.build import *; print(get_requires_for_build_wheel())"
    assert python(ROOT, "-c", ask_for, **environ).stdout.strip() == asked


def hook_modules() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    hook = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["custom"]
    found = [file for each in hook["modules"] for file in ROOT.glob(each)]
    return sorted(
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in found
        if file.name != "__init__.py"
    )


def test_a_module_says_that_it_is_compiled_where_it_is_and_nowhere_else() -> None:
    says_so = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "newsletter").rglob("*.py")
        if (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").endswith(COMPILED_LINE)
    }
    assert says_so == {f"{name.replace('.', '/')}.py" for name in hook_modules()}


def test_the_way_of_a_message_runs_compiled_or_interpreted_but_whole() -> None:
    ends = {Path(importlib.import_module(name).__file__ or "").suffix for name in hook_modules()}
    assert ends == {".so" if SOURCES.exists() else ".py"}


def test_without_a_compiler_the_same_is_installed_and_sends(
    workspace: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    pip(tmp_path, "install", ROOT, "--target", site, CC=NO_CC)
    assert files(site) == set()
    program = ("-m", "newsletter", "-C", workspace)
    for command in (
        ("subscribers", "check"),
        ("build", "2026-11"),
        ("send", "2026-11", "--yes"),
        ("status", "2026-11"),
    ):
        done = python(site, *program, *command)
        assert done.returncode == 0, done.stderr
    assert len(list((workspace / "outbox" / "new").iterdir())) == 2


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """Return a checkout in which a source is not what was compiled."""
    root = tmp_path / "checkout"
    kept_out = shutil.ignore_patterns("*.so", "__pycache__", SOURCES.name)
    shutil.copytree(ROOT / "newsletter", root / "newsletter", ignore=kept_out)
    list_ = root / "newsletter" / SOURCES.name
    list_.write_text("0123456789abcdef smtp/session.py\n", encoding="utf-8")
    return root


def refusal(root: Path) -> str:
    session = root / "newsletter" / "smtp" / "session.py"
    return (
        f"error: {session} was changed after it was compiled, and its old code would run\n"
        "  Hint: python tools/compile.py compiles it again; so does installing newsletter again\n"
    )


def test_newsletter_refuses_to_run_beside_a_changed_source(edited: Path) -> None:
    done = python(edited, "-m", "newsletter", "--version")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", refusal(edited))


def test_the_tests_refuse_as_well(edited: Path) -> None:
    (edited / "tests").mkdir()
    for name in ("__init__.py", "conftest.py", "strangers.py", "test_leaves.py"):
        shutil.copy(ROOT / "tests" / name, edited / "tests")
    done = python(edited, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert done.returncode == 1
    assert refusal(edited).splitlines()[0] in done.stdout + done.stderr


def test_a_source_that_is_gone_counts_as_changed(edited: Path) -> None:
    (edited / "newsletter" / "smtp" / "session.py").unlink()
    assert python(edited, "-m", "newsletter", "--version").stderr == refusal(edited)


def test_without_compiled_files_there_is_nothing_to_refuse(edited: Path) -> None:
    (edited / "newsletter" / SOURCES.name).unlink()
    assert python(edited, "-m", "newsletter", "--version").stdout == "newsletter, version 0.1.0\n"
