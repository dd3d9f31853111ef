"""How the platform's two programs are started: their command lines, environments and folders."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from workers.engine.packages import Packages
from workers.engine.ports import LOOPBACK

TIME_ZONE = "Europe/London"
"""What ``now()`` and ``today()`` in a diagram mean."""

OPENSEARCH_PORTS = range(9200, 9300)
"""OpenSearch's runner refuses ports above these."""

OPENSEARCH_SETTINGS = """\
# Otherwise it looks for others on this machine and joins the first it finds, another checkout's for instance.
discovery.type: single-node
# Otherwise nothing is written, and Tasklist stands still, once the disk is 95 % full, however large it is.
cluster.routing.allocation.disk.threshold_enabled: false
"""

QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Halves the processor time of a start, which a developer waits for; a server would be tuned for long runs instead."""

NOWHERE = f"http://{LOOPBACK}:9"
"""The engine insists on the address of a database even where it never calls it."""


class Shape(StrEnum):
    """How much of the platform runs."""

    FULL = "full"
    """Engine, Tasklist, Operate, and OpenSearch for their data."""
    BROKER = "broker"
    """The engine alone."""


@dataclass(frozen=True)
class Ports:
    """Where the platform listens, on this machine only."""

    grpc: int
    command: int
    internal: int
    rest: int
    management: int
    opensearch: int | None = None
    tasks: int | None = None
    """Where Tasklist reaches the engine's user tasks; see :mod:`workers.engine.task_door`."""


@dataclass(frozen=True)
class Program:
    """A program to start."""

    name: str
    command: list[str]
    environment: dict[str, str]
    folder: Path
    """Where it runs and keeps its data."""
    log: Path


@dataclass(frozen=True)
class Options:
    """What differs between one run of the platform and another."""

    shape: Shape = Shape.FULL
    controlled_clock: bool = False
    """Tests may set the engine's clock."""
    exporter_url: str | None = None
    """Where a broker without OpenSearch sends its records, as if there were an OpenSearch; nowhere if not given."""
    extra_environment: Mapping[str, str] | None = None
    """Further settings of Camunda, as environment variables; they win."""


def engine_folder(data_dir: Path) -> Path:
    """Where the engine keeps its data."""
    return data_dir / "engine"


def log_file(data_dir: Path, program: str) -> Path:
    """The log of one of the platform's programs."""
    return data_dir / "logs" / f"{program.lower()}.log"


def opensearch_folder(data_dir: Path) -> Path:
    """Where OpenSearch keeps its data."""
    return data_dir / "opensearch"


def camunda(packages: Packages, ports: Ports, data_dir: Path, options: Options) -> Program:
    """Camunda in the shape wanted."""
    folder = engine_folder(data_dir)
    full = options.shape is Shape.FULL
    home = packages.camunda
    command = [
        str(packages.java),
        *(["-Xms512m", "-Xmx1280m"] if full else ["-Xms192m", "-Xmx768m"]),
        *QUICK_START,
        "--sun-misc-unsafe-memory-access=allow",
        "--enable-native-access=ALL-UNNAMED",
        f"-Duser.timezone={TIME_ZONE}",
        "-Dfile.encoding=UTF-8",
        "-XX:+ExitOnOutOfMemoryError",
        "-Xshare:auto",
        f"-Dapp.home={data_dir}",  # its own log files go to the folder "logs" below this
        f"-Dbasedir={home}",
        "-classpath",
        f"{home / 'config'}{os.pathsep}{home / 'lib' / '*'}",
        "io.camunda.application.StandaloneCamunda",
    ]
    environment = _inherited_environment() | _camunda_environment(ports, folder, options)
    return Program("Camunda", command, environment, folder, log_file(data_dir, "Camunda"))


def _camunda_environment(ports: Ports, folder: Path, options: Options) -> dict[str, str]:
    environment = {
        "SPRING_PROFILES_ACTIVE": "broker",
        "SERVER_ADDRESS": LOOPBACK,
        "SERVER_PORT": str(ports.rest),
        "MANAGEMENT_SERVER_ADDRESS": LOOPBACK,
        "MANAGEMENT_SERVER_PORT": str(ports.management),
        "ZEEBE_BROKER_NETWORK_HOST": LOOPBACK,
        "ZEEBE_BROKER_NETWORK_COMMANDAPI_PORT": str(ports.command),
        "ZEEBE_BROKER_NETWORK_INTERNALAPI_PORT": str(ports.internal),
        "ZEEBE_BROKER_GATEWAY_NETWORK_HOST": LOOPBACK,
        "ZEEBE_BROKER_GATEWAY_NETWORK_PORT": str(ports.grpc),
        # A policy is deployed in one request; on a busy machine it may take longer than the default 15 seconds.
        "ZEEBE_BROKER_GATEWAY_CLUSTER_REQUESTTIMEOUT": "PT60S",
        "ZEEBE_BROKER_DATA_DIRECTORY": str(folder),
        "ZEEBE_BROKER_DATA_LOGSEGMENTSIZE": "16MB",
        # A developer's disk is often nearly full; by default the engine stops below 2 GB of room.
        "ZEEBE_BROKER_DATA_DISK_FREESPACE_PROCESSING": "256MB",
        "ZEEBE_BROKER_DATA_DISK_FREESPACE_REPLICATION": "128MB",
        "CAMUNDA_DATABASE_TYPE": "opensearch",
        "CAMUNDA_DATABASE_URL": NOWHERE,
    }
    if options.controlled_clock:
        environment["ZEEBE_CLOCK_CONTROLLED"] = "true"
    if options.shape is Shape.FULL:
        environment |= _web_applications(ports) | _exporter(f"http://{LOOPBACK}:{ports.opensearch}", "1000")
    elif options.exporter_url is not None:
        environment |= _exporter(options.exporter_url, "1")
    return environment | dict(options.extra_environment or {})


def _web_applications(ports: Ports) -> dict[str, str]:
    database = f"http://{LOOPBACK}:{ports.opensearch}"
    gateway = f"{LOOPBACK}:{ports.grpc}"
    return {
        "SPRING_PROFILES_ACTIVE": "broker,operate,tasklist,auth",
        "CAMUNDA_DATABASE_URL": database,
        "CAMUNDA_OPERATE_DATABASE": "opensearch",
        "CAMUNDA_TASKLIST_DATABASE": "opensearch",
        "CAMUNDA_OPERATE_OPENSEARCH_URL": database,
        "CAMUNDA_OPERATE_ZEEBEOPENSEARCH_URL": database,
        "CAMUNDA_TASKLIST_OPENSEARCH_URL": database,
        "CAMUNDA_TASKLIST_ZEEBEOPENSEARCH_URL": database,
        "CAMUNDA_OPERATE_ZEEBE_GATEWAYADDRESS": gateway,
        "CAMUNDA_TASKLIST_ZEEBE_GATEWAYADDRESS": gateway,
        "CAMUNDA_TASKLIST_ZEEBE_RESTADDRESS": f"http://{LOOPBACK}:{ports.tasks}",
        # They look every five seconds by default, and the person who waits for the next task looks at an old list.
        "CAMUNDA_OPERATE_IMPORTER_READERBACKOFF": "1000",
        "CAMUNDA_OPERATE_IMPORTER_SCHEDULERBACKOFF": "1000",
        "CAMUNDA_TASKLIST_IMPORTER_READERBACKOFF": "1000",
        "CAMUNDA_TASKLIST_IMPORTER_SCHEDULERBACKOFF": "1000",
        # Archiving needs an OpenSearch plugin that is not published as a package.
        "CAMUNDA_OPERATE_ARCHIVERENABLED": "false",
        "CAMUNDA_TASKLIST_ARCHIVERENABLED": "false",
    }


def _exporter(url: str, bulk_size: str) -> dict[str, str]:
    prefix = "ZEEBE_BROKER_EXPORTERS_OPENSEARCH"
    return {
        f"{prefix}_CLASSNAME": "io.camunda.zeebe.exporter.opensearch.OpensearchExporter",
        f"{prefix}_ARGS_URL": url,
        f"{prefix}_ARGS_BULK_DELAY": "1",
        f"{prefix}_ARGS_BULK_SIZE": bulk_size,
    }


def opensearch(packages: Packages, port: int, data_dir: Path) -> Program:
    """OpenSearch, a single node."""
    folder = opensearch_folder(data_dir)
    command = [
        str(packages.java),
        "-Xms256m",
        "-Xmx512m",
        *QUICK_START,
        "--enable-native-access=ALL-UNNAMED",
        "-Djava.locale.providers=CLDR,SPI",
        f"-Duser.timezone={TIME_ZONE}",
        "-XX:+ExitOnOutOfMemoryError",
        "-classpath",
        os.pathsep.join(str(jar) for jar in packages.opensearch),
        "org.codelibs.opensearch.runner.OpenSearchRunner",
        *("-basePath", str(folder)),
        *("-numOfNode", "1"),
        *("-clusterName", "camunda"),
        *("-baseHttpPort", str(port - 1)),  # its first node listens one above
        "-useLogger",
    ]
    return Program("OpenSearch", command, _inherited_environment(), folder, log_file(data_dir, "OpenSearch"))


def opensearch_home(data_dir: Path) -> Path:
    """The folder of OpenSearch's node, by which it is told from another OpenSearch."""
    return opensearch_folder(data_dir) / "node_1"


def write_opensearch_settings(data_dir: Path) -> None:
    """Lay out OpenSearch's settings where its runner finds them."""
    settings = opensearch_home(data_dir) / "config" / "opensearch.yml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(OPENSEARCH_SETTINGS, "utf-8")


def _inherited_environment() -> dict[str, str]:
    """This program's environment without what would change the platform's settings unseen."""
    foreign = ("ZEEBE_", "CAMUNDA_", "SPRING_", "SERVER_", "MANAGEMENT_", "OPERATE_", "TASKLIST_", "DUEPROCESS_")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
