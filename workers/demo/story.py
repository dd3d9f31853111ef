"""One capability appeal, played on the real engine as its people would play it in Tasklist."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from workers.deadlines.moments import LONDON
from workers.deadlines.words import in_words
from workers.engine.client import EngineClient, Task
from workers.engine.errors import EngineError
from workers.mailbox.store import MailStore, ReceivedMail

Found = TypeVar("Found")

PATIENCE = 90.0
LOOK_AGAIN = 0.5
LINES_SHOWN = 14

EMPLOYEE = ("100100", "Alex Morgan")
DECIDED_BY = ("100020", "Daniel Price")
APPEAL_MANAGER = ("100022", "Peter Lindqvist")
COMPANION = ("100101", "Priya Shah")


@dataclass
class Telling:
    """The story while it is told: the engine, the mailbox and the terminal it is told in."""

    client: EngineClient
    mailbox: MailStore
    mailbox_url: str
    console: Console
    case: str = ""
    read: int = 0

    def says(self, words: str) -> None:
        """One step of the story."""
        self.console.print(f"\n[bold cyan]»[/] {words}")

    async def moves_clock(self, moment: datetime) -> None:
        """Set the engine's clock: weeks pass in seconds."""
        await self.client.set_clock(moment)
        self.console.print(
            f"\n[bold magenta]⏱  The engine's clock is set to {in_words(moment.date())}, {moment:%H:%M}.[/]"
        )

    async def does(self, who: str, label: str, answers: Mapping[str, Any]) -> None:
        """Wait for a user task, claim it and complete its form."""
        task, _ = await self.task(label)
        await self.complete(who, task, answers)

    async def complete(self, who: str, task: Task, answers: Mapping[str, Any]) -> None:
        """Claim a task and complete its form."""
        await self.client.assign(task.key, "demo")
        await self.client.complete_task(task.key, answers)
        self.says(f"{who} completes the task [bold]{task.name}[/] [dim]({task.process_name})[/]")
        for line in _answers(answers):
            self.console.print(f"    [dim]{escape(line)}[/]")

    async def task(self, label: str, *needs: str) -> tuple[Task, Mapping[str, Any]]:
        """Wait until Tasklist shows an open task of this case with this label; gives its variables too.

        :param needs: variables to wait for as well, because Tasklist shows a task before all of them have arrived.
        """
        wanted = {"case_reference", *needs}

        async def look() -> tuple[Task, Mapping[str, Any]] | None:
            for task in await self.client.search_tasks():
                if task.name == label:
                    variables = await self.client.task_variables(task.key)
                    if wanted <= set(variables) and self.case in ("", variables["case_reference"]):
                        return task, variables
            return None

        return await self._awaits(look, f"the task {label!r}")

    async def letter(self, words: str) -> None:
        """Wait for letters, and show the first one whose subject begins with these words."""

        async def look() -> ReceivedMail | None:
            arrived = self.mailbox.messages()[self.read :]
            return next((mail for mail in arrived if mail.subject.startswith(words)), None)

        mail = await self._awaits(look, f"the letter {words!r}")
        body = mail.text[mail.text.find("Dear ") :]
        lines = [line for line in body.splitlines() if line.strip()]
        shown = "\n".join(lines[:LINES_SHOWN]) + ("\n…" if len(lines) > LINES_SHOWN else "")
        attached = ", ".join(attachment.name for attachment in mail.attachments)
        self.console.print(
            Panel(
                escape(shown),
                title=f"✉  {escape(mail.subject)}",
                subtitle=f"to {mail.to} · {attached} · {self.mailbox_url}",
                border_style="green",
                title_align="left",
                subtitle_align="left",
            )
        )
        if mail.calendar:
            event = [
                line
                for line in mail.calendar.partition("BEGIN:VEVENT")[2].splitlines()
                if line.startswith(("UID", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "LOCATION"))
            ]
            self.console.print(Panel("\n".join(event), title="calendar invitation", border_style="dim", width=78))
        self.read = len(self.mailbox.messages())

    async def _awaits(self, look: Callable[[], Awaitable[Found | None]], what: str) -> Found:
        deadline = time.monotonic() + PATIENCE
        while (found := await look()) is None:
            for incident in await self.client.search_incidents():
                self.console.print(f"[red]The engine waits for a person: {escape(incident.message)}[/]")
            if time.monotonic() > deadline:
                raise EngineError(
                    f"The demonstration waited {PATIENCE:.0f} seconds for {what}. Operate shows where the case is; the "
                    "worker's log says whether it could do its jobs."
                )
            await asyncio.sleep(LOOK_AGAIN)
        return found


async def play(telling: Telling, today: date) -> str:
    """Play the appeal, dated two weeks back so that it is over today; gives the case's reference.

    :raises EngineError: it does not go on; the message says what was waited for.
    """
    monday = today - timedelta(days=today.weekday() + 14)
    begins = datetime.combine(monday, time_of_day(9), LONDON)
    await telling.moves_clock(begins)

    telling.says(
        f"HR records a decision that was taken on paper: {DECIDED_BY[1]} gave {EMPLOYEE[1]} a final written warning."
    )
    await telling.client.start(
        "capability_decision_record",
        {
            "staff_number": EMPLOYEE[0],
            "decision_kind": "final_written_warning",
            "informed_on": monday.isoformat(),
            "active_until": (monday + timedelta(days=364)).isoformat(),
            "decided_by": DECIDED_BY[0],
        },
    )
    noting, seen = await telling.task("Note the reference", "decision_reference")
    decision = seen["decision_reference"]
    await telling.complete(f"HR, noting the reference {decision} on the letter,", noting, {"reference_noted": True})

    telling.says(f"{EMPLOYEE[1]} fills in the start form [bold]Appeal against a capability decision[/].")
    await telling.client.start(
        "capability_appeal",
        {
            "staff_number": EMPLOYEE[0],
            "decision_reference": decision,
            "new_matters": "no",
            "statement": {"grounds": "The targets were changed after the review period had begun."},
        },
    )
    appointing, seen = await telling.task("Appoint the manager")
    telling.case = seen["case_reference"]
    await telling.letter("Your appeal against")
    await telling.complete(
        "Helen Marsh, the Chief Executive,",
        appointing,
        {
            "appeal_manager": APPEAL_MANAGER[0],
            "kind_of_hearing": "review",
            "statement": {"hearing_kind_reasons": "The appeal is about the procedure."},
        },
    )

    setting, seen = await telling.task(
        "Set date, time and place", "first_usual_day", "first_usual_day_words", "last_usual_day_words"
    )
    day = date.fromisoformat(seen["first_usual_day"])
    while day.weekday() > 4:  # noqa: PLR2004 - no hearing on a weekend
        day += timedelta(days=1)
    hearing_at = datetime.combine(day, time_of_day(10), LONDON)
    telling.says(
        f"The form tells {APPEAL_MANAGER[1]} that the usual days are {seen['first_usual_day_words']} to "
        f"{seen['last_usual_day_words']}."
    )
    await telling.complete(
        f"{APPEAL_MANAGER[1]}, the appeal manager,",
        setting,
        {"hearing_at": f"{hearing_at:%Y-%m-%dT%H:%M}", "hearing_place": "Lloyd House, room 4"},
    )
    await telling.letter("Your appeal hearing on")

    await telling.does(
        EMPLOYEE[1],
        "Name a companion, or none",
        {"companion_kind": "colleague", "companion_staff_number": COMPANION[0], "companion_free": "yes"},
    )
    await telling.does(f"{COMPANION[1]}, who is not obliged to,", "Answer as companion", {"agrees": "yes"})
    await telling.does(APPEAL_MANAGER[1], "Consider the choice", {"choice": "accept"})
    await telling.letter("Time off on")

    await telling.moves_clock(hearing_at)
    await telling.does(
        APPEAL_MANAGER[1],
        "Hold and record the hearing",
        {
            "what_happened": "held",
            "statement": {"hearing_record": "Both sides were heard. The new targets were dated after the review."},
        },
    )
    await telling.moves_clock(hearing_at + timedelta(days=1))
    await telling.does(
        APPEAL_MANAGER[1],
        "Decide the appeal",
        {
            "outcome": "substitute",
            "new_penalty": "first_written_warning",
            "statement": {"decision_reasons": "The targets were changed too late, but part of the concern stands."},
        },
    )
    await telling.letter("Your appeal: the decision")
    await telling.does(APPEAL_MANAGER[1], "Explain it in person", {"explained": "yes"})
    return telling.case


def _answers(answers: Mapping[str, Any], prefix: str = "") -> list[str]:
    lines: list[str] = []
    for name, value in answers.items():
        words = f"{prefix}{name}".replace("_", " ")
        if isinstance(value, Mapping):
            lines += _answers(value)
        else:
            lines.append(f"{words}: {value}")
    return lines
