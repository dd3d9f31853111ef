"""The outbox: hands queued emails to the mail server, each once, whatever happens in between.

A message is claimed for a while (a lease), handed over, and marked sent once the mail server has accepted it. Several
dispatchers may run at once. If one dies between the acceptance and the mark, the same bytes with the same Message-ID
go out again after the lease has ended; in no other case is a message sent twice, and none is ever given up because
the mail server was away.
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from uuid import uuid4

import aiosmtplib
from sqlalchemy import or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, undefer

from workers.notices.addressees import CONTACT
from workers.records.database import Database
from workers.records.models import CaseEvent, Contact, Letter, OutboxMessage, Person
from workers.runtime.backoff import Pauses
from workers.settings import Settings

_log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
"""How long a claimed message is left to the dispatcher that claimed it."""

SENDING_TIMEOUT = 600.0
"""Seconds to wait for the mail server's answer: one that is only slow to accept must not get the message twice
(RFC 5321, 4.5.3.2.6). The lease is renewed meanwhile."""

CONNECTING_TIMEOUT = 30.0
"""Seconds to wait for a connection, encrypted and signed in."""

FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(hours=1)
"""Waits of a message the mail server put off for now (4xx), such as by greylisting."""

_PERMANENT = 500
_NOT_ABOUT_THE_MESSAGE = (421, 503, 530, 535, 538)
"""Closing down, out of order, sign in first: the trouble is between the two servers."""


class _Ending(Enum):
    SENT = "sent"
    PUT_OFF = "put off"
    REFUSED = "refused"
    SERVER_AWAY = "server away"


@dataclass(frozen=True)
class _Claimed:
    id: int
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
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        name: str | None = None,
        lease: timedelta = LEASE,
        poll_every: float = 5.0,
        longest_pause: float = 30.0,
        sending_timeout: float = SENDING_TIMEOUT,
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
        self._client: aiosmtplib.SMTP | None = None
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
        try:
            while not self._stopping.is_set():
                self.queued.clear()
                try:
                    away = await self._send_all()
                except SQLAlchemyError as error:
                    # Its text may hold what was to be stored.
                    _log.warning("The outbox cannot read the records (%s); it tries again.", type(error).__name__)
                    away = True
                if away:
                    await self._wait_until(self._stopping, self._pauses.next())
                else:
                    self._pauses.reset()
                    if not await self._wait_until(self.queued, self._poll_every):
                        # An idle connection would only be cut off by the other side.
                        await self._disconnect()
        finally:
            await self._disconnect()

    async def _send_all(self) -> bool:
        """Send everything that is due; true if the mail server went away."""
        while not self._stopping.is_set():
            claimed = await asyncio.to_thread(self._claim)
            if claimed is None:
                return False
            result = await self._send_renewing_lease(claimed)
            await self._note(claimed, result)
            if result.ending is _Ending.SERVER_AWAY:
                return True
            self._pauses.reset()
        return False

    def _claim(self) -> _Claimed | None:
        now = self._clock()
        due = (
            OutboxMessage.status == "queued",
            OutboxMessage.next_attempt_at <= now,
            or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= now),
        )
        next_due = select(OutboxMessage.id).where(*due).order_by(OutboxMessage.next_attempt_at, OutboxMessage.id)
        with self._database.reading() as session:
            if session.scalar(next_due.limit(1)) is None:
                return None
        with self._database.session() as session:
            # Dispatchers that choose the same row wait for each other here; the second one finds it taken.
            candidates = session.scalars(next_due.limit(8)).all()
            for candidate in candidates:
                taken = session.execute(
                    update(OutboxMessage)
                    .where(OutboxMessage.id == candidate, *due)
                    .values(claimed_by=self._name, claimed_until=now + self._lease)
                    .returning(OutboxMessage.id),
                    execution_options={"synchronize_session": False},
                ).first()
                if taken is not None:
                    message = session.get_one(OutboxMessage, candidate, options=[undefer(OutboxMessage.raw)])
                    return _Claimed(message.id, message.recipient_address, message.raw, message.attempts)
        return None

    async def _send_renewing_lease(self, claimed: _Claimed) -> _Result:
        renewing = asyncio.create_task(self._renew_lease(claimed))
        try:
            return await self._send(claimed)
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing

    async def _renew_lease(self, claimed: _Claimed) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            with suppress(SQLAlchemyError):
                await asyncio.to_thread(self._extend, claimed)

    def _extend(self, claimed: _Claimed) -> None:
        with self._database.session() as session:
            session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id == claimed.id, OutboxMessage.claimed_by == self._name)
                .values(claimed_until=self._clock() + self._lease)
            )

    async def _send(self, claimed: _Claimed) -> _Result:  # noqa: PLR0911 - one for each answer of a mail server
        try:
            client = await self._connect()
            await client.sendmail(self._settings.sender, [claimed.address], claimed.raw)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return await self._refusal(max(refused.code for refused in error.recipients), "the recipient's address")
        except aiosmtplib.SMTPDataError as error:
            return await self._refusal(error.code, "the message")
        except aiosmtplib.SMTPAuthenticationError as error:
            return await self._away(f"The mail server does not accept our user name and password ({error.code}).")
        except aiosmtplib.SMTPSenderRefused as error:
            return await self._away(f"The mail server does not accept our sender's address ({error.code}).")
        except aiosmtplib.SMTPResponseException as error:
            return await self._away(f"The mail server answered {error.code}.")
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ssl.SSLError, ValueError) as error:
            return await self._away(f"The mail server cannot be reached ({type(error).__name__}).")
        return _Result(_Ending.SENT)

    async def _refusal(self, code: int, what: str) -> _Result:
        if code in _NOT_ABOUT_THE_MESSAGE:
            return await self._away(f"The mail server answered {code}.")
        if code >= _PERMANENT:
            return _Result(_Ending.REFUSED, f"The mail server refuses {what} ({code}).")
        return _Result(_Ending.PUT_OFF, f"The mail server puts off {what} ({code}).")

    async def _away(self, error: str) -> _Result:
        await self._disconnect()
        return _Result(_Ending.SERVER_AWAY, error)

    async def _connect(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        settings = self._settings
        client = aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            use_tls=settings.smtp_security == "tls",
            start_tls=settings.smtp_security == "starttls",
            username=settings.smtp_username or None,
            password=settings.smtp_password.get_secret_value() or None,
            timeout=self._sending_timeout,
            # Left to itself it asks the name service, which may take long to say nothing.
            local_hostname=socket.gethostname(),
        )
        try:
            async with asyncio.timeout(CONNECTING_TIMEOUT):
                await client.connect()
        except BaseException:
            client.close()
            raise
        self._client = client
        return client

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
        now = self._clock()
        with self._database.session() as session:
            message = session.get_one(OutboxMessage, claimed.id)
            message.attempts = claimed.attempts + 1
            if message.claimed_by == self._name:
                message.claimed_by, message.claimed_until = None, None
            message.last_error = result.error or None
            match result.ending:
                case _Ending.SENT:
                    message.status, message.sent_at = "sent", now
                case _Ending.PUT_OFF:
                    message.next_attempt_at = now + _wait(message.attempts)
                case _Ending.REFUSED:
                    message.status = "refused"
                    _tell_the_case(session, message, now)
                case _Ending.SERVER_AWAY:
                    # The dispatcher waits as a whole; the message stays at the head of the queue.
                    message.next_attempt_at = now
            reference = message.letter_reference
        if result.error:
            _log.warning("Letter %s (message %s): %s", reference, claimed.id, result.error)
        else:
            _log.info("Letter %s (message %s) was accepted by the mail server.", reference, claimed.id)

    async def _wait_until(self, event: asyncio.Event, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
        return event.is_set()


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
