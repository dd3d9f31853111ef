"""Whether a started Camunda can be used: every part is asked something that needs it."""

from __future__ import annotations

import grpc
import httpx
from pyzeebe.proto import gateway_pb2, gateway_pb2_grpc

from workers.engine.ports import LOOPBACK
from workers.engine.programs import Shape
from workers.engine.state import PlatformState

PATIENCE = 10.0


def why_not_ready(state: PlatformState) -> str | None:
    """What is still missing, in a few words; nothing if everything answers."""
    try:
        health = httpx.get(
            f"http://{LOOPBACK}:{state.ports.management}/actuator/health/status", timeout=PATIENCE, trust_env=False
        )
    except httpx.HTTPError:
        return f"its health page does not answer on port {state.ports.management}"
    if not health.is_success:
        return "it says that it is not healthy yet"
    if not _has_leader(state.grpc):
        return "the engine's partition has no leader yet"
    return _why_web_applications_are_not_ready(state) if state.shape is Shape.FULL else None


def _has_leader(address: str) -> bool:
    with grpc.insecure_channel(address) as channel:
        try:
            topology = gateway_pb2_grpc.GatewayStub(channel).Topology(gateway_pb2.TopologyRequest(), timeout=PATIENCE)
        except grpc.RpcError:
            return False
    leader, healthy = gateway_pb2.Partition.LEADER, gateway_pb2.Partition.HEALTHY
    return any(
        part.role == leader and part.health == healthy for broker in topology.brokers for part in broker.partitions
    )


def _why_web_applications_are_not_ready(state: PlatformState) -> str | None:
    with httpx.Client(base_url=state.rest, timeout=PATIENCE, trust_env=False) as client:
        try:
            login = client.post("/api/login", params={"username": "demo", "password": "demo"})
            if not login.is_success:
                return "nobody can sign in yet"
            token = {"X-CSRF-TOKEN": login.headers.get("X-CSRF-TOKEN", "")}
            for name, page, question in (
                ("Tasklist", "/tasklist", "/v1/tasks/search"),
                ("Operate", "/operate", "/v1/process-definitions/search"),
            ):
                shown = client.get(page, follow_redirects=True)
                answer = client.post(question, json={}, headers=token)
                if not (shown.is_success and answer.is_success):
                    return f"{name} does not answer yet"
        except httpx.HTTPError:
            return f"Tasklist and Operate do not answer on port {state.ports.rest} yet"
    return None
