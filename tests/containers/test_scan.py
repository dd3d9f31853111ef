"""The scan of an image, on ours and on one with a flaw."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.containers.docker import build
from tools import scan


def test_our_image_has_no_flaw(our_image: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = scan.main([our_image])
    assert code in (scan.CLEAN, scan.NOT_ASKED), capsys.readouterr().out


@pytest.mark.skipif(scan.trivy() is None, reason="Trivy is not installed: python tools/scan.py --get-trivy")
def test_a_key_left_in_an_image_is_found(our_image: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = tmp_path / "deploy.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    (tmp_path / "Dockerfile").write_text(f"FROM {our_image}\nCOPY deploy.pem /opt/deploy.pem\n", "utf-8")
    build(tmp_path, "due-process-test/careless:latest")
    assert scan.main(["due-process-test/careless:latest"]) == scan.FLAWED
    assert "Private Key (a secret)" in capsys.readouterr().out
