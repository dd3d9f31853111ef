"""The Modeler's own rules, for the engine we run and the newest one, find what they should."""

from __future__ import annotations

import json
from pathlib import Path

from workers.checks.node import check_packages, run_script
from workers.settings import Settings


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
    folder = check_packages(Settings().cache_dir)
    found = json.loads(run_script(folder, "lint.mjs", str(diagram), str(form)))
    assert ("recommended", "label-required", "StartEvent_Nameless") in {
        (finding["rules"], finding["rule"], finding["element"]) for finding in found
    }
    assert any(finding["element"] == "Field_File" for finding in found)
