"""Settings, read from the environment (``DUEPROCESS_*``) and from ``.env``."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent


def _user_folder(variable: str, fallback: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / fallback) / "due-process"


class Settings(BaseSettings):
    """Everything that differs between one installation and another."""

    model_config = SettingsConfigDict(
        env_prefix="DUEPROCESS_", env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    organisation: str = Field("West Midlands Office for Policing and Crime", description="Name on letters.")
    organisation_address: str = Field(
        "Lloyd House, Colmore Circus Queensway, Birmingham, B4 6NQ", description="Address on letters."
    )
    sender: str = Field("hr@dueprocess.example", description="Address that letters and emails come from.")

    database_url: str = Field("", description="SQLAlchemy URL of the records; empty: a SQLite file in data_dir.")
    data_dir: Path = Field(
        default_factory=lambda: _user_folder("XDG_DATA_HOME", ".local/share"),
        description="Where the local platform, its records and its mailbox keep their data.",
    )
    cache_dir: Path = Field(
        default_factory=lambda: _user_folder("XDG_CACHE_HOME", ".cache"),
        description="Where downloaded engine packages are kept, shared by all checkouts.",
    )
    bpmn_dir: Path = Field(PROJECT / "bpmn", description="The diagrams, forms and decisions, a folder per policy.")
    templates_dir: Path = Field(PROJECT / "templates", description="The letters and emails, a folder per policy.")

    engine_grpc: str = Field("localhost:26500", description="Address of the engine's gateway (gRPC).")
    engine_rest: str = Field("http://localhost:8080", description="Address of the engine's REST API.")
    engine_username: str = Field("demo", description="Who signs in to the engine's REST API and Tasklist.")
    engine_password: SecretStr = Field(SecretStr("demo"), description="That user's password.")

    smtp_host: str = Field("localhost", description="Mail server.")
    smtp_port: int = Field(1025, description="Its port.")
    smtp_username: str = Field("", description="Who signs in to the mail server; empty: nobody.")
    smtp_password: SecretStr = Field(SecretStr(""), description="That user's password.")
    smtp_security: str = Field("none", pattern="^(none|starttls|tls)$", description="none, starttls or tls.")

    case_file_url: str = Field(
        "http://localhost:8090", description="Where the case file is served, as people reach it."
    )
    worker_name: str = Field("due-process", description="The worker's name in the engine's records.")

    @cached_property
    def records_url(self) -> str:
        """The SQLAlchemy URL of the records."""
        return self.database_url or f"sqlite:///{self.data_dir / 'records.sqlite3'}"
