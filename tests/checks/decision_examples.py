"""What decision tables must answer: an example a line, as those who wrote the policy would put it."""

from __future__ import annotations

from typing import Any, NamedTuple


class Example(NamedTuple):
    """A case and the answer to it."""

    decision: str
    case: dict[str, Any]
    answer: Any
    """For a table of several answers, those named must be so; a list must hold exactly these."""


def manager(**case: bool) -> dict[str, Any]:
    """A manager proposed for an appeal, of whom nothing speaks against it but what is said."""
    return {"own_appeal": False, "involved": False, "junior": False, "anyway": False, **case}


def hearing(**case: bool) -> dict[str, Any]:
    """A hearing date that nothing speaks against but what is said."""
    usual = {
        "in_the_past": False,
        "not_a_working_day": False,
        "too_soon": False,
        "too_late": False,
        "before_information": False,
        "reason_given": False,
        "agreed": False,
    }
    return {**usual, **case}


YES, NO = {"allowed": True}, {"allowed": False}

EXAMPLES: tuple[Example, ...] = (
    Example("capability_appeal_manager_check", manager(), YES),
    Example("capability_appeal_manager_check", manager(own_appeal=True, anyway=True), NO),
    Example("capability_appeal_manager_check", manager(involved=True), NO),
    Example("capability_appeal_manager_check", manager(involved=True, anyway=True), YES),
    Example("capability_appeal_manager_check", manager(junior=True), NO),
    Example("capability_appeal_manager_check", manager(junior=True, anyway=True), YES),
    Example("capability_hearing_notice_check", hearing(), YES),
    Example("capability_hearing_notice_check", hearing(in_the_past=True, reason_given=True, agreed=True), NO),
    Example("capability_hearing_notice_check", hearing(too_soon=True), NO),
    Example("capability_hearing_notice_check", hearing(too_soon=True, reason_given=True), NO),
    Example("capability_hearing_notice_check", hearing(too_soon=True, reason_given=True, agreed=True), YES),
    Example("capability_hearing_notice_check", hearing(too_late=True), NO),
    Example("capability_hearing_notice_check", hearing(too_late=True, reason_given=True), YES),
    Example("capability_hearing_notice_check", hearing(not_a_working_day=True), NO),
    Example("capability_hearing_notice_check", hearing(before_information=True), NO),
    Example("capability_hearing_notice_check", hearing(before_information=True, agreed=True), YES),
    Example(
        "capability_lesser_penalties",
        {"decision_kind": "dismissal"},
        [{"value": "redeployment"}, {"value": "final_written_warning"}, {"value": "first_written_warning"}],
    ),
    Example(
        "capability_lesser_penalties", {"decision_kind": "final_written_warning"}, [{"value": "first_written_warning"}]
    ),
    Example("capability_lesser_penalties", {"decision_kind": "first_written_warning"}, []),
)
