"""What every answer carries, whatever it answers."""

from __future__ import annotations

import httpx
import pytest

from tests.unit.web.case_file import APPEAL, LETTER, CaseFile, sign_in

EXPECTED = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def check_headers(answer: httpx.Response) -> None:
    assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED


@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("/", 200),
        (f"/cases/{APPEAL}", 200),
        (f"/cases/{APPEAL}/letters/{LETTER}", 200),
        (f"/cases/{APPEAL}/letters/{LETTER}.pdf", 200),
        (f"/letters/{LETTER}", 303),
        ("/case_file.css", 200),
        ("/icon.svg", 200),
        ("/sign-out", 405),
        ("/nothing", 404),
    ],
)
async def test_headers(case_file: CaseFile, page: str, status: int) -> None:
    answer = await (await case_file.signed_in("t.bright")).get(page)

    assert answer.status_code == status
    check_headers(answer)


async def test_an_unexpected_error_tells_nothing(case_file: CaseFile, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = await case_file.signed_in("t.bright")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Alex Morgan")

    monkeypatch.setattr("workers.web.reading.readable_cases", broken)
    answer = await visitor.get("/")

    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "Morgan" not in answer.text
    check_headers(answer)


@pytest.mark.parametrize(
    ("url", "name", "secure", "path"),
    [
        ("http://case-file.example:8090", "case_file", False, "/"),
        ("https://case-file.example/", "__Host-case_file", True, "/"),
        ("https://hr.example/case-file/", "case_file", True, "/case-file"),
    ],
)
async def test_the_cookie(case_file: CaseFile, url: str, name: str, secure: bool, path: str) -> None:
    visitor = case_file.visitor(url)
    answer = await visitor.get("sign-in")
    assert answer.status_code == 200

    cookie = answer.headers["set-cookie"]
    parts = [part.strip().lower() for part in cookie.split(";")]
    assert cookie.startswith(f"{name}=")
    assert {"httponly", "samesite=lax", f"path={path}"} <= set(parts)
    assert ("secure" in parts) is secure
    assert not any(part.startswith(("max-age", "expires")) for part in parts)
    assert ("strict-transport-security" in answer.headers) is secure


async def test_under_a_path(case_file: CaseFile) -> None:
    visitor = case_file.visitor("https://hr.example/case-file")
    answer = await visitor.get(f"/cases/{APPEAL}")
    assert answer.headers["location"] == f"/case-file/sign-in?to=/case-file/cases/{APPEAL}"

    answer = await sign_in(visitor, "t.bright", to=f"/case-file/cases/{APPEAL}")
    assert answer.headers["location"] == f"/case-file/cases/{APPEAL}"
    page = (await visitor.get(f"/cases/{APPEAL}")).text
    assert 'href="/case-file/case_file.css"' in page
    assert f'href="/case-file/cases/{APPEAL}/letters/{LETTER}"' in page
