"""What FEEL gives, as far as it is known, and what in it cannot be right."""

from __future__ import annotations

import pytest

from workers.checks.evaluation import Evaluation, Note, Variables, narrowed
from workers.checks.feel import Feel
from workers.checks.kinds import (
    ANYTHING,
    BOOLEAN,
    NULL,
    NUMBER,
    TEXT,
    Kind,
    constant,
    context,
    join_all,
    list_of,
    of_type,
    optional,
)


def one_of(*values: str) -> Kind:
    return join_all(constant(value) for value in values)


PERIOD = context({"name": one_of("appeal", "letter"), "amount": NUMBER})
KNOWN = {
    "kind": one_of("dismissal", "warning"),
    "person": context({"name": TEXT, "manager": optional(TEXT), "started_on": of_type("date text")}),
    "periods": list_of(PERIOD),
    "held_at": of_type("local moment text"),
    "amount": NUMBER,
    "agreed": BOOLEAN,
    "unknown": ANYTHING,
    "nothing": NULL,
    "companion": optional(context({"kind": TEXT, "recipient": TEXT})),
}


def worked_out(feel: Feel, text: str, *, is_open: bool = False) -> tuple[Kind, list[Note]]:
    parsed = feel.expression(text)
    assert parsed.problem is None, parsed.problem
    evaluation = Evaluation(Variables(KNOWN, open=is_open), feel.builtins)
    return evaluation.of(parsed.root), evaluation.notes


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('"a"', constant("a")),
        ("kind", one_of("dismissal", "warning")),
        ('if agreed then "a" else kind', one_of("a", "dismissal", "warning")),
        ('if kind = "dismissal" then kind else "none"', one_of("dismissal", "none")),
        ('"letter/" + kind', one_of("letter/dismissal", "letter/warning")),
        ('held_at + ":00"', TEXT),
        ("amount + 1", NUMBER),
        ("today()", of_type("date")),
        ("string(today())", of_type("date text")),
        ('today() + duration("P1D")', of_type("date")),
        ("today() - today()", of_type("duration")),
        ('periods[name = "appeal"][1].amount', NUMBER),
        ("periods.amount", list_of(NUMBER)),
        ("periods[1]", PERIOD),
        ("[1, 2][item > 1]", list_of(join_all([constant(1.0), constant(2.0)]))),
        ("for one in periods return one.amount", list_of(NUMBER)),
        ("concatenate([kind], [])", list_of(one_of("dismissal", "warning"))),
        ('get or else(person.manager, "x")', TEXT),
        ("some one in periods satisfies one.amount > 1", BOOLEAN),
        ("{d: today(), text: string(d)}.text", of_type("date text")),
        ("companion.kind", optional(TEXT)),
        ("unknown.whatever[1].it.is", ANYTHING),
        ("missing", ANYTHING),
    ],
)
def test_what_it_gives(feel: Feel, text: str, kind: Kind) -> None:
    assert worked_out(feel, text, is_open=True) == (kind, [])


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("knd", "unknown-variable"),
        ("person.nam", "unknown-field"),
        ("periods.days", "unknown-field"),
        ("periods[nam = 1]", "unknown-variable"),
        ("kind.name", "not-a-group"),
        ("person.name.first", "not-a-group"),
        ('kind = "dismisal"', "never-equal"),
        ('"dismisal" != kind', "never-equal"),
        ('kind in ("dismissal", "sacking")', "never-equal"),
        ('periods[name = "hearing"][1]', "never-equal"),
        ("agreed = 1", "cannot-be-compared"),
        ('agreed = "yes"', "cannot-be-compared"),
        ('if kind then "a" else "b"', "condition-not-boolean"),
        ('"P" + amount + "D"', "text-and-other"),
        ("nwo()", "unknown-function"),
        ("substring(kind)", "wrong-arguments"),
        ("count(lst: periods)", "wrong-arguments"),
        ("is blank(kind)", "function-too-new"),
        ('duration("7 days")', "not-readable"),
        ('date and time("tomorrow")', "not-readable"),
        ('{"companion": companion.recipient, "kind_of": companion.kind}', "entry-shadows-variable"),
    ],
)
def test_what_cannot_be_right(feel: Feel, text: str, rule: str) -> None:
    assert [note.rule for note in worked_out(feel, text)[1]] == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "kind = null",
        'kind = "dismissal" or kind = "warning"',
        "person.manager = null",
        "if companion = null then null else companion.recipient",
        "is defined(absent)",
        'get or else(absent, "x")',
        "unknown = 3",
        '{"kind": kind, "again": kind}',
        '{d: today(), words: day of week(d) + " " + string(d.day)}.words',
        "function(a, b) a + b",
        "person.started_on < string(today())",
        "nothing = 3",
        "date(held_at)",
        "concatenate(periods, [], [unknown])",
        "min(1, 2, 3)",
        'string join(["a", "b"], ", ")',
        "[1..3]",
        '@"P1D"',
    ],
)
def test_what_is_right_is_left_alone(feel: Feel, text: str) -> None:
    assert worked_out(feel, text)[1] == []


def test_a_misspelled_name_is_guessed(feel: Feel) -> None:
    assert worked_out(feel, "persn.name")[1][0].remedy == "Did you mean 'person'?"
    assert worked_out(feel, 'kind = "waring"')[1][0].remedy == 'Did you mean "warning"?'


@pytest.mark.parametrize(
    ("condition", "holds", "left"),
    [
        ('kind = "dismissal"', True, one_of("dismissal")),
        ('kind = "dismissal"', False, one_of("warning")),
        ('kind != "dismissal"', True, one_of("warning")),
        ('not(kind = "dismissal")', True, one_of("warning")),
        ('kind = "dismissal" and agreed', True, one_of("dismissal")),
        ('kind = "dismissal" and agreed', False, one_of("dismissal", "warning")),
        ('kind = "dismissal" or kind = "warning"', True, one_of("dismissal", "warning")),
        ('kind in ("dismissal", "other")', True, one_of("dismissal")),
        ('list contains(["warning"], kind)', True, one_of("warning")),
        ("amount > 3", True, one_of("dismissal", "warning")),
    ],
)
def test_a_condition_narrows_what_is_known(feel: Feel, condition: str, holds: bool, left: Kind) -> None:
    known = narrowed(Variables(KNOWN), feel.expression(condition).root, holds=holds)
    assert known.known["kind"] == left


def test_a_condition_takes_null_away(feel: Feel) -> None:
    there = narrowed(Variables(KNOWN), feel.expression("companion != null").root, holds=True)
    assert "null" not in there.known["companion"].types
    gone = narrowed(Variables(KNOWN), feel.expression("companion = null").root, holds=True)
    assert gone.known["companion"] == NULL
