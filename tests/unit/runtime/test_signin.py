"""Signing in to the gateway."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from pathlib import Path

import grpc
import httpx
import pytest
from pydantic import SecretStr

from tests.unit.runtime.fake_gateway import FakeGateway
from workers.runtime.gateway import open_gateway
from workers.runtime.signin import ClientCredentials, SettingsError, sign_in_of
from workers.runtime.trouble import EngineError, Trouble
from workers.settings import Settings


class TokenService:
    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[bytes] = []
        self.now = 0.0

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.content)
        await asyncio.sleep(0)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self) -> ClientCredentials:
        return ClientCredentials(
            "https://id.example/token",
            "worker",
            "pa55",
            audience="zeebe",
            clock=lambda: self.now,
            transport=httpx.MockTransport(self.answer),
        )


def token(value: str, life: int = 300) -> httpx.Response:
    return httpx.Response(200, json={"access_token": value, "expires_in": life})


async def test_a_token_is_kept_and_renewed_before_it_ends() -> None:
    service = TokenService(token("one"), token("two"))
    client = service.client()
    first = await asyncio.gather(*(client.metadata() for _ in range(20)))
    assert set(first) == {(("authorization", "Bearer one"),)}
    service.now = 269
    assert await client.metadata() == (("authorization", "Bearer one"),)
    service.now = 271
    assert await client.metadata() == (("authorization", "Bearer two"),)
    assert len(service.asked) == 2
    assert service.asked[0] == b"grant_type=client_credentials&client_id=worker&client_secret=pa55&audience=zeebe"


async def test_a_refused_token_is_not_used_again() -> None:
    service = TokenService(token("one"), token("two"))
    client = service.client()
    await client.metadata()
    client.refused()
    assert await client.metadata() == (("authorization", "Bearer two"),)


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (httpx.ConnectError("no route"), Trouble.AWAY),
        (httpx.Response(503), Trouble.AWAY),
        (httpx.Response(429), Trouble.AWAY),
        (httpx.Response(401, json={"error": "invalid_client"}), Trouble.REFUSED),
        (httpx.Response(200, text="<html>"), Trouble.REFUSED),
        (httpx.Response(200, json=["no"]), Trouble.REFUSED),
    ],
)
async def test_no_token(answer: httpx.Response | Exception, trouble: Trouble) -> None:
    with pytest.raises(EngineError) as caught:
        await TokenService(answer).client().metadata()
    assert caught.value.trouble is trouble
    assert "pa55" not in str(caught.value)


async def test_a_password_goes_with_every_request(gateway: FakeGateway) -> None:
    settings = Settings(
        engine_grpc=gateway.address,
        engine_grpc_sign_in="basic",
        engine_username="demo",
        engine_password=SecretStr("demo"),
    )
    opened = open_gateway(settings)
    assert await opened.is_working()
    await opened.close()
    assert gateway.headers[0]["authorization"] == "Basic ZGVtbzpkZW1v"


async def test_unauthenticated_forgets_the_token(gateway: FakeGateway) -> None:
    service = TokenService(token("one"), token("two"))
    opened = open_gateway(Settings(engine_grpc=gateway.address))
    opened._sign_in = service.client()
    gateway.answers["Topology"].append(grpc.StatusCode.UNAUTHENTICATED)
    with pytest.raises(EngineError):
        await opened.is_working()
    assert await opened.is_working()
    await opened.close()
    assert [headers["authorization"] for headers in gateway.headers] == ["Bearer one", "Bearer two"]


def test_oauth_needs_its_settings() -> None:
    with pytest.raises(SettingsError, match="DUEPROCESS_ENGINE_OAUTH_TOKEN_URL"):
        sign_in_of(Settings(engine_grpc_sign_in="oauth"))


async def test_certificates_that_cannot_be_read(tmp_path: Path) -> None:
    settings = Settings(engine_grpc_tls=True, engine_grpc_root_certificates=tmp_path / "none.pem")
    with pytest.raises(SettingsError, match="names a file that cannot be read"):
        open_gateway(settings)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost, with its key beside it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate, and it is not installed")
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    files = ["-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*command.split(), *files], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path / "cert.pem"


def _server_credentials(certificate: Path) -> grpc.ServerCredentials:
    return grpc.ssl_server_credentials([(certificate.with_name("key.pem").read_bytes(), certificate.read_bytes())])


async def test_tls(certificate: Path) -> None:
    async with FakeGateway(credentials=_server_credentials(certificate)) as secured:
        address = f"localhost:{secured.port}"
        trusting = open_gateway(
            Settings(engine_grpc=address, engine_grpc_tls=True, engine_grpc_root_certificates=certificate)
        )
        assert await trusting.is_working()
        await trusting.close()
        doubting = open_gateway(Settings(engine_grpc=address, engine_grpc_tls=True))
        with pytest.raises(EngineError) as caught:
            await doubting.is_working()
        await doubting.close()
    assert caught.value.trouble is Trouble.AWAY
