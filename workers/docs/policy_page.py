"""The page of one policy: each paragraph, what carries it out, and which story shows it."""

from __future__ import annotations

from collections.abc import Iterator

from workers.checks.register import PolicyRegister, Requirement
from workers.docs.markdown import BREAK, anchor, cell, page, section, table
from workers.docs.sources import Sources


def policy_page(sources: Sources, register: PolicyRegister) -> str:
    """Write it."""
    return page(_lines(sources, register))


def state_of(sources: Sources, register: PolicyRegister, entry: Requirement) -> str:
    """``met``, ``not met``, ``planned`` or, where nothing has to be, ``nothing to do``."""
    if sources.tracing.carriers.get(entry.id) or entry.met_by:
        return "met"
    if entry.not_met:
        return "not met"
    if not entry.is_binding:
        return "nothing to do"
    return "planned" if set(entry.procedures) & {*register.planned, "all"} else "missing"


def _lines(sources: Sources, register: PolicyRegister) -> Iterator[str]:
    here = sources.policy_page(register.folder)
    yield from (f"# {register.policy.title}: paragraph, element, story", "")
    yield (
        "What the policy asks, in our own words; what carries it out; which story shows it. "
        "What is marked **our assumption** the policy does not say: we chose it, and it can be changed."
    )
    yield ""
    asked = [entry for entry in register.requirements if not entry.is_assumption]
    yield from section("What the policy asks", table(_HEADS, (_row(sources, register, entry) for entry in asked)))
    ours = [entry for entry in register.requirements if entry.is_assumption]
    yield from section("Our assumptions", table(_HEADS, (_row(sources, register, entry) for entry in ours)))
    yield from section(
        "Periods and other values",
        table(
            ("Name", "Value", "Source", "Paragraphs", ""),
            (
                (
                    f"`{one.name}`",
                    f"{one.value} {cell(one.unit.replace('_', ' ') if one.is_period else one.unit)}",
                    "policy" if one.source == "policy" else "**our assumption**",
                    sources.to_paragraphs(one.paragraphs, here),
                    cell(one.note),
                )
                for one in register.parameters
            ),
        ),
    )
    if register.planned:
        yield from section("Not drawn yet", [", ".join(f"`{procedure}`" for procedure in register.planned)])


_HEADS = ("", "Asked", "Who", "Carried out by", "Shown by")


def _row(sources: Sources, register: PolicyRegister, entry: Requirement) -> tuple[str, ...]:
    here = sources.policy_page(register.folder)
    by = [sources.to_carrier(one, here) for one in sources.tracing.carriers.get(entry.id, ())]
    by += [sources.to_place(place, here) for place in entry.met_by]
    if not by:
        by = [_reason(sources, register, entry)]
    asked = cell(entry.text)
    if entry.is_assumption:
        asked = f"{cell(entry.leaves_open)}{BREAK}**Our assumption:** {asked}"
    else:
        asked = f"*{entry.strength}* · {asked}"
    return (
        f'<a id="{anchor(entry.id)}"></a>{entry.id}',
        asked,
        cell(entry.who),
        BREAK.join(dict.fromkeys(by)),
        sources.to_stories(entry.id, here),
    )


def _reason(sources: Sources, register: PolicyRegister, entry: Requirement) -> str:
    match state_of(sources, register, entry):
        case "not met":
            return f"*Not met:* {cell(entry.not_met)}"
        case "planned":
            waiting = [f"`{one}`" for one in entry.procedures if one in register.planned]
            return f"*Planned:* {', '.join(waiting)}" if waiting else "*Planned*"
        case "missing":
            return "**Nothing**"
        case _:
            return ""
