"""Settings, read from the environment (``DUEPROCESS_*``), from ``.env``, and for secrets from a file each."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from workers.secret_files import SecretFiles

PROJECT = Path(__file__).resolve().parent.parent


def _user_folder(variable: str, fallback: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / fallback) / "due-process"


class Settings(BaseSettings):
    """Everything that differs between one installation and another."""

    model_config = SettingsConfigDict(
        env_prefix="DUEPROCESS_",
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        # What is wrong with a setting is shown; what it says may be a secret in the wrong place.
        hide_input_in_errors=True,
    )

    organisation: str = Field("West Midlands Office for Policing and Crime", description="Name on letters.")
    organisation_address: str = Field(
        "Lloyd House, Colmore Circus Queensway, Birmingham, B4 6NQ", description="Address on letters."
    )
    sender: str = Field("hr@dueprocess.example", description="Address that letters and emails come from.")

    secrets_dir: Path = Field(
        Path("/run/secrets"),
        description="Where secrets may be kept as files, such as dueprocess_smtp_password; it need not exist.",
    )
    database_url: str = Field(
        "", repr=False, description="SQLAlchemy URL of the records; empty: a SQLite file in data_dir."
    )
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
    policies_dir: Path = Field(PROJECT / "policies", description="What the policies ask: a register per policy.")

    engine_grpc: str = Field("localhost:26500", description="Address of the engine's gateway (gRPC).")
    engine_rest: str = Field("http://localhost:8080", description="Address of the engine's REST API.")
    engine_rest_sign_in: str = Field(
        "form",
        pattern="^(form|basic)$",
        description="How one signs in there: form, as on 8.6, or basic, as from 8.8 on.",
    )
    engine_username: str = Field("demo", description="Who signs in to the engine's REST API and Tasklist.")
    engine_password: SecretStr = Field(SecretStr("demo"), description="That user's password.")

    engine_grpc_tls: bool = Field(False, description="The gateway (gRPC) is reached over TLS.")
    engine_grpc_root_certificates: Path | None = Field(
        None, description="PEM file of the certificates to trust for it; empty: the public ones."
    )
    engine_grpc_sign_in: str = Field(
        "none",
        pattern="^(none|basic|oauth)$",
        description="How the worker signs in to the gateway: none, basic or oauth.",
    )
    engine_oauth_token_url: str = Field("", description="Where OAuth tokens for the gateway are issued.")
    engine_oauth_client_id: str = Field("", description="The worker's OAuth client.")
    engine_oauth_client_secret: SecretStr = Field(SecretStr(""), description="That client's secret.")
    engine_oauth_audience: str = Field("", description="Audience asked for with the token; empty: none.")
    engine_oauth_scope: str = Field("", description="Scope asked for with the token; empty: none.")

    smtp_host: str = Field("localhost", description="Mail server.")
    smtp_port: int = Field(1025, description="Its port.")
    smtp_username: str = Field("", description="Who signs in to the mail server; empty: nobody.")
    smtp_password: SecretStr = Field(SecretStr(""), description="That user's password.")
    smtp_security: str = Field("none", pattern="^(none|starttls|tls)$", description="none, starttls or tls.")
    smtp_root_certificates: Path | None = Field(
        None, description="PEM file of the certificates to trust for the mail server; empty: the public ones."
    )

    case_file_url: str = Field(
        "http://localhost:8090", description="Where the case file is served, as people reach it."
    )
    session_secret: SecretStr = Field(
        SecretStr(""),
        description="Signs the case file's session cookies, at least 32 characters; empty: one is made in data_dir.",
    )
    worker_name: str = Field("due-process", description="The worker's name in the engine's records.")
    worker_jobs: int = Field(128, ge=1, description="How many jobs one worker runs at once.")
    worker_threads: int = Field(
        8, ge=1, description="How many of them write records at once; SQLite has one writer, so there it is one."
    )
    worker_stop_seconds: float = Field(20, ge=0, description="How long a stopping worker waits for running jobs.")
    health_host: str = Field("127.0.0.1", description="Where the worker's health and metrics are served.")
    health_port: int = Field(9601, ge=0, le=65535, description="Its port; 0: not served.")
    traces_endpoint: str = Field(
        "", description="Where traces go (OTLP over HTTP), such as http://collector:4318/v1/traces; empty: nowhere."
    )
    log_format: str = Field("text", pattern="^(text|json)$", description="Log lines as text or as JSON.")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="The least a log line must be.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Where settings come from; what an earlier one says holds."""
        return init_settings, env_settings, dotenv_settings, SecretFiles(settings_cls)

    @cached_property
    def records_url(self) -> str:
        """The SQLAlchemy URL of the records."""
        return self.database_url or f"sqlite:///{self.data_dir / 'records.sqlite3'}"
