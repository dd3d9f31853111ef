"""The file the engine reads the rights from."""

from __future__ import annotations

from pathlib import Path

import yaml

from workers.checks.project import Project
from workers.rights.identity import configuration
from workers.settings import PROJECT

RIGHTS_FILE = PROJECT / "deploy" / "camunda" / "rights.yaml"

HEAD = """\
# Written by `dueprocess rights` from the diagrams. Change those instead, and write it again.
#
# The engine reads it at the start and creates what is missing. It never changes or removes what it has created:
# docs/production.md, "People and rights", says what to do when a right is withdrawn.
"""


def text_of(project: Project) -> str:
    """The whole file.

    :raises RightsError: see :func:`workers.rights.identity.configuration`.
    """
    content = {"camunda": {"security": {"initialization": configuration(project)}}}
    return HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)


def is_current(project: Project, file: Path = RIGHTS_FILE) -> bool:
    """Whether the file says what the diagrams say now."""
    return file.is_file() and file.read_text("utf-8") == text_of(project)
