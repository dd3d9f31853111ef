"""What can go wrong with a request to the engine, sorted by what to do about it."""

from __future__ import annotations

from enum import Enum

import grpc


class Trouble(Enum):
    """What a failed request calls for."""

    AWAY = "away"
    """The engine does not answer: wait until it does."""
    BUSY = "busy"
    """It has too much to do: ask more slowly."""
    GONE = "gone"
    """The job is no longer there or no longer the worker's: nothing to do."""
    THERE_ALREADY = "there_already"
    """What was to be made exists."""
    REFUSED = "refused"
    """It does not know the worker, or does not let it: an operator must act."""
    WRONG = "wrong"
    """It does not understand the request: asking again does not help."""


class EngineError(Exception):
    """A request to the engine failed."""

    def __init__(self, trouble: Trouble, detail: str) -> None:
        super().__init__(f"{trouble.value}: {detail}")
        self.trouble = trouble
        self.detail = detail
        """The status, and for a connection that failed its reason; never what was sent."""


_TROUBLES = {
    grpc.StatusCode.NOT_FOUND: Trouble.GONE,
    grpc.StatusCode.FAILED_PRECONDITION: Trouble.GONE,
    grpc.StatusCode.ALREADY_EXISTS: Trouble.THERE_ALREADY,
    grpc.StatusCode.RESOURCE_EXHAUSTED: Trouble.BUSY,
    grpc.StatusCode.UNAUTHENTICATED: Trouble.REFUSED,
    grpc.StatusCode.PERMISSION_DENIED: Trouble.REFUSED,
    grpc.StatusCode.INVALID_ARGUMENT: Trouble.WRONG,
    grpc.StatusCode.UNIMPLEMENTED: Trouble.WRONG,
    grpc.StatusCode.OUT_OF_RANGE: Trouble.WRONG,
}


def engine_error(error: grpc.aio.AioRpcError) -> EngineError:
    """Sort a failed request; a status nobody foresaw counts as the engine being away, so that it is tried again."""
    trouble = _TROUBLES.get(error.code(), Trouble.AWAY)
    reason = f" ({error.details()})" if error.code() is grpc.StatusCode.UNAVAILABLE and error.details() else ""
    return EngineError(trouble, f"{error.code().name}{reason}"[:300])
