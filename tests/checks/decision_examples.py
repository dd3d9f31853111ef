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
        "reason_suffices": False,
    }
    return {**usual, **case}


def penalty(kind: str, track: str = "performance") -> dict[str, Any]:
    """A decision appealed against."""
    return {"decision_kind": kind, "track": track}


def conductor(**case: bool) -> dict[str, Any]:
    """Somebody named to conduct a hearing, of whom nothing is so but what is said."""
    usual = {"own_case": False, "presents_case": False, "final_stage": False, "officer": False, "deputy": False}
    return {**usual, **case}


def absence(track: str, good_reason: str, times: int) -> dict[str, Any]:
    """An employee who did not attend."""
    return {"track": track, "good_reason": good_reason, "times_unable": times}


def may_follow(*, evidence: bool, misconduct: bool) -> dict[str, Any]:
    """What may follow an absence besides another time."""
    return {"evidence": evidence, "misconduct": misconduct}


def decided(**case: bool) -> dict[str, Any]:
    """A warning that nothing speaks against but what is said."""
    usual = {
        "information_open": False,
        "offered": True,
        "dismissal": False,
        "asked_26f": False,
        "warning_given": True,
        "review_set": True,
        "still_active": True,
        "review_within": True,
        "extension": False,
        "longer": False,
    }
    return {**usual, **case}


def stage(warning: str = "none", claimed: str = "none", why: str = "further_poor_performance") -> dict[str, Any]:
    """Grounds for formal action against somebody who has this warning."""
    return {"active_warning": warning, "exception_claimed": claimed, "why": why}


def opens(number: int, ground: str | None) -> dict[str, Any]:
    """The hearing that may be held."""
    return {"stage": number, "ground": ground}


def review(next_step: str, **case: bool) -> dict[str, Any]:
    """The review of an active warning, of whose dates nothing is so but what is said."""
    usual = {
        "still_active": True,
        "in_the_past": False,
        "beyond_warning": False,
        "life_extended": False,
        "life_too_short": False,
    }
    return {"next_step": next_step, **usual, **case}


def terms(chosen: str, **case: bool) -> dict[str, Any]:
    """Terms of a dismissal that nothing speaks against but what is said."""
    usual = {"offered": True, "in_the_past": False, "before_notice_ends": False, "reason_given": False}
    return {"chosen_terms": chosen, **usual, **case}


def sickness(**case: bool) -> dict[str, Any]:
    """A decision of a sickness absence meeting that nothing speaks against but what is said."""
    usual = {
        "offered": True,
        "meeting_wanted": False,
        "day_to_come": False,
        "termination": False,
        "likelihood_considered": False,
    }
    return {**usual, **case}


FIRST, FINAL = "first_written_warning", "final_written_warning"

YES, NO = {"allowed": True}, {"allowed": False}

EXAMPLES: tuple[Example, ...] = (
    Example("capability_absence_options", absence("performance", "no", 1), may_follow(evidence=True, misconduct=True)),
    Example(
        "capability_absence_options", absence("performance", "yes", 2), may_follow(evidence=False, misconduct=False)
    ),
    Example(
        "capability_absence_options", absence("performance", "yes", 3), may_follow(evidence=True, misconduct=False)
    ),
    Example("capability_absence_options", absence("sickness", "no", 1), may_follow(evidence=False, misconduct=True)),
    Example("capability_absence_options", absence("sickness", "no", 2), may_follow(evidence=True, misconduct=True)),
    Example("capability_absence_options", absence("sickness", "yes", 2), may_follow(evidence=False, misconduct=False)),
    Example("capability_absence_options", absence("sickness", "yes", 3), may_follow(evidence=True, misconduct=False)),
    Example("capability_hearing_manager_check", conductor(), YES),
    Example("capability_hearing_manager_check", conductor(own_case=True, final_stage=True, officer=True), NO),
    Example("capability_hearing_manager_check", conductor(presents_case=True), YES),
    Example("capability_hearing_manager_check", conductor(presents_case=True, final_stage=True, officer=True), NO),
    Example("capability_hearing_manager_check", conductor(final_stage=True), NO),
    Example("capability_hearing_manager_check", conductor(final_stage=True, deputy=True), YES),
    Example("capability_hearing_manager_check", conductor(final_stage=True, officer=True), YES),
    Example("capability_hearing_decision_check", decided(), YES),
    Example("capability_hearing_decision_check", decided(information_open=True), NO),
    Example("capability_hearing_decision_check", decided(offered=False), NO),
    Example("capability_hearing_decision_check", decided(review_set=False), NO),
    Example("capability_hearing_decision_check", decided(still_active=False), NO),
    Example("capability_hearing_decision_check", decided(review_within=False), NO),
    Example("capability_hearing_decision_check", decided(extension=True), NO),
    Example("capability_hearing_decision_check", decided(extension=True, longer=True), YES),
    Example("capability_hearing_decision_check", decided(warning_given=False, review_set=False), YES),
    Example("capability_hearing_decision_check", decided(warning_given=False, dismissal=True), NO),
    Example("capability_hearing_decision_check", decided(warning_given=False, dismissal=True, asked_26f=True), YES),
    Example(
        "capability_hearing_outcomes",
        {"stage": 1, "final_warning_active": False},
        [{"value": "first_written_warning"}, {"value": "no_action"}],
    ),
    Example(
        "capability_hearing_outcomes",
        {"stage": 2, "final_warning_active": False},
        [{"value": "final_written_warning"}, {"value": "no_action"}],
    ),
    Example(
        "capability_hearing_outcomes",
        {"stage": 3, "final_warning_active": True},
        [{"value": "dismissal"}, {"value": "extend_final_warning"}, {"value": "redeployment"}, {"value": "no_action"}],
    ),
    Example(
        "capability_hearing_outcomes",
        {"stage": 3, "final_warning_active": False},
        [{"value": "dismissal"}, {"value": "final_written_warning"}, {"value": "redeployment"}, {"value": "no_action"}],
    ),
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
    Example("capability_hearing_notice_check", hearing(too_soon=True, reason_suffices=True), NO),
    Example("capability_hearing_notice_check", hearing(too_soon=True, reason_suffices=True, reason_given=True), YES),
    Example("capability_hearing_notice_check", hearing(too_late=True), NO),
    Example("capability_hearing_notice_check", hearing(too_late=True, reason_given=True), YES),
    Example("capability_hearing_notice_check", hearing(not_a_working_day=True), NO),
    Example("capability_hearing_notice_check", hearing(before_information=True), NO),
    Example("capability_hearing_notice_check", hearing(before_information=True, agreed=True), YES),
    Example(
        "capability_lesser_penalties",
        penalty("dismissal"),
        [{"value": "redeployment"}, {"value": "final_written_warning"}, {"value": "first_written_warning"}],
    ),
    Example("capability_lesser_penalties", penalty("dismissal", "sickness"), [{"value": "redeployment"}]),
    Example("capability_lesser_penalties", penalty("final_written_warning"), [{"value": "first_written_warning"}]),
    Example("capability_lesser_penalties", penalty("first_written_warning"), []),
    Example("capability_performance_stages", stage(), opens(1, None)),
    Example("capability_performance_stages", stage(why="not_improved"), opens(1, None)),
    Example("capability_performance_stages", stage(FIRST), opens(2, "further_poor_performance")),
    Example("capability_performance_stages", stage(FIRST, why="not_improved"), opens(2, "not_improved")),
    Example("capability_performance_stages", stage(FINAL), opens(3, "further_poor_performance")),
    Example("capability_performance_stages", stage(FINAL, why="not_improved"), opens(3, "not_improved")),
    Example("capability_performance_stages", stage(claimed="gross_negligence"), opens(3, "gross_negligence")),
    Example("capability_performance_stages", stage(FINAL, "gross_negligence"), opens(3, "gross_negligence")),
    Example("capability_performance_stages", stage(claimed="probation"), opens(3, "probation")),
    Example("capability_performance_stages", stage(FIRST, "probation", "not_improved"), opens(3, "probation")),
    Example("capability_performance_stages", stage(FINAL, "probation"), opens(3, "further_poor_performance")),
    Example("capability_performance_stages", stage(FINAL, "probation", "not_improved"), opens(3, "not_improved")),
    Example("capability_review_check", review("none", still_active=False), YES),
    Example("capability_review_check", review("close", still_active=False), YES),
    Example("capability_review_check", review("progress"), YES),
    Example("capability_review_check", review("progress", still_active=False), NO),
    Example("capability_review_check", review("extend"), YES),
    Example("capability_review_check", review("extend", still_active=False), NO),
    Example("capability_review_check", review("extend", in_the_past=True), NO),
    Example("capability_review_check", review("extend", beyond_warning=True), NO),
    Example("capability_review_check", review("extend", beyond_warning=True, life_extended=True), YES),
    Example("capability_review_check", review("extend", life_extended=True), YES),
    Example("capability_review_check", review("extend", life_extended=True, life_too_short=True), NO),
    Example("capability_review_check", review("extend", life_too_short=True), YES),
    Example("capability_performance_set_out_check", {"in_the_past": True, "beyond_warning": False}, NO),
    Example("capability_performance_set_out_check", {"in_the_past": False, "beyond_warning": True}, NO),
    Example("capability_performance_set_out_check", {"in_the_past": False, "beyond_warning": False}, YES),
    Example(
        "capability_dismissal_terms",
        {"case_track": "performance", "gross": True},
        [{"value": "full_notice"}, {"value": "pay_in_lieu"}, {"value": "without_notice"}],
    ),
    Example(
        "capability_dismissal_terms",
        {"case_track": "performance", "gross": False},
        [{"value": "full_notice"}, {"value": "pay_in_lieu"}],
    ),
    Example(
        "capability_dismissal_terms",
        {"case_track": "sickness", "gross": True},
        [{"value": "full_notice"}, {"value": "pay_in_lieu"}],
    ),
    Example("capability_dismissal_check", terms("without_notice", offered=False), NO),
    Example("capability_dismissal_check", terms("without_notice", before_notice_ends=True), YES),
    Example("capability_dismissal_check", terms("pay_in_lieu", before_notice_ends=True), YES),
    Example("capability_dismissal_check", terms("pay_in_lieu", in_the_past=True), NO),
    Example("capability_dismissal_check", terms("full_notice"), YES),
    Example("capability_dismissal_check", terms("full_notice", before_notice_ends=True), NO),
    Example("capability_dismissal_check", terms("full_notice", before_notice_ends=True, reason_given=True), YES),
    Example(
        "capability_sickness_outcomes",
        {"stage": 1},
        [{"value": "further_meeting"}, {"value": "stage_3"}, {"value": "closed"}],
    ),
    Example(
        "capability_sickness_outcomes",
        {"stage": 2},
        [
            {"value": "further_meeting"},
            {"value": "return_programme"},
            {"value": "ill_health_retirement"},
            {"value": "stage_3"},
            {"value": "closed"},
        ],
    ),
    Example(
        "capability_sickness_outcomes",
        {"stage": 3},
        [{"value": "termination"}, {"value": "further_meeting"}, {"value": "return_programme"}, {"value": "closed"}],
    ),
    Example("capability_sickness_decision_check", sickness(), YES),
    Example("capability_sickness_decision_check", sickness(offered=False), NO),
    Example("capability_sickness_decision_check", sickness(meeting_wanted=True), NO),
    Example("capability_sickness_decision_check", sickness(meeting_wanted=True, day_to_come=True), YES),
    Example("capability_sickness_decision_check", sickness(termination=True), NO),
    Example("capability_sickness_decision_check", sickness(termination=True, likelihood_considered=True), YES),
)
