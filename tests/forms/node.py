"""Node.js and the packages under ``tools``: installed when missing or out of date."""

from __future__ import annotations

from pathlib import Path

from workers.checks.node import installed_packages, node_program, run_script
from workers.settings import PROJECT

TOOLS = PROJECT / "tools" / "node"
NODE = node_program()


def install_node_tools(tools: Path = TOOLS) -> Path:
    """Install exactly what the folder's ``package-lock.json`` names, unless it is there already.

    :returns: the folder.
    :raises NodeProblem: the packages cannot be had; the message ends with what npm said.
    """
    return installed_packages(tools, tools)


def run_node_script(name: str, *arguments: str, tools: Path = TOOLS) -> str:
    """Run a script of the folder and give what it prints.

    :raises NodeProblem: it failed; the message is what it wrote to standard error.
    """
    return run_script(install_node_tools(tools), name, *arguments)
