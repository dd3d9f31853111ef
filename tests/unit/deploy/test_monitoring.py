"""Alerts and dashboard ask only for numbers that the worker gives, and the alerts say what they should."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from workers.runtime.metrics import Metrics
from workers.settings import PROJECT

PROMETHEUS = PROJECT / "deploy" / "prometheus"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((PROMETHEUS / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
DASHBOARD: dict[str, Any] = json.loads((PROJECT / "deploy" / "grafana" / "due-process.json").read_text("utf-8"))
FAMILIES = re.compile(r"\bdueprocess_[a-z_]+\b")
OUTCOME = re.compile(r'outcome[!=]?[~=]"([^"]+)"')


@pytest.fixture(scope="module")
def samples() -> set[str]:
    """The names of all samples a worker gives."""
    metrics = Metrics()
    metrics.reported("send_notice", "completed")
    metrics.ran("send_notice", 0.1)
    metrics.follow_lane("send_notice", lambda: 1, lambda: 0)
    for follow in (metrics.follow_engine, metrics.follow_database, metrics.follow_mail_server, metrics.follow_outbox):
        follow(lambda: 1)
    return {
        sample.name for family in text_string_to_metric_families(metrics.text().decode()) for sample in family.samples
    }


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression, with what asks it."""
    for rule in RULES:
        yield rule["alert"], rule["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


@pytest.mark.parametrize(("asks", "expression"), list(expressions()))
def test_every_number_asked_for_is_given(asks: str, expression: str, samples: set[str]) -> None:
    named = set(FAMILIES.findall(expression))
    assert named, asks
    assert named <= samples


def test_every_number_given_is_looked_at(samples: set[str]) -> None:
    asked = {name for _, expression in expressions() for name in FAMILIES.findall(expression)}
    beside = {name for name in samples if name.endswith(("_created", "_sum"))}
    assert samples - beside == asked


@pytest.mark.parametrize(("asks", "expression"), list(expressions()))
def test_every_outcome_named_is_one_there_is(asks: str, expression: str) -> None:
    operations = (PROJECT / "docs" / "operations.md").read_text("utf-8")
    for named in OUTCOME.findall(expression):
        for outcome in named.split("|"):
            assert f"`{outcome}`" in operations, asks


def test_every_alert_leads_to_its_part_of_the_runbook() -> None:
    runbook = (PROJECT / "docs" / "runbook.md").read_text("utf-8")
    headings = re.findall(r"^#+ (.*)$", runbook, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for rule in RULES:
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert page == "docs/runbook.md"
        assert anchor in anchors, rule["alert"]


def test_every_panel_has_a_place_of_its_own() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        for cell in ((x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])):
            assert cell not in taken, f"{panel['title']} lies over {taken[cell]}"
            taken[cell] = panel["title"]
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_every_alert_is_played() -> None:
    played = yaml.safe_load((PROMETHEUS / "alerts_test.yml").read_text("utf-8"))["tests"]
    named = [case for test in played for case in test["alert_rule_test"]]
    for rule in RULES:
        heard = [bool(case.get("exp_alerts")) for case in named if case["alertname"] == rule["alert"]]
        assert True in heard, f"nothing shows that {rule['alert']} is raised"
        if rule["alert"] != "DueProcessWorkerMissing":
            assert False in heard, f"nothing shows that {rule['alert']} keeps quiet"


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool (Debian package prometheus) is not installed")
@pytest.mark.parametrize("words", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")])
def test_prometheus_itself_agrees(words: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *words], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
