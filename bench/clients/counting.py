"""Counting a program's requests to the engine, whichever library makes them."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from typing import Any

import grpc


class UnaryCounter(grpc.aio.UnaryUnaryClientInterceptor):
    """Counts requests with one answer."""

    def __init__(self, counted: Counter[str]) -> None:
        self._counted = counted

    async def intercept_unary_unary(self, continuation: Callable[..., Any], details: Any, request: Any) -> Any:
        """Count and pass on."""
        self._counted[_method(details)] += 1
        return await continuation(details, request)


class StreamCounter(grpc.aio.UnaryStreamClientInterceptor):
    """Counts requests with many answers: polls and streams."""

    def __init__(self, counted: Counter[str]) -> None:
        self._counted = counted

    async def intercept_unary_stream(self, continuation: Callable[..., Any], details: Any, request: Any) -> Any:
        """Count and pass on."""
        self._counted[_method(details)] += 1
        return await continuation(details, request)


def count_requests() -> Counter[str]:
    """Requests by method, of every channel this process opens from now on."""
    counted: Counter[str] = Counter()
    grpc.aio.insecure_channel = functools.partial(
        grpc.aio.insecure_channel, interceptors=[UnaryCounter(counted), StreamCounter(counted)]
    )
    return counted


def _method(details: Any) -> str:
    name = details.method
    return (name.decode() if isinstance(name, bytes) else str(name)).rpartition("/")[2]
