"""What is left when everything has come to rest, counted and compared with what there must be."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median

from rich.table import Table
from sqlalchemy import select

from tests.chaos.cases import Matter, expected_letters, people
from tests.chaos.havoc import Havoc, Kill
from tests.chaos.parts import KINDS, MAIL_SERVER, WORKER, Cast, Part
from tests.scenarios.driver.engine_state import EngineState
from workers.mailbox.store import MailStore, ReceivedMail
from workers.records.database import Database
from workers.records.models import Case, CaseEvent, JobResult, Letter, OutboxMessage

TASKS = {"Task_OpenTheCase", "Task_SendTheLetter", "Task_RecordThatItWasSent", "Task_CloseTheCase"}
SHOWN = 5
"""How many of many are named in a fault."""

SHORT_LINE = 4
"""Words: a line of a letter with so many may well stand somewhere else."""

CAME_AGAIN = b"A job came again; it gets its first result."

_MATTER = re.compile(r"M-\d{5}")
_DONE = re.compile(rb'"time": "([^"]+)", "level": "info", "logger": "[^"]+", "message": "Done\."')


@dataclass
class Findings:
    """The figures, and in sentences what is wrong."""

    seed: int
    cases: int
    kills: dict[str, int]
    faults: list[str]
    seconds: float = 0.0
    letters: int = 0
    """How many there must be."""
    received: int = 0
    """How many messages are in the mailbox, repeated ones too."""
    duplicates: int = 0
    """How many of them have the Message-ID of another one."""
    lost: int = 0
    """How many letters are not in the mailbox at all."""
    came_again: int = 0
    """How many jobs were handed out again after what they wrote had been kept, and got their first result."""
    back: dict[str, list[float]] = field(default_factory=dict)
    """Seconds from each kill until the part was up again, by kind."""
    at_work: dict[str, list[float]] = field(default_factory=dict)
    """Seconds from each kill until it had done something again, which may have needed others."""

    def tables(self) -> Iterator[Table]:
        """The figures, for people."""
        table = Table("Chaos", "", title=f"What was left of {self.cases} cases, seed {self.seed}")
        table.add_row("Letters", str(self.letters))
        table.add_row("Lost", str(self.lost))
        table.add_row("Received again: identical, same Message-ID", str(self.duplicates))
        table.add_row("Jobs that came again and got their first result", str(self.came_again))
        table.add_row("Kills", str(sum(self.kills.values())))
        table.add_row("Duration", f"{self.seconds:.0f} s")
        table.add_row("Faults", str(len(self.faults)) if self.faults else "none")
        yield table
        table = Table("Killed", "Times", "Up again: median", "longest", "At work again: median", "longest")
        for kind in KINDS:
            seconds = [*_middle_and_longest(self.back[kind]), *_middle_and_longest(self.at_work[kind])]
            table.add_row(kind, str(self.kills[kind]), *seconds)
        yield table


def examine(wanted: Sequence[Matter], cast: Cast, havoc: Havoc, database: Database, state: EngineState) -> Findings:
    """Count and compare everything."""
    mails = MailStore(cast.mailbox).messages()
    findings = Findings(
        seed=havoc.seed,
        cases=len(wanted),
        kills={kind: havoc.killed(kind) for kind in KINDS},
        faults=list(havoc.faults),
        letters=len(expected_letters(wanted)),
        received=len(mails),
        duplicates=len(mails) - len({mail.message_id for mail in mails}),
        came_again=sum(worker.log.read_bytes().count(CAME_AGAIN) for worker in cast.workers),
        back=_back(havoc.kills),
        at_work=_at_work(havoc.kills, cast, database, mails),
    )
    names = {matter.name for matter in wanted}
    findings.lost = len(expected_letters(wanted) - {_letter(mail) for mail in mails})
    findings.faults += [
        *_in_the_engine(len(names), state),
        *_in_the_records(names, database),
        *in_the_mailbox(wanted, mails, havoc.kills),
        *_in_the_outbox(database, mails),
        *in_the_logs(cast.workers, _a_letters_text(database)),
    ]
    return findings


def _in_the_engine(cases: int, state: EngineState) -> Iterator[str]:
    instances = [element for element in state.elements.values() if element.type == "PROCESS"]
    states = Counter(instance.state for instance in instances)
    if states != {"COMPLETED": cases}:
        yield f"The engine should have ended {cases} process instances; it has {_listed(states)}."
        yield from (f"Not at rest: {thing}" for thing in state.restless(0)[:SHOWN])
    for incident in list(state.incidents.values())[:SHOWN]:
        yield f"There was an incident at {incident.element_id}: {incident.message}"


def _in_the_records(names: set[str], database: Database) -> Iterator[str]:
    with database.reading() as session:
        cases = session.execute(select(Case.reference, Case.about, Case.closed_at, Case.process_instance_key)).all()
        letters = Counter(session.scalars(select(Letter.case_reference)))
        letter_references = session.scalars(select(Letter.reference)).all()
        events = Counter(session.scalars(select(CaseEvent.case_reference)))
        results: defaultdict[int, Counter[str]] = defaultdict(Counter)
        for instance, element in session.execute(select(JobResult.process_instance_key, JobResult.element_id)):
            results[instance][element] += 1
    opened = Counter(case.about for case in cases)
    yield from _not_once("matter", names, opened, "a case")
    references = {case.reference for case in cases}
    yield from _not_once("case", references, letters, "a letter in the personal file")
    yield from _not_once("case", references, events, "an event on its timeline")
    if still_open := [case.reference for case in cases if case.closed_at is None]:
        yield f"These cases were not closed: {_some(still_open)}."
    wrong = [case.reference for case in cases if results[case.process_instance_key] != dict.fromkeys(TASKS, 1)]
    if wrong or len(results) != len(names):
        yield f"Not every job has one result; of {len(results)} process instances these differ: {_some(wrong)}."
    for what, found in (("cases", references), ("letters", set(letter_references))):
        if missing := gaps(found):
            yield f"The references of the {what} have gaps: {_some(missing)} are missing."


def in_the_mailbox(wanted: Sequence[Matter], mails: Sequence[ReceivedMail], kills: Sequence[Kill]) -> Iterator[str]:
    """Every letter once, and again only in the same bytes and after a kill of a worker or the mail server."""
    identities: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    copies: defaultdict[str, list[ReceivedMail]] = defaultdict(list)
    for mail in mails:
        identities[_letter(mail)].add(mail.message_id)
        copies[mail.message_id].append(mail)
    expected = expected_letters(wanted)
    if lost := sorted(expected - identities.keys()):
        yield f"{len(lost)} letters are lost, for the matters {_some(matter for matter, _ in lost)}."
    if foreign := identities.keys() - expected:
        yield f"{len(foreign)} letters should not be there, for the matters {_some(matter for matter, _ in foreign)}."
    if doubled := sorted(letter[0] for letter, ids in identities.items() if len(ids) > 1):
        yield f"Some letters were sent with two Message-IDs, for the matters {_some(doubled)}."
    for identity, same in copies.items():
        if len({mail.raw for mail in same}) > 1:
            yield f"What was received with the Message-ID {identity} is not identical."
        for first, second in pairwise(same):
            if not any(
                kill.part.kind in (WORKER, MAIL_SERVER) and first.arrived_at <= kill.at <= second.arrived_at
                for kill in kills
            ):
                yield f"The message {identity} was sent again although nothing was killed in between."
    duplicates = sum(len(same) - 1 for same in copies.values())
    crashes = sum(kill.part.kind in (WORKER, MAIL_SERVER) for kill in kills)
    if duplicates > crashes:
        yield f"{duplicates} messages were received again after only {crashes} kills of a worker or the mail server."


def _in_the_outbox(database: Database, mails: Sequence[ReceivedMail]) -> Iterator[str]:
    with database.reading() as session:
        rows = session.execute(select(OutboxMessage.message_id, OutboxMessage.status)).all()
    statuses = Counter(row.status for row in rows)
    if set(statuses) != {"sent"}:
        yield f"The outbox is not empty: {_listed(statuses)}."
    if {row.message_id for row in rows} != {mail.message_id for mail in mails}:
        yield "The Message-IDs of the outbox are not those of the mailbox."


def in_the_logs(workers: Sequence[Part], letter: str) -> Iterator[str]:
    """What must not be there: who people are, where they live, and what the letters say.

    :param letter: the text of one of them.
    """
    secrets = {person[column] for person in people() for column in ("name", "email") if person[column]}
    secrets |= {line.strip() for person in people() for line in person["postal_address"].split("|")}
    secrets |= {line.strip() for line in letter.splitlines() if len(line.split()) > SHORT_LINE}
    for worker in workers:
        log = worker.log.read_text("utf-8", "replace")
        found = [secret for secret in secrets if secret in log]
        if found:
            yield f"The log of the {worker.name} holds personal data, such as {found[0]!r}; see {worker.log}."


def _a_letters_text(database: Database) -> str:
    with database.reading() as session:
        return session.scalars(select(Letter.text).limit(1)).first() or ""


def _back(kills: Sequence[Kill]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for kill in kills:
        if kill.back_at is not None:
            found[kill.part.kind].append((kill.back_at - kill.at).total_seconds())
    return found


def _at_work(
    kills: Sequence[Kill], cast: Cast, database: Database, mails: Sequence[ReceivedMail]
) -> dict[str, list[float]]:
    """Until the engine handed out a job, a letter arrived at the mail server, the worker had done a job."""
    with database.reading() as session:
        handed_out = sorted(session.scalars(select(JobResult.done_at)))
    arrived = sorted(mail.arrived_at for mail in mails)
    work = {cast.engine.name: handed_out, cast.mail_server.name: arrived}
    work |= {worker.name: _jobs_done(worker.log) for worker in cast.workers}
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for kill in kills:
        after = next((moment for moment in work[kill.part.name] if moment > kill.at), None)
        if after is not None:
            found[kill.part.kind].append((after - kill.at).total_seconds())
    return found


def _middle_and_longest(seconds: Sequence[float]) -> tuple[str, str]:
    return (f"{median(seconds):.1f} s", f"{max(seconds):.1f} s") if seconds else ("", "")


def _jobs_done(log: Path) -> list[datetime]:
    return [datetime.fromisoformat(found.decode()).astimezone(UTC) for found in _DONE.findall(log.read_bytes())]


def _letter(mail: ReceivedMail) -> tuple[str, str]:
    """Matter and address."""
    found = _MATTER.search(mail.subject)
    return (found[0] if found else mail.subject, mail.to)


def _not_once(of_what: str, names: set[str], counted: Counter[str] | Counter[str | None], what: str) -> Iterator[str]:
    if missing := sorted(names - counted.keys()):
        yield f"{len(missing)} have not got {what}; {of_what} {_some(missing)}."
    if several := sorted(str(name) for name, number in counted.items() if number > 1):
        yield f"{len(several)} have more than once {what}; {of_what} {_some(several)}."


def gaps(references: Iterable[str]) -> list[str]:
    """The references missing before the highest number of each prefix and year."""
    numbers: defaultdict[str, set[int]] = defaultdict(set)
    for reference in references:
        series, _, number = reference.rpartition("-")
        numbers[series].add(int(number))
    return [
        f"{series}-{number:04}"
        for series, taken in numbers.items()
        for number in range(1, max(taken))
        if number not in taken
    ]


def _listed(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name.lower()}" for name, number in sorted(counted.items())) or "none"


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:SHOWN]) + (f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else "")
