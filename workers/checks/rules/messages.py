"""Messages: whoever waits is told, whoever tells is heard, and both mean the same case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from workers.checks.finding import Finding, Severity, about, did_you_mean
from workers.checks.kinds import Kind, unfit
from workers.checks.project import Project
from workers.diagrams.model import Diagram, Element, Message

Catcher = tuple[Diagram, Element, Message]


def messages_arrive(project: Project) -> Iterator[Finding]:
    """Every message has a thrower and a catcher that find each other."""
    catchers: dict[str, list[Catcher]] = defaultdict(list)
    for diagram, element in project.elements():
        if element.type in {"intermediateThrowEvent", "endEvent", "sendTask"}:
            continue
        for event in element.events:
            if event.kind == "message" and event.message is None:
                yield about(
                    diagram, element.id, "no-message", "waits for no message", "Choose the message it waits for."
                )
            elif event.message is not None and not event.message.name.startswith("="):
                catchers[event.message.name].append((diagram, element, event.message))
                yield from _key_is_there(diagram, element, event.message)
    publishers = project.flow.publishers
    sent = {name for one in publishers for name in one.names or ()}
    unknown = any(one.names is None for one in publishers)
    for name, waiting in catchers.items():
        if name not in sent and not unknown:
            for diagram, element, _ in waiting:
                yield about(
                    diagram,
                    element.id,
                    "message-not-thrown",
                    f"waits for the message '{name}', which nothing publishes",
                    did_you_mean(name, sent, "Publish it in another diagram, or correct its name."),
                )
    for one in publishers:
        for name in sorted(one.names or ()):
            if name not in catchers:
                yield about(
                    one.diagram,
                    one.element.id,
                    "message-not-caught",
                    f"publishes the message '{name}', for which no diagram waits",
                    did_you_mean(name, catchers, "Let a diagram wait for it, or take it out."),
                    severity=Severity.WARNING,
                )
                continue
            for catching in catchers[name]:
                yield from _keys_meet(project, one.diagram, one.element, one.correlation, catching)


def _key_is_there(diagram: Diagram, element: Element, message: Message) -> Iterator[Finding]:
    at_top = element.type == "startEvent" and element.parent is None
    if not at_top and not (message.correlation_key or "").lstrip("=").strip():
        yield about(
            diagram,
            element.id,
            "no-correlation-key",
            f"waits for the message '{message.name}' without saying which one is meant",
            "Fill in the message's correlation key, such as =case_reference.",
        )


def _keys_meet(
    project: Project,
    diagram: Diagram,
    thrower: Element,
    thrown: Kind,
    catching: Catcher,
) -> Iterator[Finding]:
    there, catcher, message = catching
    if catcher.type == "startEvent" and catcher.parent is None:
        return
    variables = project.flow.at(there, catcher)
    if variables is None or not message.correlation_key:
        return
    wanted = project.flow.kind(message.correlation_key, variables)
    where = f"'{' '.join(catcher.name.split()) or catcher.id}' in {there.file.name}"
    key = message.correlation_key.removeprefix("=")
    problem = None
    if thrown.constants is not None and {scalar.value for scalar in thrown.constants} == {""}:
        problem = f"publishes the message '{message.name}' without a correlation key, so {where} never gets it"
    elif not thrown.is_anything and thrown.present and not wanted.is_anything and unfit(thrown, wanted):
        problem = f"publishes the message '{message.name}' with a key that is {thrown}, but {where} waits for {wanted}"
    elif _come_from_elsewhere(thrown, wanted):
        problem = (
            f"publishes the message '{message.name}' with a key from {_from(thrown)}, "
            f"but {where} waits for {key} from {_from(wanted)}"
        )
    if problem is not None:
        yield about(
            diagram,
            thrower.id,
            "correlation-key-differs",
            problem,
            f"Give it the same correlation key: what is called {key} there.",
        )


def _come_from_elsewhere(thrown: Kind, wanted: Kind) -> bool:
    """Whether one is a reference to something, and the other is not, or to something else."""
    if thrown.origins is None or wanted.origins is None or thrown.origins & wanted.origins:
        return False
    return any(origin.endswith("reference") for origin in thrown.origins | wanted.origins)


def _from(kind: Kind) -> str:
    return " or ".join(sorted(kind.origins or ()))
