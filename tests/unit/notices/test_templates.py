from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from workers.cases.case_file import MEDICAL
from workers.notices.examples import example_letter
from workers.notices.failures import LetterProblem
from workers.notices.markdown import Body
from workers.notices.placeholders import placeholders
from workers.notices.templates import TemplateFolder, UnknownReference, Values
from workers.settings import PROJECT, Settings

OURS = TemplateFolder(PROJECT / "templates")


class TwoPeople:
    def name_of(self, reference: str) -> str:
        return self._of(reference)[0]

    def job_title_of(self, reference: str) -> str:
        return self._of(reference)[1]

    @staticmethod
    def _of(reference: str) -> tuple[str, str]:
        known = {"100022": ("Peter *Star* Lindqvist", "Casework manager"), "contact:CON-1": ("Jo Bloggs", "union")}
        if reference not in known:
            raise UnknownReference
        return known[reference]


Fill = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., TemplateFolder]:
    """A folder with the template policy/letter and any partials."""

    def write(body: str, *, head: str = "subject: Hello\nkind: letter", **partials: str) -> TemplateFolder:
        (tmp_path / "policy").mkdir(exist_ok=True)
        (tmp_path / "_layout").mkdir(exist_ok=True)
        (tmp_path / "policy" / "letter.md").write_text(f"---\n{head}\n---\n{body}", encoding="utf-8")
        for name, text in partials.items():
            (tmp_path / "_layout" / f"{name}.md").write_text(text, encoding="utf-8")
        return TemplateFolder(tmp_path)

    return write


@pytest.fixture
def fill(write: Callable[..., TemplateFolder]) -> Fill:
    def fill(body: str, values: Mapping[str, Any] | None = None, **partials: str) -> str:
        folder = write(body, **partials)
        given = {"statement": Values("statement", {"reasons": "Because."}), **(values or {})}
        return folder.fill_body(folder.load("policy/letter"), given, TwoPeople())

    return fill


@pytest.mark.parametrize(
    ("body", "values", "text"),
    [
        ("Dear {{ name }}", {"name": "**Alex** <b>"}, "Dear **Alex** <b>\n"),
        ("On {{ day | in_words }}", {"day": "2025-03-10"}, "On Monday 10 March 2025\n"),
        ("At {{ hour | at_time }}", {"hour": "2025-03-10T10:30:00+00:00"}, "At 10.30 am\n"),
        ("{{ who | person }}, {{ who | job_title }}", {"who": "100022"}, "Peter *Star* Lindqvist, Casework manager\n"),
        ("{{ who | person }}", {"who": "contact:CON-1"}, "Jo Bloggs\n"),
        ("{{ statement.reasons | as_quotation }}", {}, "> Because.\n"),
        ("{{ how | choose(a='first *way*', b='second') }}", {"how": "a"}, "first *way*\n"),
        ("It was {{ how | choose(a='', b='not ') }}late", {"how": "a"}, "It was late\n"),
        ("{% if late %}\nLate\n{% else %}\nIn time\n{% endif %}", {"late": False}, "In time\n"),
        ("{% if reason is defined %}x{% else %}none{% endif %}", {}, "none\n"),
        ("{{ count }} of {{ part }}", {"count": 3, "part": 0}, "3 of 0\n"),
    ],
)
def test_a_body_is_filled(fill: Fill, body: str, values: dict[str, Any], text: str) -> None:
    assert Body(fill(body, values)).text() == text


def test_partials_see_the_values_and_stay_paragraphs_of_their_own(fill: Fill) -> None:
    body = 'One {% include "_layout/inside.md" %} line\n\n{% include "_layout/para.md" %}\n\nEnd'
    filled = fill(body, {"name": "Alex"}, inside="*in*", para="Dear {{ name }}\n")
    assert filled.strip() == "One *in* line\n\nDear Alex\n\nEnd"


@pytest.mark.parametrize(
    ("body", "values", "problem"),
    [
        (
            "Dear\n\n{{ reson }}",
            {},
            "The template policy/letter needs 'reson', which was not supplied. "
            "Give it in the input 'facts' as 'reson'.",
        ),
        (
            "{{ statement.missing | as_quotation }}",
            {},
            "The template policy/letter needs 'statement.missing', which was not supplied. "
            "File the statement 'missing' on the case and name it in the input 'statements'.",
        ),
        (
            "{% if not_given %}x{% endif %}",
            {},
            "The template policy/letter needs 'not_given', which was not supplied. "
            "Give it in the input 'facts' as 'not_given'.",
        ),
        (
            "{{ hearing.place }}",
            {},
            "The template policy/letter needs 'hearing', which was not supplied. Give the input 'hearing'.",
        ),
        (
            "{{ day | in_words }}",
            {},
            "The template policy/letter needs 'day', which was not supplied. Give it in the input 'facts' as 'day'.",
        ),
        (
            "x\n\n{{ day | in_words }}",
            {"day": "Secret"},
            "The value of 'day' in line 7 of the template policy/letter is not a date in ISO 8601. "
            "Correct what the diagram supplies, or the template.",
        ),
        (
            "{{ day | in_words }}",
            {"day": None},
            "The value of 'day' in line 5 of the template policy/letter is empty. "
            "Correct what the diagram supplies, or the template.",
        ),
        (
            "{{ name }}",
            {"name": None},
            "The value of 'name' in line 5 of the template policy/letter is empty. "
            "Correct what the diagram supplies, or the template.",
        ),
        (
            "{{ late }}",
            {"late": True},
            "The value of 'late' in line 5 of the template policy/letter is not a text or a number; "
            "ask about it with {% if %} or use a filter. Correct what the diagram supplies, or the template.",
        ),
        (
            "a\n{{ who | person }}",
            {"who": "999999"},
            "The value of 'who' in line 6 of the template policy/letter is not a staff number or contact reference in "
            "the records. Correct what the diagram supplies, or the template.",
        ),
        (
            "{{ how | choose(a='first', b='second') }}",
            {"how": "Secret"},
            "The value of 'how' in line 5 of the template policy/letter is none of a, b. "
            "Correct what the diagram supplies, or the template.",
        ),
        (
            "{{ number + 1 }}",
            {"number": "Secret"},
            "What is in line 5 of the template policy/letter cannot work with the values given. "
            "Compare its placeholders with what the diagram supplies.",
        ),
        (
            "a\n{% if x %}\nb",
            {},
            "There is broken syntax in line 7 of the template policy/letter: Unexpected end of template. "
            "Jinja was looking for the following tags: "
            "'elif' or 'else' or 'endif'. The innermost block that needs to be closed is 'if'.",
        ),
        (
            "{{ name | shout }}",
            {"name": "x"},
            "There is broken syntax in line 5 of the template policy/letter: No filter named 'shout'.",
        ),
        (
            "{% include '_layout/nothing.md' %}",
            {},
            "The template policy/letter includes '_layout/nothing.md', which is not below templates/.",
        ),
        (
            "{% include '../secret.md' %}",
            {},
            "The template policy/letter includes '../secret.md', which is not below templates/.",
        ),
        (
            "{% if late %}x{% endif %}\n\n  \n",
            {"late": False},
            "The template policy/letter gives an empty letter with these facts. "
            "Check its conditions against the inputs 'facts' and 'statements'.",
        ),
        (
            "{{ statement.__class__ }}",
            {},
            "The template policy/letter uses something the sandbox forbids.",
        ),
        (
            "{{ ''.__class__.__mro__ }}",
            {},
            "The template policy/letter uses something the sandbox forbids.",
        ),
    ],
)
def test_what_is_wrong_is_said_without_the_value(fill: Fill, body: str, values: dict[str, Any], problem: str) -> None:
    with pytest.raises(LetterProblem) as failure:
        fill(body, values)
    assert str(failure.value) == problem


def test_a_problem_in_a_partial_names_the_partial(fill: Fill) -> None:
    with pytest.raises(LetterProblem, match=r"'day' in line 2 of the template _layout/part is not a date"):
        fill("a\n\nb\n{% include '_layout/part.md' %}", {"day": "x"}, part="one\n{{ day | in_words }}\n")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("policy/other", "There is no template 'policy/other'"),
        ("policy/../policy/letter", "There is no template"),
        ("../letter", "There is no template"),
        ("_layout/questions", "There is no template"),
        ("/etc/passwd", "There is no template"),
    ],
)
def test_unknown_templates(write: Callable[..., TemplateFolder], name: str, problem: str) -> None:
    with pytest.raises(LetterProblem, match=problem):
        write("x").load(name)


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        ("subject: x", "kind: Field required"),
        ("subject: x\nkind: fax", "kind: Input should be 'letter' or 'email'"),
        ("subject: x\nkind: letter\nmarking: OFFICAL", "marking: Input should be 'OFFICIAL'"),
        ("subject: x\nkind: letter\nsubjekt: y", "subjekt: Extra inputs are not permitted"),
        ("subject: {{ x }} y\nkind: letter", "no valid YAML near line 2"),
        ("- subject", "lines of the form 'field: value'"),
    ],
)
def test_wrong_front_matter(write: Callable[..., TemplateFolder], head: str, problem: str) -> None:
    with pytest.raises(LetterProblem, match=problem):
        write("x", head=head).load("policy/letter")


def test_a_template_without_front_matter(write: Callable[..., TemplateFolder], tmp_path: Path) -> None:
    folder = write("x")
    (tmp_path / "policy" / "letter.md").write_text("Dear all", encoding="utf-8")
    with pytest.raises(LetterProblem, match="no front matter"):
        folder.load("policy/letter")


@pytest.mark.parametrize("value", ["Bcc\r\nBcc: x@evil.example", "two\nlines"])
def test_a_subject_takes_no_second_line(write: Callable[..., TemplateFolder], value: str) -> None:
    folder = write("x", head="subject: 'About {{ name }}'\nkind: email")
    template = folder.load("policy/letter")
    with pytest.raises(
        LetterProblem, match="'name' in the front matter of the template policy/letter has more than one line"
    ):
        folder.fill_line(template, template.front.subject, {"name": value}, TwoPeople())


def test_a_subject_is_plain_text(write: Callable[..., TemplateFolder]) -> None:
    folder = write("x", head="subject: 'About {{ name }}'\nkind: email")
    template = folder.load("policy/letter")
    assert folder.fill_line(template, template.front.subject, {"name": "A_b* & <c>"}, TwoPeople()) == "About A_b* & <c>"


def test_placeholders_are_found_wherever_they_are(write: Callable[..., TemplateFolder]) -> None:
    folder = write(
        "{{ in_body | in_words }} {% if asked %}x{% endif %} {% for item in many %}{{ item }}{% endfor %}\n"
        "{% if maybe is defined and maybe %}{{ maybe }}{% endif %} {{ recipient.name }} {{ letter.reference }}\n"
        "{{ statement.needed | as_quotation }}{% if statement.extra is defined %}{{ statement.extra }}{% endif %}\n"
        "{% include '_layout/outer.md' %}",
        head="subject: 'On {{ in_subject }}'\nkind: letter\ncopies_say: '{{ in_copies }}'\n"
        "enclosures: ['{{ in_list }}']",
        outer="{{ in_partial }}{% include '_layout/inner.md' %}",
        inner="{{ innermost }} {{ hearing.place }} {{ statement['quoted'] | as_quotation }}",
    )
    found = placeholders(folder, folder.load("policy/letter"))
    assert found.facts == {
        "in_body",
        "asked",
        "many",
        "in_subject",
        "in_copies",
        "in_list",
        "in_partial",
        "innermost",
    }
    assert found.optional_facts == {"maybe"}
    assert found.statements == {"needed", "quoted"}
    assert found.optional_statements == {"extra"}
    assert found.needs_hearing


@pytest.mark.parametrize(
    ("name", "facts", "statements", "hearing"),
    [
        (
            "capability/capability_appeal_acknowledgement",
            {"decision_reference", "decision_kind", "received_on", "appeal_due_on", "in_time", "effective_on"},
            set(),
            False,
        ),
        (
            "capability/capability_appeal_not_admitted",
            {"decision_reference", "appeal_due_on", "received_on"},
            {"admission_reasons"},
            False,
        ),
        (
            "capability/capability_appeal_hearing_notice",
            {"appeal_manager", "kind_of_hearing", "name_companion_by", "rearranged", "reconvened"},
            set(),
            True,
        ),
        ("capability/capability_companion_time_off", {"companion"}, set(), True),
    ],
)
def test_placeholders_of_our_letters(name: str, facts: set[str], statements: set[str], hearing: bool) -> None:
    found = placeholders(OURS, OURS.load(name))
    assert found.facts == facts
    assert found.statements == statements
    assert found.needs_hearing is hearing


def test_an_example_of_a_list_is_a_list(tmp_path: Path) -> None:
    letter = example_letter(OURS, OURS.load("capability/capability_hearing_notice"), Settings(data_dir=tmp_path))
    assert "- first of the outcomes\n- second of the outcomes" in letter.text


@pytest.mark.parametrize("name", OURS.names())
def test_no_letter_of_ours_quotes_what_is_about_health(name: str) -> None:
    """Whoever reads the case by role reads its letters, but not such statements."""
    found = placeholders(OURS, OURS.load(name))
    assert [quoted for quoted in found.statements | found.optional_statements if quoted.startswith(MEDICAL)] == []


def test_an_example_of_what_is_listed(tmp_path: Path) -> None:
    letter = example_letter(OURS, OURS.load("attendance/occupational_health_referral"), Settings(data_dir=tmp_path))
    assert "- What is the expected date of return?" in letter.text


@pytest.mark.parametrize("name", OURS.names())
def test_every_letter_of_ours_can_be_written(name: str, tmp_path: Path) -> None:
    template = OURS.load(name)
    letter = example_letter(OURS, template, Settings(data_dir=tmp_path))
    assert "Dear Alex Morgan" in letter.text
    assert "\\" not in letter.text
    assert "{" not in letter.text
    assert (letter.pdf is not None) == (template.front.kind == "letter")
    # Paragraph 10 of the capability policy: every notice states the duty of confidentiality.
    assert "confidential" in letter.text
