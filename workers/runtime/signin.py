"""How the worker signs in to the engine's gateway: not at all, with a password, or with an OAuth token."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from workers.runtime.trouble import EngineError, Trouble

if TYPE_CHECKING:
    import httpx

    from workers.settings import Settings

Metadata = tuple[tuple[str, str], ...]

RENEW_BEFORE_SECONDS = 30.0
"""A token this close to its end is renewed: a request must not carry one that ends on the way."""

ASSUMED_LIFE_SECONDS = 300.0
"""For token services that do not say how long a token lives."""

TOKEN_TIMEOUT_SECONDS = 10.0


class SettingsError(Exception):
    """The settings do not let the worker reach the engine; the message says which to change."""


class SignIn(Protocol):
    """What every request to the gateway carries to say who asks."""

    async def metadata(self) -> Metadata:
        """The request's metadata.

        :raises EngineError: no token can be had.
        """
        ...

    def refused(self) -> None:
        """The gateway did not accept it: get another before the next request."""
        ...


class Unsigned:
    """For a gateway that asks nobody who they are."""

    async def metadata(self) -> Metadata:
        """Nothing."""
        return ()

    def refused(self) -> None:
        """There is nothing to renew."""


class Basic:
    """User name and password."""

    def __init__(self, username: str, password: str) -> None:
        self._metadata = _basic(username, password)

    async def metadata(self) -> Metadata:
        """The same for every request."""
        return self._metadata

    def refused(self) -> None:
        """A password does not change by asking again."""


class ClientCredentials:
    """An OAuth token for the worker itself, kept until shortly before it ends."""

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        *,
        audience: str = "",
        scope: str = "",
        clock: Callable[[], float] = time.monotonic,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = token_url
        self._form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        self._form |= {name: value for name, value in (("audience", audience), ("scope", scope)) if value}
        self._clock = clock
        self._transport = transport
        self._metadata: Metadata = ()
        self._good_until = float("-inf")
        self._lock = asyncio.Lock()

    async def metadata(self) -> Metadata:
        """The kept token, or a new one; many requests at once share one renewal."""
        if self._clock() >= self._good_until:
            async with self._lock:
                if self._clock() >= self._good_until:
                    await self._renew()
        return self._metadata

    def refused(self) -> None:
        """Forget the token."""
        self._good_until = float("-inf")

    async def _renew(self) -> None:
        import httpx  # noqa: PLC0415 - 4 MB, only for who signs in with tokens

        try:
            async with httpx.AsyncClient(timeout=TOKEN_TIMEOUT_SECONDS, transport=self._transport) as client:
                answer = await client.post(self._url, data=self._form)
        except httpx.HTTPError as error:
            raise EngineError(
                Trouble.AWAY, f"the token service DUEPROCESS_ENGINE_OAUTH_TOKEN_URL names: {type(error).__name__}"
            ) from error
        if (
            answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR
            or answer.status_code == httpx.codes.TOO_MANY_REQUESTS
        ):
            raise EngineError(Trouble.AWAY, f"the token service answers {answer.status_code}")
        try:
            body = answer.json() if answer.is_success else {}
            token, life = str(body["access_token"]), float(body.get("expires_in", ASSUMED_LIFE_SECONDS))
        except (KeyError, TypeError, ValueError):
            raise EngineError(Trouble.REFUSED, f"the token service answers {answer.status_code}, no token") from None
        self._metadata = (("authorization", f"Bearer {token}"),)
        # A token shorter than the margin would otherwise be renewed for every request.
        self._good_until = self._clock() + max(life - RENEW_BEFORE_SECONDS, life / 2)


def basic_metadata(settings: Settings) -> Metadata:
    """What a request carries that signs in with the settings' user and password."""
    return _basic(settings.engine_username, settings.engine_password.get_secret_value())


def _basic(username: str, password: str) -> Metadata:
    token = base64.b64encode(f"{username}:{password}".encode()).decode()
    return (("authorization", f"Basic {token}"),)


def sign_in_of(settings: Settings) -> SignIn:
    """The way the settings ask for.

    :raises SettingsError: what that way needs is not set.
    """
    if settings.engine_grpc_sign_in == "basic":
        return Basic(settings.engine_username, settings.engine_password.get_secret_value())
    if settings.engine_grpc_sign_in == "oauth":
        if not (settings.engine_oauth_token_url and settings.engine_oauth_client_id):
            raise SettingsError(
                "DUEPROCESS_ENGINE_GRPC_SIGN_IN is oauth: set DUEPROCESS_ENGINE_OAUTH_TOKEN_URL, "
                "DUEPROCESS_ENGINE_OAUTH_CLIENT_ID and DUEPROCESS_ENGINE_OAUTH_CLIENT_SECRET too."
            )
        return ClientCredentials(
            settings.engine_oauth_token_url,
            settings.engine_oauth_client_id,
            settings.engine_oauth_client_secret.get_secret_value(),
            audience=settings.engine_oauth_audience,
            scope=settings.engine_oauth_scope,
        )
    return Unsigned()
