"""Attendance for diagrams."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from workers.attendance.absences import (
    CAUSE_COLUMNS,
    CERTIFICATE_PREFIX,
    PREFIX,
    certificates_of,
    lock_absences,
    patterns_of,
    spells_of,
    team_of,
)
from workers.attendance.copying import sickness_record
from workers.attendance.counting import (
    Figures,
    Rule,
    Spell,
    beginnings,
    counted,
    current_episode,
    days_of,
    end_of,
    figures,
    first_uncovered,
    working_days,
)
from workers.attendance.keeping import (
    OVERLAPS,
    absence_of_job,
    calendar_known,
    change_in_job,
    facts,
    refuse_overlap,
    withdrawn,
    wrong,
)
from workers.attendance.models import (
    AbsenceCausesNoted,
    AbsenceFound,
    AbsenceMeasured,
    AbsenceRecorded,
    AbsenceSummarised,
    AbsenceSummary,
    AbsenceTriggersFound,
    Beginnings,
    CausesOfAbsence,
    CertificateFacts,
    CertificateRecorded,
    ChangeAbsence,
    CompareAbsenceWithTeam,
    Counting,
    CurrentAbsence,
    DatedAbsence,
    EndAbsence,
    FiguresGiven,
    FileSicknessRecord,
    FindAbsence,
    FindAbsenceTriggers,
    NoteAbsenceCauses,
    NoteReachedTriggers,
    ReachedTriggersNoted,
    RecordAbsence,
    RecordCertificate,
    SummariseAbsence,
    TeamAbsence,
    TeamCompared,
    TriggerChecked,
    WhoReached,
)
from workers.attendance.patterns import WEEKDAYS
from workers.attendance.prompts import end_prompt, new_prompt, open_prompts
from workers.attendance.reached import who_reached
from workers.cases.filing import case_of_job, file_texts, require_people
from workers.deadlines.moments import london_day
from workers.people.directory import person
from workers.records.models import Absence, AbsenceCertificate
from workers.records.references import next_reference
from workers.runtime.contract import BpmnError, JobContext, Nothing, job_type
from workers.runtime.errors import BusinessOutcome, PersonMustAct


@job_type("record_absence", title="Record an absence", errors=[OVERLAPS])
def record_absence(job: RecordAbsence, context: JobContext) -> AbsenceRecorded:
    """Record that somebody is absent, once for each absence, and give its reference.

    The reason is no input: file what was said of it in the case, with a form field statement.<name>.
    """
    require_people(context, "staff_number", [job.staff_number])
    if job.reported_to is not None:
        require_people(context, "reported_to", [job.reported_to])
    case = None if job.case_reference is None else case_of_job(context, job.case_reference)
    if job.last_day is not None and job.last_day < job.first_day:
        raise wrong(context, "last_day", "is before first_day")
    lock_absences(context.records, job.staff_number)
    refuse_overlap(context, job.staff_number, job.first_day, job.last_day)
    absence = Absence(
        reference=next_reference(context.records, PREFIX, london_day(context.engine_time).year),
        staff_number=job.staff_number,
        case_reference=case.reference if case else None,
        first_day=job.first_day,
        last_day=job.last_day,
        reported_at=job.reported_at,
        reported_to=job.reported_to,
        normal_start=job.normal_start,
        recorded_at=context.engine_time,
        job_key=context.key,
    )
    context.records.add(absence)
    context.records.flush()
    return AbsenceRecorded(absence=facts(absence, context))


@job_type("end_absence", title="End an absence")
def end_absence(job: EndAbsence, context: JobContext) -> AbsenceRecorded:
    """Record the last day of an absence that goes on; to say the same day again changes nothing."""
    absence = absence_of_job(context, "reference", job.reference)
    if absence.withdrawn_at is not None:
        raise withdrawn(context, absence)
    if absence.last_day is not None and absence.last_day != job.last_day:
        raise PersonMustAct(
            f"The absence {absence.reference} at {context.element_id} has already ended, on another day than last_day. "
            "Find out which day is right, set last_day to it and, if the record is wrong, correct that with a "
            "change_absence task; then retry."
        )
    if job.last_day < absence.first_day:
        raise wrong(context, "last_day", "is before the first day; withdraw an absence that never was")
    change_in_job(context, absence, {"last_day": job.last_day}, by=("ended_by", job.ended_by), at=job.ended_at)
    return AbsenceRecorded(absence=facts(absence, context))


@job_type("change_absence", title="Correct an absence", errors=[OVERLAPS])
def change_absence(job: ChangeAbsence, context: JobContext) -> AbsenceRecorded:
    """Correct the days of an absence, or withdraw it; what it was, and who changed it when, stay on record."""
    absence = absence_of_job(context, "reference", job.reference)
    if absence.withdrawn_at is not None:
        raise withdrawn(context, absence)
    if job.withdrawn:
        change_in_job(
            context, absence, {"withdrawn_at": job.changed_at}, by=("changed_by", job.changed_by), at=job.changed_at
        )
        return AbsenceRecorded(absence=facts(absence, context))
    first = job.first_day or absence.first_day
    last = None if job.goes_on else job.last_day or absence.last_day
    if last is not None and last < first:
        raise wrong(context, "first_day or last_day", "makes the last day earlier than the first")
    refuse_overlap(context, absence.staff_number, first, last, except_reference=absence.reference)
    values = {"first_day": first, "last_day": last}
    change_in_job(context, absence, values, by=("changed_by", job.changed_by), at=job.changed_at)
    return AbsenceRecorded(absence=facts(absence, context))


@job_type("note_absence_causes", title="Note what an absence is related to", listener=True)
def note_absence_causes(job: NoteAbsenceCauses, context: JobContext) -> AbsenceCausesNoted:
    """Move what absences are related to out of the process into the records.

    Put it as an end listener on the element whose form asks whether an absence is related to disability, pregnancy or
    maternity, or an assault or injury at work. What it was before stays on record.
    """
    for causes in job.absence_causes or []:
        reference = causes.reference or job.absence_reference
        if reference is None:
            raise wrong(context, "absence_reference", "is empty, and absence_causes does not name an absence either")
        absence = absence_of_job(context, "absence_reference", reference)
        change_in_job(context, absence, _columns(causes), by=("noted_by", job.noted_by), at=context.engine_time)
    return AbsenceCausesNoted(absence_causes=None)


def _columns(causes: CausesOfAbsence) -> dict[str, bool]:
    said = {column: getattr(causes, cause) for cause, column in CAUSE_COLUMNS.items()}
    return {column: related for column, related in said.items() if related is not None}


@job_type("record_certificate", title="Record a medical certificate")
def record_certificate(job: RecordCertificate, context: JobContext) -> CertificateRecorded:
    """Record which days a doctor's statement or other evidence certifies, or that a final note came.

    What the certificate says is no input: file it in the case, with form fields statement.<name>.
    """
    absence = absence_of_job(context, "absence_reference", job.absence_reference)
    if job.entered_by is not None:
        require_people(context, "entered_by", [job.entered_by])
    replaced = None if job.replaces is None else context.records.get(AbsenceCertificate, job.replaces.upper())
    if job.replaces is not None and (replaced is None or replaced.absence_reference != absence.reference):
        raise wrong(context, "replaces", "is not that of a certificate of this absence")
    if replaced is not None and replaced.replaced_by is not None:
        raise wrong(context, "replaces", "is that of a certificate that has been replaced already")
    certificate = AbsenceCertificate(
        reference=next_reference(context.records, CERTIFICATE_PREFIX, london_day(context.engine_time).year),
        absence_reference=absence.reference,
        kind=job.kind,
        issued_on=job.issued_on,
        covers_from=job.covers_from,
        covers_until=job.covers_until,
        entered_by=job.entered_by,
        recorded_at=context.engine_time,
        element_id=context.element_id,
        job_key=context.key,
    )
    context.records.add(certificate)
    context.records.flush()
    if replaced is not None:
        replaced.replaced_by = certificate.reference
    return CertificateRecorded(
        certificate=CertificateFacts(reference=certificate.reference, covers_until=certificate.covers_until)
    )


@job_type(
    "find_absence",
    title="Find an absence",
    errors=[BpmnError("ABSENCE_NOT_FOUND", "There is no such absence, or it is another person's.")],
)
def find_absence(job: FindAbsence, context: JobContext) -> AbsenceFound:
    """Look an absence up by its reference: how long it is so far, and which of its days still need a certificate."""
    absence = context.records.get(Absence, job.reference.upper())
    if absence is None or job.staff_number not in (None, absence.staff_number):
        # Whose absence it is otherwise stays unsaid.
        raise BusinessOutcome(
            "ABSENCE_NOT_FOUND",
            "There is no absence with this reference"
            + (" of the person with this staff number." if job.staff_number else "."),
        )
    return AbsenceFound(absence=facts(absence, context), absence_length=_measured(absence, job, context))


def _measured(absence: Absence, job: FindAbsence, context: JobContext) -> AbsenceMeasured:
    # An absence of the future has no days yet.
    last = min(absence.last_day or job.on, job.on)
    pattern = patterns_of(context.records, [absence.staff_number])[absence.staff_number]
    certificates = certificates_of(context.records, absence.reference)
    covered = [
        (certificate.covers_from, certificate.covers_until)
        for certificate in certificates
        if certificate.covers_from is not None and certificate.covers_until is not None
    ]
    with calendar_known():
        worked = working_days(absence.first_day, last, pattern)
    return AbsenceMeasured(
        calendar_days=max(0, (last - absence.first_day).days + 1),
        working_days=worked,
        doctors_statements=sum(certificate.kind == "doctors_statement" for certificate in certificates),
        certified_until=max((until for _, until in covered), default=None),
        certificate_needed_from=first_uncovered(
            absence.first_day + timedelta(days=job.self_certified_days), last, covered
        ),
        final_note=any(certificate.kind == "final_note" for certificate in certificates),
    )


@job_type("summarise_absence", title="Summarise a person's absence")
def summarise_absence(job: SummariseAbsence, context: JobContext) -> AbsenceSummarised:
    """Count a person's days and occasions of absence in a period, and say which triggers they reach.

    An absence that reaches into the period counts with its days in it, one that goes on up to the last day of the
    period. An occasion has at least one day that counts. Absences with a cause in disregard count nowhere; with a cause
    in protected they count, and everything is also given without them.
    """
    require_people(context, "staff_number", [job.staff_number])
    rule = _rule(job)
    without_protected = Rule(rule.first, rule.last, rule.unit, rule.joining, rule.disregard | frozenset(job.protected))
    spells = spells_of(context.records, [job.staff_number], last=rule.last)[job.staff_number]
    pattern = patterns_of(context.records, [job.staff_number])[job.staff_number]
    with calendar_known():
        every, fewer = figures(spells, rule, pattern), figures(spells, without_protected, pattern)
        inside = counted(spells, rule)
        dated = [
            DatedAbsence(first_day=spell.first, last_day=end_of(spell), days=days_of(spell, rule.unit, pattern))
            for spell in inside
        ]
        current = current_episode(spells, rule.last, rule.joining, pattern)
        began = beginnings(spells, rule, pattern)
    checked = [
        TriggerChecked(
            name=trigger.name,
            reached=trigger.threshold().reached(every.days, every.occasions),
            reached_without_protected=trigger.threshold().reached(fewer.days, fewer.occasions),
        )
        for trigger in job.triggers
    ]
    return AbsenceSummarised(
        absence_summary=AbsenceSummary(
            from_day=rule.first,
            to_day=rule.last,
            counted=_given(every),
            without_protected=_given(fewer),
            triggers=checked,
            reached=[trigger.name for trigger in checked if trigger.reached],
            absences=[spell.reference for spell in inside],
            current=_current(current, rule.last),
            dated=dated if job.with_dates else None,
            beginnings=_beginnings(*began) if job.with_pattern else None,
        )
    )


def _current(episode: list[Spell], on: date) -> CurrentAbsence | None:
    if not episode:
        return None
    first = episode[0].first
    return CurrentAbsence(reference=episode[-1].reference, first_day=first, calendar_days=(on - first).days + 1)


def _beginnings(weekdays: list[int], months: list[int]) -> Beginnings:
    return Beginnings(weekdays=dict(zip(WEEKDAYS, weekdays, strict=True)), months=months)


@job_type("file_sickness_record", title="File a copy of the sickness record")
def file_sickness_record(job: FileSicknessRecord, context: JobContext) -> Nothing:
    """Copy a person's sickness record, as it stands on a day, to the case file; none of it enters the process."""
    require_people(context, "staff_number", [job.staff_number])
    case = case_of_job(context, job.case_reference)
    day = london_day(job.on) if isinstance(job.on, datetime) else job.on
    file_texts(context, case, {job.name: sickness_record(context.records, job.staff_number, day)})
    return Nothing()


@job_type("compare_absence_with_team", title="Compare absence with the team's")
def compare_absence_with_team(job: CompareAbsenceWithTeam, context: JobContext) -> TeamCompared:
    """Give what the others with the same line manager have on average, unless they are too few to hide anybody."""
    require_people(context, "staff_number", [job.staff_number])
    rule = _rule(job)
    someone = person(context.records, job.staff_number)
    manager = someone.line_manager if someone else None
    team = team_of(context.records, manager, rule.last) if manager else []
    others = [staff_number for staff_number in team if staff_number != job.staff_number]
    if len(others) < job.smallest_team:
        return TeamCompared(
            team_absence=TeamAbsence(others=len(others), shown=False, average_days=None, average_occasions=None)
        )
    spells = spells_of(context.records, others, first=rule.first, last=rule.last)
    patterns = patterns_of(context.records, others)
    with calendar_known():
        each = [figures(spells[other], rule, patterns[other]) for other in others]
    return TeamCompared(
        team_absence=TeamAbsence(
            others=len(others),
            shown=True,
            average_days=round(sum(one.days for one in each) / len(each), 1),
            average_occasions=round(sum(one.occasions for one in each) / len(each), 1),
        )
    )


@job_type("note_reached_triggers", title="Note which triggers a person has reached")
def note_reached_triggers(job: NoteReachedTriggers, context: JobContext) -> ReachedTriggersNoted:
    """Note which triggers a person has reached, and give those of which nobody was told yet.

    A trigger is given once; it is given again after the person was seen below it. However many ask at the same moment,
    one of them gets it.
    """
    require_people(context, "staff_number", [job.staff_number])
    lock_absences(context.records, job.staff_number)
    reached = [trigger.name for trigger in job.triggers if trigger.reached]
    told = open_prompts(context.records, [trigger.name for trigger in job.triggers], job.staff_number)
    for prompt in told:
        if prompt.trigger_name not in reached:
            end_prompt(prompt, job.on)
    # Their slots must be free before anybody takes them again.
    context.records.flush()
    already = {prompt.trigger_name for prompt in told}
    newly = [name for name in dict.fromkeys(reached) if name not in already]
    context.records.add_all(
        new_prompt(job.staff_number, name, job.on, noted_at=context.engine_time, job_key=context.key) for name in newly
    )
    return ReachedTriggersNoted(newly_reached=newly)


@job_type("find_absence_triggers", title="Find who has reached an absence trigger", timeout=timedelta(minutes=5))
def find_absence_triggers(job: FindAbsenceTriggers, context: JobContext) -> AbsenceTriggersFound:
    """Find everybody here who has reached a trigger, counted as summarise_absence counts.

    Whoever is below a trigger again is noted as such. That somebody is told of those found is for
    note_reached_triggers to note.
    """
    rule = _rule(job)
    thresholds = [trigger.threshold() for trigger in job.triggers]
    with calendar_known():
        everybody = who_reached(context.records, rule, thresholds)
    reached = {(someone.staff_number, name) for someone in everybody for name in someone.thresholds}
    told = open_prompts(context.records, [threshold.name for threshold in thresholds])
    for prompt in told:
        if (prompt.staff_number, prompt.trigger_name) not in reached:
            end_prompt(prompt, rule.last)
    if job.only_new:
        reached -= {(prompt.staff_number, prompt.trigger_name) for prompt in told}
    found = sorted({staff_number for staff_number, _ in reached})
    return AbsenceTriggersFound(
        reached_triggers=WhoReached(staff_numbers=found[: job.at_most], left_out=max(0, len(found) - job.at_most))
    )


def _rule(job: Counting) -> Rule:
    with calendar_known():
        first = job.first_day
    return Rule(first, job.on, job.count_in, job.join, frozenset(job.disregard))


def _given(of: Figures) -> FiguresGiven:
    return FiguresGiven(days=of.days, calendar_days=of.calendar_days, occasions=of.occasions)
