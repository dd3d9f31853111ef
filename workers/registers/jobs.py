"""Registers for diagrams."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue, ValidationError

from workers.cases.filing import case_of_job, require_people
from workers.deadlines.moments import london_day
from workers.records.models import Case, CaseEvent, RegisterChange, RegisterEntry
from workers.records.references import next_reference
from workers.registers.definitions import ACTIVE, EXPIRED, REGISTERS, REPLACED, Facts, RegisterDefinition
from workers.registers.entries import active_entries, status_on
from workers.registers.models import (
    AddRegisterEntry,
    ChangeRegisterEntry,
    ChangeRegisterFacts,
    EntriesFound,
    Entry,
    EntryFound,
    FindActiveEntries,
    FindRegisterEntry,
)
from workers.runtime.contract import BpmnError, JobContext, job_type
from workers.runtime.errors import BusinessOutcome, PersonMustAct


@job_type("add_register_entry", title="Add a register entry")
def add_register_entry(job: AddRegisterEntry, context: JobContext) -> EntryFound:
    """Add an active entry to a register, checked against what the register holds."""
    register = _register(job.register_name, context)
    case = case_of_job(context, job.case_reference)
    require_people(context, "staff_number", [job.staff_number])
    if job.kind not in register.kinds:
        raise _wrong(context, "kind", f"is not one of {', '.join(register.kinds)}")
    if job.active_until is not None and job.active_until < job.active_from:
        raise _wrong(context, "active_until", "is before active_from, so the entry would never be active")
    facts = _checked_facts(job.facts, register, context)
    entry = RegisterEntry(
        reference=next_reference(context.records, register.prefix, london_day(context.engine_time).year),
        register=register.name,
        staff_number=job.staff_number,
        case_reference=case.reference,
        kind=job.kind,
        status=ACTIVE,
        active_from=job.active_from,
        active_until=job.active_until,
        facts=facts.model_dump(mode="json"),
        added_at=context.engine_time,
        job_key=context.key,
    )
    entry.changes = [
        RegisterChange(
            case_reference=case.reference,
            status_after=ACTIVE,
            changed_at=context.engine_time,
            recorded_at=context.engine_time,
            element_id=context.element_id,
            job_key=context.key,
        )
    ]
    context.records.add(entry)
    context.records.flush()
    return _found(entry, context)


@job_type(
    "find_register_entry",
    title="Find a register entry",
    errors=[BpmnError("REGISTER_ENTRY_NOT_FOUND", "The register has no such entry, or it is another person's.")],
)
def find_register_entry(job: FindRegisterEntry, context: JobContext) -> EntryFound:
    """Look an entry up by its reference; with a staff number, only that person's."""
    register = _register(job.register_name, context)
    entry = context.records.get(RegisterEntry, job.reference.upper())
    if entry is None or entry.register != register.name or job.staff_number not in (None, entry.staff_number):
        # Whose entry it is otherwise stays unsaid.
        raise BusinessOutcome(
            "REGISTER_ENTRY_NOT_FOUND",
            f"The register {register.name} has no entry with this reference"
            + (" for the person with this staff number." if job.staff_number else "."),
        )
    return _found(entry, context)


@job_type("find_active_entries", title="Find active register entries")
def find_active_entries(job: FindActiveEntries, context: JobContext) -> EntriesFound:
    """Find a person's entries that are active on a day; those expired by then, revoked or replaced are disregarded."""
    register = _register(job.register_name, context)
    if unknown := [kind for kind in job.kinds or [] if kind not in register.kinds]:
        raise _wrong(context, "kinds", f"names {', '.join(unknown)}, which is not one of {', '.join(register.kinds)}")
    found = active_entries(context.records, register.name, job.staff_number, on=job.on, kinds=job.kinds)
    return EntriesFound(entries=[_as_entry(entry, context) for entry in found])


@job_type("change_register_facts", title="Change what a register keeps")
def change_register_facts(job: ChangeRegisterFacts, context: JobContext) -> EntryFound:
    """Change facts of an entry, such as the day a letter really arrived; the case's timeline tells old and new."""
    register = _register(job.register_name, context)
    case = case_of_job(context, job.case_reference)
    entry = context.records.get(RegisterEntry, job.reference.upper(), with_for_update=True)
    if entry is None or entry.register != register.name:
        raise _wrong(context, "reference", f"is not that of an entry of the register {register.name}")
    kept = entry.facts
    facts = _checked_facts({**kept, **job.facts}, register, context).model_dump(mode="json")
    if changed := [name for name in facts if facts[name] != kept.get(name)]:
        entry.facts = facts
        context.records.add(
            CaseEvent(
                case_reference=case.reference,
                event="Register entry changed",
                happened_at=job.changed_at,
                facts={
                    "entry": entry.reference,
                    **{f"{name}_before": kept.get(name) for name in changed},
                    **{name: facts[name] for name in changed},
                },
                recorded_at=context.engine_time,
                element_id=context.element_id,
                job_key=context.key,
            )
        )
    context.records.flush()
    return _found(entry, context)


@job_type("change_register_entry", title="Change a register entry")
def change_register_entry(job: ChangeRegisterEntry, context: JobContext) -> EntryFound:
    """Give an entry another status; what it was, when it changed and in which case stay on record."""
    register = _register(job.register_name, context)
    case = case_of_job(context, job.case_reference)
    if job.status == EXPIRED:
        raise _wrong(context, "status", "is expired, which cannot be set: it follows from the last active day")
    if job.status not in register.statuses:
        raise _wrong(context, "status", f"is not one of {', '.join(register.statuses)}")
    if job.only_from not in (None, *register.statuses):
        raise _wrong(context, "only_from", f"is not one of {', '.join(register.statuses)}")
    entry = context.records.get(RegisterEntry, job.reference.upper(), with_for_update=True)
    if entry is None or entry.register != register.name:
        raise _wrong(context, "reference", f"is not that of an entry of the register {register.name}")
    if job.only_from not in (None, entry.status):
        return _found(entry, context)
    if entry.status == job.status:
        raise PersonMustAct(
            f"The entry {entry.reference} is already {job.status}, so {context.element_id} cannot make it so again. "
            "Look at the register: another case may have changed it."
        )
    successor = _successor(job, entry, context)
    change = RegisterChange(
        entry_reference=entry.reference,
        case_reference=case.reference,
        status_before=entry.status,
        status_after=job.status,
        replaced_by=successor,
        changed_at=job.changed_at,
        recorded_at=context.engine_time,
        element_id=context.element_id,
        job_key=context.key,
    )
    entry.status, entry.replaced_by = job.status, successor
    context.records.add(change)
    context.records.flush()
    return _found(entry, context)


def _successor(job: ChangeRegisterEntry, entry: RegisterEntry, context: JobContext) -> str | None:
    """The entry that stands in for the changed one: only, and always, when the new status is replaced."""
    if job.status != REPLACED:
        if job.replaced_by is not None:
            raise _wrong(context, "replaced_by", f"is given, but the status is {job.status}")
        return None
    if job.replaced_by is None:
        raise _wrong(context, "replaced_by", "is empty; it says which entry stands in for a replaced one")
    successor = context.records.get(RegisterEntry, job.replaced_by.upper())
    if successor is None or (successor.register, successor.staff_number) != (entry.register, entry.staff_number):
        raise _wrong(context, "replaced_by", "is not that of another entry of the same person in this register")
    if successor.reference == entry.reference:
        raise _wrong(context, "replaced_by", "is the entry itself")
    return successor.reference


def _register(name: str, context: JobContext) -> RegisterDefinition:
    if name not in REGISTERS:
        raise _wrong(context, "register", f"is not one of {', '.join(REGISTERS)}")
    return REGISTERS[name]


def _checked_facts(given: Mapping[str, JsonValue], register: RegisterDefinition, context: JobContext) -> Facts:
    try:
        facts = register.facts.model_validate(given)
    except ValidationError as error:
        raise _wrong(context, "facts", f"does not fit the register {register.name}: {_faults(error)}") from None
    for name in register.people:
        value = getattr(facts, name)
        require_people(context, f"facts.{name}", value if isinstance(value, list) else [value])
    for name in register.cases:
        value = getattr(facts, name)
        if value is not None and context.records.get(Case, value) is None:
            raise _wrong(context, f"facts.{name}", "is not the reference of a case")
    return facts


def _faults(error: ValidationError) -> str:
    """The faults by place, without the values, which may be personal."""
    phrases = {
        ".".join(["facts", *map(str, fault["loc"])]): _phrase(fault["type"], fault["msg"])
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    }
    return "; ".join(f"{place} {phrase}" for place, phrase in phrases.items())


def _phrase(kind: str, message: str) -> str:
    match kind:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not known to the register"
        case "value_error":
            return message.removeprefix("Value error, ")
        case "string_pattern_mismatch":
            return "must be a staff number: digits only"
        case _:
            return message.removeprefix("Input ")


def _wrong(context: JobContext, variable: str, what: str) -> PersonMustAct:
    return PersonMustAct(
        f"The variable {variable} of {context.element_id} {what}. Correct it in Operate for this case and in the "
        "diagram for later ones, then retry."
    )


def _found(entry: RegisterEntry, context: JobContext) -> EntryFound:
    return EntryFound(entry=_as_entry(entry, context))


def _as_entry(entry: RegisterEntry, context: JobContext) -> Entry:
    return Entry(
        reference=entry.reference,
        staff_number=entry.staff_number,
        kind=entry.kind,
        status=status_on(entry, london_day(context.engine_time)),
        active_from=entry.active_from,
        active_until=entry.active_until,
        facts=entry.facts,
    )
