# ruff: noqa: INP001 - a script, and a hook that hatchling loads by its path
"""Compile modules where the package is installed: a build hook for hatchling, and a script.

The same sources run both ways. mypyc makes C of the modules that pyproject.toml names; where
there is no compiler, no Python.h, or anything else is in the way, one line says so and the
package is installed as it is: slower, and otherwise the same.

    pip install .                 the wheel carries the compiled modules and is tagged for here
    pip install -e .              they stand beside their sources
    python tools/compile.py       the same again, after an edit
    NEWSLETTER_PURE=1             in front of any of these: compile nothing

Python prefers a compiled module to its source, however old. So beside the package stands a list
of what was read, with a hash of each file; `newsletter/basics/native.py` refuses to run a mixture.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
import time
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:
    sys.exit("error: hatchling is not here\n  Hint: make, or pip install -e . once more")

NEEDED = ["mypy~=2.4.1", "setuptools>=80"]
"""A compiler of what sends mail is the one that was tested."""

SUFFIX: str = sysconfig.get_config_var("EXT_SUFFIX")
"""Of a compiled module, for this Python alone: `.cpython-311-x86_64-linux-gnu.so`."""

SOURCES = f"compiled.{sys.implementation.cache_tag}.txt"
"""The list of what was read, in the package's folder; `newsletter.basics.native` reads it."""

_MYPY = [
    "--config-file=",
    f"--cache-dir={os.devnull}",
    "--ignore-missing-imports",
    "--follow-imports=silent",
    "--no-site-packages",
]
"""What is compiled does not depend on what else is installed here."""


class CompileHook(BuildHookInterface[Any]):
    """Puts the compiled modules into a wheel, or beside the sources of an editable install."""

    def dependencies(self) -> list[str]:
        """Ask for a compiler's other half only where there is the first."""
        return [] if obstacle() else NEEDED

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the wheel is made; a wheel without compiled files stays a pure one."""
        root, patterns = Path(self.root), self.config["modules"]
        if version == "editable":
            self.app.display_info(compile_in_place(root, patterns))
            return
        self._folder = tempfile.TemporaryDirectory()
        files, told = compiled(root, patterns, Path(self._folder.name))
        self.app.display_info(told)
        if files:
            build_data |= {"pure_python": False, "infer_tag": True}
            build_data["force_include"] |= {str(file): name for name, file in files.items()}

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - hatchling's signature
        """Drop the folder that the wheel was filled from."""
        if version != "editable":
            self._folder.cleanup()


def compile_in_place(root: Path, patterns: list[str]) -> str:
    """Replace the compiled files beside the sources by new ones, or by none; tell which.

    A running process keeps the files that it has opened: each is a new one under the old name.
    The list goes first and comes first, so that no compiled file ever stands there without it.
    """
    with tempfile.TemporaryDirectory() as folder:
        files, told = compiled(root, patterns, Path(folder))
        package = root / Path(patterns[0]).parts[0]
        for old in package.rglob(f"*{SUFFIX}"):
            old.unlink()
        (package / SOURCES).unlink(missing_ok=True)
        for name, file in files.items():
            beside = root / f"{name}.new"
            shutil.copyfile(file, beside)
            beside.replace(root / name)
    return told


def compiled(root: Path, patterns: list[str], folder: Path) -> tuple[dict[str, Path], str]:
    """Compile into a folder; return what it made, by its place in the project, and one line.

    The list of sources comes first, then the library that all modules share.
    """
    modules = matching(root, patterns)
    began = time.monotonic()
    try:
        listed = sources(root, modules)  # before mypy reads: an edit meanwhile is an edit after
    except SyntaxError as error:
        return {}, f"Not compiled: {error.filename}:{error.lineno}: {error.msg}."
    if reason := obstacle() or _run(root, folder, modules):
        return {}, f"Not compiled: {reason}. The same sources run interpreted, slower."
    package = modules[0].parts[0]
    list_ = folder / SOURCES
    list_.write_text(listed, encoding="utf-8")
    made = sorted(folder.rglob(f"*{SUFFIX}"), key=lambda file: "__mypyc" not in file.name)
    files = {f"{package}/{SOURCES}": list_} | {
        file.relative_to(folder).as_posix(): file for file in made
    }
    size = sum(file.stat().st_size for file in made) / 1e6
    seconds = time.monotonic() - began
    return files, f"Compiled {len(modules)} modules in {seconds:.0f} s ({size:.1f} MB)."


def obstacle() -> str | None:
    """Return why compiling need not be tried, or None."""
    command = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")[0]
    header = Path(sysconfig.get_path("include"), "Python.h")
    if os.environ.get("NEWSLETTER_PURE"):
        return "NEWSLETTER_PURE is set"
    if sys.implementation.name != "cpython":
        return f"{platform.python_implementation()} is not CPython"
    if shutil.which(command) is None:
        return f"no C compiler ({command})"
    if not header.exists():
        return f"no {header} (on Debian: apt-get install python3-dev)"
    return None


def matching(root: Path, patterns: list[str]) -> list[Path]:
    """Return the modules that the patterns name, from the root; a package's __init__ is none."""
    found: dict[Path, None] = {}
    for pattern in patterns:
        files = [file.relative_to(root) for file in sorted(root.glob(pattern))]
        if not files:
            message = f"nothing is there that pyproject.toml wants compiled as {pattern!r}"
            raise FileNotFoundError(message)
        found |= dict.fromkeys(file for file in files if file.name != "__init__.py")
    return list(found)


def sources(root: Path, modules: list[Path]) -> str:
    """Return a hash and the path in the package of each file that the compiled code depends on.

    Those are the modules, and what they import, and so on: constants and types of a neighbour
    stand in the compiled code, too. The hash is Python's own for sources (PEP 552).
    """
    seen = dict.fromkeys(modules)
    waiting = list(modules)
    while waiting:
        new = [file for file in _imports(root, waiting.pop()) if file not in seen]
        seen |= dict.fromkeys(new)
        waiting += new
    package = modules[0].parts[0]
    return "".join(
        f"{importlib.util.source_hash((root / file).read_bytes()).hex()}"
        f" {file.relative_to(package).as_posix()}\n"
        for file in sorted(seen)
    )


def _imports(root: Path, module: Path) -> Iterator[Path]:
    """Yield the files of the project that a module imports."""
    for node in ast.walk(ast.parse((root / module).read_bytes(), str(module))):
        names: Iterable[str] = ()
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            place = Path(*name.split("."))
            for file in (place.with_suffix(".py"), place / "__init__.py"):
                if (root / file).is_file():
                    yield file


def _run(root: Path, folder: Path, modules: list[Path]) -> str | None:
    """Compile in a process of its own; return what went wrong, in one line."""
    command = [sys.executable, __file__, str(folder), *map(str, modules)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode == 0:
        return None
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    wrong = [line for line in lines if " error: " in line] or lines[-1:]
    line = (wrong or [f"the compiler ended with {done.returncode}"])[0]
    return textwrap.shorten(line, 160, placeholder=" ...").rstrip(".")


def _extend(folder: Path, modules: list[str]) -> None:
    """Compile modules, named from here, into a folder: one library, and a door to each module.

    The library stands in the package, under a name that says what it is: mypyc's own choice is a
    hash at the top of site-packages. A warning of a C compiler newer than mypyc is no error.
    """
    from mypyc.build import mypycify
    from setuptools import Distribution

    package = Path(modules[0]).parts[0]
    with tempfile.TemporaryDirectory() as temporary:
        extensions = mypycify(
            [*_MYPY, *modules],
            opt_level="3",
            debug_level="0",
            group_name=f"{package}.compiled",
            target_dir=temporary,
        )
        for extension in extensions:
            extension.extra_compile_args = [*extension.extra_compile_args, "-Wno-error"]
            if sys.platform == "linux":
                extension.extra_link_args.append("-s")
        command = Distribution({"name": package, "ext_modules": extensions}).get_command_obj(
            "build_ext"
        )
        command.build_lib = str(folder)
        command.build_temp = temporary
        command.parallel = os.cpu_count()
        command.ensure_finalized()
        command.run()


def main() -> None:
    """Compile in place, or, with a folder and modules, into the folder."""
    if len(sys.argv) > 1:
        _extend(Path(sys.argv[1]), sys.argv[2:])
        return
    root = Path(__file__).resolve().parent.parent
    settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    hook = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["custom"]
    print(compile_in_place(root, hook["modules"]), file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
