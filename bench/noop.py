"""A job type that does nothing, and the process that needs it."""

from __future__ import annotations

from pydantic import Field

from workers.runtime.contract import JobInput, JobType, Nothing, declaration_of, job_type

PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
                  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="Definitions_Bench" targetNamespace="bench">
  <bpmn:process id="{name}" isExecutable="true">
    <bpmn:startEvent id="Start"><bpmn:outgoing>Flow_1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="Flow_1" sourceRef="Start" targetRef="Task_Noop" />
    <bpmn:serviceTask id="Task_Noop">
      <bpmn:extensionElements><zeebe:taskDefinition type="{name}" /></bpmn:extensionElements>
      <bpmn:incoming>Flow_1</bpmn:incoming><bpmn:outgoing>Flow_2</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="Flow_2" sourceRef="Task_Noop" targetRef="End" />
    <bpmn:endEvent id="End"><bpmn:incoming>Flow_2</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""


class NoopInput(JobInput):
    """Something to fetch and check."""

    n: int = Field(description="A number.")


def noop(name: str) -> JobType:
    """A job type called ``name`` that does nothing."""

    @job_type(name, title="Do nothing")
    def handler(job: NoopInput) -> Nothing:
        return Nothing()

    declared = declaration_of(handler)
    assert declared is not None  # noqa: S101 - it was declared above
    return declared
