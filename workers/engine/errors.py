"""What goes wrong with the engine and its platform, said to a person."""

from __future__ import annotations


class EngineError(Exception):
    """A sentence saying what went wrong with the engine and what to do about it; never personal data."""

    def __init__(self, message: str, *, status: int | str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        """The HTTP status or the name of the gRPC status the engine answered with, if it answered."""


class PackageError(EngineError):
    """A part of the platform could not be fetched or does not match its checksum."""
