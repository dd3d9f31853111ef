from __future__ import annotations

import asyncio
import errno
from datetime import datetime
from pathlib import Path

import aiosmtplib
import httpx
import pytest

from workers.deadlines.moments import LONDON
from workers.mailbox.page import mailbox_page
from workers.mailbox.server import MailboxServer
from workers.mailbox.store import MailStore
from workers.notices.invitation import Invitation
from workers.notices.mail import compose

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


def letter(*, to: str = "a.morgan@wm.example", subject: str = "Your appeal – <b>hearing</b>", number: int = 1) -> bytes:
    return compose(
        sender_name="Office for Policing",
        sender="hr@dueprocess.example",
        recipient_name="Alex Morgan",
        recipient=to,
        subject=subject,
        message_id=f"<{number}@dueprocess.example>",
        written_at=datetime(2025, 3, 10, 9, 30, tzinfo=LONDON),
        text="Dear Alex\n\n.A line that begins with a dot\nŁódź\n",
        html="<p>Dear Alex <script>alert(1)</script></p>",
        attachment=("LTR-2025-0001.pdf", b"%PDF-1.7 \x00\xff"),
        invitation=Invitation("REQUEST", CALENDAR),
    )


async def send(server: MailboxServer, raw: bytes, *to: str) -> None:
    async with aiosmtplib.SMTP(hostname=server.host, port=server.port, local_hostname="localhost") as client:
        await client.sendmail("hr@dueprocess.example", list(to), raw)


async def test_what_arrives_is_kept_as_it_was(tmp_path: Path) -> None:
    sent = letter()
    async with MailboxServer("127.0.0.1", 0, tmp_path / "mailbox") as server:
        await send(server, sent, "a.morgan@wm.example")
        (mail,) = server.messages()
    # After the mailbox's own line; the maildir keeps its lines as the machine writes them.
    assert mail.raw.partition(b"\n")[2].replace(b"\r\n", b"\n") == sent.replace(b"\r\n", b"\n")
    assert mail.to == "a.morgan@wm.example"
    assert mail.sender == "Office for Policing <hr@dueprocess.example>"
    assert mail.subject == "Your appeal – <b>hearing</b>"
    assert mail.message_id == "<1@dueprocess.example>"
    assert mail.text == "Dear Alex\n\n.A line that begins with a dot\nŁódź\n"
    assert mail.html.startswith("<p>Dear Alex")
    assert mail.calendar == CALENDAR
    pdf, entry = mail.attachments
    assert (pdf.name, pdf.content_type, pdf.content) == ("LTR-2025-0001.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")
    assert (entry.name, entry.content) == ("hearing.ics", CALENDAR.encode())


async def test_each_recipient_gets_one_in_the_order_of_arrival(tmp_path: Path) -> None:
    async with MailboxServer("127.0.0.1", 0, tmp_path / "mailbox") as server:
        for number in range(12):
            await send(server, letter(subject=f"Number {number}"), "a.morgan@wm.example")
        await send(server, letter(subject="To two"), "a.morgan@wm.example", "d.price@wm.example")
        found = [(mail.subject, mail.to) for mail in server.messages()]
    assert found == [
        *((f"Number {number}", "a.morgan@wm.example") for number in range(12)),
        ("To two", "a.morgan@wm.example"),
        ("To two", "d.price@wm.example"),
    ]


async def test_messages_outlive_the_server(tmp_path: Path) -> None:
    async with MailboxServer("127.0.0.1", 0, tmp_path / "mailbox") as server:
        await send(server, letter(), "a.morgan@wm.example")
    store = MailStore(tmp_path / "mailbox")
    assert [mail.subject for mail in store.messages()] == ["Your appeal – <b>hearing</b>"]
    store.clear()
    assert store.messages() == []


async def test_it_stops_with_a_connection_open(tmp_path: Path) -> None:
    server = MailboxServer("127.0.0.1", 0, tmp_path / "mailbox")
    await server.start()
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=server.port, local_hostname="localhost")
    await client.connect()
    async with asyncio.timeout(5):
        await server.stop()
    client.close()


async def test_a_port_that_is_taken_is_an_error(tmp_path: Path) -> None:
    async with MailboxServer("127.0.0.1", 0, tmp_path / "one") as first:
        with pytest.raises(OSError, match=r".") as failure:
            await MailboxServer("127.0.0.1", first.port, tmp_path / "two").start()
    assert failure.value.errno == errno.EADDRINUSE


@pytest.fixture
def store(tmp_path: Path) -> MailStore:
    store = MailStore(tmp_path / "mailbox")
    store.add(letter(), ["a.morgan@wm.example"])
    store.add(letter(to="d.price@wm.example", subject="A copy", number=2), ["d.price@wm.example"])
    return store


def browser(store: MailStore) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(mailbox_page(store)), base_url="http://mailbox")


async def test_the_list_shows_what_arrived_newest_first(store: MailStore) -> None:
    async with browser(store) as client:
        page = (await client.get("/")).text
        assert "2 messages" in page
        assert page.index("A copy") < page.index("Your appeal")
        assert "Your appeal – &lt;b&gt;hearing&lt;/b&gt;" in page
        page = (await client.get("/", params={"to": "D.Price@wm.example"})).text
        assert "1 message to" in page
        assert "Your appeal" not in page
        assert "Nothing has arrived" in (await client.get("/", params={"to": "x@y.example"})).text


async def test_a_message_is_shown_in_a_frame_that_can_do_nothing(store: MailStore) -> None:
    key = store.messages()[0].key
    async with browser(store) as client:
        page = await client.get(f"/mails/{key}")
        assert f'<iframe src="/mails/{key}/html" sandbox title=' in page.text
        assert "<script" not in page.text
        assert "Dear Alex" in page.text
        assert "METHOD:REQUEST" in page.text
        frame = await client.get(f"/mails/{key}/html")
        assert "sandbox" in frame.headers["content-security-policy"]
        assert "default-src 'none'" in frame.headers["content-security-policy"]
        assert "<p>Dear Alex" in frame.text


async def test_files_are_downloaded_and_not_shown(store: MailStore) -> None:
    key = store.messages()[0].key
    async with browser(store) as client:
        file = await client.get(f"/mails/{key}/attachments/0")
        assert file.content == b"%PDF-1.7 \x00\xff"
        assert file.headers["content-type"] == "application/pdf"
        assert file.headers["content-disposition"] == "attachment; filename*=UTF-8''LTR-2025-0001.pdf"
        assert file.headers["x-content-type-options"] == "nosniff"
        source = await client.get(f"/mails/{key}/source")
        assert source.headers["content-type"].startswith("text/plain")
        assert "Message-ID: <1@dueprocess.example>" in source.text


@pytest.mark.parametrize("path", ["nothing", "nothing/html", "nothing/source", "nothing/attachments/0", "..%2F..%2Fx"])
async def test_what_is_not_there(store: MailStore, path: str) -> None:
    async with browser(store) as client:
        assert (await client.get(f"/mails/{path}")).status_code == 404


async def test_an_attachment_that_is_not_there(store: MailStore) -> None:
    async with browser(store) as client:
        assert (await client.get(f"/mails/{store.messages()[0].key}/attachments/7")).status_code == 404


async def test_an_empty_mailbox(tmp_path: Path) -> None:
    async with browser(MailStore(tmp_path / "mailbox")) as client:
        assert "Nothing has arrived" in (await client.get("/")).text
