"""FEEL is read by the engine's makers' parser, and what cannot be read is said where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.checks import feel as tree
from workers.checks.feel import Feel, everything_in


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("a.b.c", tree.Attribute(tree.Attribute(tree.Name("a"), "b"), "c")),
        ("`my name`.x", tree.Attribute(tree.Name("my name"), "x")),
        ('"a\\"b"', tree.Constant("string", 'a"b')),
        ("-5", tree.Constant("number", -5.0)),
        ("not(a)", tree.Call("not", (tree.Name("a"),))),
        ("day of week(d)", tree.Call("day of week", (tree.Name("d"),))),
        ("get or else(a, 1)", tree.Call("get or else", (tree.Name("a"), tree.Constant("number", 1.0)))),
        ("count(list: xs)", tree.Call("count", (tree.Name("xs"),), ("list",))),
        ('date("2025-03-10")', tree.Call("date", (tree.Constant("string", "2025-03-10"),))),
        ("(a = 1)", tree.Operation("=", tree.Name("a"), tree.Constant("number", 1.0))),
        ('x in ("a", "b")', tree.Among(tree.Name("x"), (tree.Constant("string", "a"), tree.Constant("string", "b")))),
        (
            "x between 1 and 3",
            tree.Among(
                tree.Name("x"), (tree.Range(tree.Constant("number", 1.0), tree.Constant("number", 3.0), True, True),)
            ),
        ),
        ("xs[1]", tree.Filter(tree.Name("xs"), tree.Constant("number", 1.0))),
        ("if a then b else c", tree.If(tree.Name("a"), tree.Name("b"), tree.Name("c"))),
        ('{"a": 1, b: a}', tree.Entries((("a", tree.Constant("number", 1.0)), ("b", tree.Name("a"))))),
        ("for x in xs return x", tree.Loop("for", ("x",), (tree.Name("xs"),), tree.Name("x"))),
        ("/* why */ a", tree.Name("a")),
        ("", tree.Constant("null", None)),
    ],
)
def test_an_expression_is_a_tree(feel: Feel, text: str, root: tree.Expression) -> None:
    parsed = feel.expression(text)
    assert parsed.problem is None
    assert parsed.root == root


@pytest.mark.parametrize(
    ("text", "problem", "place"),
    [
        ("1 +", "ends too soon", 3),
        ("date(a", "ends too soon", 6),
        ("a == b", "compares twice: '==' is no comparison in FEEL, '=' is", 0),
        ("a b", "has 'a b' where one name is expected", 0),
        ("if a then b", "ends too soon", 11),
        ("“a”", "has a stray '“'", 0),
        ("'a'", "has a stray '''", 0),
        ("a && b", "has a stray '&&'", 2),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(feel: Feel, text: str, problem: str, place: int) -> None:
    found = feel.expression(text).problem
    assert found is not None
    assert (found.problem, found.span[0]) == (problem, place)


@pytest.mark.parametrize(
    ("cell", "tests"),
    [
        ("-", ()),
        ("", ()),
        ('"a", "b"', (tree.Constant("string", "a"), tree.Constant("string", "b"))),
        ("> 5", (tree.Test(">", tree.Constant("number", 5.0)),)),
        ("]1..2]", (tree.Range(tree.Constant("number", 1.0), tree.Constant("number", 2.0), False, True),)),
        ('not("a", "b")', (tree.Call("not", (tree.Constant("string", "a"), tree.Constant("string", "b"))),)),
        ("? > 5", (tree.Operation(">", tree.Asked(), tree.Constant("number", 5.0)),)),
        ("null", (tree.Constant("null", None),)),
    ],
)
def test_a_cell_of_a_table_is_a_list_of_tests(feel: Feel, cell: str, tests: tuple[tree.Expression, ...]) -> None:
    parsed = feel.unary(cell)
    assert parsed.problem is None
    assert parsed.tests == tests


def test_places_count_characters_and_not_halves_of_them(feel: Feel) -> None:
    text = '"🙂" + abc'
    names = [part for part in everything_in(feel.expression(text).root) if isinstance(part, tree.Name)]
    assert [text[name.span[0] : name.span[1]] for name in names] == ["abc"]


def test_the_functions_of_the_engine_are_known(feel: Feel) -> None:
    assert feel.builtins["list contains"].forms == (("list", "element"),)
    assert feel.builtins["number"].engines is None
    assert feel.builtins["is blank"].engines == ">=8.8"
    assert "cycle" in feel.builtins


def test_what_was_read_once_needs_no_parser_again(feel: Feel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running = feel._running
    monkeypatch.setattr(Feel, "_running", lambda self: running())
    first = Feel(tmp_path)
    assert first.expression("a + 1").problem is None
    monkeypatch.setattr(Feel, "_running", lambda self: pytest.fail("A parser was started."))
    assert Feel(tmp_path).expression("a + 1").root == first.expression("a + 1").root


def test_a_spoilt_cache_is_read_anew(feel: Feel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running = feel._running
    monkeypatch.setattr(Feel, "_running", lambda self: running())
    first = Feel(tmp_path)
    first.expression("a + 1")
    (cache,) = (tmp_path / "check").glob("feel-*.json")
    cache.write_text('{"e:a + 1": [', encoding="utf-8")
    assert Feel(tmp_path).expression("a + 1").root == first.expression("a + 1").root
