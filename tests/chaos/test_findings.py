"""The counting itself: each thing that can go wrong is found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.chaos.cases import Matter, matters
from tests.chaos.findings import gaps, in_the_logs, in_the_mailbox
from tests.chaos.havoc import Kill
from tests.chaos.parts import ENGINE, MAIL_SERVER, WORKER, Part
from workers.mailbox.store import ReceivedMail

NINE = datetime(2025, 3, 3, 9, tzinfo=UTC)
ONE = Matter(1, "100100", "100020", frozenset({"a.morgan@wm.example"}))


async def never() -> bool:
    return False


def part(kind: str, log: Path = Path("log")) -> Part:
    return Part(kind, kind, [], {}, Path(), log, 1, never, never)


def mail(second: int, identity: str = "1", *, matter: str = "M-00001", text: str = "Dear Alex") -> ReceivedMail:
    """A letter that arrived so many seconds after nine."""
    head = f"Delivered-To: a.morgan@wm.example\nSubject: Matter {matter}: open\nMessage-ID: <{identity}>\n\n"
    return ReceivedMail(f"{NINE.timestamp() + second:.0f}.M0P1Q1.host", (head + text).encode())


def killed(kind: str, second: int) -> Kill:
    return Kill(part(kind), NINE + timedelta(seconds=second))


@pytest.mark.parametrize(
    ("mails", "kills", "fault"),
    [
        ([mail(0)], [], None),
        ([mail(0), mail(9)], [killed(WORKER, 5)], None),
        ([mail(0), mail(9)], [killed(MAIL_SERVER, 5)], None),
        ([], [], "1 letters are lost, for the matters M-00001."),
        ([mail(0), mail(0, "2", matter="M-00002")], [], "1 letters should not be there"),
        ([mail(0), mail(9, "2")], [killed(WORKER, 5)], "two Message-IDs, for the matters M-00001."),
        ([mail(0), mail(9, text="Dear Al")], [killed(WORKER, 5)], "is not identical"),
        ([mail(0), mail(9)], [], "although nothing was killed in between"),
        ([mail(0), mail(9)], [killed(WORKER, 10)], "although nothing was killed in between"),
        ([mail(0), mail(9)], [killed(ENGINE, 5)], "although nothing was killed in between"),
        ([mail(0), mail(8), mail(9)], [killed(WORKER, 5)], "2 messages were received again after only 1 kills"),
    ],
)
def test_the_mailbox(mails: list[ReceivedMail], kills: list[Kill], fault: str | None) -> None:
    faults = list(in_the_mailbox([ONE], mails, kills))
    assert fault in "\n".join(faults) if fault else not faults


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Letter LTR-2025-0001 (message 1) was accepted.", False),
        ("Letter LTR-2025-0001 to Alex Morgan was accepted.", True),
        ("Sent to a.morgan@wm.example.", True),
        ("Sent to 52 Orchard Street.", True),
        ("Bound: We opened the case about you.", True),
    ],
)
def test_the_logs(tmp_path: Path, line: str, found: bool) -> None:
    log = tmp_path / "log"
    log.write_text(line, encoding="utf-8")
    assert bool(list(in_the_logs([part(WORKER, log)], "Dear Alex\n\nWe opened the case about you.\n"))) is found


def test_the_references() -> None:
    assert gaps(["CAP-2025-0001", "CAP-2025-0003", "CAP-2026-0001"]) == ["CAP-2025-0002"]
    assert gaps(["CAP-2025-0001", "CAP-2025-0002"]) == []


def test_the_matters_are_about_people_who_can_be_emailed_and_so_can_their_managers() -> None:
    wanted = matters(300)
    assert len({matter.name for matter in wanted}) == 300
    assert all(len(matter.addresses) == 2 for matter in wanted)
