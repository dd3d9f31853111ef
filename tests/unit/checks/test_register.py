from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.checks.leave_policy import REGISTER
from workers.checks.register import Place, read_registers
from workers.settings import PROJECT


def wrong(folder: Path, before: str, after: str) -> list[str]:
    assert before in REGISTER
    (folder / "leave.yaml").write_text(REGISTER.replace(before, after), encoding="utf-8")
    return [str(finding).removeprefix(f"{folder}/") for finding in read_registers(folder).unreadable]


def test_reads_what_is_asked_by_id(tmp_path: Path) -> None:
    assert wrong(tmp_path, "Leave", "Leave") == []
    registers = read_registers(tmp_path)
    assert registers.prefixes == {"LV"}
    asked = registers.requirement("LV-2a")
    assert asked is not None
    assert asked.met_by[:2] == (
        Place(kind="letter", name="leave/leave_answer"),
        Place(kind="form", name="leave_decision.granted"),
    )
    assert (asked.met_by[1].main, asked.met_by[1].part) == ("leave_decision", "granted")
    assert registers.requirement("LV-99") is None
    assert registers.policies[0].line_of("LV-1a") == 13
    assert registers.policies[0].line_of("notice") == 7
    assert registers.policies[0].line_of("leave_report") == 5


def test_the_key_of_a_field_may_hold_dots() -> None:
    place = Place(kind="form", name="leave_start.statement.reasons")
    assert (place.main, place.part) == ("leave_start", "statement.reasons")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("strength: may", "strength: perhaps", "LV-5 has a wrong 'strength'"),
        ("who: everybody", "whom: everybody", "LV-4 has a wrong 'whom': Extra inputs"),
        ("procedures: [all]", "procedures: []", "LV-4 has a wrong 'procedures'"),
        ("procedures: [leave_report]", "procedures: [Leave-Report]", "LV-3 has a wrong 'procedures.0'"),
        ("source: our assumption", "source: policy", "LV-A1 is wrong: 'leaves_open' is for assumptions"),
        (
            "    not_met: Nobody",
            "    met_by: [{letter: a/b}]\n    not_met: Nobody",
            "LV-4 is wrong: 'met_by' and 'not_met'",
        ),
        ("- letter: leave", "- poster: leave", "LV-2a has a wrong 'met_by.0.kind'"),
        ("id: LV-2b", "id: LV-2a", "the requirement LV-2a stands here twice"),
        ("id: LV-5", "id: CAP-5", "CAP-5 does not begin with this policy's prefix LV-"),
        ("value: 2", "value: two", "notice is wrong: the value of a period is a whole number"),
        ("text: The line manager decides.", "text: 'The line", "leave.yaml:"),
    ],
)
def test_what_is_wrong_is_said_with_entry_and_field(tmp_path: Path, before: str, after: str, said: str) -> None:
    findings = wrong(tmp_path, before, after)
    assert any(said in finding for finding in findings), findings
    assert read_registers(tmp_path).policies == ()


def test_a_wrong_entry_is_pointed_at_by_its_line(tmp_path: Path) -> None:
    (finding,) = wrong(tmp_path, "strength: may", "strength: perhaps")
    assert finding.startswith(f"leave.yaml:{REGISTER.splitlines().index('  - id: LV-5') + 1}: LV-5")


def test_the_registers_are_in_order() -> None:
    registers = read_registers(PROJECT / "policies")
    assert [str(finding) for finding in registers.unreadable] == []
    assert {register.folder: register.policy.prefix for register in registers.policies} == {
        "attendance": "ATT",
        "business_interests": "BI",
        "capability": "CAP",
        "childcare_vouchers": "CCV",
        "confidential_reporting": "CRP",
        "it_and_social_media": "ITC",
        "work_placements": "WEP",
    }
    assert len(registers.policy_of) >= 946
