"""Records as the engine's exporter sends them, for telling small histories."""

from __future__ import annotations

import base64
import json
from itertools import count
from typing import Any

from tests.scenarios.driver.engine_state import EngineState
from tests.scenarios.driver.record_stream import Record

DEFINITION = 1
INSTANCE = 100

DIAGRAM = """
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
  <bpmn:process id="request">
    <bpmn:startEvent id="StartEvent_Asked" name="Asked">
      <bpmn:extensionElements><zeebe:formDefinition formId="request_start" /></bpmn:extensionElements>
    </bpmn:startEvent>
    <bpmn:sequenceFlow id="Flow_Asked" sourceRef="StartEvent_Asked" targetRef="Task_Decide" />
    <bpmn:userTask id="Task_Decide" name="Decide on&#10;the request" />
    <bpmn:sequenceFlow id="Flow_Decided" name="Yes" sourceRef="Task_Decide" targetRef="EndEvent_Done" />
    <bpmn:endEvent id="EndEvent_Done" name="Done" />
  </bpmn:process>
</bpmn:definitions>
"""


class History:
    """Records in the order they happen, taken in by a state."""

    def __init__(self) -> None:
        self.state = EngineState()
        self._positions = count(1)
        self.happens(
            "PROCESS",
            "CREATED",
            DEFINITION,
            bpmnProcessId="request",
            version=1,
            resourceName="request.bpmn",
            resource=base64.b64encode(DIAGRAM.encode()).decode(),
        )

    def happens(self, value_type: str, intent: str, key: int, **value: Any) -> None:
        """One record."""
        self.state.apply(Record(1, next(self._positions), key, value_type, intent, 0, value))

    def element(self, intent: str, key: int, element: str, kind: str, **value: Any) -> None:
        """A record about an element instance."""
        facts = {
            "elementId": element,
            "bpmnElementType": kind,
            "processDefinitionKey": DEFINITION,
            "processInstanceKey": INSTANCE,
            "flowScopeKey": INSTANCE,
            "parentElementInstanceKey": -1,
            "parentProcessInstanceKey": -1,
        }
        self.happens("PROCESS_INSTANCE", intent, key, **{**facts, **value})

    def starts(self) -> None:
        """The process instance is entered."""
        self.element("ELEMENT_ACTIVATED", INSTANCE, "request", "PROCESS", flowScopeKey=-1)

    def job(self, intent: str, key: int, element_key: int, **value: Any) -> None:
        """A record about a job."""
        facts = {
            "type": "find_person",
            "jobKind": "BPMN_ELEMENT",
            "elementInstanceKey": element_key,
            "processInstanceKey": INSTANCE,
            "retries": 3,
            "errorMessage": "",
        }
        self.happens("JOB", intent, key, **{**facts, **value})

    def task(self, intent: str, key: int, element_key: int, **value: Any) -> None:
        """A record about a user task."""
        facts = {
            "elementId": "Task_Decide",
            "elementInstanceKey": element_key,
            "processInstanceKey": INSTANCE,
            "processDefinitionKey": DEFINITION,
            "candidateUsersList": ["a.morgan"],
            "candidateGroupsList": ["hr"],
            "assignee": "",
            "dueDate": "2025-03-10T09:00:00Z[Europe/London]",
            "followUpDate": "",
            "formKey": -1,
        }
        self.happens("USER_TASK", intent, key, **{**facts, **value})

    def timer(self, intent: str, key: int, element_key: int, due: int) -> None:
        """A record about a timer."""
        self.happens(
            "TIMER",
            intent,
            key,
            dueDate=due,
            targetElementId="Task_Decide",
            elementInstanceKey=element_key,
            processInstanceKey=INSTANCE,
            processDefinitionKey=DEFINITION,
        )


def bulk(*records: dict[str, Any]) -> str:
    """A bulk request as the exporter posts it."""
    return "".join(f'{{"index": {{}}}}\n{json.dumps(record)}\n' for record in records)
