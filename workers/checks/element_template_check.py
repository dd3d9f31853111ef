"""Check that the Modeler's menu is what the workers offer, and that diagrams fit the templates they were made with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workers.checks.element_template_files import (
    RESTORE,
    TemplateFile,
    TemplateFileError,
    file_of,
    files_in,
    read_file,
    read_files,
    with_version,
)
from workers.checks.element_template_marks import fitting_template, is_stated, shown_inputs
from workers.checks.element_templates import (
    CALL_ACTIVITY,
    ID_PREFIX,
    SERVICE_TASK,
    ElementTemplate,
    Json,
    element_templates,
)
from workers.checks.finding import Finding, Severity
from workers.checks.project import Project
from workers.diagrams.model import Diagram, Element

WRITE = "Run 'dueprocess templates write'."
APPLY = "choose it from the Modeler's menu, or run 'dueprocess templates apply' on the diagram"

FEW = 10
"""So many values a finding may list."""

_XML_TYPES = {SERVICE_TASK: "serviceTask", CALL_ACTIVITY: "callActivity"}


def check_element_templates(project: Project) -> Iterator[Finding]:
    """What is wrong with the element templates and with the elements made with them."""
    wanted = element_templates(project)
    yield from _files(project, wanted)
    files = read_files(project.bpmn_dir)
    for diagram in project.diagrams:
        for element in diagram.elements.values():
            if element.zeebe.template is not None:
                yield from _made_with(diagram, element, element.zeebe.template, files)
            elif element.type == "serviceTask" or fitting_template(element) is not None:
                yield _without(diagram, element, files)


def _files(project: Project, wanted: tuple[ElementTemplate, ...]) -> Iterator[Finding]:
    expected = {file_of(template, project.bpmn_dir): template for template in wanted}
    present = files_in(project.bpmn_dir)
    for file in sorted({*expected, *present}):
        template = expected.get(file)
        if template is None:
            yield Finding(
                file,
                "element-template-orphaned",
                "is a template of no job type there is",
                f"{WRITE} It removes the file; if a job type went by mistake, bring that back.",
            )
        elif file not in present:
            yield Finding(file, "element-template-missing", "is missing", WRITE)
        else:
            yield from _content(project, template)


def _content(project: Project, template: ElementTemplate) -> Iterator[Finding]:
    file = file_of(template, project.bpmn_dir)
    try:
        present = read_file(file)
    except TemplateFileError as error:
        yield Finding(
            file,
            "element-template-invalid",
            str(error),
            RESTORE,
        )
        return
    if present.current != with_version(template, present.version):
        yield Finding(
            file,
            "element-template-stale",
            "is not what the workers and letters now ask for",
            f"{WRITE} Templates are not edited by hand: change the job type's declaration instead.",
        )


def _without(diagram: Diagram, element: Element, files: Mapping[str, TemplateFile]) -> Finding:
    wanted = fitting_template(element)
    found = files.get(wanted) if wanted else None
    if found is not None:
        return _finding(
            diagram,
            element,
            "no-element-template",
            "has no element template",
            f"It does what '{found.current['name']}' does: {APPLY}.",
        )
    return _finding(
        diagram,
        element,
        "no-element-template",
        "has no element template, and there is none for what it does",
        "Choose what it should do from the Modeler's menu.",
    )


def _made_with(
    diagram: Diagram, element: Element, template_id: str, files: Mapping[str, TemplateFile]
) -> Iterator[Finding]:
    found = files.get(template_id)
    if found is None:
        yield _finding(
            diagram,
            element,
            "unknown-element-template",
            f"was made with the element template {template_id!r}, which does not exist",
            f"What it does has a template: {APPLY}."
            if fitting_template(element) in files
            else "Unlink it in the Modeler.",
        )
        return
    kept = found.current
    version = element.zeebe.template_version or ""
    if not version.isdecimal():
        yield _finding(
            diagram,
            element,
            "no-element-template-version",
            f"does not say which version of the element template '{kept['name']}' it was made with",
            f"To mend it {APPLY}.",
        )
    elif int(version) > found.version:
        yield _finding(
            diagram,
            element,
            "newer-element-template",
            f"was made with version {version} of '{kept['name']}', but the newest there is is {found.version}",
            f"Restore {found.file.name} as it was committed; if that version was given up, {APPLY}.",
        )
    elif int(version) < found.version:
        older = found.of_version(int(version))
        yield _outdated(diagram, element, found, older)
        kept = older or kept
    yield from _differences(diagram, element, kept)
    yield from _menus(diagram, element, kept)
    yield from _losses(diagram, element, kept)


def _outdated(diagram: Diagram, element: Element, found: TemplateFile, older: Json | None) -> Finding:
    version, name = element.zeebe.template_version, found.current["name"]
    if older is None:
        return _finding(
            diagram,
            element,
            "forgotten-element-template",
            f"was made with version {version} of '{name}', which the Modeler does not know any more",
            f"The newest is {found.version}: to mend it {APPLY}.",
        )
    return _finding(
        diagram,
        element,
        "outdated-element-template",
        f"was made with version {version} of '{name}'; the newest is {found.version}",
        f"{what_changed(older, found.current)} Choose 'Update' in the Modeler, or run 'dueprocess templates apply' on "
        "the diagram; then fill in what it asks.",
        severity=Severity.WARNING,
    )


def what_changed(older: Json, newer: Json) -> str:
    """What a person has to know of a newer version, in sentences."""
    before, after = shown_inputs(older), shown_inputs(newer)
    told = []
    if new := [name for name in after if name not in before]:
        told.append(f"It asks for {_listed(new)} now.")
    if gone := [name for name in before if name not in after]:
        told.append(f"It does not ask for {_listed(gone)} any more.")
    if others := [name for name in after if name in before and _plain(before[name]) != _plain(after[name])]:
        told.append(f"It asks differently for {_listed(others)}.")
    return " ".join(told) or "What it asks is the same."


def _differences(diagram: Diagram, element: Element, template: Json) -> Iterator[Finding]:
    wanted_type = _XML_TYPES.get(template.get("elementType", {}).get("value", ""))
    if wanted_type is not None and element.type != wanted_type:
        yield _finding(
            diagram,
            element,
            "differs-from-element-template",
            f"is a {element.type}, but its element template '{template['name']}' makes a {wanted_type}",
            "Unlink the template in the Modeler, or choose it again.",
        )
        return
    for shown in template["properties"]:
        setting = shown["binding"].get("property")
        if shown["type"] != "Hidden" or setting not in _PLAIN:
            continue
        held = _held(element, setting)
        if held != shown["value"]:
            retries = setting == "retries"
            yield _finding(
                diagram,
                element,
                "differs-from-element-template",
                f"has the {_PLAIN[setting]} {_said(held)}, but its element template '{template['name']}' "
                f"has {_said(shown['value'])}",
                "Choose the template of what it should do from the Modeler's menu"
                + (
                    "; the Modeler writes the template's number at the next update."
                    if retries
                    else ", or run 'dueprocess templates apply' on the diagram if what it does is right."
                ),
                severity=Severity.WARNING if retries else Severity.ERROR,
            )


def _menus(diagram: Diagram, element: Element, template: Json) -> Iterator[Finding]:
    """A value a drop-down does not list is emptied by the Modeler at the next update."""
    sources = {mapping.target: mapping.source for mapping in element.zeebe.inputs}
    for variable, shown in shown_inputs(template).items():
        source = sources.get(variable)
        if shown["type"] != "Dropdown" or source is None:
            continue
        offered = [choice["value"] for choice in shown["choices"]]
        if source in offered:
            continue
        if is_stated(source):
            problem = f"gives {variable} the value {source}, which the Modeler's menu does not offer"
            remedy = "Choose it from the menu." if len(offered) > FEW else f"Choose one of {', '.join(offered)}."
        else:
            problem = f"works {variable} out by an expression, which the Modeler empties at the next update"
            remedy = "Let a gateway ask, with one element for each value."
            if template["id"] == f"{ID_PREFIX}letter_delivery":
                remedy = (
                    "Run 'dueprocess templates apply' on the diagram: there is a template for letters by expression."
                )
        yield _finding(diagram, element, "not-on-the-menu", problem, remedy)


def _losses(diagram: Diagram, element: Element, template: Json) -> Iterator[Finding]:
    """Inputs and properties that are not the template's are removed by the Modeler at the next update.

    The wiring check refuses a job's unknown inputs anyway.
    """
    lost = [name for name, _ in element.zeebe.properties if name not in _properties(template)]
    if element.type == "callActivity":
        lost += [mapping.target for mapping in element.zeebe.inputs if mapping.target not in shown_inputs(template)]
    if lost:
        yield _finding(
            diagram,
            element,
            "lost-on-update",
            f"has {_listed(lost)}, which its element template '{template['name']}' does not know and the Modeler "
            "removes at the next update",
            "Remove it, or correct its name.",
            severity=Severity.WARNING,
        )


def _properties(template: Json) -> set[str]:
    return {
        shown["binding"]["name"] for shown in template["properties"] if shown["binding"]["type"] == "zeebe:property"
    }


_PLAIN = {
    "type": "job type",
    "retries": "retries",
    "processId": "called process",
    "bindingType": "binding",
    "propagateAllParentVariables": "setting for all variables in",
    "propagateAllChildVariables": "setting for all variables out",
}


def _held(element: Element, setting: str) -> str | bool | None:
    task, called = element.zeebe.task, element.zeebe.called_process
    if task is not None:
        return {"type": task.type, "retries": task.retries}.get(setting)
    if called is None:
        return None
    held: dict[str, str | bool] = {
        "processId": called.process_id,
        "bindingType": called.binding,
        "propagateAllParentVariables": called.propagate_all_parent_variables,
        "propagateAllChildVariables": called.propagate_all_child_variables,
    }
    return held.get(setting)


def _said(value: str | bool | None) -> str:
    match value:
        case None | "":
            return "(none)"
        case bool():
            return "on" if value else "off"
        case _:
            return value


def _plain(shown: Json) -> Json:
    return {key: value for key, value in shown.items() if key != "choices"}


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _finding(
    diagram: Diagram,
    element: Element,
    rule: str,
    problem: str,
    remedy: str,
    *,
    severity: Severity = Severity.ERROR,
) -> Finding:
    name = " ".join(element.name.split())
    return Finding(diagram.file, rule, problem, remedy, element.id, name, element.line, severity)
