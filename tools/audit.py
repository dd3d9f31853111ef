"""Known vulnerabilities of the packages we install, and the list of them (SBOM).

``python tools/audit.py audit`` asks public services about each package of the lock files, Python's and Node's. It ends
with 0 if all were asked about and none is known to be vulnerable, with 1 if one is, and with 3 if it could not ask:
that is no good news.
``python tools/audit.py sbom`` writes build/sbom.json, CycloneDX, of what the image holds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from workers.checks.node import node_program, npm_program

PROJECT = Path(__file__).resolve().parent.parent
TOOLS = PROJECT / "build" / "audit-tools"
PINNED = ("pip-audit==2.10.1", "cyclonedx-bom==7.5.0")
LOCKS = ("requirements.production.lock", "requirements.lock")
NODE_LOCKS = ("workers/checks/node", "tools/node", "tools/element_templates")
"""Folders of a package-lock.json; none of them is in the image."""
SBOM = PROJECT / "build" / "sbom.json"

CLEAN, VULNERABLE, NOT_ASKED = 0, 1, 3


def verdict(report: dict[str, Any] | None) -> tuple[int, list[str]]:
    """What a report of pip-audit means: the exit code, and the sentences to print.

    pip-audit itself counts a package it could not ask about as in order.

    :param report: its JSON; None if it gave none.
    """
    if report is None:
        return NOT_ASKED, ["NOT AUDITED: no service that knows vulnerabilities answers. Nothing was found out."]
    packages = report["dependencies"]
    found = [
        f"{package['name']} {package['version']}: {flaw['id']}, "
        f"mended in {', '.join(flaw['fix_versions']) or 'no version yet'}"
        for package in packages
        for flaw in package.get("vulns", [])
    ]
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    if found:
        return VULNERABLE, [*found, f"{len(found)} known vulnerabilities."]
    if len(skipped) == len(packages):
        return NOT_ASKED, ["NOT AUDITED: the service knows none of the packages, so it is not the public one."]
    if skipped:
        return NOT_ASKED, [f"NOT AUDITED: {', '.join(skipped)}. None of the others is known to be vulnerable."]
    return CLEAN, [f"{len(packages)} packages, none known to be vulnerable."]


def verdict_of_npm(report: dict[str, Any] | None) -> tuple[int, list[str]]:
    """What a report of ``npm audit`` means: the exit code, and the sentences to print.

    :param report: its JSON; None if it gave none.
    """
    if report is None or "vulnerabilities" not in report:
        return NOT_ASKED, ["NOT AUDITED: the package registry answers no questions about vulnerabilities."]
    if report["vulnerabilities"]:
        found = [
            f"{name} {flaw['range']}: {flaw['severity']}" for name, flaw in sorted(report["vulnerabilities"].items())
        ]
        return VULNERABLE, [*found, f"{len(found)} known vulnerabilities."]
    return CLEAN, [f"{report['metadata']['dependencies']['total']} packages, none known to be vulnerable."]


def audit() -> int:
    """Audit all lock files; the worst result counts."""
    answers = [(lock, *verdict(_asked(_pip_audit(lock)))) for lock in LOCKS]
    answers += [(folder, *verdict_of_npm(_asked(_npm_audit(folder)))) for folder in NODE_LOCKS]
    for lock, _, sentences in answers:
        for sentence in sentences:
            print(f"{lock}: {sentence}")
    codes = [code for _, code, _ in answers]
    return VULNERABLE if VULNERABLE in codes else max(codes)


def _pip_audit(lock: str) -> tuple[str, ...]:
    words = ("--disable-pip", "--require-hashes", "--requirement", str(PROJECT / lock), "--format", "json")
    return (_tool("pip-audit"), *words, "--progress-spinner", "off")


def _npm_audit(folder: str) -> tuple[str, ...]:
    place = ("--prefix", str(PROJECT / folder))
    return (str(node_program()), str(npm_program()), "audit", *place, "--package-lock-only", "--json")


def _asked(command: tuple[str, ...]) -> dict[str, Any] | None:
    """The report a command prints, whatever it ends with; None if it prints none."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return None
    return report


def sbom() -> int:
    """Write the list of what the image holds."""
    SBOM.parent.mkdir(parents=True, exist_ok=True)
    words = ("requirements", "--pyproject", str(PROJECT / "pyproject.toml"), "--output-reproducible", "--validate")
    subprocess.run(  # noqa: S603
        (_tool("cyclonedx-py"), *words, "--output-file", str(SBOM), str(PROJECT / LOCKS[0])),
        check=True,
        stderr=subprocess.DEVNULL,
    )
    components = json.loads(SBOM.read_text("utf-8"))["components"]
    print(f"{SBOM.relative_to(PROJECT)}: {len(components)} packages, each with its hashes.")
    return CLEAN


def _tool(name: str) -> str:
    tool = TOOLS / "bin" / name
    if not tool.exists():
        venv.create(TOOLS, with_pip=True, clear=True)
        subprocess.run((str(TOOLS / "bin" / "python"), "-m", "pip", "install", "--quiet", *PINNED), check=True)  # noqa: S603
    return str(tool)


if __name__ == "__main__":
    sys.exit({"audit": audit, "sbom": sbom}[sys.argv[1]]())
