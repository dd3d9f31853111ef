"""Mail servers that want encryption and a sign-in, with certificates made for the test."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import AuthResult, LoginPassword
from typer.testing import CliRunner

from tests.unit.notices.mail_servers import Answering, mail_server
from tests.unit.notices.test_outbox import attempted, dispatching, queue, rows, statuses, until
from workers.notices.commands import commands
from workers.notices.mail_server import tls_context
from workers.records.database import Database
from workers.runtime.signin import SettingsError
from workers.settings import Settings

PASSWORD = "open sesame"

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


class Doorkeeper:
    """Lets in who knows the password, and remembers who asked."""

    def __init__(self) -> None:
        self.password = PASSWORD
        self.mechanisms: list[str] = []

    def __call__(self, server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        self.mechanisms.append(mechanism)
        right = (data.login, data.password) == (b"office", self.password.encode())
        return AuthResult(success=right, handled=False)


class Certificates:
    """An issuer and what it issued."""

    def __init__(self, folder: Path) -> None:
        self.issuer = trustme.CA(organization_name="Office of the test")
        self.file = folder / "issuer.pem"
        self.issuer.cert_pem.write_to_path(str(self.file))

    def of(self, name: str) -> ssl.SSLContext:
        """What a server of that name shows."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.issuer.issue_cert(name).configure_cert(context)
        return context


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def door() -> Doorkeeper:
    return Doorkeeper()


@asynccontextmanager
async def secured(security: str, context: ssl.SSLContext, door: Doorkeeper, **options: Any) -> AsyncIterator[Answering]:
    """A server that takes nothing before it is encrypted and signed in to."""
    options |= {"authenticator": door, "auth_required": True}
    if security == "tls":
        # It does not see that the connection is encrypted already.
        options |= {"auth_require_tls": False}
        async with mail_server(tls=context, **options) as server:
            yield server
    else:
        async with mail_server(tls_context=context, require_starttls=True, **options) as server:
            yield server


def settings(server: Answering, security: str, **others: Any) -> Settings:
    ours: dict[str, Any] = {
        "smtp_host": "localhost",
        "smtp_port": server.port,
        "smtp_security": security,
        "smtp_username": "office",
        "smtp_password": PASSWORD,
    }
    return Settings(**(ours | others))


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize(("mechanism", "other"), [("PLAIN", "LOGIN"), ("LOGIN", "PLAIN")])
async def test_encrypted_and_signed_in(
    database: Database, certificates: Certificates, door: Doorkeeper, *, security: str, mechanism: str, other: str
) -> None:
    queue(database, 3)
    context = certificates.of("localhost")
    async with secured(security, context, door, auth_exclude_mechanism=[other]) as server:
        ours = settings(server, security, smtp_root_certificates=certificates.file)
        async with dispatching(database, 0, settings=ours):
            await until(lambda: statuses(database)["sent"] == 3)
    assert len(server.accepted) == 3
    assert server.connections == 1
    assert door.mechanisms == [mechanism]


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize(
    ("name", "trusted", "says"),
    [
        ("localhost", False, "The mail server's certificate is not trusted (unable to get local issuer certificate)"),
        ("mail.example", True, "The mail server's certificate is not trusted (Hostname mismatch, certificate is not"),
    ],
)
async def test_letters_wait_for_a_certificate_that_is_trusted(
    database: Database,
    certificates: Certificates,
    door: Doorkeeper,
    caplog: pytest.LogCaptureFixture,
    *,
    security: str,
    name: str,
    trusted: bool,
    says: str,
) -> None:
    queue(database, 2)
    async with secured(security, certificates.of(name), door) as server:
        ours = settings(server, security, smtp_root_certificates=certificates.file if trusted else None)
        async with dispatching(database, 0, settings=ours, mending_pause=0.01) as dispatcher:
            await until(lambda: sum(row.attempts for row in rows(database)) >= 3)
            assert dispatcher.trouble is not None
            assert dispatcher.trouble.startswith(says)
        assert (door.mechanisms, server.asked) == ([], [])
    assert statuses(database) == {"queued": 2, "sent": 0, "refused": 0}
    error = rows(database)[0].last_error
    assert error is not None
    assert error.startswith(says)
    assert "DUEPROCESS_SMTP_ROOT_CERTIFICATES" in error
    assert error in caplog.text
    assert PASSWORD not in caplog.text


async def test_nothing_is_said_unencrypted_to_a_server_without_starttls(database: Database, door: Doorkeeper) -> None:
    queue(database)
    async with mail_server(authenticator=door, auth_require_tls=False) as server:
        async with dispatching(database, 0, settings=settings(server, "starttls")):
            await attempted(database, 1)
        assert (door.mechanisms, server.asked) == ([], [])
    assert (rows(database)[0].last_error or "").startswith("The mail server does not offer STARTTLS, and nothing is")


async def test_nothing_is_said_unencrypted_to_a_server_that_does_not_speak_tls(
    database: Database, door: Doorkeeper
) -> None:
    queue(database)
    async with mail_server(authenticator=door, auth_require_tls=False) as server:
        async with dispatching(database, 0, settings=settings(server, "tls")):
            await attempted(database, 1)
        assert (door.mechanisms, server.asked) == ([], [])
    assert "does not speak TLS as we do (WRONG_VERSION_NUMBER)" in (rows(database)[0].last_error or "")


async def test_a_server_that_wants_encryption_we_do_not_offer(
    database: Database, certificates: Certificates, door: Doorkeeper
) -> None:
    queue(database)
    async with secured("starttls", certificates.of("localhost"), door) as server:
        async with dispatching(database, 0, settings=settings(server, "none", smtp_username="")):
            await attempted(database, 1)
        assert server.asked == []
    assert (rows(database)[0].last_error or "").startswith("The mail server asks for encryption or a sign-in (530)")
    assert statuses(database)["queued"] == 1


async def test_a_server_that_lets_nobody_sign_in(database: Database, door: Doorkeeper) -> None:
    queue(database)
    async with mail_server() as server, dispatching(database, 0, settings=settings(server, "none")):
        await attempted(database, 1)
    assert "lets nobody sign in on this connection" in (rows(database)[0].last_error or "")


async def test_a_wrong_password_is_tried_slowly_and_loses_nothing(
    database: Database,
    certificates: Certificates,
    door: Doorkeeper,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue(database, 2)
    caplog.set_level(logging.INFO)
    door.password = "changed meanwhile"
    async with secured("tls", certificates.of("localhost"), door) as server:
        ours = settings(server, "tls", smtp_root_certificates=certificates.file)
        async with dispatching(database, 0, settings=ours, longest_pause=0.01):
            await attempted(database, 1)
            asked = len(door.mechanisms)
            await asyncio.sleep(0.5)
            assert len(door.mechanisms) == asked, "asking often would lock the account"

        url = database.engine.url.render_as_string(hide_password=False)
        monkeypatch.setenv("DUEPROCESS_DATABASE_URL", url)
        monkeypatch.setenv("COLUMNS", "300")
        listed = await asyncio.to_thread(CliRunner().invoke, commands, ["list"])
        assert "The mail server does not accept our user name and password (535): check" in listed.output

        async with dispatching(database, 0, settings=ours, mending_pause=0.01) as dispatcher:
            await until(lambda: sum(row.attempts for row in rows(database)) >= 4)
            assert statuses(database) == {"queued": 2, "sent": 0, "refused": 0}
            door.password = PASSWORD
            await until(lambda: statuses(database)["sent"] == 2)
            assert dispatcher.trouble is None
    assert "The mail server takes letters again." in caplog.text
    assert PASSWORD not in caplog.text + listed.output
    assert len(server.accepted) == 2


async def test_trouble_ends_when_another_dispatcher_has_sent_what_waited(database: Database) -> None:
    queue(database)
    async with mail_server() as server:
        server.to_recipient = lambda address: "421 closing down"
        async with dispatching(database, server.port, longest_pause=0.01) as dispatcher:
            await until(lambda: dispatcher.trouble is not None)
            with database.session() as session:
                session.merge(rows(database)[0]).status = "sent"
            await until(lambda: dispatcher.trouble is None)


async def test_a_password_without_encryption_is_warned_of(
    database: Database, caplog: pytest.LogCaptureFixture, door: Doorkeeper
) -> None:
    async with (
        mail_server(authenticator=door, auth_require_tls=False) as server,
        dispatching(database, 0, settings=settings(server, "none")),
    ):
        await until(lambda: "go over the network unencrypted" in caplog.text)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, r"that cannot be read \(No such file or directory\)"),
        ("not a certificate", "without certificates in PEM"),
    ],
)
def test_certificates_that_cannot_be_used_are_said_at_the_start(tmp_path: Path, content: str | None, says: str) -> None:
    file = tmp_path / "issuer.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(SettingsError, match=f"DUEPROCESS_SMTP_ROOT_CERTIFICATES names a file {says}"):
        tls_context(Settings(smtp_security="tls", smtp_root_certificates=file))
