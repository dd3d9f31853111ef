"""The form filler lets a test do what a person in Tasklist can do, and nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.forms.form_filler import FormFiller, FormRefused

NOW = datetime(2025, 3, 3, 9, tzinfo=ZoneInfo("Europe/London"))


def form(*components: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "outcome",
        "type": "default",
        "schemaVersion": 16,
        "components": [{"id": f"Field_{number}", **component} for number, component in enumerate(components)],
    }


TEXT = {"type": "text", "text": "Appeal of {{employee}}, due {{due}}"}
NAME = {"type": "textfield", "key": "name", "label": "Name", "validate": {"required": True}}
OUTCOME = {
    "type": "radio",
    "key": "outcome",
    "label": "Outcome",
    "values": [{"label": "Confirmed", "value": "confirmed"}, {"label": "Revoked", "value": "revoked"}],
}
REASON = {
    "type": "textarea",
    "key": "statement.reason",
    "label": "Reason",
    "conditional": {"hide": '=outcome != "revoked"'},
    "validate": {"required": True, "minLength": 5},
}
DAYS = {"type": "number", "key": "days", "label": "Days", "decimalDigits": 0, "validate": {"min": 1, "max": 5}}
DAY = {"type": "datetime", "subtype": "date", "key": "day", "dateLabel": "Day"}
MANAGER = {"type": "select", "key": "manager", "label": "Manager", "valuesExpression": "=people"}
NUMBER = {"type": "textfield", "key": "case_reference", "label": "Case", "readonly": True}
SIZE = {
    "type": "expression",
    "key": "size",
    "computeOn": "change",
    "expression": '=if days > 3 then "long" else "short"',
}
ROWS = {
    "type": "dynamiclist",
    "path": "colleagues",
    "label": "Colleagues",
    "allowAddRemove": True,
    "components": [{"id": "Field_Colleague", "type": "textfield", "key": "name", "label": "Name"}],
}


@pytest.mark.parametrize(
    ("schema", "answers", "submitted"),
    [
        pytest.param(form(NAME), {"name": "Alex"}, {"name": "Alex"}, id="a text"),
        pytest.param(
            form(OUTCOME, REASON), {"outcome": "confirmed"}, {"outcome": "confirmed"}, id="hidden, so not sent"
        ),
        pytest.param(
            form(OUTCOME, REASON),
            {"statement.reason": "too severe", "outcome": "revoked"},
            {"outcome": "revoked", "statement": {"reason": "too severe"}},
            id="shown by another answer",
        ),
        pytest.param(form(DAYS), {}, {"days": None}, id="an empty number is sent as null"),
        pytest.param(form(DAYS, SIZE), {"days": 4}, {"days": 4, "size": "long"}, id="computed from an answer"),
        pytest.param(form(DAY), {"day": "2025-03-10"}, {"day": "2025-03-10"}, id="a date"),
        pytest.param(form(MANAGER), {"manager": "100021"}, {"manager": "100021"}, id="an option from a variable"),
        pytest.param(form(NUMBER), {}, {"case_reference": "CAP-2025-0001"}, id="read-only is sent back"),
        pytest.param(
            form(ROWS),
            {"colleagues": [{"name": "Owen"}, {"name": "Lena"}]},
            {"colleagues": [{"name": "Owen"}, {"name": "Lena"}]},
            id="rows added",
        ),
    ],
)
def test_submitted(
    form_filler: FormFiller, schema: dict[str, Any], answers: dict[str, Any], submitted: dict[str, Any]
) -> None:
    assert form_filler.fill(schema, VARIABLES, answers, now=NOW) == submitted


VARIABLES = {
    "employee": "100100",
    "people": [{"label": "Amara Nwosu", "value": "100021"}],
    "case_reference": "CAP-2025-0001",
    "unrelated": 1,
}


@pytest.mark.parametrize(
    ("schema", "answers", "problem"),
    [
        pytest.param(form(NAME), {}, "Name (name): Field is required.", id="required"),
        pytest.param(
            form(NAME), {"nmae": "Alex"}, "nmae (nmae): is not a field of this form; it shows name", id="unknown"
        ),
        pytest.param(
            form(OUTCOME, REASON),
            {"outcome": "confirmed", "statement.reason": "none"},
            "Reason (statement.reason): is hidden: nobody could fill it in here",
            id="hidden",
        ),
        pytest.param(
            form(OUTCOME, REASON),
            {"outcome": "revoked", "statement.reason": "no"},
            "Reason (statement.reason): Field must have minimum length of 5.",
            id="too short",
        ),
        pytest.param(form(DAYS), {"days": 9}, "Days (days): Field must have maximum value of 5.", id="too many"),
        pytest.param(form(DAYS), {"days": 1.5}, "Days (days): Value is expected to be an integer.", id="no integer"),
        pytest.param(form(DAYS), {"days": "3"}, 'Days (days): takes a number, not "3"', id="no number"),
        pytest.param(
            form(DAY), {"day": "2025-02-30"}, 'Day (day): takes a date, YYYY-MM-DD, not "2025-02-30"', id="no such day"
        ),
        pytest.param(
            form(OUTCOME),
            {"outcome": "maybe"},
            'Outcome (outcome): does not offer "maybe"; it offers ["confirmed","revoked"]',
            id="no such option",
        ),
        pytest.param(form(NUMBER), {"case_reference": "X"}, "Case (case_reference): can only be read", id="read-only"),
        pytest.param(
            form(DAYS, SIZE),
            {"size": "long"},
            "size (size): is computed by the form and cannot be filled in",
            id="computed",
        ),
    ],
)
def test_refused(form_filler: FormFiller, schema: dict[str, Any], answers: dict[str, Any], problem: str) -> None:
    with pytest.raises(FormRefused) as refused:
        form_filler.fill(schema, VARIABLES, answers, now=NOW)
    assert [str(found) for found in refused.value.problems] == [problem]


def test_what_a_person_sees(form_filler: FormFiller) -> None:
    shown = form_filler.show(form(TEXT, OUTCOME, REASON, MANAGER), {**VARIABLES, "due": "10 March"}, now=NOW)
    assert "Appeal of 100100, due 10 March" in shown.text
    assert [field.key for field in shown.fields] == ["outcome", "manager"]
    assert shown.field("manager").options == ("100021",)


def test_the_form_lives_in_the_story_s_time(form_filler: FormFiller) -> None:
    today = {"type": "expression", "key": "filled_in_on", "computeOn": "change", "expression": "=string(today())"}
    assert form_filler.fill(form(today), {}, {}, now=NOW)["filled_in_on"].startswith("2025-03-03")
