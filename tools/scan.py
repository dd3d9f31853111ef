"""What is known to be wrong with an image: old packages, vulnerabilities, secrets, careless settings.

``python tools/scan.py IMAGE`` asks two: the archive of the image's own Debian, whether it has mended packages that the
image holds in an older version, and Trivy, if it is installed, about the rest. It ends with 0 if both were asked and
found nothing, with 1 if one found something, and with 3 if something could not be asked: that is no good news.

``python tools/scan.py --get-trivy`` builds Trivy from its source, if Go is here, and keeps it in the cache.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from workers.settings import Settings

CLEAN, FLAWED, NOT_ASKED = 0, 1, 3

TRIVY = "0.74.0"
LONGEST = 3000.0
"""Seconds to build it."""
TRIVY_SOURCE = f"github.com/aquasecurity/trivy/cmd/trivy@v{TRIVY}"
WITHOUT_VULNERABILITIES = ("secret", "misconfig")
GRAVE = ("HIGH", "CRITICAL")
MENDED = re.compile(
    r"^Inst (?P<name>\S+) (?:\[(?P<has>[^]]+)\] )?\((?P<mended>\S+) .*security", re.IGNORECASE | re.MULTILINE
)
SHOW_ARCHIVES = "apt-get indextargets --format '$(RELEASE)'"
ASK_THE_ARCHIVE = f"apt-get update -qq --error-on=any && {SHOW_ARCHIVES} && apt-get --simulate -q dist-upgrade"


def main(arguments: list[str]) -> int:
    """Scan one image, or get Trivy."""
    if arguments == ["--get-trivy"]:
        return get_trivy()
    if len(arguments) != 1:
        print("Say which image: python tools/scan.py IMAGE")
        return 2
    (image,) = arguments
    findings = [of_the_archive(asked_of_the_archive(image)), of_trivy(image)]
    for _, sentences in findings:
        for sentence in sentences:
            print(sentence)
    codes = [code for code, _ in findings]
    return FLAWED if FLAWED in codes else max(codes)


def asked_of_the_archive(image: str) -> str | None:
    """What apt says in the image, as root and changing nothing; None if it reaches no archive."""
    root = ("--rm", "--network", "host", "--user", "0:0", "--entrypoint", "sh")
    command = ("docker", "run", *root, image, "-c", ASK_THE_ARCHIVE)
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout if done.returncode == 0 else None


def of_the_archive(said: str | None) -> tuple[int, list[str]]:
    """What an answer of apt means: the exit code, and the sentences to print."""
    if said is None:
        return NOT_ASKED, ["Debian's packages: NOT SCANNED: the archive cannot be reached from the image."]
    if "security" not in said.lower():
        return NOT_ASKED, ["Debian's packages: NOT SCANNED: the image does not name the archive of security updates."]
    old = [f"{found['name']} {found['has'] or ''} is mended in {found['mended']}" for found in MENDED.finditer(said)]
    if old:
        return FLAWED, [
            *old,
            f"Debian's packages: {len(old)} with a security update. Build again on a newer base image.",
        ]
    return CLEAN, ["Debian's packages: every security update is in."]


def of_trivy(image: str) -> tuple[int, list[str]]:
    """What Trivy finds; without its list of vulnerabilities it looks for the rest."""
    program = trivy()
    if program is None:
        return NOT_ASKED, ["Trivy: NOT SCANNED: it is not installed, neither here nor by `tools/scan.py --get-trivy`."]
    report = asked_of_trivy(program, image, "vuln", *WITHOUT_VULNERABILITIES)
    if report is not None:
        return verdict(report)
    code, sentences = verdict(asked_of_trivy(program, image, *WITHOUT_VULNERABILITIES))
    return FLAWED if code == FLAWED else NOT_ASKED, [
        *sentences,
        "Trivy: NOT SCANNED for vulnerabilities: its list of them cannot be fetched here.",
    ]


def asked_of_trivy(program: Path, image: str, *scanners: str) -> dict[str, Any] | None:
    """Trivy's report; None if it gave none."""
    words = ("--scanners", ",".join(scanners), "--image-config-scanners", ",".join(WITHOUT_VULNERABILITIES))
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "report.json"
        subprocess.run(  # noqa: S603
            (str(program), "image", "--quiet", "--format", "json", "--output", str(output), *words, image),
            stderr=subprocess.DEVNULL,
            check=False,
        )
        return json.loads(output.read_text("utf-8")) if output.exists() else None


def verdict(report: dict[str, Any] | None) -> tuple[int, list[str]]:
    """What a report of Trivy means: the exit code, and the sentences to print.

    Only what is grave and has a remedy is a flaw: a vulnerability that nobody has mended yet is told, no more.
    """
    if report is None:
        return NOT_ASKED, ["Trivy: NOT SCANNED: it gave no report."]
    flaws, others = [], 0
    for result in report.get("Results") or []:
        for one in result.get("Vulnerabilities") or []:
            if one["Severity"] in GRAVE and one.get("FixedVersion"):
                place = f"{one['PkgName']} {one['InstalledVersion']}"
                flaws.append(f"{place}: {one['VulnerabilityID']}, mended in {one['FixedVersion']}")
            else:
                others += 1
        flaws += [f"{result['Target']}: {one['Title']} (a secret)" for one in result.get("Secrets") or []]
        for one in result.get("Misconfigurations") or []:
            if one["Status"] == "FAIL" and one["Severity"] in GRAVE:
                flaws.append(f"{result['Target']}: {one['Title']}")
            elif one["Status"] == "FAIL":
                others += 1
    more = f" {others} less grave, or not mended by anybody yet." if others else ""
    if flaws:
        return FLAWED, [*flaws, f"Trivy: {len(flaws)} flaws.{more}"]
    return CLEAN, [f"Trivy: nothing grave that can be mended.{more}"]


def trivy() -> Path | None:
    """Trivy's program: one that is installed, or the one in the cache."""
    if installed := shutil.which("trivy"):
        return Path(installed)
    return _kept() if _kept().exists() else None


def get_trivy() -> int:
    """Build Trivy into the cache, once; the checksum database of Go vouches for the source."""
    if trivy() is not None:
        return CLEAN
    if shutil.which("go") is None:
        print("Trivy is not installed, and Go is not here to build it.")
        return NOT_ASKED
    kept = _kept()
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="due-process-trivy-", dir=kept.parent) as folder:
        room = {"GOPATH": f"{folder}/path", "GOCACHE": f"{folder}/cache", "GOBIN": f"{folder}/bin", "GOTMPDIR": folder}
        how = {"GOEXPERIMENT": "jsonv2", "GOFLAGS": "-modcacherw", "CGO_ENABLED": "0"}
        command = ("go", "install", "-p", "1", TRIVY_SOURCE)
        try:
            subprocess.run(command, env=os.environ | room | how, stderr=subprocess.PIPE, check=True, timeout=LONGEST)  # noqa: S603
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            print(f"Trivy could not be built: {error}\n{(error.stderr or b'')[-2000:].decode(errors='replace')}")
            return NOT_ASKED
        (Path(folder) / "bin" / "trivy").replace(kept)
    return CLEAN


def _kept() -> Path:
    return Settings().cache_dir / "tools" / f"trivy-{TRIVY}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
