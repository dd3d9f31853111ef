"""Stories of a dismissal or termination (policy paragraphs 42, 43, 63 and 65)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.capability_appeals import Appeals
from tests.scenarios.capability_performances import DECISION_REASONS, Performances, said
from tests.scenarios.driver.people import ALEX, DANIEL, GRACE, JOANNE, OWEN, PEOPLE_CSV, SAMIR, Person
from tests.scenarios.driver.story import Story
from workers.people.importing import import_people
from workers.records.models import Person as PersonRow

pytestmark = pytest.mark.policy("CAP-43a", "CAP-65a")


@pytest.fixture(autouse=True)
def _begins(story: Story) -> None:
    story.begins("Monday 3 March 2025 09:00")


def last_day(performances: Performances, person: Person = ALEX) -> date | None:
    performances.story.comes_to_rest()
    with performances.appeals.database.reading() as records:
        return records.get_one(PersonRow, person.staff_number).left_on


def imports(appeals: Appeals, folder: Path, left_on: str = "", person: Person = ALEX) -> list[str]:
    """HR imports the people file, in which the person has this last day; gives whose last day was kept."""
    appeals.story.comes_to_rest()
    lines = PEOPLE_CSV.read_text("utf-8").splitlines()
    heading = lines[0].split(",")
    for number, line in enumerate(lines):
        cells = line.split(",")
        if cells[0] == person.staff_number:
            cells[heading.index("left_on")] = left_on
            lines[number] = ",".join(cells)
    file = folder / "people.csv"
    file.write_text("\n".join(lines), "utf-8")
    with appeals.database.session() as records:
        return [kept.staff_number for kept in import_people(records, file).kept]


def terms(kind: str, effective_on: str, **more: Any) -> dict[str, Any]:
    answers: dict[str, Any] = {"terms": kind, "effective_on": effective_on}
    if kind != "without_notice":
        answers |= {"notice_amount": 4, "notice_unit": "weeks"}
    return answers | more


@pytest.mark.policy("CAP-28a", "CAP-64a")
def test_full_notice(story: Story, performances: Performances) -> None:
    dismissal = performances.dismissal()
    setting = dismissal.task("Set the terms")
    assert setting.candidate_users == [SAMIR.username]
    assert setting.due == "Friday 7 March 2025 23:59:59"
    assert list(setting.form.field("terms").options) == ["full_notice", "pay_in_lieu"]
    setting.complete(terms("full_notice", "2025-03-31"))
    letter = story.letter(ALEX)
    (entry,) = performances.warnings()
    for told in (
        DECISION_REASONS,
        "full notice of 4 weeks",
        "Monday 31 March 2025",
        "An appeal does not delay this date",
        "Chief Executive",
        "Monday 10 March 2025",
        entry.reference,
        "Samir Qureshi",
        "reinstated",
        "confidential",
    ):
        assert told in letter.text, told
    assert letter.pdf_text
    story.letter(DANIEL, subject="Your dismissal")
    for paid in (GRACE, JOANNE):
        told_payroll = story.letter(paid, subject="ends on Monday 31 March 2025")
        assert "full notice" in told_payroll.text
        assert DECISION_REASONS not in told_payroll.text
    assert (entry.kind, entry.facts["effective_on"], entry.facts["informed_on"]) == (
        "dismissal",
        "2025-03-31",
        "2025-03-03",
    )
    assert sorted(entry.facts["involved"]) == sorted([SAMIR.staff_number, DANIEL.staff_number])
    performances.explain(dismissal)
    story.moves_to("Sunday 30 March 2025 23:59")
    assert last_day(performances) is None
    dismissal.is_running()
    story.moves_to("Monday 31 March 2025 00:00")
    dismissal.ends_at("Employment ended", "Explanation settled")
    assert last_day(performances) == date(2025, 3, 31)
    for paid in (GRACE, JOANNE):
        assert "close the record" in story.letter(paid, subject="has ended on Monday 31 March 2025").text
    story.no_unread_letter()
    assert ("withdrawn", False) in dismissal.all_variables()


def test_a_day_before_the_notice_ends_needs_a_reason(story: Story, performances: Performances) -> None:
    dismissal = performances.dismissal()
    dismissal.task("Set the terms").complete(terms("full_notice", "2025-03-30"))
    again = dismissal.task("Set the terms")
    assert "takes effect later" in again.form.text
    again.complete(terms("full_notice", "2025-02-28"))
    again = dismissal.task("Set the terms")
    assert "in the past" in again.form.text
    story.no_letter(ALEX)
    again.complete(
        terms(
            "full_notice",
            "2025-03-30",
            date_reason_given=True,
            **said(effective_date_reasons="The employee asked for it."),
        )
    )
    assert "Sunday 30 March 2025" in story.letter(ALEX).text
    assert "asked for it" not in str(dismissal.all_variables())


@pytest.mark.policy("CAP-43a")
def test_pay_in_lieu_takes_effect_at_once(story: Story, performances: Performances) -> None:
    dismissal = performances.dismissal()
    dismissal.task("Set the terms").complete(
        terms("pay_in_lieu", "2025-03-03", notice_amount=1, notice_unit="calendar_months")
    )
    assert "paid in lieu of your notice of 1 month." in story.letter(ALEX).text.replace("**", "")
    assert "pay for the notice" in story.letter(GRACE, subject="has ended").text
    assert last_day(performances) == date(2025, 3, 3)


@pytest.mark.policy("CAP-43b")
def test_without_notice_only_after_gross_misconduct(story: Story, performances: Performances) -> None:
    dismissal = performances.dismissal(gross_misconduct=True)
    setting = dismissal.task("Set the terms")
    assert list(setting.form.field("terms").options) == ["full_notice", "pay_in_lieu", "without_notice"]
    setting.complete(terms("without_notice", "2025-03-03", **said(without_notice_reasons="A whole archive was lost.")))
    letter = story.letter(ALEX)
    for told in ("without notice and without pay in lieu", "A whole archive was lost.", "gross misconduct"):
        assert told in letter.text, told
    payroll = story.letter(GRACE, subject="ends on")
    assert "without notice" in payroll.text
    assert "archive" not in payroll.text


@pytest.mark.policy("CAP-63", "CAP-43b")
def test_a_sickness_case_never_ends_without_notice(story: Story, performances: Performances) -> None:
    dismissal = performances.dismissal(track="sickness", gross_misconduct=True)
    setting = dismissal.task("Set the terms")
    assert list(setting.form.field("terms").options) == ["full_notice", "pay_in_lieu"]
    setting.complete_past_the_form({"terms": "without_notice", "effective_on": "2025-03-31"})
    assert "not possible in this case" in dismissal.task("Set the terms").form.text
    dismissal.task("Set the terms").complete(terms("pay_in_lieu", "2025-03-31"))
    letter = story.letter(ALEX, subject="The end of your employment")
    assert "sickness absence meeting" in letter.text
    assert "dismiss you" not in letter.text


@pytest.mark.policy("CAP-64b", "CAP-A04")
def test_by_post_the_week_for_an_appeal_runs_from_the_day_it_arrived(story: Story, performances: Performances) -> None:
    dismissal = performances.dismissal(employee=OWEN)
    dismissal.task("Set the terms").complete(terms("full_notice", "2025-04-30"))
    posting = dismissal.task("Print and post the letter")
    story.moves_to("Tuesday 4 March 2025 09:00")
    posting.complete({"posted_on": "2025-03-04", "delivered_how": "post"})
    dismissal.reaches("Note when it arrived")
    (entry,) = performances.warnings(OWEN)
    assert entry.facts["informed_on"] == "2025-03-06"


@pytest.mark.policy("CAP-65b")
def test_reinstated_before_the_effective_date(story: Story, performances: Performances, appeals: Appeals) -> None:
    dismissal = performances.dismissal()
    dismissal.task("Set the terms").complete(terms("full_notice", "2025-03-31"))
    performances.explain(dismissal)
    (entry,) = performances.warnings()
    appeal = appeals.up_to_the_decision(entry.reference, manager=JOANNE)
    appeals.decide(appeal, "revoke")
    dismissal.ends_at("Dismissal withdrawn", "Explanation settled")
    dismissal.never_reached("End the employment")
    assert ("withdrawn", True) in dismissal.all_variables()
    assert last_day(performances) is None
    story.no_letter(GRACE, subject="has ended")


@pytest.mark.policy("CAP-65a", "CAP-65b")
def test_an_appeal_does_not_delay_the_date_and_reinstates_after_it(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    dismissal = performances.dismissal()
    dismissal.task("Set the terms").complete(terms("pay_in_lieu", "2025-03-07"))
    performances.explain(dismissal)
    (entry,) = performances.warnings()
    appeal = appeals.up_to_the_hearing(entry.reference, manager=JOANNE)
    story.moves_to("Friday 7 March 2025 00:00")
    dismissal.ends_at("Employment ended", "Explanation settled")
    assert last_day(performances) == date(2025, 3, 7)
    story.moves_to("Tuesday 11 March 2025 10:00")
    appeals.hold(appeal)
    appeals.decide(appeal, "revoke")
    # Whoever has left has no mailbox any more.
    appeal.task("Print and post the letter").complete({"posted_on": "2025-03-11", "delivered_how": "by_hand"})
    order = story.letter(GRACE, subject="Reinstatement")
    assert "Friday 7 March 2025" in order.text
    assert last_day(performances) is None
    assert story.letter(ALEX, subject="Reinstatement")


@pytest.mark.policy("CAP-65a")
def test_an_import_that_does_not_know_of_the_dismissal_brings_nobody_back(
    story: Story, performances: Performances, appeals: Appeals, tmp_path: Path
) -> None:
    dismissal = performances.dismissal(employee=DANIEL)
    dismissal.task("Set the terms").complete(terms("pay_in_lieu", "2025-03-03"))
    assert last_day(performances, DANIEL) == date(2025, 3, 3)
    story.moves_to("Tuesday 4 March 2025 09:00")
    assert imports(appeals, tmp_path) == [DANIEL.staff_number]
    assert last_day(performances, DANIEL) == date(2025, 3, 3)
    concern = performances.record()
    problem = concern.task("Deal with the problem")
    assert "no line manager" in problem.form.text
    assert problem.candidate_users == []
    story.no_letter(DANIEL, subject="Concern")


@pytest.mark.policy("CAP-65a", "CAP-65b")
@pytest.mark.parametrize("payroll_knew", [False, True])
def test_an_import_that_does_not_know_of_the_reinstatement_dismisses_nobody(
    story: Story, performances: Performances, appeals: Appeals, tmp_path: Path, payroll_knew: bool
) -> None:
    dismissal = performances.dismissal()
    dismissal.task("Set the terms").complete(terms("pay_in_lieu", "2025-03-07"))
    (entry,) = performances.warnings()
    appeal = appeals.up_to_the_hearing(entry.reference, manager=JOANNE)
    story.moves_to("Friday 7 March 2025 00:00")
    dismissal.reaches("Employment ended")
    told = imports(appeals, tmp_path, left_on="2025-03-07" if payroll_knew else "")
    assert told == ([] if payroll_knew else [ALEX.staff_number])
    assert last_day(performances) == date(2025, 3, 7)
    story.moves_to("Tuesday 11 March 2025 10:00")
    appeals.hold(appeal)
    appeals.decide(appeal, "revoke")
    appeal.task("Print and post the letter").complete({"posted_on": "2025-03-11", "delivered_how": "by_hand"})
    appeal.reaches("Restore the employment")
    assert last_day(performances) is None
    assert imports(appeals, tmp_path, left_on="2025-03-07") == [ALEX.staff_number]
    assert last_day(performances) is None
    assert imports(appeals, tmp_path) == []
    assert last_day(performances) is None
    assert imports(appeals, tmp_path, left_on="2025-03-07") == []
    assert last_day(performances) == date(2025, 3, 7)
