"""A connection to the mail server: encrypted and signed in as the settings say, or not at all."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from typing import cast

import aiosmtplib

from workers.runtime.signin import SettingsError
from workers.settings import Settings

CONNECTING_TIMEOUT = 30.0
"""Seconds to wait for a connection, encrypted and signed in."""

_PERMANENT = 500

_LINE_END = re.compile(rb"\r\n|\n|\r")


class NotLetInError(Exception):
    """A person must mend the settings or the mail server; the message says what is wrong, without any secret."""


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Which certificates are trusted; nothing where the settings ask for no encryption.

    :raises SettingsError: ``smtp_root_certificates`` cannot be read.
    """
    if settings.smtp_security == "none":
        return None
    certificates = settings.smtp_root_certificates
    try:
        return ssl.create_default_context(cafile=certificates)
    except ssl.SSLError:
        raise SettingsError(
            f"DUEPROCESS_SMTP_ROOT_CERTIFICATES names a file without certificates in PEM form: {certificates}"
        ) from None
    except OSError as error:
        raise SettingsError(
            f"DUEPROCESS_SMTP_ROOT_CERTIFICATES names a file that cannot be read ({error.strerror}): {certificates}"
        ) from None


async def connect(settings: Settings, tls: ssl.SSLContext | None, timeout: float) -> aiosmtplib.SMTP:  # noqa: ASYNC109 - of later answers
    """Connect; where the settings ask for encryption nothing is said unencrypted, least of all the password.

    :param timeout: seconds the connection will wait for each of the mail server's answers.
    :raises NotLetInError: asking again is useless until a person has mended something.
    :raises aiosmtplib.SMTPException: the mail server is away, or busy.
    :raises TimeoutError: it does not answer.
    """
    client = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        use_tls=settings.smtp_security == "tls",
        start_tls=False,
        tls_context=tls,
        timeout=timeout,
        # Left to itself it asks the name service, which may take long to say nothing.
        local_hostname=socket.gethostname(),
    )
    try:
        async with asyncio.timeout(CONNECTING_TIMEOUT):
            await client.connect()
            if settings.smtp_security == "starttls":
                await _encrypt(client)
            if settings.smtp_username:
                await _sign_in(client, settings)
    except BaseException as error:
        client.close()
        if (trouble := _tls_trouble(error)) is not None:
            raise trouble from error
        raise
    return client


async def begin_text(client: aiosmtplib.SMTP, raw: bytes) -> None:
    """Send the text of a message whose sender and recipient are told, but not its end: nothing is accepted yet.

    :param raw: the message; line ends and lines that begin with a full stop are made what the protocol asks for.
    :raises aiosmtplib.SMTPDataError: the mail server does not want it.
    """
    answer = await client.execute_command(b"DATA")
    if answer.code != aiosmtplib.SMTPStatus.start_input:
        raise aiosmtplib.SMTPDataError(answer.code, answer.message)
    text = _LINE_END.sub(b"\r\n", raw)
    if not text.endswith(b"\r\n"):
        text += b"\r\n"
    # "Transparency", RFC 5321, 4.5.2.
    text = text.replace(b"\r\n.", b"\r\n..")
    if text.startswith(b"."):
        text = b"." + text
    if client.transport is None:
        raise aiosmtplib.SMTPServerDisconnected("Connection lost")
    cast("asyncio.WriteTransport", client.transport).write(text)


async def end_text(client: aiosmtplib.SMTP) -> None:
    """Have the mail server accept the message whose text was sent.

    :raises aiosmtplib.SMTPDataError: it does not.
    """
    answer = await client.execute_command(b".")
    if answer.code != aiosmtplib.SMTPStatus.completed:
        raise aiosmtplib.SMTPDataError(answer.code, answer.message)


async def _encrypt(client: aiosmtplib.SMTP) -> None:
    await client.ehlo()
    # Whoever sits in between could hide the offer to read along.
    if not client.supports_extension("starttls"):
        raise NotLetInError(
            "The mail server does not offer STARTTLS, and nothing is sent unencrypted: set DUEPROCESS_SMTP_SECURITY "
            "and DUEPROCESS_SMTP_PORT as it asks for."
        )
    await client.starttls()


async def _sign_in(client: aiosmtplib.SMTP, settings: Settings) -> None:
    await client.ehlo()
    if not client.supports_extension("auth"):
        raise NotLetInError(
            "The mail server lets nobody sign in on this connection: set DUEPROCESS_SMTP_SECURITY and "
            "DUEPROCESS_SMTP_PORT as it asks for, or leave out DUEPROCESS_SMTP_USERNAME."
        )
    try:
        await client.login(settings.smtp_username, settings.smtp_password.get_secret_value())
    except aiosmtplib.SMTPAuthenticationError as error:
        if error.code < _PERMANENT:
            raise
        raise NotLetInError(
            f"The mail server does not accept our user name and password ({error.code}): check "
            "DUEPROCESS_SMTP_USERNAME and DUEPROCESS_SMTP_PASSWORD."
        ) from error


def _tls_trouble(error: BaseException) -> NotLetInError | None:
    """What is wrong with the encryption, if that is why ``error`` came."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return NotLetInError(
            f"The mail server's certificate is not trusted ({cause.verify_message.rstrip('.')}), and nothing is sent: "
            "set DUEPROCESS_SMTP_ROOT_CERTIFICATES to the certificates of whoever issued it, and "
            "DUEPROCESS_SMTP_HOST to the name it is for."
        )
    if cause is not None:
        return NotLetInError(
            f"The mail server does not speak TLS as we do ({cause.reason or 'no reason given'}), and nothing is sent: "
            "check DUEPROCESS_SMTP_PORT and DUEPROCESS_SMTP_SECURITY."
        )
    return None
