"""What the deadline job takes and gives."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from workers.deadlines.moments import Day, DayOrMoment, Moment
from workers.deadlines.periods import Direction, Period, Rounding
from workers.runtime.contract import JobInput, JobOutput


class ComputeDeadline(JobInput):
    """The period and where it is counted from."""

    start: DayOrMoment = Field(description="The day the period is counted from; of a moment, its day in London.")
    period: Period = Field(
        description="How long: {amount, unit, clear}; unit is calendar_days, working_days, weeks or calendar_months."
    )
    direction: Direction = Field("after", description="after the start, or before it.")
    rounding: Rounding = Field(
        "none",
        description="What to do when the day is no working day: none, next_working_day or previous_working_day.",
    )
    time_of_day: str | None = Field(
        None,
        description='Time of day in London, such as "10:00"; without it the moment is the end of the day.',
        pattern=r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$",
    )


class Deadline(BaseModel):
    """A deadline, ready for a timer, a form and a letter."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    date: Day = Field(description="The day.")
    moment: Moment = Field(description="The time of day on that day, or its end, with London's offset.")
    words: str = Field(description='The day as letters print it: "Monday 10 March 2025".')


class DeadlineComputed(JobOutput):
    """The deadline."""

    deadline: Deadline = Field(description="The day, the moment and the words of the deadline.")
