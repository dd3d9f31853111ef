"""What the engine does with what is typed in a task: the facts that `dueprocess check` goes by.

``workers/checks/rules/statements.py`` finds the shapes that leave a text behind, and says nothing of the others; here
each is run on diagrams of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.scenarios.driver.people import ALEX
from tests.scenarios.driver.stage import Stage
from tests.scenarios.driver.story import Procedure, Story
from workers.checks.project import read_project
from workers.checks.rules.statements import what_is_typed_leaves_the_engine
from workers.records.models import Case, Statement
from workers.settings import Settings

CASE = "CAP-2025-0001"
TEXT, NAME = "I was in hospital", "Robin Outside"

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="Definitions_1" targetNamespace="trial"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">"""
FORM = {
    "id": "trial_statement",
    "type": "default",
    "schemaVersion": 16,
    "components": [
        {"type": "textarea", "id": "Field_1", "key": "statement.reasons", "label": "Reasons"},
        {"type": "textfield", "id": "Field_2", "key": "contact.name", "label": "Name"},
        {"type": "textfield", "id": "Field_3", "key": "outcome", "label": "Outcome"},
    ],
}
OWN = (("=null", "statement"), ("=null", "contact"))
Mappings = tuple[tuple[str, str], ...]


def mappings(inputs: Mappings, outputs: Mappings) -> str:
    lines = [f'<zeebe:input source="{source}" target="{target}"/>' for source, target in inputs]
    lines += [f'<zeebe:output source="{source}" target="{target}"/>' for source, target in outputs]
    return f"<zeebe:ioMapping>{''.join(lines)}</zeebe:ioMapping>" if lines else ""


def task(name: str = "Task_Write", *, inputs: Mappings = (), outputs: Mappings = (), repeated: str = "") -> str:
    return f"""<bpmn:userTask id="{name}" name="{name}"><bpmn:extensionElements><zeebe:userTask/>
        <zeebe:formDefinition formId="trial_statement" bindingType="deployment"/>{mappings(inputs, outputs)}
        <zeebe:executionListeners><zeebe:executionListener eventType="end" type="file_statement" retries="3"/>
        </zeebe:executionListeners></bpmn:extensionElements>{repeated}</bpmn:userTask>"""


def path(name: str, *elements: str, start: str = "") -> str:
    """A start, the elements and an end, in a row."""
    row = [
        f'<bpmn:startEvent id="Start_{name}">{start}</bpmn:startEvent>',
        *elements,
        f'<bpmn:endEvent id="End_{name}"/>',
    ]
    ids = [found[1] for one in row if (found := re.search(r'id="(\w+)"', one))]
    flows = [
        f'<bpmn:sequenceFlow id="Flow_{name}_{place}" sourceRef="{one}" targetRef="{other}"/>'
        for place, (one, other) in enumerate(pairwise(ids))
    ]
    return "".join((*row, *flows))


def subprocess(
    *elements: str, name: str = "SubProcess_1", inputs: Mappings = (), outputs: Mappings = (), repeated: str = ""
) -> str:
    extensions = f"<bpmn:extensionElements>{mappings(inputs, outputs)}</bpmn:extensionElements>"
    return f'<bpmn:subProcess id="{name}">{extensions}{repeated}{path(name, *elements)}</bpmn:subProcess>'


def event_subprocess(inputs: Mappings) -> str:
    timer = "<bpmn:timeDuration>PT1H</bpmn:timeDuration>"
    start = f'<bpmn:timerEventDefinition id="Timer_1">{timer}</bpmn:timerEventDefinition>'
    extensions = f"<bpmn:extensionElements>{mappings(inputs, ())}</bpmn:extensionElements>"
    inner = path("Event", task(), start=start).replace('id="Start_Event"', 'id="Start_Event" isInterrupting="false"')
    return (
        path("Process", task("Task_Beside"))
        + f'<bpmn:subProcess id="SubProcess_1" triggeredByEvent="true">{extensions}{inner}</bpmn:subProcess>'
    )


def at_once(one: str, other: str) -> str:
    """Two elements side by side between a start and their ends."""
    ids = [found[1] for part in (one, other) if (found := re.search(r'id="(\w+)"', part))]
    gateway = '<bpmn:parallelGateway id="Gateway_Both"/>'
    ends = "".join(
        f'<bpmn:endEvent id="Ended_{name}"/><bpmn:sequenceFlow id="To_{name}" sourceRef="Gateway_Both" '
        f'targetRef="{name}"/><bpmn:sequenceFlow id="From_{name}" sourceRef="{name}" targetRef="Ended_{name}"/>'
        for name in ids
    )
    start = (
        '<bpmn:startEvent id="Start_1"/><bpmn:sequenceFlow id="Flow_1" sourceRef="Start_1" targetRef="Gateway_Both"/>'
    )
    return start + gateway + one + other + ends


def each(sequential: str = "true", output: str = "") -> str:
    return f"""<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}"><bpmn:extensionElements>
        <zeebe:loopCharacteristics inputCollection="=[1, 2]" inputElement="one" {output}/></bpmn:extensionElements>
        </bpmn:multiInstanceLoopCharacteristics>"""


LEAVES_NOTHING = {
    "plain": path("Process", task()),
    "in_a_subprocess_with_variables_of_its_own": path("Process", subprocess(task(), inputs=OWN)),
    "in_a_subprocess_that_empties_them_as_it_ends": path(
        "Process", subprocess(task(), outputs=(("=null", "statement"), ("=null", "contact")))
    ),
    "in_two_subprocesses": path("Process", subprocess(subprocess(task(), name="SubProcess_2", inputs=OWN), inputs=OWN)),
    "in_a_repeated_subprocess": path("Process", subprocess(task(), inputs=OWN, repeated=each("false"))),
    "in_an_event_subprocess": event_subprocess(OWN),
}
LEAVES_IT = {
    "with_an_output": (path("Process", task(outputs=(("=outcome", "decided"),))), "Task_Write"),
    "with_an_output_that_empties": (path("Process", task(outputs=(("=null", "statement"),))), "Task_Write"),
    "with_an_input": (path("Process", task(inputs=OWN)), "Task_Write"),
    "with_an_input_in_a_subprocess": (path("Process", subprocess(task(inputs=OWN), inputs=OWN)), "Task_Write"),
    "repeated": (path("Process", task(repeated=each())), "trial_repeated"),
    "gathered": (
        path("Process", task(repeated=each(output='outputCollection="all" outputElement="=statement"'))),
        "trial_gathered",
    ),
    "in_a_subprocess": (path("Process", subprocess(task())), "trial_in_a_subprocess"),
    "in_a_subprocess_that_empties_them_later": (
        path("Process", subprocess(task(), task("Task_Later"), outputs=(("=null", "statement"), ("=null", "contact")))),
        "trial_in_a_subprocess_that_empties_them_later",
    ),
    "in_an_inner_subprocess": (
        path("Process", subprocess(subprocess(task(), name="SubProcess_2"), inputs=OWN)),
        "SubProcess_1",
    ),
    "in_a_repeated_subprocess_without": (
        path("Process", subprocess(task(), repeated=each())),
        "trial_in_a_repeated_subprocess_without",
    ),
    "in_an_event_subprocess_without": (event_subprocess(()), "trial_in_an_event_subprocess_without"),
}
AT_ONCE = {
    "side_by_side": at_once(task("Task_One"), task("Task_Other")),
    "apart": at_once(task("Task_One"), subprocess(task("Task_Other"), inputs=OWN)),
}


@pytest.fixture(scope="session")
def diagrams(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Only these diagrams, whose coverage is nobody's business."""
    folder = tmp_path_factory.mktemp("statements")
    (folder / "trial_statement.form").write_text(json.dumps(FORM), "utf-8")
    for name, body in {**LEAVES_NOTHING, **{n: b for n, (b, _) in LEAVES_IT.items()}, **AT_ONCE}.items():
        process = f'<bpmn:process id="trial_{name}" isExecutable="true">{body}</bpmn:process>'
        (folder / f"trial_{name}.bpmn").write_text(f"{HEAD}{process}</bpmn:definitions>", "utf-8")
    stage.deploy(folder)
    return []


@pytest.fixture
def open_case(story: Story) -> Callable[[], None]:
    def opened() -> None:
        with story.database.session() as records:
            records.add(
                Case(
                    reference=CASE,
                    policy="capability",
                    procedure="trial",
                    staff_number=ALEX.staff_number,
                    opened_at=datetime(2025, 3, 3, tzinfo=UTC),
                    process_instance_key=1,
                    job_key=1,
                )
            )

    return opened


def told_in(story: Story, name: str) -> tuple[Procedure, int]:
    """Run a procedure, and write the same in each of its tasks; how often that was."""
    procedure, times = story.start_with(f"trial_{name}", {"case_reference": CASE}), 0
    if "event" in name:
        story.moves_by(hours=2)
        procedure.task("Task_Write")
    while written := procedure.tasks("Task_Write"):
        times += 1
        written[0].complete({"statement.reasons": TEXT, "contact.name": NAME, "outcome": "yes"})
    return procedure, times


def filed(story: Story) -> list[str]:
    with story.database.reading() as records:
        return sorted(records.scalars(select(Statement.text)))


def where_it_stays(procedure: Procedure, words: str) -> set[str]:
    """The elements that have a variable with these words."""
    return procedure.story.records.read(
        lambda state: {
            state.elements[scope].element_id
            for scope, variables in state.variables.items()
            if words in json.dumps(variables)
        }
    )


@pytest.mark.parametrize("name", LEAVES_NOTHING)
def test_nothing_typed_stays(story: Story, open_case: Callable[[], None], name: str) -> None:
    open_case()
    procedure, times = told_in(story, name)
    assert filed(story) == [TEXT] * times
    assert where_it_stays(procedure, TEXT) == where_it_stays(procedure, NAME) == set()


@pytest.mark.parametrize(("name", "where"), [(name, where) for name, (_, where) in LEAVES_IT.items()])
def test_what_is_typed_stays(story: Story, open_case: Callable[[], None], name: str, where: str) -> None:
    open_case()
    procedure, times = told_in(story, name)
    assert filed(story) == [TEXT] * times
    assert where in where_it_stays(procedure, TEXT)


@pytest.mark.parametrize(("name", "kept"), [("side_by_side", ["The other"]), ("apart", ["The one", "The other"])])
def test_two_texts_that_wait_to_be_filed(
    story: Story, open_case: Callable[[], None], name: str, kept: list[str]
) -> None:
    procedure = story.start_with(f"trial_{name}", {"case_reference": CASE})
    # Until there is the case, what is typed waits, as it does while the worker is away.
    waiting = []
    for label in ("One", "Other"):
        procedure.task(f"Task_{label}").complete({"statement.reasons": f"The {label.lower()}", "outcome": "yes"})
        waiting.append(procedure.incident(f"case_reference of Task_{label}"))
    open_case()
    for incident in waiting:
        incident.is_mended()
    story.comes_to_rest()
    # The other may be filed twice, if both are taken up at once.
    assert sorted(set(filed(story))) == kept


def test_the_check_finds_what_the_engine_does(stage: Stage, diagrams: list[Path]) -> None:
    assert diagrams == []
    folder = stage.deployed["trial_plain"]
    project = read_project(folder, Settings().templates_dir)
    found = {finding.file.stem.removeprefix("trial_"): finding for finding in what_is_typed_leaves_the_engine(project)}
    project.feel.close()
    assert {name: finding.rule for name, finding in found.items()} == {
        name: "text-stays-in-task" if where == "Task_Write" else "text-stays-outside"
        for name, (_, where) in LEAVES_IT.items()
    } | {"side_by_side": "text-overwritten"}
