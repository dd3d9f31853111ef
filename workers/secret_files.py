"""Secrets kept as files, one each, as container platforms and service managers hand them over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

SECRET_URLS = frozenset({"database_url"})
"""Settings that carry a password among other things."""


class SecretFileError(Exception):
    """A secret's file is there and cannot be used; the message says which and why, never what is in it."""


class SecretFiles(PydanticBaseSettingsSource):
    """Reads each secret nobody has set from the file ``dueprocess_<setting>`` in ``secrets_dir``.

    A folder or a file that is not there is no error.

    :raises SecretFileError: a file is there and cannot be read, or is not text.
    """

    def __call__(self) -> dict[str, Any]:
        """The secrets found, by setting."""
        folder = self.current_state.get("secrets_dir") or self.settings_cls.model_fields["secrets_dir"].default
        found: dict[str, Any] = {}
        for name, field in self.settings_cls.model_fields.items():
            secret = field.annotation is SecretStr or name in SECRET_URLS
            if secret and name not in self.current_state:
                content = _content(Path(folder).expanduser() / f"{self.config['env_prefix']}{name}".lower())
                if content is not None:
                    found[name] = content
        return found

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Asked for by the base class, and never called: all files are read at once."""
        raise NotImplementedError


def _content(file: Path) -> str | None:
    try:
        # Editors and `echo` end a file with a new line, which no password ends with.
        return file.read_text("utf-8").rstrip("\r\n")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SecretFileError(f"The secret in {file} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise SecretFileError(f"The secret in {file} is not text in UTF-8.") from None
