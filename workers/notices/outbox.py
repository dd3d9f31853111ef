"""The outbox: hands queued emails to the mail server, each once, whatever happens in between.

A few messages are claimed for a while (a lease), and each is handed over and marked sent once the mail server has
accepted it. While one is being marked the next is already on its way; its last line, which has the mail server accept
it, follows only after the mark is kept: there is never more than one message accepted and not yet marked. Several
dispatchers may run at once. If one dies between the acceptance and the mark, the same bytes with the same Message-ID
go out again after the lease has ended; in no other case is a message sent twice, and none is ever given up because
the mail server was away, or does not let us in.

Where the settings ask for encryption nothing goes over a connection that is not encrypted, or whose other end cannot
show a certificate that is trusted: the letters wait, and the reason stands in the log and beside the waiting letter.
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING
from uuid import uuid4

import aiosmtplib
from sqlalchemy import Update, bindparam, case, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from workers.notices.addressees import CONTACT
from workers.notices.mail_server import NotLetInError, begin_text, connect, end_text, tls_context
from workers.records.columns import UtcMoment
from workers.records.database import Database
from workers.records.models import CaseEvent, Contact, Letter, OutboxMessage, Person
from workers.runtime.backoff import Pauses
from workers.settings import Settings

if TYPE_CHECKING:
    from workers.runtime.tracing import Traces

_log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
"""How long claimed messages are left to the dispatcher that claimed them."""

CLAIMED_AT_ONCE = 8
"""A claim costs as much for a few messages as for one; those of a dispatcher that dies wait until its lease ends."""

LOOK_EVERY = 30.0
"""Seconds between looks for what nobody told of, such as what a worker queued or claimed that then died. What this
process queues, and what is put off or claimed until a known moment, is looked for at once, or then."""

SENDING_TIMEOUT = 600.0
"""Seconds to wait for the mail server's answer: one that is only slow to accept must not get the message twice
(RFC 5321, 4.5.3.2.6). The lease is renewed meanwhile."""

SHORTEST_WAIT = 0.2
"""Seconds; until what is due now and was passed over is looked for again."""

FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(hours=1)
"""Waits of a message the mail server put off for now (4xx), such as by greylisting."""

MENDING_PAUSE = 60.0
"""Seconds after which a mail server that does not accept our password or has no certificate we trust is first asked
again, growing to ten times as long: a person must mend it, and asking often would lock the account."""

_PERMANENT = 500
_SIGN_IN_FIRST = 530
_SIZES = (452, 552)
"""Answers to the sender's line that are about the message's size, which it says too (RFC 1870, 6.1)."""
_NO_ADDRESS = 553
"""What a mail server answers to an address that is none; such a one does not reach it."""
_NOT_ABOUT_THE_MESSAGE = (421, 503, _SIGN_IN_FIRST, 535, 538)
"""Closing down, out of order, sign in first: the trouble is between the two servers."""


class _Ending(Enum):
    SENT = "sent"
    PUT_OFF = "put off"
    REFUSED = "refused"
    SERVER_AWAY = "server away"
    NOT_LET_IN = "not let in"
    NOT_OURS = "not ours"


@dataclass(frozen=True)
class _Claimed:
    id: int
    letter: str | None
    address: str
    raw: bytes
    attempts: int


@dataclass(frozen=True)
class _Result:
    ending: _Ending
    error: str = ""
    """Without names and addresses: what a mail server says often quotes them."""


class Dispatcher:
    """Sends what is queued until it is stopped; one per process.

    :param name: who claims; unique among the dispatchers that share the records.
    :param traces: gets a span for each letter sent; by default there are none.
    :raises SettingsError: the certificates to trust cannot be read.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        name: str | None = None,
        lease: timedelta = LEASE,
        poll_every: float = LOOK_EVERY,
        longest_pause: float = 30.0,
        mending_pause: float = MENDING_PAUSE,
        sending_timeout: float = SENDING_TIMEOUT,
        traces: Traces | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._settings = settings
        self._name = name or f"{settings.worker_name}@{socket.gethostname()}:{uuid4().hex[:8]}"
        self._lease = lease
        self._poll_every = poll_every
        self._sending_timeout = sending_timeout
        self._clock = clock
        self._pauses = Pauses(0.5, longest_pause)
        self._mending_pauses = Pauses(mending_pause, 10 * mending_pause)
        self._traces = traces
        self._tls = tls_context(settings)
        self.trouble: str | None = None
        """Why the mail server took nothing when it was last asked, in a sentence; nothing if it did."""
        self._client: aiosmtplib.SMTP | None = None
        self._claimed: dict[int, _Claimed] = {}
        """What is claimed and not yet noted."""
        self._claimed_until = datetime.min.replace(tzinfo=UTC)
        self._next_due: datetime | None = None
        self._stopping = asyncio.Event()
        self.queued = asyncio.Event()
        """Set it when something was queued: the dispatcher looks at once instead of at its next poll."""

    def wake(self) -> None:
        """Look into the outbox at once; call it in the dispatcher's event loop."""
        self.queued.set()

    def stop(self) -> None:
        """Finish the message under way, then end :meth:`run`; call it in the dispatcher's event loop."""
        self._stopping.set()
        self.queued.set()

    async def run(self) -> None:
        """Send until stopped; neither an absent mail server nor a locked database ends it."""
        if self._settings.smtp_username and self._settings.smtp_security == "none":
            _log.warning(
                "The mail server's password and the letters go over the network unencrypted: set "
                "DUEPROCESS_SMTP_SECURITY to tls or starttls."
            )
        try:
            while not self._stopping.is_set():
                self.queued.clear()
                try:
                    pauses = await self._send_all()
                except SQLAlchemyError as error:
                    # Its text may hold what was to be stored.
                    _log.warning("The outbox cannot read the records (%s); it tries again.", type(error).__name__)
                    pauses = self._pauses
                if pauses is not None:
                    await self._wait_until(self._stopping, pauses.next())
                else:
                    self._pauses.reset()
                    if not await self._wait_until(self.queued, self._until_next_due()):
                        # An idle connection would only be cut off by the other side.
                        await self._disconnect()
        finally:
            await self._disconnect()

    async def _send_all(self) -> Pauses | None:
        """Send everything that is due; the pauses to make if the mail server takes nothing now."""
        while not self._stopping.is_set():
            claimed = await asyncio.to_thread(self._claim)
            if not claimed:
                # What was waiting may have gone out through another dispatcher.
                ending = _Ending.SENT if self.trouble is None else await self._look()
                return self._pauses_after(ending)
            if (pauses := await self._send_claimed(deque(claimed))) is not None:
                return pauses
        return None

    async def _send_claimed(self, waiting: deque[_Claimed]) -> Pauses | None:
        """Send these one after the other, and let go of those the mail server does not take now."""
        renewing = asyncio.create_task(self._renew_lease())
        noting: asyncio.Task[None] | None = None
        pauses = None
        try:
            while waiting and pauses is None and not self._stopping.is_set():
                message = waiting.popleft()
                began = time.monotonic()
                result = await self._send(message, noting)
                if result.ending is _Ending.SENT and self._traces is not None:
                    self._traces.letter_sent(message.letter, time.monotonic() - began)
                await _ended(noting)
                noting = None
                if result.ending is not _Ending.NOT_OURS:
                    noting = asyncio.create_task(self._note(message, result))
                    pauses = self._pauses_after(result.ending)
            await _ended(noting)
            if waiting:
                await self._let_go()
        except asyncio.CancelledError:
            if noting is not None:
                noting.cancel()
            raise
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            self._claimed.clear()
        return pauses

    def _pauses_after(self, ending: _Ending) -> Pauses | None:
        match ending:
            case _Ending.SERVER_AWAY:
                return self._pauses
            case _Ending.NOT_LET_IN:
                return self._mending_pauses
        self._pauses.reset()
        self._mending_pauses.reset()
        return None

    async def _look(self) -> _Ending:
        """See whether the mail server is back, without a letter."""
        try:
            await self._connect()
        except _FAILURES as error:
            return (await self._failed(error)).ending
        self._answers()
        return _Ending.SENT

    def _answers(self) -> None:
        if self.trouble is not None:
            _log.info("The mail server takes letters again.")
        self.trouble = None

    def _claim(self) -> list[_Claimed]:
        now = self._clock()
        next_due = (
            select(OutboxMessage.id)
            .where(
                OutboxMessage.status == "queued",
                OutboxMessage.next_attempt_at <= now,
                or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= now),
            )
            .order_by(OutboxMessage.next_attempt_at, OutboxMessage.id)
            .limit(CLAIMED_AT_ONCE)
        )
        with self._database.reading() as session:
            if session.scalar(next_due) is None:
                self._next_due = session.scalar(_NEXT_DUE)
                return []
        until = now + self._lease
        with self._database.session() as session:
            # On PostgreSQL dispatchers pass over each other's rows; on SQLite one writes at a time.
            ids = session.scalars(next_due.with_for_update(skip_locked=True)).all()
            rows = session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id.in_(ids))
                .values(claimed_by=self._name, claimed_until=until)
                .returning(
                    OutboxMessage.id,
                    OutboxMessage.letter_reference,
                    OutboxMessage.recipient_address,
                    OutboxMessage.raw,
                    OutboxMessage.attempts,
                ),
                execution_options={"synchronize_session": False},
            )
            claimed = sorted((_Claimed(*row) for row in rows), key=lambda message: ids.index(message.id))
        self._claimed = {message.id: message for message in claimed}
        self._claimed_until = until
        # Others were quicker: when theirs end is found out at the next look.
        self._next_due = None if claimed else now
        return claimed

    def _until_next_due(self) -> float:
        """Seconds until something queued may be due, as far as was known at the last look."""
        if self._next_due is None:
            return self._poll_every
        return min(self._poll_every, max(SHORTEST_WAIT, (self._next_due - self._clock()).total_seconds()))

    def _ours(self) -> Update:
        """A change to what is claimed, as far as it is still this dispatcher's."""
        return update(OutboxMessage).where(
            OutboxMessage.id.in_(list(self._claimed)),
            OutboxMessage.claimed_by == self._name,
            OutboxMessage.status == "queued",
        )

    async def _renew_lease(self) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            with suppress(SQLAlchemyError):
                await asyncio.to_thread(self._extend)

    def _extend(self) -> None:
        """Renew the lease of what is still this dispatcher's, and forget the rest."""
        until = self._clock() + self._lease
        claimed = list(self._claimed)
        with self._database.session() as session:
            ours = set(
                session.scalars(
                    self._ours().values(claimed_until=until).returning(OutboxMessage.id),
                    execution_options={"synchronize_session": False},
                )
            )
        for message in claimed:
            if message not in ours:
                self._claimed.pop(message, None)
        self._claimed_until = until

    async def _is_ours(self, message: _Claimed) -> bool:
        """Whether nobody else can have claimed the message since.

        :raises SQLAlchemyError: the records do not say.
        """
        if self._clock() > self._claimed_until - self._lease / 2:
            # It was not renewed in time: the records were away, or this process was not let run.
            await asyncio.to_thread(self._extend)
        return message.id in self._claimed

    async def _let_go(self) -> None:
        try:
            await asyncio.to_thread(self._release)
        except SQLAlchemyError as error:
            _log.warning("The outbox cannot let go of what it claimed (%s): it waits.", type(error).__name__)

    def _release(self) -> None:
        with self._database.session() as session:
            session.execute(
                self._ours().values(claimed_by=None, claimed_until=None),
                execution_options={"synchronize_session": False},
            )

    async def _send(self, message: _Claimed, noting: asyncio.Task[None] | None) -> _Result:
        try:
            client = await self._connect()
            try:
                if not await self._hand_over(client, message, noting):
                    return _Result(_Ending.NOT_OURS)
            except aiosmtplib.SMTPRecipientRefused as error:
                return await self._refusal(client, error.code, "the recipient's address")
            except aiosmtplib.SMTPDataError as error:
                return await self._refusal(client, error.code, "the message")
        except _FAILURES as error:
            return await self._failed(error)
        self._answers()
        return _Result(_Ending.SENT)

    async def _hand_over(self, client: aiosmtplib.SMTP, message: _Claimed, noting: asyncio.Task[None] | None) -> bool:
        """Give the message to the mail server; its end only after ``noting``, the mark of the one before.

        False if another dispatcher has it by then; the mail server has not accepted it.
        """
        size = [f"size={len(message.raw)}"] if client.supports_extension("size") else []
        try:
            await client.mail(self._settings.sender, options=size)
        except aiosmtplib.SMTPSenderRefused as error:
            if error.code in _SIZES:
                raise aiosmtplib.SMTPDataError(error.code, error.message) from error
            raise
        try:
            await client.rcpt(message.address)
        except ValueError as error:
            raise aiosmtplib.SMTPRecipientRefused(_NO_ADDRESS, "", message.address) from error
        await begin_text(client, message.raw)
        try:
            await _ended(noting)
            ours = await self._is_ours(message)
        except BaseException:
            client.close()
            raise
        if not ours:
            client.close()
            return False
        await end_text(client)
        return True

    async def _refusal(self, client: aiosmtplib.SMTP, code: int, what: str) -> _Result:
        if code in _NOT_ABOUT_THE_MESSAGE:
            return await self._takes_nothing(_Ending.SERVER_AWAY, f"The mail server answered {code}.")
        try:
            # It must forget what was begun.
            await client.rset()
        except _FAILURES:
            await self._disconnect()
        self._answers()
        if code >= _PERMANENT:
            return _Result(_Ending.REFUSED, f"The mail server refuses {what} ({code}).")
        return _Result(_Ending.PUT_OFF, f"The mail server puts off {what} ({code}).")

    async def _failed(self, error: Exception) -> _Result:
        if isinstance(error, NotLetInError):
            return await self._takes_nothing(_Ending.NOT_LET_IN, str(error))
        if isinstance(error, aiosmtplib.SMTPSenderRefused) and error.code == _SIGN_IN_FIRST:
            sentence = (
                f"The mail server asks for encryption or a sign-in ({error.code}): set DUEPROCESS_SMTP_SECURITY, "
                "DUEPROCESS_SMTP_USERNAME and DUEPROCESS_SMTP_PASSWORD as it asks for."
            )
            return await self._takes_nothing(_Ending.NOT_LET_IN, sentence)
        if isinstance(error, aiosmtplib.SMTPSenderRefused):
            sentence = f"The mail server does not accept our sender's address ({error.code}): check DUEPROCESS_SENDER."
            return await self._takes_nothing(_Ending.SERVER_AWAY, sentence)
        if isinstance(error, aiosmtplib.SMTPResponseException):
            return await self._takes_nothing(_Ending.SERVER_AWAY, f"The mail server answered {error.code}.")
        kind = type(error.__cause__ or error).__name__
        return await self._takes_nothing(_Ending.SERVER_AWAY, f"The mail server cannot be reached ({kind}).")

    async def _takes_nothing(self, ending: _Ending, error: str) -> _Result:
        await self._disconnect()
        self.trouble = error
        return _Result(ending, error)

    async def _connect(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        self._client = await connect(self._settings, self._tls, self._sending_timeout)
        return self._client

    async def _disconnect(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
            await client.quit(timeout=2)
        client.close()

    async def _note(self, claimed: _Claimed, result: _Result) -> None:
        """Write down what became of the message; what was accepted is noted however long the records are away."""
        pauses = Pauses(0.2, 5.0)
        while True:
            try:
                await asyncio.to_thread(self._write_down, claimed, result)
                self._claimed.pop(claimed.id, None)
                return
            except SQLAlchemyError as error:
                _log.warning(
                    "The outbox cannot note that message %s was %s (%s); it tries again.",
                    claimed.id,
                    result.ending.value,
                    type(error).__name__,
                )
                if self._stopping.is_set() and result.ending is not _Ending.SENT:
                    return
                await asyncio.sleep(pauses.next())

    def _write_down(self, claimed: _Claimed, result: _Result) -> None:
        if result.ending is _Ending.SENT:
            self._mark_sent(claimed)
            _log.info("Letter %s (message %s) was accepted by the mail server.", claimed.letter, claimed.id)
        else:
            self._write_down_why_not(claimed, result)
            _log.warning("Letter %s (message %s): %s", claimed.letter, claimed.id, result.error)

    def _mark_sent(self, claimed: _Claimed) -> None:
        # As often as there are letters, so without the session, which takes longer than the database itself.
        with self._database.engine.begin() as connection:
            connection.execute(
                _MARK_SENT, {"message": claimed.id, "times": claimed.attempts + 1, "moment": self._clock()}
            )

    def _write_down_why_not(self, claimed: _Claimed, result: _Result) -> None:
        now = self._clock()
        attempts = claimed.attempts + 1
        changes: dict[str, object] = {"attempts": attempts, "last_error": result.error}
        match result.ending:
            case _Ending.PUT_OFF:
                changes["next_attempt_at"] = now + _wait(attempts)
            case _Ending.REFUSED:
                changes["status"] = "refused"
            case _:
                # The dispatcher waits as a whole; the message stays at the head of the queue.
                changes["next_attempt_at"] = now
        still_ours = OutboxMessage.claimed_by == self._name
        changes["claimed_by"] = case((still_ours, None), else_=OutboxMessage.claimed_by)
        changes["claimed_until"] = case((still_ours, None), else_=OutboxMessage.claimed_until)
        with self._database.session() as session:
            noted = session.scalar(
                update(OutboxMessage)
                # If the lease ended meanwhile, another may have been luckier.
                .where(OutboxMessage.id == claimed.id, OutboxMessage.status == "queued")
                .values(changes)
                .returning(OutboxMessage.id),
                execution_options={"synchronize_session": False},
            )
            if noted is not None and result.ending is _Ending.REFUSED:
                _tell_the_case(session, session.get_one(OutboxMessage, claimed.id), now)

    async def _wait_until(self, event: asyncio.Event, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
        return event.is_set()


_OUTBOX = OutboxMessage.metadata.tables[OutboxMessage.__tablename__]

_FAILURES = (NotLetInError, aiosmtplib.SMTPException, OSError, TimeoutError, ValueError)
"""What connecting and sending may fail with, other than an answer about one message."""


_MARK_SENT = (
    update(_OUTBOX)
    .where(_OUTBOX.c.id == bindparam("message"))
    .values(
        status="sent",
        sent_at=bindparam("moment"),
        attempts=bindparam("times"),
        last_error=None,
        claimed_by=None,
        claimed_until=None,
    )
)

_FREE_AT = case(
    (OutboxMessage.claimed_until > OutboxMessage.next_attempt_at, OutboxMessage.claimed_until),
    else_=OutboxMessage.next_attempt_at,
)
_NEXT_DUE = select(func.min(_FREE_AT, type_=UtcMoment())).where(OutboxMessage.status == "queued")


async def _ended(noting: asyncio.Task[None] | None) -> None:
    if noting is not None:
        await noting


def _wait(attempts: int) -> timedelta:
    longest = min(FIRST_WAIT * (1 << min(attempts - 1, 20)), LONGEST_WAIT)
    # Chance keeps messages put off together from coming back together.
    return longest * random.uniform(0.75, 1.0)  # noqa: S311 - no secret


def _tell_the_case(session: Session, message: OutboxMessage, now: datetime) -> None:
    """A refused letter is on the case's timeline, and one its recipient did not get waits to be posted."""
    letter = session.get(Letter, message.letter_reference) if message.letter_reference else None
    if letter is None:
        return
    to_recipient = _email_of(session, letter.recipient_kind, letter.recipient) == message.recipient_address
    if to_recipient:
        letter.sent_by, letter.sent_on, letter.received_on = None, None, None
        what = "The mail server refused the letter; it must be posted"
    else:
        what = "The mail server refused a copy of the letter; it must be posted"
    copy_for = next(
        (copy for copy in letter.copies if _email_of(session, *_kind_of(copy)) == message.recipient_address), None
    )
    session.add(
        CaseEvent(
            case_reference=letter.case_reference,
            event=what,
            happened_at=now,
            recorded_at=now,
            facts={
                "letter": letter.reference,
                "for": letter.recipient if to_recipient else copy_for,
                "error": message.last_error,
            },
            element_id=letter.element_id,
        )
    )


def _kind_of(copy: str) -> tuple[str, str]:
    return ("contact", copy.removeprefix(CONTACT)) if copy.startswith(CONTACT) else ("person", copy)


def _email_of(session: Session, kind: str, reference: str) -> str | None:
    holder = session.get(Contact, reference) if kind == "contact" else session.get(Person, reference)
    return holder.email if holder else None
