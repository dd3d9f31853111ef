"""Where the running platform is, written down for other commands and for the next start."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from workers.engine.ports import LOOPBACK
from workers.engine.processes import ProcessIdentity, is_running
from workers.engine.programs import Ports, Shape
from workers.settings import Settings


@dataclass(frozen=True)
class PlatformState:
    """A platform that was started from a data folder."""

    shape: Shape
    ports: Ports
    processes: tuple[ProcessIdentity, ...]
    """In the order they were started."""
    ready: bool = False

    @property
    def grpc(self) -> str:
        """The address of the engine's gateway."""
        return f"{LOOPBACK}:{self.ports.grpc}"

    @property
    def rest(self) -> str:
        """The address of the engine's REST API, Tasklist and Operate."""
        return f"http://{LOOPBACK}:{self.ports.rest}"

    @property
    def opensearch(self) -> str | None:
        """The URL of OpenSearch, where it runs."""
        port = self.ports.opensearch
        return None if port is None else f"http://{LOOPBACK}:{port}"

    def is_running(self) -> bool:
        """Whether all its processes still run."""
        return bool(self.processes) and all(is_running(process) for process in self.processes)


def state_file(data_dir: Path) -> Path:
    """Where the state is written down."""
    return data_dir / "platform.json"


def write_state(data_dir: Path, state: PlatformState) -> None:
    """Write the state down, whole or not at all."""
    path = state_file(data_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.part")
    draft.write_text(json.dumps(asdict(state), indent=2) + "\n", "utf-8")
    draft.replace(path)


def read_state(data_dir: Path) -> PlatformState | None:
    """What was written down, whether it still runs or not; nothing if there is nothing readable."""
    try:
        content = json.loads(state_file(data_dir).read_text("utf-8"))
        return PlatformState(
            shape=Shape(content["shape"]),
            ports=Ports(**content["ports"]),
            processes=tuple(ProcessIdentity(**process) for process in content["processes"]),
            ready=content["ready"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forget_state(data_dir: Path) -> None:
    """Nothing runs any more."""
    state_file(data_dir).unlink(missing_ok=True)


def running_state(settings: Settings) -> PlatformState | None:
    """The local platform that is ready for use now, if one runs from this data folder."""
    state = read_state(settings.data_dir)
    return state if state is not None and state.ready and state.is_running() else None


def with_running_platform(settings: Settings) -> Settings:
    """The settings with the engine's addresses filled in from the running local platform.

    Addresses given as ``DUEPROCESS_ENGINE_…`` win; without them and without a running platform the defaults stay.
    """
    state = running_state(settings)
    if state is None:
        return settings
    found = {"engine_grpc": state.grpc, "engine_rest": state.rest}
    return settings.model_copy(
        update={name: value for name, value in found.items() if name not in settings.model_fields_set}
    )
