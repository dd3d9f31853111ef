"""What is started, in each shape."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from workers.engine import programs
from workers.engine.errors import EngineError
from workers.engine.packages import Packages
from workers.engine.platform import claim_engine, forget_engine, telling_line
from workers.engine.programs import NOWHERE, Options, Ports, Shape

PORTS = Ports(grpc=26510, command=26511, internal=26512, rest=8180, management=9601, opensearch=9201, tasks=26600)
PACKAGES = Packages(Path("/jvm/bin/java"), Path("/cache/camunda"), (Path("/cache/a.jar"), Path("/cache/b.jar")))
DATA = Path("/data")


def environment(options: Options) -> dict[str, str]:
    return programs.camunda(PACKAGES, PORTS, DATA, options).environment


def test_the_whole_platform() -> None:
    found = environment(Options(Shape.FULL))

    assert found["SPRING_PROFILES_ACTIVE"] == "broker,operate,tasklist,auth"
    databases = [value for name, value in found.items() if "OPENSEARCH" in name and name.endswith("URL")]
    assert databases == ["http://127.0.0.1:9201"] * 5
    assert found["CAMUNDA_TASKLIST_ZEEBE_GATEWAYADDRESS"] == "127.0.0.1:26510"
    assert found["CAMUNDA_TASKLIST_ZEEBE_RESTADDRESS"] == "http://127.0.0.1:26600"
    assert "ZEEBE_CLOCK_CONTROLLED" not in found


def test_the_broker_alone() -> None:
    found = environment(Options(Shape.BROKER))

    assert found["SPRING_PROFILES_ACTIVE"] == "broker"
    assert found["CAMUNDA_DATABASE_URL"] == NOWHERE
    assert not [name for name in found if "EXPORTERS" in name or name.startswith("CAMUNDA_TASKLIST")]


def test_the_broker_with_somebody_listening_to_its_records() -> None:
    found = environment(Options(Shape.BROKER, controlled_clock=True, exporter_url="http://127.0.0.1:9999"))

    assert found["ZEEBE_BROKER_EXPORTERS_OPENSEARCH_ARGS_URL"] == "http://127.0.0.1:9999"
    assert found["ZEEBE_BROKER_EXPORTERS_OPENSEARCH_ARGS_BULK_SIZE"] == "1"
    assert found["ZEEBE_CLOCK_CONTROLLED"] == "true"


@pytest.mark.parametrize("shape", Shape)
def test_every_port_is_ours_and_on_this_machine_only(shape: Shape) -> None:
    found = environment(Options(shape))

    assert {
        name: value for name, value in found.items() if name.endswith(("_HOST", "_ADDRESS")) and "BROKER" in name
    } == {
        "ZEEBE_BROKER_NETWORK_HOST": "127.0.0.1",
        "ZEEBE_BROKER_GATEWAY_NETWORK_HOST": "127.0.0.1",
    }
    assert (found["SERVER_ADDRESS"], found["MANAGEMENT_SERVER_ADDRESS"]) == ("127.0.0.1", "127.0.0.1")
    ports = [value for name, value in found.items() if name.endswith("_PORT") and value.isdigit()]
    assert set(map(str, (26510, 26511, 26512, 8180, 9601))) <= set(ports)


@pytest.mark.parametrize("shape", Shape)
def test_dates_are_those_of_london(shape: Shape) -> None:
    assert "-Duser.timezone=Europe/London" in programs.camunda(PACKAGES, PORTS, DATA, Options(shape)).command


def test_settings_from_outside_do_not_leak_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEEBE_BROKER_EXPORTERS_ELSE_CLASSNAME", "x")
    monkeypatch.setenv("SPRING_PROFILES_ACTIVE", "other")
    monkeypatch.setenv("DUEPROCESS_SMTP_PASSWORD", "secret")

    found = environment(Options(Shape.BROKER))

    assert "ZEEBE_BROKER_EXPORTERS_ELSE_CLASSNAME" not in found
    assert found["SPRING_PROFILES_ACTIVE"] == "broker"
    assert "secret" not in found.values()


def test_further_settings_win() -> None:
    found = environment(Options(Shape.BROKER, extra_environment={"ZEEBE_BROKER_DATA_LOGSEGMENTSIZE": "128MB"}))

    assert found["ZEEBE_BROKER_DATA_LOGSEGMENTSIZE"] == "128MB"


def test_opensearch_listens_where_it_is_told() -> None:
    command = programs.opensearch(PACKAGES, 9201, DATA).command

    assert command[command.index("-baseHttpPort") + 1] == "9200"  # its first node listens one above
    assert command[command.index("-classpath") + 1] == "/cache/a.jar:/cache/b.jar"


def test_opensearch_keeps_to_itself_and_writes_on_a_nearly_full_disk(tmp_path: Path) -> None:
    programs.write_opensearch_settings(tmp_path)

    settings = yaml.safe_load((tmp_path / "opensearch" / "node_1" / "config" / "opensearch.yml").read_text())
    assert settings == {
        "discovery.type": "single-node",
        "cluster.routing.allocation.disk.threshold_enabled": False,
    }


def test_data_of_one_shape_are_not_used_by_the_other(tmp_path: Path) -> None:
    claim_engine(tmp_path, Shape.BROKER)
    claim_engine(tmp_path, Shape.BROKER)
    with pytest.raises(EngineError, match="were written as a broker alone; they cannot be used with Tasklist"):
        claim_engine(tmp_path, Shape.FULL)

    forget_engine(tmp_path)

    claim_engine(tmp_path, Shape.FULL)


@pytest.mark.parametrize(
    ("log", "line"),
    [
        ("", "its log is empty."),
        ("one\n2026-11-23 02:08:48.615 two\n", "its log ends with “two”."),
        (
            "Error occurred during initialization of VM\nToo small maximum heap\n",
            "Error occurred during initialization of VM.",
        ),
        (
            "[2026-11-23 02:08:48,615] [main] ERROR io.camunda.X - Failed\njava.lang.IllegalState: no\n"
            "Caused by: java.net.BindException: Address already in use\n\tat a.b(c)\n",
            "java.net.BindException: Address already in use.",
        ),
        (
            "APPLICATION FAILED TO START\n\nDescription:\n\n"
            "Web server failed to start. Port 8080 was already in use.\n\n"
            "Action:\n\nIdentify it.\n",
            "Web server failed to start. Port 8080 was already in use.",
        ),
    ],
)
def test_the_telling_line_of_a_log(tmp_path: Path, log: str, line: str) -> None:
    file = tmp_path / "camunda.log"
    file.write_text(log)

    assert telling_line(file) == line


def test_no_log_is_said(tmp_path: Path) -> None:
    assert telling_line(tmp_path / "camunda.log") == "it wrote no log."
