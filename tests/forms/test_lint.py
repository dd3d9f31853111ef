"""The diagrams and forms are as the Modeler's own rules want them, for the engine we run and the newest one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.forms.node import run_node_script
from workers.settings import Settings

BPMN = Settings().bpmn_dir
FILES = sorted(file for suffix in ("bpmn", "form") for file in BPMN.rglob(f"*.{suffix}"))


@pytest.fixture(scope="session")
def findings() -> dict[Path, list[str]]:
    found: dict[Path, list[str]] = {file: [] for file in FILES}
    for finding in json.loads(run_node_script("lint.mjs", *map(str, FILES))):
        where = f"{finding['element']}: " if finding["element"] else ""
        found[Path(finding["file"])].append(f"{where}{finding['message']} ({finding['rules']}, {finding['rule']})")
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(BPMN)))
def test_nothing_is_found(file: Path, findings: dict[Path, list[str]]) -> None:
    assert not findings[file], "\n".join(findings[file])


def test_the_linter_finds_what_is_wrong(tmp_path: Path) -> None:
    diagram = tmp_path / "nameless.bpmn"
    diagram.write_text(
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">'
        '<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="StartEvent_Nameless" /></bpmn:process>'
        "</bpmn:definitions>",
        encoding="utf-8",
    )
    form = tmp_path / "upload.form"
    form.write_text(
        json.dumps(
            {
                "id": "upload",
                "type": "default",
                "schemaVersion": 16,
                "executionPlatform": "Camunda Cloud",
                "executionPlatformVersion": "8.6.0",
                "components": [{"type": "filepicker", "id": "Field_File", "key": "file", "label": "File"}],
            }
        ),
        encoding="utf-8",
    )
    found = json.loads(run_node_script("lint.mjs", str(diagram), str(form)))
    assert ("recommended", "label-required", "StartEvent_Nameless") in {
        (finding["rules"], finding["rule"], finding["element"]) for finding in found
    }
    assert any(finding["element"] == "Field_File" for finding in found)
