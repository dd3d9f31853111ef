"""Signing in and out, the session's end, and the brake on guessing."""

from __future__ import annotations

import logging

import pytest

from tests.unit.web.case_file import APPEAL, HEARING_MANAGER, PASSWORD, CaseFile, form_token, sign_in


async def test_a_link_from_tasklist_leads_to_the_case_after_signing_in(case_file: CaseFile) -> None:
    visitor = case_file.visitor()

    answer = await visitor.get(f"/cases/{APPEAL}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?to=/cases/{APPEAL}")
    form = await visitor.get(answer.headers["location"])
    assert f'name="to" value="/cases/{APPEAL}"' in form.text
    answer = await sign_in(visitor, HEARING_MANAGER, to=f"/cases/{APPEAL}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{APPEAL}")
    assert (await visitor.get(answer.headers["location"])).status_code == 200


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/%2f/evil.example",
        "evil",
        "javascript:alert(1)",
        "",
    ],
)
async def test_signing_in_leads_to_no_other_site(case_file: CaseFile, to: str) -> None:
    answer = await sign_in(case_file.visitor(), HEARING_MANAGER, to=to)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    ("username", "password", "expected"),
    [
        ("t.bright", "wrong", (403, "The user name or the password is not right.")),
        ("no.body", "wrong", (403, "The user name or the password is not right.")),
        ("", PASSWORD, (422, "Type your user name and your password.")),
        ("t.bright", "", (422, "Type your user name and your password.")),
        ("x" * 121, PASSWORD, (422, "Type your user name and your password.")),
        ("x" * 9000, PASSWORD, (413, "What was sent is longer than any form")),
    ],
)
async def test_a_sign_in_that_fails(
    case_file: CaseFile, caplog: pytest.LogCaptureFixture, username: str, password: str, expected: tuple[int, str]
) -> None:
    caplog.set_level(logging.DEBUG, logger="workers")
    visitor = case_file.visitor()

    answer = await sign_in(visitor, username, password)

    assert answer.status_code == expected[0]
    assert expected[1] in answer.text
    assert (await visitor.get("/")).headers["location"] == "/sign-in"
    logged = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("workers"))
    assert "t.bright" not in logged
    assert "wrong" not in logged


async def test_an_engine_that_does_not_answer(case_file: CaseFile) -> None:
    visitor = case_file.visitor()
    case_file.engine.silent = True

    for _ in range(6):
        answer = await sign_in(visitor, "t.bright")
        assert answer.status_code == 503
        assert "Your password cannot be checked at the moment" in answer.text

    case_file.engine.silent = False
    assert (await sign_in(visitor, "t.bright")).status_code == 303


async def test_guessing_is_slowed_down(case_file: CaseFile) -> None:
    visitor = case_file.visitor()
    for _ in range(5):
        assert (await sign_in(visitor, "t.bright", "wrong")).status_code == 403

    answer = await sign_in(visitor, "T.Bright")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    assert "There were too many failed tries. Wait 30 seconds, then try again." in answer.text
    assert len(case_file.engine.asked) == 5
    assert (await sign_in(case_file.visitor(address="10.0.0.2"), "p.shah")).status_code == 303

    case_file.wait(seconds=31)
    assert (await sign_in(visitor, "t.bright", "wrong")).status_code == 403
    assert "Wait 60 seconds" in (await sign_in(visitor, "t.bright")).text
    case_file.wait(seconds=61)
    assert (await sign_in(visitor, "t.bright")).status_code == 303


@pytest.mark.parametrize(
    ("pauses", "still_in"),
    [
        ([{"minutes": 29, "seconds": 59}], True),
        ([{"minutes": 30}], False),
        ([{"minutes": 29}, {"minutes": 29}], True),
        ([{"minutes": 20}] * 35, True),  # 11 h 40 min
        ([{"minutes": 20}] * 36, False),  # 12 h
    ],
)
async def test_a_session_ends(case_file: CaseFile, pauses: list[dict[str, float]], still_in: bool) -> None:
    visitor = await case_file.signed_in(HEARING_MANAGER)
    for pause in pauses[:-1]:
        case_file.wait(**pause)
        assert (await visitor.get("/")).status_code == 200
    case_file.wait(**pauses[-1])

    answer = await visitor.get(f"/cases/{APPEAL}")

    assert (answer.status_code == 200) is still_in
    if not still_in:
        assert answer.headers["location"] == f"/sign-in?to=/cases/{APPEAL}"
        assert "You were signed out because" in (await visitor.get("/sign-in")).text
        assert "You were signed out because" not in (await visitor.get("/sign-in")).text


async def test_signing_out_ends_the_session_and_copies_of_it(case_file: CaseFile) -> None:
    visitor = await case_file.signed_in(HEARING_MANAGER)
    copied = dict(visitor.cookies)
    token = form_token((await visitor.get("/")).text)

    answer = await visitor.post("/sign-out", data={"form": token})

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert (await visitor.get("/")).status_code == 303
    visitor.cookies.update(copied)
    assert (await visitor.get("/")).status_code == 303


@pytest.mark.parametrize("token", ["", "another", "ü"])
async def test_forms_of_other_sites_do_nothing(case_file: CaseFile, token: str) -> None:
    visitor = case_file.visitor()
    answer = await visitor.post("/sign-in", data={"form": token, "username": "t.bright", "password": PASSWORD})
    assert answer.status_code == 403
    assert "This form was made for another visit" in answer.text
    assert case_file.engine.asked == []

    signed_in = await case_file.signed_in("t.bright")
    await signed_in.post("/sign-out", data={"form": token})
    assert (await signed_in.get("/")).status_code == 200


async def test_a_cookie_that_was_changed_is_worth_nothing(case_file: CaseFile) -> None:
    visitor = await case_file.signed_in("t.bright")
    value = visitor.cookies["case_file"]
    visitor.cookies.set("case_file", ("A" if value[0] != "A" else "B") + value[1:], domain="case-file.example")

    assert (await visitor.get("/")).status_code == 303


async def test_the_form_of_before_does_not_fit_after_signing_in(case_file: CaseFile) -> None:
    visitor = case_file.visitor()
    before = form_token((await visitor.get("/sign-in")).text)
    await sign_in(visitor, "t.bright")

    assert form_token((await visitor.get("/")).text) != before
