"""Changes a process owner may make, of which the check must say nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass

from lxml import etree

from tests.checks.copies import Change, Copy
from tests.checks.mutations import (
    ADMISSION,
    AGREEMENT,
    APPEAL,
    APPOINTMENT,
    COMPANION,
    DATE,
    DECISION,
    HEARING,
    MANAGER_CHECK,
    RECEIPT,
    RECORD,
    WAITING,
    edit,
    group_of_fields,
)
from workers.diagrams.reading import BPMN, BPMNDI, DC, DI, ZEEBE


@dataclass(frozen=True)
class Variation:
    """One thing done right."""

    done: str
    change: Change


def _reminder(copy: Copy) -> None:
    """A non-interrupting timer on a task, with an end event of its own."""
    diagram = copy.diagram(RECORD)
    process = diagram[RECORD].node
    event = etree.SubElement(
        process, f"{BPMN}boundaryEvent", id="BoundaryEvent_Reminder", name="Three days later",
        cancelActivity="false", attachedToRef="Task_NoteTheReference",
    )  # fmt: skip
    timer = etree.SubElement(event, f"{BPMN}timerEventDefinition", id="TimerEventDefinition_Reminder")
    etree.SubElement(timer, f"{BPMN}timeCycle").text = "R3/P3D"
    etree.SubElement(process, f"{BPMN}endEvent", id="EndEvent_Reminded", name="Reminded")
    etree.SubElement(
        process, f"{BPMN}sequenceFlow", id="SequenceFlow_Reminder_ToReminded",
        sourceRef="BoundaryEvent_Reminder", targetRef="EndEvent_Reminded",
    )  # fmt: skip
    task = next(diagram.shape("Task_NoteTheReference").iter(f"{DC}Bounds"))
    x, bottom = float(task.get("x", "0")) + 50, float(task.get("y", "0")) + float(task.get("height", "0"))
    plane = next(diagram.root.iter(f"{BPMNDI}BPMNPlane"))
    for element, top, label in (
        ("BoundaryEvent_Reminder", bottom - 18, (x + 24, bottom + 20)),
        ("EndEvent_Reminded", bottom + 302, (x - 28, bottom + 345)),
    ):
        shape = etree.SubElement(plane, f"{BPMNDI}BPMNShape", id=f"{element}_di", bpmnElement=element)
        etree.SubElement(shape, f"{DC}Bounds", x=str(x - 18), y=str(top), width="36", height="36")
        words = etree.SubElement(shape, f"{BPMNDI}BPMNLabel")
        etree.SubElement(words, f"{DC}Bounds", x=str(label[0]), y=str(label[1]), width="56", height="27")
    edge = etree.SubElement(
        plane, f"{BPMNDI}BPMNEdge", id="SequenceFlow_Reminder_ToReminded_di",
        bpmnElement="SequenceFlow_Reminder_ToReminded",
    )  # fmt: skip
    for y in (bottom + 18, bottom + 302):
        etree.SubElement(edge, f"{DI}waypoint", x=str(x), y=str(y))


def _optional_field(copy: Copy) -> None:
    copy.form(f"{RECORD}_start").add("involved", id="Field_remark", key="remark", label="Filed where")


def _another_option(copy: Copy) -> None:
    copy.form("capability_appeal_late")["late_appeal"]["values"].append({"label": "Ask first", "value": "ask"})


def _two_new_answers(copy: Copy) -> None:
    """An answer that a form asks for, a task records and a letter need not know."""
    copy.form("capability_appeal_late").add(
        "late_appeal", id="Field_told", key="told_in_person", label="Told in person?"
    )
    copy.diagram(ADMISSION)["CallActivity_GiveTheReasons"].output("told", "=told_in_person")


def _rule_for_more(copy: Copy) -> None:
    copy.table("capability_lesser_penalties").copy_rule(6)
    copy.table("capability_lesser_penalties").test(7, 1, '"final_written_warning", "redeployment"')


def _new_period(copy: Copy) -> None:
    copy.table("capability_periods").copy_rule(5)
    copy.table("capability_periods").answer(6, 1, '"new_information_max"')


def _narrowed(copy: Copy) -> None:
    """A flow without a default, of which every case finds its way."""
    diagram = copy.diagram(HEARING)
    diagram["Gateway_WhatHappened"].set("default", None)
    diagram["SequenceFlow_WhatHappened_Held"].text("conditionExpression", '=what_happened = "held"')


def _assigned_by_rule(copy: Copy) -> None:
    copy.diagram(RECORD)["Task_NoteTheReference"].extend(
        "assignmentDefinition", candidateGroups='=if decision_kind = "dismissal" then ["hr", "finance"] else ["hr"]'
    )


def _somebody_outside(copy: Copy) -> None:
    copy.form("occupational_health_wait").add(
        "statement.no_advice_reasons", id="Field_name", key="contact.name", type="textfield"
    )
    copy.diagram(WAITING)["SubProcess_WaitOrGoOn"].input("contact", "=null")


def _only_shown(copy: Copy) -> None:
    """A field that shows what the task is given and takes no answer."""
    copy.form("capability_appeal_late").add(
        "late_appeal", id="Field_received", key="received_words", label="Received", readonly=True
    )


def _two_letters(copy: Copy) -> None:
    call = copy.diagram(APPEAL)  # The letters are chosen where both have all they print.
    assert call is not None
    copy.diagram(ADMISSION)["CallActivity_GiveTheReasons"].input(
        "template",
        '=if in_time then "capability/capability_appeal_acknowledgement" '
        'else "capability/capability_appeal_not_admitted"',
    ).input(
        "facts",
        '={"decision_reference": decision_reference, "appeal_due_on": appeal_due, "received_on": appeal_received_on, '
        '"decision_kind": decision.kind, "in_time": in_time, "effective_on": decision.facts.effective_on}',
    )


VARIATIONS: tuple[Variation, ...] = (
    Variation(
        "a task is renamed", lambda c: c.diagram(ADMISSION)["Task_RecordTheReceipt"].set("name", "Note the receipt")
    ),
    Variation("a drawing is moved as a whole", lambda c: c.diagram(ADMISSION).shift(40, 60)),
    Variation("a shape is moved by a hair", lambda c: c.diagram(RECORD).move("Task_FindTheEmployee", 0, 1)),
    Variation("a reminder is added", _reminder),
    Variation("a period is changed", lambda c: c.table("capability_periods").answer(1, 2, "10")),
    Variation(
        "the unit of a period is changed", lambda c: c.table("capability_periods").answer(1, 3, '"working_days"')
    ),
    Variation("a period is added", _new_period),
    Variation("an optional field is added", _optional_field),
    Variation("an option is added", _another_option),
    Variation("an answer is passed on", _two_new_answers),
    Variation(
        "a field is relabelled", lambda c: c.form("capability_appeal_late")["late_appeal"].update(label="What now?")
    ),
    Variation(
        "a field is made optional",
        lambda c: c.form("capability_appeal_late")["statement.admission_reasons"].update(validate={"maxLength": 900}),
    ),
    Variation(
        "the words of a form are changed",
        lambda c: c.form("capability_appeal_late")["Decide on a late"].update(
            text="## Late appeal\nCase {{case_reference}}, received {{received_words}}, due {{appeal_due_words}}, "
            "{{decision_kind}}, {{employee_number}}, {{case_url}}"
        ),
    ),
    Variation(
        "a text of a form depends on an answer",
        lambda c: c.form("capability_appeal_late")["Decide on a late"].update(
            text='{{#if late_appeal = "admit"}}It goes on.{{/if}} {{case_reference}}'
        ),
    ),
    Variation(
        "a letter says more",
        lambda c: edit(c, "capability/capability_appeal_not_admitted", "Dear", "{{ case.reference }}\n\nDear"),
    ),
    Variation(
        "a letter asks first whether a fact is there",
        lambda c: edit(
            c,
            "capability/capability_appeal_not_admitted",
            "Dear",
            "{% if receiver is defined %}{{ receiver }}{% endif %}\n\nDear",
        ),
    ),
    Variation("one of two letters is sent", _two_letters),
    Variation("a gateway needs no default, as every case is named", _narrowed),
    Variation(
        "the same is asked in another way",
        lambda c: c.diagram(COMPANION)["SequenceFlow_WhoIsIt_ColleagueOrUnion"].text(
            "conditionExpression", '=list contains(["colleague", "union"], companion_kind)'
        ),
    ),
    Variation(
        "a comparison is written with in",
        lambda c: c.diagram(COMPANION)["SequenceFlow_WhoIsIt_ColleagueOrUnion"].text(
            "conditionExpression", '=companion_kind in ("colleague", "union")'
        ),
    ),
    Variation(
        "a comparison is turned round",
        lambda c: c.diagram(RECEIPT)["SequenceFlow_NumbersCorrected_Yes"].text(
            "conditionExpression", '="corrected" = resolution'
        ),
    ),
    Variation("an answer is only shown", _only_shown),
    Variation(
        "an answer with an input of its name is brought out",
        lambda c: c.diagram(AGREEMENT)["Task_AnswerAsCompanion"].input("agrees", '="yes"'),
    ),
    Variation(
        "a group of fields is filed",
        lambda c: group_of_fields(c, "statement", key="where_it_was", type="textarea"),
    ),
    Variation(
        "a subprocess has variables of its own for all that is typed in it",
        _somebody_outside,
    ),
    Variation(
        "it is only asked whether something was typed",
        lambda c: c.diagram(RECEIPT)["Task_OpenTheCase"].input("only_one", "=statement.grounds != null"),
    ),
    Variation("who does a task depends on an answer", _assigned_by_rule),
    Variation(
        "a due date is counted from now",
        lambda c: c.diagram(DECISION)["Task_DecideTheAppeal"].extend(
            "taskSchedule", dueDate='=now() + duration("P7D")'
        ),
    ),
    Variation(
        "a due date is written out",
        lambda c: c.diagram(DECISION)["Task_DecideTheAppeal"].extend(
            "taskSchedule", dueDate="2027-03-10T17:00:00+00:00"
        ),
    ),
    Variation(
        "a timer is written as a plain duration",
        lambda c: c.diagram(APPEAL)["BoundaryEvent_NotExplainedInTime"].text("timeDuration", "P7D"),
    ),
    Variation(
        "an input is worked out with a loop",
        lambda c: c.diagram(APPOINTMENT)["Task_RecordTheAppointment"].input(
            "gives_access_to", "=for one in [hearing_manager] return one.staff_number"
        ),
    ),
    Variation(
        "an input looks for an entry",
        lambda c: c.diagram(DATE)["Task_WorkOutTheFirstUsualDay"].input(
            "period", '=(for one in periods return one)[item.name = "hearing_notice_min"][1]'
        ),
    ),
    Variation(
        "an input has a default",
        lambda c: c.diagram(ADMISSION)["Task_CloseTheCase"].input(
            "outcome", '=get or else(late_appeal, "not_admitted")'
        ),
    ),
    Variation(
        "an input works with a name of its own",
        lambda c: c.diagram(ADMISSION)["Task_RecordTheReceipt"].input(
            "event", '={late: not(in_time), text: if late then "Received late" else "Received in time"}.text'
        ),
    ),
    Variation(
        "a context repeats a variable's name",
        lambda c: c.diagram(ADMISSION)["Task_RecordTheReceipt"].input(
            "facts", '={"appeal_due": appeal_due, "late": appeal_received_on != appeal_due}'
        ),
    ),
    Variation("a rule of a table that collects is added", _rule_for_more),
    Variation(
        "a rule is narrowed where another catches the rest",
        lambda c: c.table(MANAGER_CHECK).test(2, 3, "false"),
    ),
    Variation(
        "a table's answer is worked out",
        lambda c: c.table(MANAGER_CHECK).answer(1, 2, '"Nobody can hear " + "their own appeal."'),
    ),
    Variation(
        "an expression is commented",
        lambda c: c.diagram(RECEIPT)["SequenceFlow_NumbersCorrected_Yes"].text(
            "conditionExpression", '=/* as asked in the form */ resolution = "corrected"'
        ),
    ),
    Variation(
        "a variable is passed on that the called process may use",
        lambda c: c.diagram(APPEAL)["CallActivity_DecideTheAppeal"].input("in_time", "=in_time"),
    ),
    Variation(
        "retries are fewer",
        lambda c: c.diagram(ADMISSION)["Task_RecordTheReceipt"].extend("taskDefinition", retries="3"),
    ),
    Variation(
        "a property of one's own is added",
        lambda c: etree.SubElement(
            c.diagram(ADMISSION)["Task_RecordTheReceipt"].extension("properties"),
            f"{ZEEBE}property",
            name="owner",
            value="HR",
        ),
    ),
    Variation(
        "a form is laid out anew",
        lambda c: c.write(
            "capability_appeal_late.form",
            json.dumps(json.loads(c.file("capability_appeal_late.form").read_bytes()), indent=4).encode(),
        ),
    ),
)
