"""What the attendance jobs take and give.

Nothing given says why somebody was absent. Causes come in only through a listener, and no result names one.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator, model_validator

from workers.attendance.counting import Cause, Joining, Threshold, Unit, first_day_of
from workers.cases.models import CaseReference, StatementName
from workers.deadlines.moments import Day, DayOrMoment, Moment
from workers.deadlines.periods import Period
from workers.people.models import StaffNumber, TypedText
from workers.runtime.contract import JobInput, JobOutput

AbsenceReference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
TriggerName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
CertificateKind = Literal["doctors_statement", "other_evidence", "final_note"]


def _blank_is_nothing(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _without_empty(value: object) -> object:
    """FEEL lists hold null where a variable was not set."""
    return [entry for entry in value if entry not in (None, "")] if isinstance(value, list) else value


def _one_is_a_list(value: object) -> object:
    return [value] if isinstance(value, dict) else value


def _yes_or_no(value: object) -> object:
    """A radio button of a form gives a word."""
    return {"yes": True, "no": False, "": None}.get(value, value) if isinstance(value, str) else value


Optional = BeforeValidator(_blank_is_nothing)
YesNo = Annotated[bool | None, BeforeValidator(_yes_or_no)]
Causes = Annotated[list[Cause], BeforeValidator(_without_empty)]


class Given(BaseModel):
    """Part of what a job gives."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RecordAbsence(JobInput):
    """The absence that was reported."""

    staff_number: StaffNumber = Field(description="Who is absent.")
    first_day: Day = Field(description="The first day of absence.")
    last_day: Annotated[Day | None, Optional] = Field(
        None, description="The last day of absence; null while it goes on."
    )
    case_reference: Annotated[CaseReference | None, Optional] = Field(
        None, description="The case it was reported in, which also holds what was said of the reason; or null."
    )
    reported_at: Annotated[Moment | None, Optional] = Field(None, description="When it was reported.")
    reported_to: Annotated[StaffNumber | None, Optional] = Field(
        None, description="Staff number of who took the report."
    )
    normal_start: Annotated[
        Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None, Optional
    ] = Field(None, description='When the person\'s working day normally begins, such as "09:00".')


class AbsenceFacts(Given):
    """An absence as it stands."""

    reference: str = Field(description="Reference of the absence, such as ABS-2025-0001.")
    staff_number: str = Field(description="Who is absent.")
    first_day: Day = Field(description="The first day of absence.")
    last_day: Day | None = Field(description="The last day of absence; null while it goes on.")
    reported: Literal["before_normal_start", "after_normal_start"] | None = Field(
        description="Whether it was reported before the first day's normal start; null when that is not known."
    )
    withdrawn: bool = Field(description="Whether it turned out that there was no such absence.")


class AbsenceRecorded(JobOutput):
    """The absence."""

    absence: AbsenceFacts = Field(description="The absence.")


class EndAbsence(JobInput):
    """When the absence ended."""

    reference: AbsenceReference = Field(description="Reference of the absence, such as ABS-2025-0001.")
    last_day: Day = Field(description="The last day of absence, which is before the day of the return.")
    ended_by: Annotated[StaffNumber | None, Optional] = Field(
        None, description="Staff number of who recorded the return."
    )
    ended_at: Moment = Field(description="When that was recorded: =now().")


class ChangeAbsence(JobInput):
    """What is corrected; null leaves it as it is."""

    reference: AbsenceReference = Field(description="Reference of the absence, such as ABS-2025-0001.")
    first_day: Annotated[Day | None, Optional] = Field(None, description="The right first day, or null.")
    last_day: Annotated[Day | None, Optional] = Field(None, description="The right last day, or null.")
    goes_on: bool = Field(False, description="It has not ended after all: its last day is taken away.")
    withdrawn: bool = Field(False, description="There was no such absence; it stays on record and counts nowhere.")
    changed_by: Annotated[StaffNumber | None, Optional] = Field(None, description="Staff number of who corrected it.")
    changed_at: Moment = Field(description="When it was corrected: =now().")

    @model_validator(mode="after")
    def _one_of_them(self) -> ChangeAbsence:
        if self.goes_on and self.last_day is not None:
            raise ValueError("last_day is given, but goes_on says that the absence has not ended; keep one of them")
        days = self.first_day is not None or self.last_day is not None or self.goes_on
        if self.withdrawn and days:
            raise ValueError("withdrawn is true, so the days cannot be corrected as well; keep one of them")
        if not (days or self.withdrawn):
            raise ValueError("first_day, last_day, goes_on and withdrawn are all empty: say what to correct")
        return self


class CausesOfAbsence(BaseModel):
    """What one absence is related to; null leaves it as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reference: Annotated[AbsenceReference | None, Optional] = None
    disability: YesNo = None
    pregnancy: YesNo = None
    assault_at_work: YesNo = None
    injury_at_work: YesNo = None


class NoteAbsenceCauses(JobInput):
    """What absences are related to; reads the variables of the element the listener is on."""

    absence_reference: Annotated[AbsenceReference | None, Optional] = Field(
        None, description="Reference of the absence; for a list of absences each entry names its own."
    )
    absence_causes: Annotated[list[CausesOfAbsence] | None, BeforeValidator(_one_is_a_list)] = Field(
        None,
        description=(
            "From fields absence_causes.disability, .pregnancy, .assault_at_work and .injury_at_work, each yes or no; "
            "or a list of such with a reference each."
        ),
    )
    noted_by: Annotated[StaffNumber | None, Optional] = Field(
        None, description="Staff number of who filled in the form, where the process knows it."
    )


class AbsenceCausesNoted(JobOutput):
    """What was noted leaves the process."""

    absence_causes: None = Field(description="Emptied: it is in the records.")


class RecordCertificate(JobInput):
    """The certificate that came."""

    absence_reference: AbsenceReference = Field(description="Reference of the absence it is for.")
    kind: CertificateKind = Field(
        description="doctors_statement, other_evidence (of sickness in annual leave), or final_note (fit to return)."
    )
    issued_on: Day = Field(description="The day it was issued.")
    covers_from: Annotated[Day | None, Optional] = Field(
        None, description="The first day it certifies; null for a final note."
    )
    covers_until: Annotated[Day | None, Optional] = Field(
        None, description="The last day it certifies; null for a final note."
    )
    entered_by: Annotated[StaffNumber | None, Optional] = Field(None, description="Staff number of who entered it.")
    replaces: Annotated[AbsenceReference | None, Optional] = Field(
        None, description="Reference of a certificate that was entered wrongly and counts no more; or null."
    )

    @model_validator(mode="after")
    def _covers_days(self) -> RecordCertificate:
        given = [day for day in (self.covers_from, self.covers_until) if day is not None]
        if self.kind == "final_note":
            if given:
                raise ValueError("covers_from and covers_until must be empty: a final note certifies no absence")
        elif self.covers_from is None or self.covers_until is None:
            raise ValueError("covers_from and covers_until must both be given: the days the certificate covers")
        elif self.covers_until < self.covers_from:
            raise ValueError("covers_until is before covers_from; correct one of them")
        return self


class CertificateFacts(Given):
    """A certificate."""

    reference: str = Field(description="Reference of the certificate, such as CRT-2025-0001.")
    covers_until: Day | None = Field(description="The last day it certifies; null for a final note.")


class CertificateRecorded(JobOutput):
    """The certificate."""

    certificate: CertificateFacts = Field(description="The certificate.")


class FindAbsence(JobInput):
    """Which absence to find, and how it is looked at."""

    reference: TypedText = Field(description="Reference of the absence, such as ABS-2025-0001.")
    staff_number: Annotated[TypedText | None, Optional] = Field(
        None, description="When given, the absence must be this person's."
    )
    on: DayOrMoment = Field(description="The day up to which an absence that goes on is counted: =now().")
    self_certified_days: int = Field(
        description=(
            "For how many calendar days no certificate is needed: 7, or 0 where self-certification has been withdrawn "
            "or the whole absence needs evidence."
        ),
        ge=0,
        le=1000,
    )


class AbsenceMeasured(Given):
    """How long an absence is and how it is certified."""

    calendar_days: int = Field(description="Its calendar days, the first and the last included.")
    working_days: int = Field(description="Its days the person would have worked, bank holidays left out.")
    doctors_statements: int = Field(description="How many doctor's statements there are.")
    certified_until: Day | None = Field(description="The last day any certificate covers; null without one.")
    certificate_needed_from: Day | None = Field(
        description="The first day that needs a certificate and has none; null when nothing is outstanding."
    )
    final_note: bool = Field(description="Whether there is a note that the person is fit to return.")


class AbsenceFound(JobOutput):
    """The absence, its length and certificates."""

    absence: AbsenceFacts = Field(description="The absence.")
    absence_length: AbsenceMeasured = Field(description="How long it is and how it is certified.")


class Trigger(BaseModel):
    """A trigger point; a row of a decision table may say more about it, which is ignored here."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: TriggerName
    days: int | None = Field(None, ge=1)
    occasions: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _something(self) -> Trigger:
        if self.days is None and self.occasions is None:
            raise ValueError("a trigger needs days, occasions or both")
        return self

    def threshold(self) -> Threshold:
        """The same for counting."""
        return Threshold(self.name, self.days, self.occasions)


class Counting(JobInput):
    """The period, and how days and occasions are counted in it."""

    on: DayOrMoment = Field(description="The last day of the period, usually today: =now().")
    period: Period | None = Field(
        None, description='The period that ends with it, such as {amount: 12, unit: "calendar_months"}; or null.'
    )
    since: Annotated[Day | None, Optional] = Field(
        None, description="Instead of period: the first day of the period, such as the first of a monitoring period."
    )
    count_in: Unit = Field(
        "working_days", description="working_days (the person's own, without bank holidays) or calendar_days."
    )
    join: Joining = Field(
        "no_working_day_between",
        description=(
            "When two absences are one occasion: no_working_day_between (our assumption), no_day_between, or never."
        ),
    )
    disregard: Causes = Field(
        default_factory=list,
        description="Absences related to any of these count nowhere: disability, pregnancy, assault_at_work, "
        "injury_at_work.",
    )

    @model_validator(mode="after")
    def _one_period(self) -> Counting:
        if (self.period is None) == (self.since is None):
            raise ValueError("either period or since must be given, and not both: where the period begins")
        if self.since is not None and self.since > self.on:
            raise ValueError("since is after on, so the period has no days; correct one of them")
        return self

    @property
    def first_day(self) -> date:
        """The first day of the period.

        :raises UnknownHolidays: the period is in working days of a year whose bank holidays are not known.
        :raises DateOutOfRange: it would begin before the calendar.
        """
        if self.since is not None:
            return self.since
        assert self.period is not None  # noqa: S101 - one of the two is given
        return first_day_of(self.period, self.on)


def _different_names(triggers: list[Trigger]) -> list[Trigger]:
    names = [trigger.name for trigger in triggers]
    if len(set(names)) < len(names):
        raise ValueError("two triggers have the same name; give each its own")
    return triggers


class SummariseAbsence(Counting):
    """Whose absence, in which period, against which triggers."""

    staff_number: StaffNumber = Field(description="Whose absence.")
    triggers: list[Trigger] = Field(
        default_factory=list,
        description="Trigger points, {name, days, occasions}: reached with so many days or so many occasions, or more.",
    )
    protected: Causes = Field(
        default_factory=list,
        description="Absences related to any of these count, and the figures are given without them too.",
    )
    with_dates: bool = Field(
        False, description="Give the days of each absence, as a letter needs them; every operator can read them."
    )
    with_pattern: bool = Field(False, description="Give how many occasions began on each weekday and in each month.")

    @field_validator("triggers")
    @classmethod
    def _names_differ(cls, triggers: list[Trigger]) -> list[Trigger]:
        return _different_names(triggers)


class FileSicknessRecord(JobInput):
    """Whose sickness record is copied, and to which case."""

    staff_number: StaffNumber = Field(description="Whose sickness record.")
    case_reference: CaseReference = Field(description="The case it is filed on.")
    name: StatementName = Field(
        description="The statement it becomes; a name that begins with medical_ is read by nobody by role."
    )
    on: DayOrMoment = Field(description="The day up to which it goes: =now().")


class FiguresGiven(Given):
    """Days and occasions."""

    days: int = Field(description="Days of absence in the unit asked for.")
    calendar_days: int = Field(description="Calendar days of absence.")
    occasions: int = Field(description="Separate occasions.")


class TriggerChecked(Given):
    """A trigger and whether it is reached."""

    name: str = Field(description="Its name.")
    reached: bool = Field(description="Whether it is reached.")
    reached_without_protected: bool = Field(
        description="Whether it is reached without the absences with a protected cause."
    )


class CurrentAbsence(Given):
    """The absence somebody is in."""

    reference: str = Field(description="Its reference.")
    first_day: Day = Field(description="Its first day, or that of the absence it continues.")
    calendar_days: int = Field(description="Calendar days from there to the last day of the period.")


class DatedAbsence(Given):
    """The days of an absence that lie in the period."""

    first_day: Day = Field(description="The first of them.")
    last_day: Day = Field(description="The last of them.")
    days: int = Field(description="How many of them count.")


class Beginnings(Given):
    """When occasions began."""

    weekdays: dict[str, int] = Field(description="How many on each weekday: {monday: 2, …}.")
    months: list[int] = Field(description="How many in each month, January first.")


class AbsenceSummary(Given):
    """A person's absence in the period."""

    from_day: Day = Field(description="The first day of the period.")
    to_day: Day = Field(description="The last day of the period.")
    counted: FiguresGiven = Field(description="The figures, what is disregarded left out.")
    without_protected: FiguresGiven = Field(description="The same without the absences with a protected cause.")
    triggers: list[TriggerChecked] = Field(description="Each trigger asked about.")
    reached: list[str] = Field(description="The names of the triggers that are reached.")
    absences: list[str] = Field(description="References of the absences counted, oldest first.")
    current: CurrentAbsence | None = Field(
        description="The absence on the last day of the period, whatever its cause; null when the person is not absent."
    )
    dated: list[DatedAbsence] | None = Field(description="The days of each absence counted; only with with_dates.")
    beginnings: Beginnings | None = Field(description="When occasions began; only with with_pattern.")


class AbsenceSummarised(JobOutput):
    """The summary."""

    absence_summary: AbsenceSummary = Field(description="The person's absence in the period.")


class CompareAbsenceWithTeam(Counting):
    """Whose team, and how absence is counted."""

    staff_number: StaffNumber = Field(description="The person the team is compared with.")
    smallest_team: int = Field(
        description="How many others there must be for figures to be given, so that nobody's can be guessed.", ge=2
    )


class TeamAbsence(Given):
    """What the others in the team have on average; nobody's own figures."""

    others: int = Field(description="How many others have the same line manager.")
    shown: bool = Field(description="Whether figures are given: not for a team that is too small.")
    average_days: float | None = Field(description="Their days of absence on average, to one decimal; or null.")
    average_occasions: float | None = Field(description="Their occasions on average, to one decimal; or null.")


class TeamCompared(JobOutput):
    """The team's figures."""

    team_absence: TeamAbsence = Field(description="What the others in the team have on average.")


class NoteReachedTriggers(JobInput):
    """Which triggers a person has reached."""

    staff_number: StaffNumber = Field(description="Whose triggers.")
    on: DayOrMoment = Field(description="The day it was looked at: =now().")
    triggers: list[TriggerChecked] = Field(description="=absence_summary.triggers")


class ReachedTriggersNoted(JobOutput):
    """What somebody must be told of."""

    newly_reached: list[str] = Field(
        description="Names of the triggers reached and not told of since the person was last below; else empty."
    )


class FindAbsenceTriggers(Counting):
    """Which triggers, and how absence is counted."""

    triggers: list[Trigger] = Field(
        description="Trigger points, {name, days, occasions}: reached with so many days or so many occasions, or more.",
        min_length=1,
    )
    only_new: bool = Field(True, description="Leave out whoever was told of already and has not been below since.")
    at_most: int = Field(
        200, description="How many people to give; whoever is left out is found the next time.", ge=1, le=1000
    )

    @field_validator("triggers")
    @classmethod
    def _names_differ(cls, triggers: list[Trigger]) -> list[Trigger]:
        return _different_names(triggers)


class WhoReached(Given):
    """Who has reached a trigger."""

    staff_numbers: list[str] = Field(description="Their staff numbers, in order.")
    left_out: int = Field(description="How many more there are than were asked for.")


class AbsenceTriggersFound(JobOutput):
    """Who has reached a trigger."""

    reached_triggers: WhoReached = Field(description="Who has reached one of the triggers.")
