"""What handlers may ask of the engine, with the engine's troubles told in the handlers' own terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from workers.runtime.errors import PersonMustAct, TryAgain
from workers.runtime.gateway import Gateway
from workers.runtime.trouble import EngineError, Trouble


class HandlersEngine:
    """The engine as a :class:`~workers.runtime.contract.JobContext` offers it."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def publish_message(
        self,
        name: str,
        correlation_key: str,
        variables: Mapping[str, Any],
        *,
        time_to_live: timedelta,
        message_id: str,
    ) -> None:
        """Publish a message; a second one with the same ``message_id`` is ignored while the first is alive.

        :raises TryAgain: the engine is away or busy.
        :raises PersonMustAct: it refuses the message.
        """
        try:
            await self._gateway.publish_message(
                name, correlation_key, variables, time_to_live=time_to_live, message_id=message_id
            )
        except EngineError as error:
            if error.trouble in (Trouble.AWAY, Trouble.BUSY):
                raise TryAgain(f"The engine did not take the message {name}: it is away or busy.") from error
            raise PersonMustAct(
                f"The engine refused the message {name} ({error.detail}). Check the message's name, its time to live "
                "and whether the worker may publish messages, then retry."
            ) from error
