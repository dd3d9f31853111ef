"""A scan that asked nobody is not one that found nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tools import scan

ARCHIVES = "bookworm\nbookworm-security\nReading package lists...\n"
OLD = "Inst libssl3 [3.0.20-1~deb12u2] (3.0.22-1~deb12u2 Debian-Security:12/oldstable-security [amd64]) []\n"
NEWER_BUT_NO_SECURITY_UPDATE = "Inst tzdata [2026a-0+deb12u1] (2026b-0+deb12u1 Debian:12.15/oldstable [all])\n"


def vulnerability(severity: str = "HIGH", fixed: str = "3.1.6") -> dict[str, Any]:
    found = {"PkgName": "jinja2", "InstalledVersion": "3.1.0", "VulnerabilityID": "CVE-2025-1", "Severity": severity}
    return found | ({"FixedVersion": fixed} if fixed else {})


def setting(status: str, severity: str) -> dict[str, Any]:
    return {"Title": "The image runs as root", "Status": status, "Severity": severity}


def report(**of_the_image: Any) -> dict[str, Any]:
    return {"Results": [{"Target": "due-process (debian 12)", **of_the_image}]}


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        (ARCHIVES, 0, "every security update is in"),
        (ARCHIVES + NEWER_BUT_NO_SECURITY_UPDATE, 0, "every security update is in"),
        (ARCHIVES + OLD, 1, "libssl3 3.0.20-1~deb12u2 is mended in 3.0.22-1~deb12u2"),
        (ARCHIVES + OLD + NEWER_BUT_NO_SECURITY_UPDATE, 1, "Debian's packages: 1 with a security update"),
        ("bookworm\nReading package lists...\n", 3, "NOT SCANNED: the image does not name the archive"),
        (None, 3, "NOT SCANNED: the archive cannot be reached"),
    ],
)
def test_what_the_archive_says(said: str | None, code: int, words: str) -> None:
    found, sentences = scan.of_the_archive(said)
    assert found == code
    assert words in " ".join(sentences)


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (report(), 0, "nothing grave"),
        ({"Results": None}, 0, "nothing grave"),
        (report(Vulnerabilities=[vulnerability()]), 1, "jinja2 3.1.0: CVE-2025-1, mended in 3.1.6"),
        (report(Vulnerabilities=[vulnerability("CRITICAL"), vulnerability("LOW")]), 1, "1 flaws. 1 less grave"),
        (report(Vulnerabilities=[vulnerability(fixed="")]), 0, "not mended by anybody yet"),
        (report(Secrets=[{"Title": "Asymmetric Private Key"}]), 1, "Asymmetric Private Key (a secret)"),
        (report(Misconfigurations=[setting("FAIL", "HIGH")]), 1, "The image runs as root"),
        (report(Misconfigurations=[setting("PASS", "HIGH")]), 0, "nothing grave"),
        (report(Misconfigurations=[setting("FAIL", "LOW")]), 0, "1 less grave"),
        (None, 3, "NOT SCANNED: it gave no report"),
    ],
)
def test_what_a_report_means(given: dict[str, Any] | None, code: int, words: str) -> None:
    found, sentences = scan.verdict(given)
    assert found == code
    assert words in " ".join(sentences)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, ...], dict[str, Any] | None]:
    """Trivy's reports, by what it is asked to look for; without an entry it gives none."""
    given: dict[tuple[str, ...], dict[str, Any] | None] = {}
    monkeypatch.setattr(scan, "trivy", lambda: Path("trivy"))
    monkeypatch.setattr(scan, "asked_of_trivy", lambda _, __, *scanners: given.get(scanners))
    return given


def test_without_its_list_trivy_still_looks_for_the_rest(
    answers: dict[tuple[str, ...], dict[str, Any] | None],
) -> None:
    answers["secret", "misconfig"] = report()
    code, sentences = scan.of_trivy("due-process")
    assert code == 3
    assert "NOT SCANNED for vulnerabilities" in sentences[-1]
    answers["secret", "misconfig"] = report(Secrets=[{"Title": "Asymmetric Private Key"}])
    assert scan.of_trivy("due-process")[0] == 1
    answers["vuln", "secret", "misconfig"] = report()
    assert scan.of_trivy("due-process")[0] == 0


def test_no_trivy_is_no_good_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "trivy", lambda: None)
    code, sentences = scan.of_trivy("due-process")
    assert code == 3
    assert "NOT SCANNED" in sentences[0]
