"""Ways to break a procedure, and what the check must say of each.

A new one is a line here: what was done, in which category, how to do it, and the file, element and rule of the finding
that must come of it. ``tests/checks/copies.py`` says what a copy can be made to do.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.checks.copies import Change, Copy
from workers.checks.all import Check


@dataclass(frozen=True)
class Mutation:
    """One thing done wrong."""

    done: str
    category: str
    change: Change
    file: str
    """The name of the file the finding is about."""
    element: str
    """The id of the element, or what it begins with; blank for the file as a whole."""
    rule: str
    checks: tuple[Check, ...] = ()
    """Checks to run beside those of ``tests/checks/conftest.py``."""


ADMISSION = "capability_appeal_admission"
APPEAL = "capability_appeal"
APPOINTMENT = "capability_appeal_appointment"
COMPANION = "capability_companion"
AGREEMENT = "capability_companion_agreement"
DATE = "capability_hearing_date"
DECISION = "capability_appeal_decision"
EFFECT = "capability_appeal_effect"
HEARING = "capability_appeal_hearing"
MANAGER_CHECK = "capability_appeal_manager_check"
NOTICE = "capability_appeal_hearing_notice"
RECEIPT = "capability_appeal_receipt"
RECORD = "capability_decision_record"
LETTER = "letter_delivery"
CANNOT_ATTEND = "capability_cannot_attend"
WAITING = "occupational_health_waiting"


def edit(copy: Copy, letter: str, before: str, after: str) -> None:
    file = copy.letter(letter)
    text = file.read_text("utf-8")
    assert before in text, f"The letter {letter} has no {before!r} any more: change what is to be done to it."
    file.write_text(text.replace(before, after), encoding="utf-8")


def _two_keys(copy: Copy) -> None:
    copy.diagram(HEARING)["Message_CannotAttend"].extend("subscription", correlationKey="=case_reference")
    copy.diagram(COMPANION)["EndEvent_NewTimeAskedFor"].input("correlation_key", "=employee.staff_number")


def _catch_all_first(copy: Copy) -> None:
    table = copy.table(MANAGER_CHECK)
    last = table.rule(4)
    table.rule(1).addprevious(last)


def _only_conditions(copy: Copy) -> None:
    diagram = copy.diagram(COMPANION)
    diagram["Gateway_WhoIsIt"].set("default", None)
    diagram["SequenceFlow_WhoIsIt_Nobody"].text("conditionExpression", '=companion_kind = "other"')


def _one_variable_for_two(copy: Copy) -> None:
    copy.diagram(WAITING)["SubProcess_WaitOrGoOn"].input("statement", None)
    copy.diagram(WAITING)["SubProcess_AwaitTheAdvice"].input("statement", None)


def _agreement_kept_in(copy: Copy) -> None:
    task = copy.diagram(AGREEMENT)["Task_AnswerAsCompanion"]
    task.input("agrees", '="yes"').output("agrees", None).output("refusal_ground", '="declined"')


def group_of_fields(copy: Copy, path: str, **field: object) -> None:
    inner = {"type": "textfield", "id": "Field_inner", "label": "Town", "key": "town", **field}
    group = {"type": "group", "id": "Field_group", "label": "Where", "path": path, "components": [inner]}
    copy.form("capability_appeal_late").form["components"].append(group)


def _unfiled_group(copy: Copy) -> None:
    group_of_fields(copy, "statement", key="more", type="textarea")
    copy.form("capability_appeal_late").remove("statement.admission_reasons")
    copy.diagram(ADMISSION)["Task_DecideOnTheLateAppeal"].without("executionListeners")


def _place_kept_in(copy: Copy) -> None:
    group_of_fields(copy, "place")
    copy.diagram(ADMISSION)["Task_DecideOnTheLateAppeal"].input("place", '={"town": "Walsall"}')


def _without(copy: Copy, stem: str, *ids: str) -> None:
    for any_id in ids:
        copy.diagram(stem).remove(any_id)


WIRING = "wiring"
VARIABLES = "variables"
REFERENCES = "references"
LETTERS = "letters"
FORMS = "forms"
TYPED = "typed text"
CONFIDENTIAL = "confidential"
GATEWAYS = "gateways"
STRUCTURE = "structure"
ERRORS = "errors"
MESSAGES = "messages"
TIMERS = "timers"
FEEL = "FEEL"
DECISIONS = "decisions"
DRAWING = "drawing"

MUTATIONS: tuple[Mutation, ...] = (
    # -- wiring ----------------------------------------------------------------------------------------------------
    Mutation(
        "a job type is misspelled",
        WIRING,
        lambda c: c.diagram(ADMISSION)["Task_WorkOutTheLastDay"].extend("taskDefinition", type="compute_dedline"),
        f"{ADMISSION}.bpmn",
        "Task_WorkOutTheLastDay",
        "unknown-job-type",
    ),
    Mutation(
        "a service task has no job type",
        WIRING,
        lambda c: c.diagram(ADMISSION)["Task_WorkOutTheLastDay"].without("taskDefinition"),
        f"{ADMISSION}.bpmn",
        "Task_WorkOutTheLastDay",
        "no-job-type",
    ),
    Mutation(
        "a required input is taken out",
        WIRING,
        lambda c: c.diagram(ADMISSION)["Task_WorkOutTheLastDay"].input("start", None),
        f"{ADMISSION}.bpmn",
        "Task_WorkOutTheLastDay",
        "missing-input",
    ),
    Mutation(
        "an input is misspelled",
        WIRING,
        lambda c: c.diagram(DATE)["Task_FindTheNextWorkingDay"].rename_input("rounding", "roundin"),
        f"{DATE}.bpmn",
        "Task_FindTheNextWorkingDay",
        "unknown-input",
    ),
    Mutation(
        "an input has a value the worker does not know",
        WIRING,
        lambda c: c.diagram(DATE)["Task_FindTheNextWorkingDay"].input("rounding", '="next_workday"'),
        f"{DATE}.bpmn",
        "Task_FindTheNextWorkingDay",
        "wrong-input",
    ),
    Mutation(
        "the unit of a period is misspelled",
        WIRING,
        lambda c: c.diagram(DATE)["Task_FindTheNextWorkingDay"].input("period", '={"amount": 0, "unit": "workdays"}'),
        f"{DATE}.bpmn",
        "Task_FindTheNextWorkingDay",
        "wrong-input",
    ),
    Mutation(
        "an input is a group where a moment is wanted",
        WIRING,
        lambda c: c.diagram(ADMISSION)["Task_RecordTheReceipt"].input("happened_at", "=employee"),
        f"{ADMISSION}.bpmn",
        "Task_RecordTheReceipt",
        "wrong-input",
    ),
    Mutation(
        "an input is one text where a list is wanted",
        WIRING,
        lambda c: c.diagram(RECORD)["Task_OpenTheCase"].input("gives_access_to", "=decided_by"),
        f"{RECORD}.bpmn",
        "Task_OpenTheCase",
        "wrong-input",
    ),
    Mutation(
        "a policy is misspelled",
        WIRING,
        lambda c: c.diagram(RECORD)["Task_OpenTheCase"].input("policy", '="capabilty"'),
        f"{RECORD}.bpmn",
        "Task_OpenTheCase",
        "wrong-input",
    ),
    Mutation(
        "an input is a plain text that is no yes or no",
        WIRING,
        lambda c: c.diagram(RECORD)["Task_OpenTheCase"].input("only_one", "perhaps"),
        f"{RECORD}.bpmn",
        "Task_OpenTheCase",
        "wrong-input",
    ),
    Mutation(
        "a register is misspelled",
        WIRING,
        lambda c: c.diagram(RECORD)["Task_RegisterTheDecision"].input("register", '="capability_decision"'),
        f"{RECORD}.bpmn",
        "Task_RegisterTheDecision",
        "unknown-register",
    ),
    Mutation(
        "a fact of a register is misspelled",
        WIRING,
        lambda c: c.diagram(RECORD)["Task_RegisterTheDecision"].replace("facts", '"informed_on"', '"informed"'),
        f"{RECORD}.bpmn",
        "Task_RegisterTheDecision",
        "wrong-input",
    ),
    Mutation(
        "a register does not know a kind of entry",
        WIRING,
        lambda c: c.diagram(RECORD)["Task_RegisterTheDecision"].input("kind", '="demotion"'),
        f"{RECORD}.bpmn",
        "Task_RegisterTheDecision",
        "unknown-in-register",
    ),
    Mutation(
        "a form offers a kind of entry the register does not know",
        WIRING,
        lambda c: c.form(f"{RECORD}_start")["decision_kind"]["values"].append(
            {"label": "Demotion", "value": "demotion"}
        ),
        f"{RECORD}.bpmn",
        "Task_RegisterTheDecision",
        "unknown-in-register",
    ),
    Mutation(
        "a register does not know a status",
        WIRING,
        lambda c: c.diagram(EFFECT)["Task_ChangeTheRegister"].input("status", '="withdrawn"'),
        f"{EFFECT}.bpmn",
        "Task_ChangeTheRegister",
        "unknown-in-register",
    ),
    Mutation(
        "a role is misspelled among those to look for",
        WIRING,
        lambda c: c.diagram(ADMISSION)["Task_FindWhoReceivesIt"].input(
            "roles", '=["chief_exec", "statutory_officers"]'
        ),
        f"{ADMISSION}.bpmn",
        "Task_FindWhoReceivesIt",
        "unknown-role",
    ),
    Mutation(
        "a letter goes to a role there is not",
        WIRING,
        lambda c: c.diagram(EFFECT)["CallActivity_InstructTheReinstatement"].input("recipient", '="role:payroll"'),
        f"{EFFECT}.bpmn",
        "CallActivity_InstructTheReinstatement",
        "unknown-role",
    ),
    Mutation(
        "a case is opened for a procedure there is not",
        WIRING,
        lambda c: c.diagram(RECORD)["Task_OpenTheCase"].input("procedure", '="capability_decision_records"'),
        f"{RECORD}.bpmn",
        "Task_OpenTheCase",
        "unknown-procedure",
    ),
    Mutation(
        "a listener is misspelled",
        WIRING,
        lambda c: c.diagram(ADMISSION)["Task_DecideOnTheLateAppeal"].extend("executionListener", type="file_statment"),
        f"{ADMISSION}.bpmn",
        "Task_DecideOnTheLateAppeal",
        "unknown-job-type",
    ),
    Mutation(
        "a listener is a job for service tasks",
        WIRING,
        lambda c: c.diagram(ADMISSION)["Task_DecideOnTheLateAppeal"].extend("executionListener", type="record_event"),
        f"{ADMISSION}.bpmn",
        "Task_DecideOnTheLateAppeal",
        "task-as-listener",
    ),
    Mutation(
        "the number of retries is a word",
        WIRING,
        lambda c: c.diagram(ADMISSION)["Task_RecordTheReceipt"].extend("taskDefinition", retries="eight"),
        f"{ADMISSION}.bpmn",
        "Task_RecordTheReceipt",
        "retries",
    ),
    # -- variables -------------------------------------------------------------------------------------------------
    Mutation(
        "a variable is misspelled in an input",
        VARIABLES,
        lambda c: c.diagram(ADMISSION)["Task_RecordTheReceipt"].replace("facts", "appeal_due", "appeal_du"),
        f"{ADMISSION}.bpmn",
        "Task_RecordTheReceipt",
        "unknown-variable",
    ),
    Mutation(
        "an entry of a person is misspelled",
        VARIABLES,
        lambda c: c.diagram(ADMISSION)["Task_HaveADeputyNominated"].input("employee_number", "=employee.staff_nunber"),
        f"{ADMISSION}.bpmn",
        "Task_HaveADeputyNominated",
        "unknown-field",
    ),
    Mutation(
        "an output others read is taken out",
        VARIABLES,
        lambda c: c.diagram(ADMISSION)["Task_WorkOutTheLastDay"].output("appeal_due", None),
        f"{ADMISSION}.bpmn",
        "Task_RecordTheReceipt",
        "unknown-variable",
    ),
    Mutation(
        "an output reads what the worker does not give",
        VARIABLES,
        lambda c: c.diagram(ADMISSION)["Task_WorkOutTheLastDay"].output("appeal_due", "=deadline.day"),
        f"{ADMISSION}.bpmn",
        "Task_WorkOutTheLastDay",
        "unknown-field",
    ),
    Mutation(
        "a field of a form is renamed",
        VARIABLES,
        lambda c: c.form(APPOINTMENT)["appeal_manager"].update(key="manager"),
        f"{APPOINTMENT}.bpmn",
        "Task_FindTheAppealManager",
        "unknown-variable",
    ),
    Mutation(
        "a field of a start form is taken out",
        VARIABLES,
        lambda c: c.form(f"{RECORD}_start").remove("decision_kind"),
        f"{RECORD}.bpmn",
        "Task_RegisterTheDecision",
        "unknown-variable",
    ),
    Mutation(
        "a caller no longer passes a variable on",
        VARIABLES,
        lambda c: c.diagram(APPEAL)["CallActivity_HoldTheAppealHearing"].input("periods", None),
        f"{APPEAL}.bpmn",
        "CallActivity_HoldTheAppealHearing",
        "missing-call-input",
    ),
    Mutation(
        "one of many callers no longer passes a variable on",
        VARIABLES,
        lambda c: c.diagram(COMPANION)["CallActivity_GrantPaidTimeOff"].input("case_url", None),
        f"{COMPANION}.bpmn",
        "CallActivity_GrantPaidTimeOff",
        "missing-call-input",
    ),
    Mutation(
        "what a called process gives back is misspelled",
        VARIABLES,
        lambda c: c.diagram(APPEAL)["CallActivity_AdmitTheAppeal"].output("receiver", "=reciever"),
        f"{APPEAL}.bpmn",
        "CallActivity_AdmitTheAppeal",
        "not-given-back",
    ),
    Mutation(
        "a called process no longer sets what its caller takes",
        VARIABLES,
        lambda c: [
            c.diagram(ADMISSION)[call].output("admitted", None)
            for call in ("CallActivity_AcknowledgeTheAppeal", "CallActivity_GiveTheReasons")
        ],
        f"{APPEAL}.bpmn",
        "CallActivity_AdmitTheAppeal",
        "not-given-back",
    ),
    Mutation(
        "the result of a decision is renamed",
        VARIABLES,
        lambda c: c.diagram(DECISION)["Task_LookUpLesserPenalties"].extend("calledDecision", resultVariable="lesser"),
        f"{DECISION}.bpmn",
        "Task_DecideTheAppeal",
        "unknown-variable",
    ),
    Mutation(
        "what a message carries is renamed",
        VARIABLES,
        lambda c: c.diagram(COMPANION)["EndEvent_NewTimeAskedFor"].replace("variables", "companion_chosen", "chosen"),
        f"{HEARING}.bpmn",
        "BoundaryEvent_CannotAttend",
        "unknown-variable",
    ),
    Mutation(
        "what comes with an error is misspelled",
        VARIABLES,
        lambda c: c.diagram(RECEIPT)["BoundaryEvent_AppealedAlready"].output("existing_case", "=existing"),
        f"{RECEIPT}.bpmn",
        "BoundaryEvent_AppealedAlready",
        "unknown-variable",
    ),
    Mutation(
        "an entry of a context hides the variable the next one means",
        VARIABLES,
        lambda c: c.diagram(COMPANION)["CallActivity_TellTheManager"].input(
            "facts",
            '={"companion": companion.recipient, "companion_kind": companion.kind, "named_late": companion.named_late}',
        ),
        f"{COMPANION}.bpmn",
        "CallActivity_TellTheManager",
        "entry-shadows-variable",
    ),
    Mutation(
        "an input of a task hides the answer of its form",
        VARIABLES,
        lambda c: c.diagram(ADMISSION)["Task_DecideOnTheLateAppeal"].input("late_appeal", '="refuse"'),
        f"{ADMISSION}.bpmn",
        "Task_DecideOnTheLateAppeal",
        "answer-lost",
    ),
    Mutation(
        "an output mapping leaves an answer out that a gateway reads",
        VARIABLES,
        lambda c: c.diagram(AGREEMENT)["Task_AnswerAsCompanion"].output("agrees", None),
        f"{AGREEMENT}.bpmn",
        "SequenceFlow_WillTheyAct_Yes",
        "unknown-variable",
    ),
    Mutation(
        "a field of a start form is renamed that a later form asks again",
        VARIABLES,
        lambda c: c.form(f"{APPEAL}_start")["staff_number"].update(key="number"),
        f"{RECEIPT}.bpmn",
        "Task_FindTheEmployee",
        "set-too-late",
    ),
    Mutation(
        "a caller no longer passes on what a gateway asks first and a form sets later",
        VARIABLES,
        lambda c: c.diagram(APPEAL)["CallActivity_HoldTheAppealHearing"].input("new_matters", None),
        f"{HEARING}.bpmn",
        "Gateway_AnythingToLookInto",
        "set-too-late",
    ),
    Mutation(
        "an entry is read of what has none",
        VARIABLES,
        lambda c: c.diagram(APPOINTMENT)["Task_FindTheAppealManager"].input("staff_number", "=appeal_manager.number"),
        f"{APPOINTMENT}.bpmn",
        "Task_FindTheAppealManager",
        "not-a-group",
    ),
    # -- references ------------------------------------------------------------------------------------------------
    Mutation(
        "the form of a task is misspelled",
        REFERENCES,
        lambda c: c.diagram(ADMISSION)["Task_DecideOnTheLateAppeal"].extend("formDefinition", formId="appeal_late"),
        f"{ADMISSION}.bpmn",
        "Task_DecideOnTheLateAppeal",
        "unknown-form",
    ),
    Mutation(
        "the decision of a task is misspelled",
        REFERENCES,
        lambda c: c.diagram(ADMISSION)["Task_LookUpThePeriods"].extend("calledDecision", decisionId="periods"),
        f"{ADMISSION}.bpmn",
        "Task_LookUpThePeriods",
        "unknown-decision",
    ),
    Mutation(
        "a called process is misspelled",
        REFERENCES,
        lambda c: c.diagram(APPEAL)["CallActivity_DecideTheAppeal"].extend(
            "calledElement", processId="appeal_decision"
        ),
        f"{APPEAL}.bpmn",
        "CallActivity_DecideTheAppeal",
        "unknown-process",
    ),
    Mutation(
        "a process of the same folder is bound to its latest version",
        REFERENCES,
        lambda c: c.diagram(APPEAL)["CallActivity_DecideTheAppeal"].extend("calledElement", bindingType="latest"),
        f"{APPEAL}.bpmn",
        "CallActivity_DecideTheAppeal",
        "binding",
    ),
    Mutation(
        "a process of another folder is bound to the same deployment",
        REFERENCES,
        lambda c: c.diagram(ADMISSION)["CallActivity_GiveTheReasons"].extend("calledElement", bindingType="deployment"),
        f"{ADMISSION}.bpmn",
        "CallActivity_GiveTheReasons",
        "binding",
    ),
    Mutation(
        "a form is bound to its latest version",
        REFERENCES,
        lambda c: c.diagram(ADMISSION)["Task_DecideOnTheLateAppeal"].extend("formDefinition", bindingType="latest"),
        f"{ADMISSION}.bpmn",
        "Task_DecideOnTheLateAppeal",
        "binding",
    ),
    Mutation(
        "a call takes all variables of the called process",
        REFERENCES,
        lambda c: c.diagram(APPEAL)["CallActivity_DecideTheAppeal"].extend(
            "calledElement", propagateAllChildVariables="true"
        ),
        f"{APPEAL}.bpmn",
        "CallActivity_DecideTheAppeal",
        "all-variables-back",
    ),
    Mutation(
        "the id of a form is changed",
        REFERENCES,
        lambda c: c.form("capability_appeal_late").form.update(id="late_appeal"),
        "capability_appeal_late.form",
        "late_appeal",
        "file-name",
    ),
    Mutation(
        "the id of a process is changed",
        REFERENCES,
        lambda c: c.diagram(DECISION).call_process(DECISION, "appeal_decision"),
        f"{DECISION}.bpmn",
        "",
        "file-name",
    ),
    Mutation(
        "a decision file is renamed",
        REFERENCES,
        lambda c: c.rename(f"{MANAGER_CHECK}.dmn", "manager_check.dmn"),
        "manager_check.dmn",
        "",
        "file-name",
    ),
    Mutation(
        "a form is copied without a new id",
        REFERENCES,
        lambda c: c.add(
            "capability_appeal_late_copy.form",
            c.file("capability_appeal_late.form").read_bytes(),
            beside="capability_appeal_late.form",
        ),
        "capability_appeal_late_copy.form",
        "",
        "name-used-twice",
    ),
    Mutation(
        "a form is no longer shown",
        REFERENCES,
        lambda c: c.diagram(ADMISSION)["Task_DecideOnTheLateAppeal"].without("formDefinition"),
        "capability_appeal_late.form",
        "capability_appeal_late",
        "unused",
    ),
    Mutation(
        "a decision names no variable for its result",
        REFERENCES,
        lambda c: c.diagram(DECISION)["Task_LookUpLesserPenalties"].extend("calledDecision", resultVariable=""),
        f"{DECISION}.bpmn",
        "Task_LookUpLesserPenalties",
        "no-result-variable",
    ),
    Mutation(
        "nothing starts a procedure any more",
        REFERENCES,
        lambda c: c.diagram(RECORD)["StartEvent_DecisionTakenOnPaper"].without("formDefinition"),
        f"{RECORD}.bpmn",
        RECORD,
        "never-started",
    ),
    # -- letters ---------------------------------------------------------------------------------------------------
    Mutation(
        "a letter is misspelled",
        LETTERS,
        lambda c: c.diagram(ADMISSION)["CallActivity_GiveTheReasons"].input(
            "template", '="capability/capability_appeal_not_admited"'
        ),
        f"{ADMISSION}.bpmn",
        "CallActivity_GiveTheReasons",
        "unknown-letter",
    ),
    Mutation(
        "one of two letters is misspelled",
        LETTERS,
        lambda c: c.diagram(ADMISSION)["CallActivity_GiveTheReasons"].input(
            "template",
            '=if in_time then "capability/capability_appeal_acknowledgment" '
            'else "capability/capability_appeal_not_admitted"',
        ),
        f"{ADMISSION}.bpmn",
        "CallActivity_GiveTheReasons",
        "unknown-letter",
    ),
    Mutation(
        "a fact is not given",
        LETTERS,
        lambda c: c.diagram(ADMISSION)["CallActivity_GiveTheReasons"].replace(
            "facts", '"appeal_due_on": appeal_due, ', ""
        ),
        f"{ADMISSION}.bpmn",
        "CallActivity_GiveTheReasons",
        "missing-fact",
    ),
    Mutation(
        "a fact is given that the letter does not print",
        LETTERS,
        lambda c: c.diagram(ADMISSION)["CallActivity_GiveTheReasons"].replace(
            "facts", '{"', '{"receiver": "nobody", "'
        ),
        f"{ADMISSION}.bpmn",
        "CallActivity_GiveTheReasons",
        "surplus-fact",
    ),
    Mutation(
        "a statement is not named",
        LETTERS,
        lambda c: c.diagram(ADMISSION)["CallActivity_GiveTheReasons"].input("statements", "=[]"),
        f"{ADMISSION}.bpmn",
        "CallActivity_GiveTheReasons",
        "missing-statement",
    ),
    Mutation(
        "a statement is named that the letter does not quote",
        LETTERS,
        lambda c: c.diagram(ADMISSION)["CallActivity_GiveTheReasons"].input(
            "statements", '=["admission_reasons", "grounds"]'
        ),
        f"{ADMISSION}.bpmn",
        "CallActivity_GiveTheReasons",
        "surplus-statement",
    ),
    Mutation(
        "no form asks for a statement any more",
        LETTERS,
        lambda c: c.form("capability_appeal_late")["statement.admission_reasons"].update(key="statement.why"),
        f"{ADMISSION}.bpmn",
        "CallActivity_GiveTheReasons",
        "statement-never-filed",
    ),
    Mutation(
        "a letter about a hearing gets none",
        LETTERS,
        lambda c: c.diagram(HEARING)["CallActivity_GiveNoticeOfTheHearing"].input("hearing", "=null"),
        f"{HEARING}.bpmn",
        "CallActivity_GiveNoticeOfTheHearing",
        "missing-hearing",
    ),
    Mutation(
        "a hearing has no place",
        LETTERS,
        lambda c: c.diagram(HEARING)["CallActivity_GiveNoticeOfTheHearing"].replace(
            "hearing", '"place": hearing_place, ', ""
        ),
        f"{HEARING}.bpmn",
        "CallActivity_GiveNoticeOfTheHearing",
        "wrong-hearing",
    ),
    Mutation(
        "an entry of a hearing is misspelled",
        LETTERS,
        lambda c: c.diagram(HEARING)["CallActivity_GiveNoticeOfTheHearing"].replace("hearing", '"minutes"', '"minute"'),
        f"{HEARING}.bpmn",
        "CallActivity_GiveNoticeOfTheHearing",
        "wrong-hearing",
    ),
    Mutation(
        "a letter prints a fact nobody gives",
        LETTERS,
        lambda c: edit(c, "capability/capability_appeal_not_admitted", "Dear", "{{ manager_name }} Dear"),
        f"{ADMISSION}.bpmn",
        "CallActivity_GiveTheReasons",
        "missing-fact",
    ),
    Mutation(
        "a letter has broken syntax",
        LETTERS,
        lambda c: edit(c, "capability/capability_appeal_not_admitted", "Dear", "{% if in_time %} Dear"),
        "capability_appeal_not_admitted.md",
        "",
        "broken-letter",
    ),
    Mutation(
        "a letter has no words for a value of a form",
        LETTERS,
        lambda c: edit(c, "capability/capability_appeal_decision", "    revoke=", "    revoked="),
        f"{DECISION}.bpmn",
        "CallActivity_WriteTheFinalDecision",
        "no-words-for-value",
    ),
    Mutation(
        "a letter is no longer sent",
        LETTERS,
        lambda c: c.diagram(ADMISSION)["CallActivity_GiveTheReasons"].input(
            "template", '="capability/capability_appeal_acknowledgement"'
        ),
        "capability_appeal_not_admitted.md",
        "",
        "unused",
    ),
    # -- forms -----------------------------------------------------------------------------------------------------
    Mutation(
        "a form shows a variable there is not",
        FORMS,
        lambda c: c.form("capability_appeal_late")["Decide on a late"].update(text="Due on {{appeal_due_word}}"),
        "capability_appeal_late.form",
        "",
        "unknown-variable",
    ),
    Mutation(
        "a task no longer gives its form what it shows",
        FORMS,
        lambda c: c.diagram(ADMISSION)["Task_DecideOnTheLateAppeal"].input("received_words", None),
        "capability_appeal_late.form",
        "",
        "unknown-variable",
    ),
    Mutation(
        "a condition for hiding a field is broken",
        FORMS,
        lambda c: c.form("capability_appeal_explanation")["statement.not_explained_reasons"].update(
            conditional={"hide": '=explained != "no'}
        ),
        "capability_appeal_explanation.form",
        "",
        "broken-expression",
    ),
    Mutation(
        "a field is hidden by a value that is not offered",
        FORMS,
        lambda c: c.form("capability_appeal_explanation")["statement.not_explained_reasons"].update(
            conditional={"hide": '=explained != "not"'}
        ),
        "capability_appeal_explanation.form",
        "",
        "never-equal",
    ),
    Mutation(
        "two fields have one key",
        FORMS,
        lambda c: c.form("capability_appeal_late").add("late_appeal", id="Field_again"),
        "capability_appeal_late.form",
        "",
        "key-used-twice",
    ),
    Mutation(
        "free text has a key of its own",
        FORMS,
        lambda c: c.form("capability_appeal_late")["statement.admission_reasons"].update(key="reasons"),
        "capability_appeal_late.form",
        "",
        "free-text",
    ),
    Mutation(
        "the listener that files what is written is taken out",
        FORMS,
        lambda c: c.diagram(ADMISSION)["Task_DecideOnTheLateAppeal"].without("executionListeners"),
        f"{ADMISSION}.bpmn",
        "Task_DecideOnTheLateAppeal",
        "text-stays",
    ),
    Mutation(
        "a field offers nothing to choose from",
        FORMS,
        lambda c: c.form("capability_appeal_late")["late_appeal"].update(values=[]),
        "capability_appeal_late.form",
        "",
        "no-options",
    ),
    Mutation(
        "two options have one value",
        FORMS,
        lambda c: c.form("capability_appeal_late")["late_appeal"]["values"].append({"label": "Yes", "value": "admit"}),
        "capability_appeal_late.form",
        "",
        "option-used-twice",
    ),
    Mutation(
        "the default is not offered",
        FORMS,
        lambda c: c.form("letter_delivery_posting")["delivered_how"].update(defaultValue="posted"),
        "letter_delivery_posting.form",
        "",
        "default-not-offered",
    ),
    Mutation(
        "a form is no JSON",
        FORMS,
        lambda c: c.write("capability_appeal_late.form", b'{"id": "capability_appeal_late",'),
        "capability_appeal_late.form",
        "",
        "unreadable",
    ),
    Mutation(
        "a field takes its options from a variable there is not",
        FORMS,
        lambda c: c.form("capability_appeal_decision")["outcome"].update(valuesExpression="=choices"),
        "capability_appeal_decision.form",
        "",
        "unknown-variable",
    ),
    # -- typed text ------------------------------------------------------------------------------------------------
    Mutation(
        "a task whose text is filed has an output",
        TYPED,
        lambda c: c.diagram(ADMISSION)["Task_DecideOnTheLateAppeal"].output("late_appeal", "=late_appeal"),
        f"{ADMISSION}.bpmn",
        "Task_DecideOnTheLateAppeal",
        "text-stays-in-task",
    ),
    Mutation(
        "a task whose text is filed has an input statement",
        TYPED,
        lambda c: c.diagram(ADMISSION)["Task_DecideOnTheLateAppeal"].input("statement", "=null"),
        f"{ADMISSION}.bpmn",
        "Task_DecideOnTheLateAppeal",
        "text-stays-in-task",
    ),
    Mutation(
        "a task whose text is filed is repeated",
        TYPED,
        lambda c: c.diagram(ADMISSION)["Task_DecideOnTheLateAppeal"].repeat("=[1, 2]", "time"),
        f"{ADMISSION}.bpmn",
        "Task_DecideOnTheLateAppeal",
        "text-stays-outside",
    ),
    Mutation(
        "a subprocess has no variable statement of its own",
        TYPED,
        lambda c: c.diagram(WAITING)["SubProcess_WaitOrGoOn"].input("statement", None),
        f"{WAITING}.bpmn",
        "Task_DecideWhetherToWait",
        "text-stays-outside",
    ),
    Mutation(
        "a form in a subprocess asks for somebody outside",
        TYPED,
        lambda c: c.form("occupational_health_wait").add(
            "statement.no_advice_reasons", id="Field_name", key="contact.name", type="textfield"
        ),
        f"{WAITING}.bpmn",
        "Task_DecideWhetherToWait",
        "text-stays-outside",
    ),
    Mutation(
        "two tasks that may be open together put what is typed into one variable",
        TYPED,
        _one_variable_for_two,
        f"{WAITING}.bpmn",
        "Task_DecideWhetherToWait",
        "text-overwritten",
    ),
    Mutation(
        "a group of fields asks for a text that nothing files",
        TYPED,
        _unfiled_group,
        f"{ADMISSION}.bpmn",
        "Task_DecideOnTheLateAppeal",
        "text-stays",
    ),
    Mutation(
        "the job that opens a case is given what was typed",
        TYPED,
        lambda c: c.diagram(RECEIPT)["Task_OpenTheCase"].input("statement", "=statement"),
        f"{RECEIPT}.bpmn",
        "Task_OpenTheCase",
        "text-copied",
    ),
    Mutation(
        "what was typed is kept under another name",
        TYPED,
        lambda c: c.diagram(APPEAL)["StartEvent_AppealMadeInWriting"].output("grounds", "=statement.grounds"),
        f"{APPEAL}.bpmn",
        "StartEvent_AppealMadeInWriting",
        "text-copied",
    ),
    Mutation(
        "what was typed is not emptied when the case is opened",
        TYPED,
        lambda c: c.diagram(RECEIPT)["Task_OpenTheCase"].output("statement", None),
        f"{RECEIPT}.bpmn",
        "EndEvent_",
        "text-at-the-end",
    ),
    Mutation(
        "a key is statement alone",
        TYPED,
        lambda c: c.form("capability_appeal_late")["statement.admission_reasons"].update(
            key="statement", type="textfield"
        ),
        "capability_appeal_late.form",
        "",
        "cannot-be-filed",
    ),
    Mutation(
        "a number is to be filed as what was typed",
        TYPED,
        lambda c: c.form("capability_appeal_late")["statement.admission_reasons"].update(type="number"),
        "capability_appeal_late.form",
        "",
        "cannot-be-filed",
    ),
    Mutation(
        "somebody outside is asked for what has no place",
        TYPED,
        lambda c: c.form("capability_companion_name").add("contact.name", id="Field_phone", key="contact.phone"),
        "capability_companion_name.form",
        "",
        "cannot-be-filed",
    ),
    Mutation(
        "an answer has an input of its name",
        TYPED,
        lambda c: c.diagram(ADMISSION)["Task_DecideOnTheLateAppeal"].input("late_appeal", '="admit"'),
        f"{ADMISSION}.bpmn",
        "Task_DecideOnTheLateAppeal",
        "answer-lost",
    ),
    Mutation(
        "an answer has an input of its name and outputs leave it out",
        TYPED,
        _agreement_kept_in,
        f"{AGREEMENT}.bpmn",
        "Task_AnswerAsCompanion",
        "answer-lost",
    ),
    Mutation(
        "a group of answers has an input of its name",
        TYPED,
        _place_kept_in,
        f"{ADMISSION}.bpmn",
        "Task_DecideOnTheLateAppeal",
        "answer-lost",
    ),
    # -- confidential ----------------------------------------------------------------------------------------------
    Mutation(
        "a confidential procedure calls one that operators see",
        CONFIDENTIAL,
        lambda c: c.move(f"{ADMISSION}.bpmn", "confidential_reporting"),
        f"{ADMISSION}.bpmn",
        "CallActivity_GiveTheReasons",
        "seen-by-operators",
    ),
    Mutation(
        "a confidential procedure asks a table that operators see",
        CONFIDENTIAL,
        lambda c: c.move(f"{APPOINTMENT}.bpmn", "confidential_reporting"),
        f"{APPOINTMENT}.bpmn",
        "Task_CheckTheChoice",
        "seen-by-operators",
    ),
    Mutation(
        "a confidential procedure tells one that operators see",
        CONFIDENTIAL,
        lambda c: c.move(f"{CANNOT_ATTEND}.bpmn", "confidential_reporting"),
        f"{CANNOT_ATTEND}.bpmn",
        "",
        "seen-by-operators",
    ),
    # -- gateways --------------------------------------------------------------------------------------------------
    Mutation(
        "a condition asks for a value that is not offered",
        GATEWAYS,
        lambda c: c.diagram(RECEIPT)["SequenceFlow_NumbersCorrected_Yes"].text(
            "conditionExpression", '=resolution = "correct"'
        ),
        f"{RECEIPT}.bpmn",
        "SequenceFlow_NumbersCorrected_Yes",
        "never-equal",
    ),
    Mutation(
        "an option is renamed that a gateway asks for",
        GATEWAYS,
        lambda c: c.form("capability_appeal_late")["late_appeal"]["values"][0].update(value="accept"),
        f"{ADMISSION}.bpmn",
        "SequenceFlow_LateAppealAdmitted_Yes",
        "never-equal",
    ),
    Mutation(
        "an option of a called process is renamed that the caller asks for",
        GATEWAYS,
        lambda c: c.diagram(AGREEMENT)["Task_RecordTheAnswer"].output(
            "companion_result", '=if choice = "accept" then "agreed" else "refused"'
        ),
        f"{COMPANION}.bpmn",
        "SequenceFlow_AgreedAndAccepted_Yes",
        "never-equal",
    ),
    Mutation(
        "a gateway has no default flow any more",
        GATEWAYS,
        lambda c: c.diagram(ADMISSION)["Gateway_LateAppealAdmitted"].set("default", None),
        f"{ADMISSION}.bpmn",
        "SequenceFlow_LateAppealAdmitted_No",
        "no-condition",
    ),
    Mutation(
        "a case finds no way out of a gateway",
        GATEWAYS,
        _only_conditions,
        f"{COMPANION}.bpmn",
        "Gateway_WhoIsIt",
        "no-default",
    ),
    Mutation(
        "an answer has no condition",
        GATEWAYS,
        lambda c: c.diagram(COMPANION)["SequenceFlow_WhoIsIt_Other"].without_part("conditionExpression"),
        f"{COMPANION}.bpmn",
        "SequenceFlow_WhoIsIt_Other",
        "no-condition",
    ),
    Mutation(
        "the default flow has a condition",
        GATEWAYS,
        lambda c: c.diagram(ADMISSION)["SequenceFlow_LateAppealAdmitted_No"].text(
            "conditionExpression", '=late_appeal = "refuse"'
        ),
        f"{ADMISSION}.bpmn",
        "SequenceFlow_LateAppealAdmitted_No",
        "condition-on-default",
    ),
    Mutation(
        "a yes or no is compared with a text",
        GATEWAYS,
        lambda c: c.diagram(APPEAL)["SequenceFlow_CaseOpened_Yes"].text("conditionExpression", '=case_opened = "yes"'),
        f"{APPEAL}.bpmn",
        "SequenceFlow_CaseOpened_Yes",
        "cannot-be-compared",
    ),
    Mutation(
        "the answer of a decision is compared with a text",
        GATEWAYS,
        lambda c: c.diagram(DATE)["SequenceFlow_DatePossible_Yes"].text("conditionExpression", '=date_allowed = "yes"'),
        f"{DATE}.bpmn",
        "SequenceFlow_DatePossible_Yes",
        "cannot-be-compared",
    ),
    Mutation(
        "a condition asks nothing",
        GATEWAYS,
        lambda c: c.diagram(ADMISSION)["SequenceFlow_LateAppealAdmitted_Yes"].text(
            "conditionExpression", "=late_appeal"
        ),
        f"{ADMISSION}.bpmn",
        "SequenceFlow_LateAppealAdmitted_Yes",
        "condition-not-boolean",
    ),
    Mutation(
        "a condition has no equals sign before it",
        GATEWAYS,
        lambda c: c.diagram(ADMISSION)["SequenceFlow_LateAppealAdmitted_Yes"].text(
            "conditionExpression", 'late_appeal = "admit"'
        ),
        f"{ADMISSION}.bpmn",
        "SequenceFlow_LateAppealAdmitted_Yes",
        "not-an-expression",
    ),
    # -- structure -------------------------------------------------------------------------------------------------
    Mutation(
        "a service task becomes a plain task",
        STRUCTURE,
        lambda c: c.diagram(ADMISSION)["Task_RecordTheReceipt"].become("task"),
        f"{ADMISSION}.bpmn",
        "Task_RecordTheReceipt",
        "plain-task",
    ),
    Mutation(
        "a flow is taken out: what follows is not reached",
        STRUCTURE,
        lambda c: c.diagram(RECORD).remove("SequenceFlow_RegisterTheDecision_ToNoteTheReference"),
        f"{RECORD}.bpmn",
        "Task_NoteTheReference",
        "unreachable",
    ),
    Mutation(
        "a flow is taken out: what is before leads nowhere",
        STRUCTURE,
        lambda c: c.diagram(RECORD).remove("SequenceFlow_RegisterTheDecision_ToNoteTheReference"),
        f"{RECORD}.bpmn",
        "Task_RegisterTheDecision",
        "dead-end",
    ),
    Mutation(
        "a task has no form any more",
        STRUCTURE,
        lambda c: c.diagram(ADMISSION)["Task_HaveADeputyNominated"].without("formDefinition"),
        f"{ADMISSION}.bpmn",
        "Task_HaveADeputyNominated",
        "no-form",
    ),
    Mutation(
        "a task is for nobody",
        STRUCTURE,
        lambda c: c.diagram(ADMISSION)["Task_HaveADeputyNominated"].without("assignmentDefinition"),
        f"{ADMISSION}.bpmn",
        "Task_HaveADeputyNominated",
        "nobody-assigned",
    ),
    Mutation(
        "a task is for a group there is not",
        STRUCTURE,
        lambda c: c.diagram(ADMISSION)["Task_HaveADeputyNominated"].extend(
            "assignmentDefinition", candidateGroups="hr_team"
        ),
        f"{ADMISSION}.bpmn",
        "Task_HaveADeputyNominated",
        "unknown-role",
    ),
    Mutation(
        "a task is for a group an expression misspells",
        STRUCTURE,
        lambda c: c.diagram(ADMISSION)["Task_HaveADeputyNominated"].extend(
            "assignmentDefinition", candidateGroups='=["human_resources"]'
        ),
        f"{ADMISSION}.bpmn",
        "Task_HaveADeputyNominated",
        "unknown-role",
    ),
    Mutation(
        "a task is for a group of values",
        STRUCTURE,
        lambda c: c.diagram(DECISION)["Task_DecideTheAppeal"].extend(
            "assignmentDefinition", candidateUsers="=hearing_manager"
        ),
        f"{DECISION}.bpmn",
        "Task_DecideTheAppeal",
        "wrong-assignment",
    ),
    Mutation(
        "a user task is of the old kind",
        STRUCTURE,
        lambda c: c.diagram(ADMISSION)["Task_HaveADeputyNominated"].without("userTask"),
        f"{ADMISSION}.bpmn",
        "Task_HaveADeputyNominated",
        "job-worker-user-task",
    ),
    Mutation(
        "a business rule task asks no decision",
        STRUCTURE,
        lambda c: c.diagram(DECISION)["Task_LookUpLesserPenalties"].without("calledDecision"),
        f"{DECISION}.bpmn",
        "Task_LookUpLesserPenalties",
        "no-decision",
    ),
    Mutation(
        "a process is not executable",
        STRUCTURE,
        lambda c: c.diagram(DECISION)[DECISION].set("isExecutable", "false"),
        f"{DECISION}.bpmn",
        DECISION,
        "not-executable",
    ),
    Mutation(
        "a task does not say who does it",
        STRUCTURE,
        lambda c: c.diagram(ADMISSION)["Task_RecordTheReceipt"].text("documentation", ""),
        f"{ADMISSION}.bpmn",
        "Task_RecordTheReceipt",
        "no-documentation",
    ),
    Mutation(
        "a task names no paragraph",
        STRUCTURE,
        lambda c: c.diagram(ADMISSION)["Task_RecordTheReceipt"].without("properties"),
        f"{ADMISSION}.bpmn",
        "Task_RecordTheReceipt",
        "no-paragraph",
    ),
    Mutation(
        "a diagram is no XML",
        STRUCTURE,
        lambda c: c.write(f"{ADMISSION}.bpmn", b"<bpmn:definitions"),
        f"{ADMISSION}.bpmn",
        "",
        "unreadable",
    ),
    # -- errors ----------------------------------------------------------------------------------------------------
    Mutation(
        "an error is no longer caught",
        ERRORS,
        lambda c: _without(c, RECORD, "SequenceFlow_NoSuchManager_ToWrongNumber", "BoundaryEvent_NoSuchManager"),
        f"{RECORD}.bpmn",
        "Task_FindWhoDecided",
        "error-not-caught",
    ),
    Mutation(
        "the code of an error is misspelled",
        ERRORS,
        lambda c: c.diagram(ADMISSION)["Error_NobodyFound"].set("errorCode", "NO_ONE_FOUND"),
        f"{ADMISSION}.bpmn",
        "Task_FindWhoReceivesIt",
        "error-not-caught",
    ),
    Mutation(
        "an error is caught that cannot happen",
        ERRORS,
        lambda c: c.diagram(ADMISSION)["Error_NobodyFound"].set("errorCode", "PERSON_NOT_FOUND"),
        f"{ADMISSION}.bpmn",
        "BoundaryEvent_EverybodyWasInvolved",
        "error-never-thrown",
    ),
    Mutation(
        "an error is caught that an input rules out",
        ERRORS,
        lambda c: c.diagram(RECEIPT)["Task_OpenTheCase"].input("only_one", "=false"),
        f"{RECEIPT}.bpmn",
        "BoundaryEvent_AppealedAlready",
        "error-never-thrown",
    ),
    Mutation(
        "an input makes an error possible that nothing catches",
        ERRORS,
        lambda c: c.diagram(RECORD)["Task_OpenTheCase"].input("only_one", "=true"),
        f"{RECORD}.bpmn",
        "Task_OpenTheCase",
        "error-not-caught",
    ),
    Mutation(
        "the code of an error is blank",
        ERRORS,
        lambda c: c.diagram(ADMISSION)["Error_NobodyFound"].set("errorCode", ""),
        f"{ADMISSION}.bpmn",
        "Error_NobodyFound",
        "blank-error-code",
    ),
    Mutation(
        "a boundary event names no error",
        ERRORS,
        lambda c: c.diagram(ADMISSION)["BoundaryEvent_EverybodyWasInvolved"].within(
            "errorEventDefinition", "errorRef", None
        ),
        f"{ADMISSION}.bpmn",
        "BoundaryEvent_EverybodyWasInvolved",
        "blank-error-code",
    ),
    # -- messages --------------------------------------------------------------------------------------------------
    Mutation(
        "the message somebody waits for is misspelled",
        MESSAGES,
        lambda c: c.diagram(HEARING)["Message_CannotAttend"].set("name", "can_not_attend"),
        f"{HEARING}.bpmn",
        "BoundaryEvent_CannotAttend",
        "message-not-thrown",
    ),
    Mutation(
        "the message somebody publishes is misspelled",
        MESSAGES,
        lambda c: c.diagram(HEARING)["Event_HearingTakenOff"].input("message", '="cannot_attend_herd"'),
        "capability_cannot_attend.bpmn",
        "Event_HearingTakenOff",
        "message-not-thrown",
    ),
    Mutation(
        "a message nobody waits for is published",
        MESSAGES,
        lambda c: c.diagram(HEARING)["Event_HearingTakenOff"].input("message", '="hearing_taken_off"'),
        f"{HEARING}.bpmn",
        "Event_HearingTakenOff",
        "message-not-caught",
    ),
    Mutation(
        "a message has no correlation key",
        MESSAGES,
        lambda c: c.diagram(HEARING)["Message_CannotAttend"].without("subscription"),
        f"{HEARING}.bpmn",
        "BoundaryEvent_CannotAttend",
        "no-correlation-key",
    ),
    Mutation(
        "a message is published without a key",
        MESSAGES,
        lambda c: c.diagram(COMPANION)["EndEvent_NewTimeAskedFor"].input("correlation_key", '=""'),
        f"{COMPANION}.bpmn",
        "EndEvent_NewTimeAskedFor",
        "correlation-key-differs",
    ),
    Mutation(
        "a message is published with a number for a key",
        MESSAGES,
        lambda c: c.diagram(COMPANION)["EndEvent_NewTimeAskedFor"].input("correlation_key", "=hearing_change"),
        f"{COMPANION}.bpmn",
        "EndEvent_NewTimeAskedFor",
        "correlation-key-differs",
    ),
    Mutation(
        "a message is published for a person and awaited for a case",
        MESSAGES,
        _two_keys,
        f"{COMPANION}.bpmn",
        "EndEvent_NewTimeAskedFor",
        "correlation-key-differs",
    ),
    Mutation(
        "a throwing event has no job that sends its message",
        MESSAGES,
        lambda c: c.diagram(HEARING)["Event_HearingTakenOff"].without("taskDefinition"),
        f"{HEARING}.bpmn",
        "Event_HearingTakenOff",
        "no-job-type",
    ),
    # -- timers ----------------------------------------------------------------------------------------------------
    Mutation(
        "a timer is a date without a time",
        TIMERS,
        lambda c: c.diagram(HEARING)["Event_TimeOfTheHearing"].text(
            "timeDate", '=date(date and time(hearing_at + ":00@Europe/London"))'
        ),
        f"{HEARING}.bpmn",
        "Event_TimeOfTheHearing",
        "not-a-moment",
    ),
    Mutation(
        "a timer is what a form gives, without an offset",
        TIMERS,
        lambda c: c.diagram(HEARING)["Event_TimeOfTheHearing"].text("timeDate", "=hearing_at"),
        f"{HEARING}.bpmn",
        "Event_TimeOfTheHearing",
        "not-a-moment",
    ),
    Mutation(
        "a due date is a date without a time",
        TIMERS,
        lambda c: c.diagram(DECISION)["Task_DecideTheAppeal"].extend("taskSchedule", dueDate="=decision_due.date"),
        f"{DECISION}.bpmn",
        "Task_DecideTheAppeal",
        "not-a-moment",
    ),
    Mutation(
        "a due date is written without a time",
        TIMERS,
        lambda c: c.diagram(DECISION)["Task_DecideTheAppeal"].extend("taskSchedule", dueDate="2025-03-10"),
        f"{DECISION}.bpmn",
        "Task_DecideTheAppeal",
        "not-a-moment",
    ),
    Mutation(
        "a duration is written without its unit",
        TIMERS,
        lambda c: c.diagram(APPEAL)["BoundaryEvent_NotExplainedInTime"].text("timeDuration", "P7"),
        f"{APPEAL}.bpmn",
        "BoundaryEvent_NotExplainedInTime",
        "timer",
    ),
    Mutation(
        "a duration is a date",
        TIMERS,
        lambda c: c.diagram(APPEAL)["BoundaryEvent_NotExplainedInTime"].text("timeDuration", "=today()"),
        f"{APPEAL}.bpmn",
        "BoundaryEvent_NotExplainedInTime",
        "timer",
    ),
    Mutation(
        "a duration is written in words",
        TIMERS,
        lambda c: c.diagram(APPEAL)["BoundaryEvent_NotExplainedInTime"].text("timeDuration", '=duration("7 days")'),
        f"{APPEAL}.bpmn",
        "BoundaryEvent_NotExplainedInTime",
        "not-readable",
    ),
    Mutation(
        "a timer asks for a period the table has not",
        TIMERS,
        lambda c: c.diagram(APPEAL)["BoundaryEvent_NotExplainedInTime"].text(
            "timeDuration", '=duration("P" + string(periods[name = "explain"][1].amount) + "D")'
        ),
        f"{APPEAL}.bpmn",
        "BoundaryEvent_NotExplainedInTime",
        "never-equal",
    ),
    # -- FEEL ------------------------------------------------------------------------------------------------------
    Mutation(
        "a bracket is missing",
        FEEL,
        lambda c: c.diagram(ADMISSION)["Task_WorkOutTheLastDay"].output(
            "in_time", "=date(appeal_received_on <= date(deadline.date)"
        ),
        f"{ADMISSION}.bpmn",
        "Task_WorkOutTheLastDay",
        "broken-expression",
    ),
    Mutation(
        "a text has typographic quotation marks",
        FEEL,
        lambda c: c.diagram(ADMISSION)["Task_CloseTheCase"].input("outcome", "=“not_admitted”"),
        f"{ADMISSION}.bpmn",
        "Task_CloseTheCase",
        "broken-expression",
    ),
    Mutation(
        "a comparison has two equals signs",
        FEEL,
        lambda c: c.diagram(ADMISSION)["SequenceFlow_LateAppealAdmitted_Yes"].text(
            "conditionExpression", '=late_appeal == "admit"'
        ),
        f"{ADMISSION}.bpmn",
        "SequenceFlow_LateAppealAdmitted_Yes",
        "broken-expression",
    ),
    Mutation(
        "an if has no else",
        FEEL,
        lambda c: c.diagram(ADMISSION)["Task_RecordTheReceipt"].input("event", '=if in_time then "In time"'),
        f"{ADMISSION}.bpmn",
        "Task_RecordTheReceipt",
        "broken-expression",
    ),
    Mutation(
        "a function is misspelled",
        FEEL,
        lambda c: c.diagram(ADMISSION)["Task_RecordTheReceipt"].input("happened_at", "=nwo()"),
        f"{ADMISSION}.bpmn",
        "Task_RecordTheReceipt",
        "unknown-function",
    ),
    Mutation(
        "a function has an argument too few",
        FEEL,
        lambda c: c.diagram(RECEIPT)["SequenceFlow_ChiefExecutivesOwnCase_Yes"].text(
            "conditionExpression", "=list contains(employee.roles)"
        ),
        f"{RECEIPT}.bpmn",
        "SequenceFlow_ChiefExecutivesOwnCase_Yes",
        "wrong-arguments",
    ),
    Mutation(
        "a function is newer than the engine",
        FEEL,
        lambda c: c.diagram(ADMISSION)["Task_CloseTheCase"].input("allow_another", "=is blank(case_reference)"),
        f"{ADMISSION}.bpmn",
        "Task_CloseTheCase",
        "function-too-new",
    ),
    Mutation(
        "a number is put to a text",
        FEEL,
        lambda c: c.diagram(APPEAL)["CallActivity_HoldTheAppealHearing"].input(
            "hearing_reference", '=case_reference + "-H" + 1'
        ),
        f"{APPEAL}.bpmn",
        "CallActivity_HoldTheAppealHearing",
        "text-and-other",
    ),
    Mutation(
        "an expression is empty",
        FEEL,
        lambda c: c.diagram(ADMISSION)["Task_CloseTheCase"].input("outcome", "="),
        f"{ADMISSION}.bpmn",
        "Task_CloseTheCase",
        "empty-expression",
    ),
    # -- decisions -------------------------------------------------------------------------------------------------
    Mutation(
        "the rule for all the rest is taken out",
        DECISIONS,
        lambda c: c.table(MANAGER_CHECK).remove(4),
        f"{MANAGER_CHECK}.dmn",
        MANAGER_CHECK,
        "gap",
    ),
    Mutation(
        "rules overlap although one must hold",
        DECISIONS,
        lambda c: c.table(MANAGER_CHECK).policy("UNIQUE"),
        f"{MANAGER_CHECK}.dmn",
        "Rule_",
        "rules-overlap",
    ),
    Mutation(
        "the rule for all the rest stands first",
        DECISIONS,
        _catch_all_first,
        f"{MANAGER_CHECK}.dmn",
        "Rule_",
        "rule-never-used",
    ),
    Mutation(
        "a text has no quotation marks in a test",
        DECISIONS,
        lambda c: c.table("capability_lesser_penalties").test(1, 1, "dismissal"),
        "capability_lesser_penalties.dmn",
        "Rule_",
        "unquoted-text",
    ),
    Mutation(
        "a text has no quotation marks in an answer",
        DECISIONS,
        lambda c: c.table("capability_lesser_penalties").answer(1, 2, "redeployment"),
        "capability_lesser_penalties.dmn",
        "Rule_",
        "unquoted-text",
    ),
    Mutation(
        "an answer is of the wrong type",
        DECISIONS,
        lambda c: c.table("capability_periods").answer(1, 2, '"seven"'),
        "capability_periods.dmn",
        "Rule_",
        "wrong-output",
    ),
    Mutation(
        "a test is of the wrong type",
        DECISIONS,
        lambda c: c.table(MANAGER_CHECK).test(1, 1, '"yes"'),
        f"{MANAGER_CHECK}.dmn",
        "Rule_",
        "wrong-test",
    ),
    Mutation(
        "a test is broken",
        DECISIONS,
        lambda c: c.table(MANAGER_CHECK).test(1, 1, "not(true"),
        f"{MANAGER_CHECK}.dmn",
        "Rule_",
        "broken-expression",
    ),
    Mutation(
        "a decision asks about a variable the task does not give",
        DECISIONS,
        lambda c: c.table(MANAGER_CHECK).asks(2, "was_involved"),
        f"{APPOINTMENT}.bpmn",
        "Task_CheckTheChoice",
        "unknown-variable",
    ),
    Mutation(
        "a task gives a decision a text where it wants yes or no",
        DECISIONS,
        lambda c: c.diagram(APPOINTMENT)["Task_CheckTheChoice"].input("involved", '="yes"'),
        f"{APPOINTMENT}.bpmn",
        "Task_CheckTheChoice",
        "wrong-decision-input",
    ),
    Mutation(
        "an answer of a decision is renamed",
        DECISIONS,
        lambda c: c.table(MANAGER_CHECK).names(1, "permitted"),
        f"{APPOINTMENT}.bpmn",
        "Task_CheckTheChoice",
        "unknown-field",
    ),
    Mutation(
        "a period is renamed in the table",
        DECISIONS,
        lambda c: c.table("capability_periods").answer(5, 1, '"new_information"'),
        f"{HEARING}.bpmn",
        "Task_SetTimeToConsiderIt",
        "never-equal",
    ),
    Mutation(
        "a decision is no XML",
        DECISIONS,
        lambda c: c.write(f"{MANAGER_CHECK}.dmn", b"<definitions"),
        f"{MANAGER_CHECK}.dmn",
        "",
        "unreadable",
    ),
    # -- drawing ---------------------------------------------------------------------------------------------------
    Mutation(
        "a shape lies on another",
        DRAWING,
        lambda c: c.diagram(RECORD).move("Task_FindWhoDecided", -130, 0),
        f"{RECORD}.bpmn",
        "",
        "shapes-overlap",
    ),
    Mutation(
        "an element has no name",
        DRAWING,
        lambda c: c.diagram(RECORD)["Task_FindWhoDecided"].set("name", ""),
        f"{RECORD}.bpmn",
        "Task_FindWhoDecided",
        "no-name",
    ),
    Mutation(
        "a shape is moved without its lines",
        DRAWING,
        lambda c: c.diagram(RECORD).move("EndEvent_DecisionRecorded", 0, 200),
        f"{RECORD}.bpmn",
        "",
        "loose-end",
    ),
)
