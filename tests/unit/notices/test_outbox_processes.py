"""One outbox, several processes: each letter once, also when one of them is killed."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from signal import SIGKILL

import pytest

from tests.unit.notices.mail_servers import Answering, mail_server
from tests.unit.notices.test_outbox import queue, rows, statuses
from workers.records.database import Database
from workers.settings import PROJECT

LETTERS = 200
SHORT_LEASE = 6.0


@asynccontextmanager
async def dispatchers(database: Database, server: Answering, *, lease: float) -> AsyncIterator[list[Process]]:
    """Two processes that begin together; those still there in the end stop as a worker stops."""
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.unit.notices.dispatching_process", url, str(server.port), str(lease)]
    processes = [await asyncio.create_subprocess_exec(*command, cwd=PROJECT, stdin=PIPE, stdout=PIPE) for _ in range(2)]
    try:
        for process in processes:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"started\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"\n")
        yield processes
        for process in processes:
            assert process.stdin is not None
            process.stdin.close()  # a killed one does not mind
        async with asyncio.timeout(60):
            await asyncio.gather(*(process.wait() for process in processes))
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def all_sent(database: Database) -> None:
    async with asyncio.timeout(120):
        while statuses(database)["sent"] < LETTERS:  # noqa: ASYNC110 - other processes write it
            await asyncio.sleep(0.1)


def letters(server: Answering) -> Counter[bytes]:
    return Counter(raw for _, raw in server.accepted)


async def test_two_processes_share_the_work_and_send_each_letter_once(database: Database) -> None:
    queue(database, LETTERS)
    async with mail_server() as server:
        arrived, both = 0, asyncio.Event()

        async def wait_for_the_other_one() -> None:
            nonlocal arrived
            arrived += 1
            if arrived == 2:
                both.set()
            await both.wait()

        server.before_accepting = wait_for_the_other_one
        async with asyncio.timeout(150), dispatchers(database, server, lease=90) as processes:
            await all_sent(database)
    assert [process.returncode for process in processes] == [0, 0]
    assert len(letters(server)) == LETTERS
    assert set(letters(server).values()) == {1}
    assert {row.attempts for row in rows(database)} == {1}
    assert len(set(server.accepted_from)) == 2, "each process keeps one connection"


@pytest.mark.parametrize("accepted", [False, True], ids=["before the letter was accepted", "after it was accepted"])
async def test_a_killed_process_leaves_nothing_behind(database: Database, *, accepted: bool) -> None:
    queue(database, LETTERS)
    both, cut_off, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()
    async with mail_server() as server, dispatchers(database, server, lease=SHORT_LEASE) as processes:
        held = 0

        async def hold_both_at_a_letter() -> None:
            nonlocal held
            if len(server.accepted) < LETTERS / 2 or go_on.is_set():
                return
            held += 1
            if held == len(processes):
                both.set()
            try:
                await go_on.wait()
            except asyncio.CancelledError:
                cut_off.set()
                raise

        if accepted:
            server.before_answering = hold_both_at_a_letter
        else:
            server.before_accepting = hold_both_at_a_letter
        async with asyncio.timeout(60):
            await both.wait()
            processes[0].kill()
            await cut_off.wait()
        go_on.set()
        await all_sent(database)
    assert [process.returncode for process in processes] == [-SIGKILL, 0]
    assert statuses(database) == {"queued": 0, "sent": LETTERS, "refused": 0}
    assert len(letters(server)) == LETTERS
    again = [raw for raw, times in letters(server).items() if times > 1]
    # Nobody can know of a letter whose acceptance was not heard: it goes out again, the same to the last byte.
    assert len(again) == (1 if accepted else 0)
    assert max(letters(server).values()) <= 2
