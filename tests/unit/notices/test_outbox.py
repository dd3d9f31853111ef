from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import uvloop
from aiosmtpd.smtp import AuthResult
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tests.unit.notices.mail_servers import mail_server
from tests.unit.records.fixtures import Office
from workers.cases.jobs import open_case
from workers.notices.jobs import send_notice
from workers.notices.outbox import Dispatcher
from workers.notices.waiting import count_by_status, emails, letters_to_post
from workers.records.database import Database
from workers.records.models import CaseEvent, Letter, OutboxMessage
from workers.settings import Settings

NOW = datetime(2025, 3, 10, 9, 30, tzinfo=UTC)
LONG_LEASE = timedelta(hours=1)


def message(address: str, number: int) -> bytes:
    return f"Message-ID: <{address}.{number}@dueprocess.example>\r\nSubject: Hello\r\n\r\n.Dear\r\n".encode()


def queue(database: Database, count: int = 1, *, address: str = "a.morgan@wm.example") -> None:
    with database.session() as session:
        for number in range(count):
            session.add(
                OutboxMessage(
                    message_id=f"<{address}.{number}@dueprocess.example>",
                    recipient_address=address,
                    raw=message(address, number),
                    queued_at=NOW,
                    next_attempt_at=NOW,
                )
            )


def rows(database: Database) -> list[OutboxMessage]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def statuses(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return count_by_status(session)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something another thread writes into the records, where no event can be awaited."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def attempted(database: Database, times: int) -> None:
    await until(lambda: rows(database)[0].attempts == times)


@asynccontextmanager
async def dispatching(database: Database, port: int, **options: Any) -> AsyncIterator[Dispatcher]:
    settings = options.pop("settings", None) or Settings(smtp_host="127.0.0.1", smtp_port=port)
    dispatcher = Dispatcher(database, settings, **({"poll_every": 30.0, "longest_pause": 0.05} | options))
    running = asyncio.create_task(dispatcher.run())
    try:
        yield dispatcher
    finally:
        dispatcher.stop()
        async with asyncio.timeout(20):
            await running


async def test_what_is_queued_is_sent_once_over_one_connection(database: Database) -> None:
    queue(database, 20)
    async with mail_server() as server, dispatching(database, server.port):
        await until(lambda: statuses(database)["sent"] == 20)
        assert len(server.accepted) == 20
        assert server.connections == 1
    first = rows(database)[0]
    assert (first.attempts, first.last_error, first.claimed_by, first.claimed_until) == (1, None, None, None)
    assert first.sent_at is not None
    assert server.accepted[0] == (
        "a.morgan@wm.example",
        message("a.morgan@wm.example", 0),
    )


async def test_it_wakes_at_once_when_something_is_queued(database: Database) -> None:
    async with mail_server() as server, dispatching(database, server.port, poll_every=3600.0) as dispatcher:
        queue(database, address="first@wm.example")
        dispatcher.wake()
        await server.until(lambda: len(server.accepted) == 1)
        await until(lambda: statuses(database)["queued"] == 0)
        queue(database, address="second@wm.example")
        dispatcher.queued.set()
        await server.until(lambda: len(server.accepted) == 2)


async def test_it_finds_what_nobody_told_it_of(database: Database) -> None:
    async with mail_server() as server, dispatching(database, server.port, poll_every=0.05):
        queue(database)
        await server.until(lambda: len(server.accepted) == 1)


async def test_several_dispatchers_share_the_work_and_send_nothing_twice(database: Database) -> None:
    queue(database, 60)
    async with mail_server() as server:

        async def give_the_other_one_a_turn() -> None:
            await asyncio.sleep(0.002)

        server.before_answering = give_the_other_one_a_turn
        async with dispatching(database, server.port), dispatching(database, server.port):
            await until(lambda: statuses(database)["sent"] == 60)
        assert server.connections >= 2
        assert len({raw for _, raw in server.accepted}) == len(server.accepted) == 60


async def test_an_absent_mail_server_is_waited_for(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    queue(database, 3)
    async with dispatching(database, port):
        await until(lambda: sum(row.attempts for row in rows(database)) >= 3)
        assert statuses(database) == {"queued": 3, "sent": 0, "refused": 0}
        with database.reading() as session:
            assert any("cannot be reached" in (email.last_error or "") for email in emails(session))
        async with mail_server(port) as server:
            await until(lambda: statuses(database)["sent"] == 3)
            assert len(server.accepted) == 3
    assert "wm.example" not in caplog.text


@pytest.mark.parametrize(
    ("phase", "answer", "error"),
    [
        (
            "to_recipient",
            "451 greylisted a.morgan@wm.example",
            "The mail server puts off the recipient's address (451).",
        ),
        ("to_message", "452 no room", "The mail server puts off the message (452)."),
    ],
)
async def test_what_is_put_off_waits_and_does_not_hold_up_the_rest(
    database: Database, phase: str, answer: str, error: str
) -> None:
    queue(database)
    queue(database, address="p.shah@wm.example")
    async with mail_server() as server:
        setattr(server, phase, lambda address: answer if address.startswith("a.morgan") else "250 OK")
        async with dispatching(database, server.port):
            await until(lambda: statuses(database)["sent"] == 1 and rows(database)[0].attempts == 1)
    waiting = rows(database)[0]
    assert (waiting.status, waiting.last_error, waiting.claimed_until) == ("queued", error, None)
    wait = waiting.next_attempt_at - datetime.now(UTC)
    assert timedelta(seconds=5) < wait <= timedelta(seconds=20)


async def test_waits_grow_and_a_message_is_never_given_up(database: Database) -> None:
    queue(database)
    clock = [NOW]
    waits = []
    async with mail_server() as server:
        server.to_recipient = lambda address: "450 later"
        async with dispatching(database, server.port, clock=lambda: clock[0], poll_every=0.01):
            for attempt in range(1, 13):
                await attempted(database, attempt)
                waits.append((rows(database)[0].next_attempt_at - clock[0]).total_seconds())
                clock[0] = rows(database)[0].next_attempt_at
            server.to_recipient = lambda address: "250 OK"
            clock[0] += timedelta(hours=2)
            await until(lambda: statuses(database)["sent"] == 1)
    for attempt, wait in enumerate(waits):
        longest = min(20 * 2**attempt, 3600)
        assert 0.75 * longest <= wait <= longest


@pytest.mark.parametrize("phase", ["to_recipient", "to_message"])
async def test_a_refused_letter_is_seen_on_the_case(
    office: Office, phase: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = office.database
    send_decision(office)
    async with mail_server() as server:
        setattr(server, phase, lambda address: "550 no such user Alex Morgan" if "morgan" in address else "250 OK")
        with caplog.at_level(logging.INFO):
            async with dispatching(database, server.port):
                await until(lambda: statuses(database)["queued"] == 0)
    refused, sent = rows(database)
    assert (refused.status, sent.status) == ("refused", "sent")
    assert refused.last_error is not None
    assert "(550)" in refused.last_error
    with database.reading() as session:
        event = session.scalars(select(CaseEvent)).one()
        assert event.event == "The mail server refused the letter; it must be posted"
        assert event.facts == {"letter": "LTR-2025-0001", "for": "100100", "error": refused.last_error}
        (letter,) = letters_to_post(session)
        assert (letter.reference, letter.received_on) == ("LTR-2025-0001", None)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("workers.")]
    assert any("LTR-2025-0001" in line for line in ours)
    for secret in ("Alex", "morgan", "wm.example", "no such user"):
        assert secret not in " ".join([*ours, refused.last_error])


async def test_a_refused_copy_is_seen_on_the_case(office: Office) -> None:
    send_decision(office)
    async with mail_server() as server:
        server.to_recipient = lambda address: "550 no" if "price" in address else "250 OK"
        async with dispatching(office.database, server.port):
            await until(lambda: statuses(office.database)["queued"] == 0)
    with office.database.reading() as session:
        event = session.scalars(select(CaseEvent)).one()
        assert event.event == "The mail server refused a copy of the letter; it must be posted"
        assert event.facts["for"] == "100020"
        assert session.get_one(Letter, "LTR-2025-0001").sent_by == "email"
        assert list(letters_to_post(session)) == []


@pytest.mark.parametrize("answer", ["421 closing down", "530 sign in first", "503 out of order"])
async def test_trouble_between_the_servers_is_not_the_recipients(database: Database, answer: str) -> None:
    queue(database)
    async with mail_server() as server:
        server.to_recipient = lambda address: answer if len(server.asked) < 3 else "250 OK"
        async with dispatching(database, server.port):
            await until(lambda: statuses(database)["sent"] == 1)
    assert rows(database)[0].attempts == 3


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_signing_in(database: Database) -> None:
    def may_come_in(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
        return AuthResult(success=(data.login, data.password) == (b"office", b"right"), handled=False)

    queue(database)
    options: dict[str, Any] = {"authenticator": may_come_in, "auth_required": True, "auth_require_tls": False}
    async with mail_server(**options) as server:
        login: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_username": "office"}
        async with dispatching(database, 0, settings=Settings(**login, smtp_password="wrong")):
            await until(lambda: rows(database)[0].attempts > 0)
        assert statuses(database)["queued"] == 1
        assert "user name and password" in (rows(database)[0].last_error or "")
        async with dispatching(database, 0, settings=Settings(**login, smtp_password="right")):
            await until(lambda: statuses(database)["sent"] == 1)


async def test_a_crash_between_accepting_and_noting_sends_the_same_bytes_after_the_lease(database: Database) -> None:
    queue(database)
    clock = [NOW]
    async with mail_server() as server:
        crashed = Dispatcher(
            database,
            Settings(smtp_host="127.0.0.1", smtp_port=server.port),
            clock=lambda: clock[0],
            lease=timedelta(seconds=60),
        )
        running = asyncio.create_task(crashed.run())
        hang = asyncio.Event()
        server.before_answering = hang.wait
        await server.until(lambda: (server.asked != [] and len(server.accepted) == 0) or len(server.accepted) == 1)
        await until(lambda: len(server.accepted) == 1)
        # Dead before it could note that the server took the message.
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        hang.set()
        server.before_answering = None
        assert rows(database)[0].status == "queued"

        async with dispatching(database, server.port, clock=lambda: clock[0], poll_every=0.02):
            clock[0] = NOW + timedelta(seconds=59)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await server.until(lambda: len(server.accepted) > 1)
            clock[0] = NOW + timedelta(seconds=61)
            await until(lambda: statuses(database)["sent"] == 1)
        first, second = server.accepted
        assert first == second


async def test_a_slow_server_keeps_its_message_from_the_others(database: Database) -> None:
    queue(database)
    async with mail_server() as server:
        answer = asyncio.Event()
        server.before_answering = answer.wait
        lease = timedelta(seconds=0.3)
        async with (
            dispatching(database, server.port, lease=lease, poll_every=0.02),
            dispatching(database, server.port, lease=lease, poll_every=0.02),
        ):
            await until(lambda: len(server.accepted) == 1)
            # Several leases long.
            await asyncio.sleep(1.2)
            answer.set()
            await until(lambda: statuses(database)["sent"] == 1)
        assert len(server.accepted) == 1


def test_on_the_event_loop_of_the_service(database: Database) -> None:
    async def play() -> None:
        queue(database, 3)
        async with mail_server() as server, dispatching(database, server.port):
            await until(lambda: statuses(database)["sent"] == 3)
            assert len(server.accepted) == 3

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(play())


async def test_texts_arrive_as_they_are(database: Database) -> None:
    queue(database)
    awkward = b".first\r\nSubject: x\r\n\r\n.\r\n..\r\nlone\n.feed\r.return\r\nno end"
    with database.session() as session:
        session.get_one(OutboxMessage, 1).raw = awkward
    async with mail_server() as server, dispatching(database, server.port):
        await until(lambda: statuses(database)["sent"] == 1)
    ((_, raw),) = server.accepted
    assert raw == b".first\r\nSubject: x\r\n\r\n.\r\n..\r\nlone\r\n.feed\r\n.return\r\nno end\r\n"


async def test_the_next_letter_is_not_ended_until_the_last_one_is_marked(database: Database) -> None:
    """So that a crash repeats one letter at most."""
    queue(database, 3)
    async with mail_server() as server:
        marking, marked = asyncio.Event(), asyncio.Event()
        async with dispatching(database, server.port) as dispatcher:
            note = dispatcher._note

            async def slow_note(*arguments: Any) -> None:
                marking.set()
                await marked.wait()
                await note(*arguments)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(dispatcher, "_note", slow_note)
                await marking.wait()
                # The next recipient is told meanwhile, and that is all.
                await server.until(lambda: len(server.asked) == 2)
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.3):
                        await server.until(lambda: len(server.accepted) > 1)
                assert statuses(database)["sent"] == 0
                marked.set()
                await until(lambda: statuses(database)["sent"] == 3)
        assert len(server.accepted) == 3


async def test_records_that_go_away_after_a_letter_was_accepted_do_not_repeat_it(database: Database) -> None:
    queue(database, 3)
    clock = [NOW]
    async with mail_server() as server:
        answer = asyncio.Event()
        server.before_answering = answer.wait
        async with dispatching(database, server.port, clock=lambda: clock[0], poll_every=0.02) as dispatcher:
            await until(lambda: len(server.accepted) == 1)
            write_down, extend = dispatcher._write_down, dispatcher._extend
            failures = 0

            def away(*_: object) -> None:
                nonlocal failures
                failures += 1
                raise OperationalError("", {}, Exception())

            dispatcher._write_down = away  # type: ignore[assignment]
            dispatcher._extend = away  # type: ignore[method-assign]
            # The whole lease goes by before the records are back.
            clock[0] += timedelta(seconds=100)
            answer.set()
            await until(lambda: failures >= 2)
            dispatcher._write_down = write_down  # type: ignore[method-assign]
            dispatcher._extend = extend  # type: ignore[method-assign]
            await until(lambda: statuses(database)["sent"] == 3)
        assert len(server.accepted) == len({raw for _, raw in server.accepted}) == 3


async def test_a_letter_whose_lease_ran_out_before_its_turn_is_left_to_who_has_it_now(database: Database) -> None:
    queue(database, 2)
    clock = [NOW]
    async with mail_server() as server:
        answer = asyncio.Event()
        server.before_answering = answer.wait
        # This process is not let run for a while, so that nobody renews the lease.
        async with dispatching(database, server.port, clock=lambda: clock[0], poll_every=0.02, lease=LONG_LEASE):
            await until(lambda: len(server.accepted) == 1)
            clock[0] += 2 * LONG_LEASE
            with database.session() as session:
                other = session.get_one(OutboxMessage, 2)
                other.claimed_by, other.claimed_until = "another", clock[0] + LONG_LEASE
            answer.set()
            await until(lambda: statuses(database)["sent"] == 1)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await server.until(lambda: len(server.accepted) > 1)
        assert rows(database)[1].claimed_by == "another"


async def test_a_letter_somebody_else_took_while_the_last_mark_was_not_kept_is_not_ended(database: Database) -> None:
    """The records are away for longer than the lease, and come back to two dispatchers at once."""
    queue(database, 2)
    clock = [NOW]
    async with mail_server() as server:
        async with dispatching(database, server.port, clock=lambda: clock[0], poll_every=0.02, lease=LONG_LEASE) as one:
            note, marked = one._note, asyncio.Event()

            async def slow_note(*arguments: Any) -> None:
                await marked.wait()
                await note(*arguments)

            one._note = slow_note  # type: ignore[assignment]
            # The second letter's text is with the mail server, but not its end.
            await server.until(lambda: len(server.asked) == 2)
            clock[0] += 2 * LONG_LEASE
            with database.session() as session:
                other = session.get_one(OutboxMessage, 2)
                other.claimed_by, other.claimed_until = "another", clock[0] + LONG_LEASE
            marked.set()
            await until(lambda: statuses(database)["sent"] == 1 and not one._claimed)
        assert len(server.accepted) == 1
    assert (rows(database)[1].claimed_by, rows(database)[1].status) == ("another", "queued")


async def test_a_renewal_that_finds_a_letter_gone_keeps_it_from_being_sent(database: Database) -> None:
    queue(database, 2)
    clock = [NOW]
    async with mail_server() as server:
        answer = asyncio.Event()
        server.before_answering = answer.wait
        async with dispatching(database, server.port, clock=lambda: clock[0], poll_every=0.02, lease=LONG_LEASE) as one:
            await until(lambda: len(server.accepted) == 1)
            clock[0] += 2 * LONG_LEASE
            with database.session() as session:
                other = session.get_one(OutboxMessage, 2)
                other.claimed_by, other.claimed_until = "another", clock[0] + LONG_LEASE
            # The renewal comes between the pause of this process and the letter's turn.
            await asyncio.to_thread(one._extend)
            answer.set()
            await until(lambda: statuses(database)["sent"] == 1 and not one._claimed)
        assert len(server.accepted) == 1
    assert rows(database)[1].claimed_by == "another"


async def test_when_the_mail_server_goes_the_claimed_letters_are_let_go(database: Database) -> None:
    queue(database, 12)
    async with mail_server() as server:
        server.to_recipient = lambda address: "421 closing down" if len(server.asked) == 3 else "250 OK"
        async with dispatching(database, server.port, longest_pause=30.0) as dispatcher:
            await until(lambda: dispatcher.trouble is not None)
            await until(lambda: all(row.claimed_by is None for row in rows(database)))
            assert statuses(database)["sent"] == 2


async def test_what_is_put_off_is_sent_when_its_time_comes_without_polling(database: Database) -> None:
    queue(database)
    async with mail_server() as server:
        server.to_recipient = lambda address: "451 later" if len(server.asked) == 1 else "250 OK"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("workers.notices.outbox.FIRST_WAIT", timedelta(seconds=1))
            async with dispatching(database, server.port, poll_every=3600.0):
                await until(lambda: statuses(database)["sent"] == 1)


async def test_a_message_too_large_for_the_server_holds_up_nobody(database: Database) -> None:
    queue(database, 1)
    with database.session() as session:
        session.add(
            OutboxMessage(
                message_id="<large@dueprocess.example>",
                recipient_address="a.morgan@wm.example",
                raw=b"Subject: Large\r\n\r\n" + b"x" * 5000 + b"\r\n",
                queued_at=NOW,
                next_attempt_at=NOW,
            )
        )
    queue(database, 1, address="p.shah@wm.example")
    async with mail_server(data_size_limit=1000) as server, dispatching(database, server.port):
        await until(lambda: statuses(database) == {"queued": 0, "sent": 2, "refused": 1})
    assert rows(database)[1].last_error == "The mail server refuses the message (552)."


async def test_an_address_that_is_none_holds_up_nobody(database: Database) -> None:
    queue(database, address="möller@wm.example")
    queue(database, address="p.shah@wm.example")
    async with mail_server() as server, dispatching(database, server.port):
        await until(lambda: statuses(database) == {"queued": 0, "sent": 1, "refused": 1})
        assert server.connections == 1
    assert rows(database)[0].last_error == "The mail server refuses the recipient's address (553)."


async def test_stopping_finishes_the_message_under_way(database: Database) -> None:
    queue(database, 5)
    async with mail_server() as server:
        answer = asyncio.Event()
        server.before_answering = answer.wait
        async with dispatching(database, server.port) as dispatcher:
            await until(lambda: len(server.accepted) == 1)
            dispatcher.stop()
            answer.set()
    assert statuses(database) == {"queued": 4, "sent": 1, "refused": 0}
    assert all(row.claimed_by is None for row in rows(database))


def send_decision(office: Office) -> None:
    given = office.run(
        open_case,
        policy="capability",
        procedure="capability_appeal",
        staff_number="100100",
        opened_at="2025-03-10T09:00:00+00:00",
        statement={"admission_reasons": "Because."},
    )
    office.run(
        send_notice,
        template="capability/capability_appeal_not_admitted",
        case_reference=given["case"]["reference"],
        recipient="100100",
        copies=["100020"],
        written_at="2025-03-10T09:30:00+00:00",
        facts={"decision_reference": "DEC-2025-0001", "appeal_due_on": "2025-03-10", "received_on": "2025-03-11"},
        statements=["admission_reasons"],
    )
