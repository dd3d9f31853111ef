"""Who is signed in: what the signed session cookie says, and for how long it counts."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Callable, MutableMapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from workers.settings import Settings

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
"""A session ends then also for somebody who never pauses."""
SHORTEST_SECRET = 32
SECRET_FILE = "case_file_secret"  # noqa: S105 - the file's name

Session = MutableMapping[str, Any]
"""What the cookie carries; nothing confidential, because it is signed and not encrypted."""


class SecretError(Exception):
    """The secret that signs cookies is unusable; the message says what to do."""


class Sessions:
    """Begins, continues and ends sessions.

    :param clock: the present moment, with its offset.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._ended: dict[str, float] = {}

    def begin(self, session: Session, username: str) -> None:
        """Sign somebody in; nothing of the visit before stays, so that nobody can prepare a cookie for them."""
        now = self._clock().timestamp()
        session.clear()
        session.update(
            username=username, id=secrets.token_urlsafe(16), form=secrets.token_urlsafe(16), began=now, seen=now
        )

    def username(self, session: Session) -> str | None:
        """Who is signed in, and the 30 minutes begin again; nobody if the session has ended."""
        if "username" not in session:
            return None
        now = self._clock().timestamp()
        too_late = now >= session["seen"] + IDLE.total_seconds() or now >= session["began"] + LONGEST.total_seconds()
        if too_late or session["id"] in self._ended:
            session.clear()
            session["timed_out"] = too_late
            return None
        session["seen"] = now
        return str(session["username"])

    def end(self, session: Session) -> None:
        """Sign out; a copy of the cookie is worth nothing from now on."""
        now = self._clock().timestamp()
        self._ended = {key: until for key, until in self._ended.items() if until > now}
        if "id" in session:
            self._ended[session["id"]] = session["began"] + LONGEST.total_seconds()
        session.clear()

    def form_token(self, session: Session) -> str:
        """What a form of this visit must carry, so that no other site can send it."""
        return str(session.setdefault("form", secrets.token_urlsafe(16)))

    def fits(self, session: Session, token: str) -> bool:
        """Whether a form was made for this visit."""
        return secrets.compare_digest(str(session.get("form", "")).encode(), token.encode()) and bool(token)


def cookie_secret(settings: Settings) -> str:
    """The secret that signs cookies: the one in the settings, else one made once and kept in ``data_dir``.

    :raises SecretError: the secret in the settings is too short, or none can be kept.
    """
    given = settings.session_secret.get_secret_value()
    if given:
        if len(given) < SHORTEST_SECRET:
            raise SecretError(
                f"DUEPROCESS_SESSION_SECRET is too short to be safe: give it at least {SHORTEST_SECRET} random "
                "characters, or leave it out to have one made."
            )
        return given
    file = settings.data_dir / SECRET_FILE
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.is_file() and _readable_by_others(file):
            # Somebody may have copied it; with a new one everybody signs in again, and no more.
            file.unlink()
        if not file.exists():
            _make(file)
        return file.read_text("ascii").strip()
    except OSError as error:
        raise SecretError(
            f"The secret of the case file cannot be kept in {file.parent} ({error.strerror}): set DUEPROCESS_DATA_DIR "
            "to a folder that can be written to, or give the secret in DUEPROCESS_SESSION_SECRET."
        ) from None


def _make(file: Path) -> None:
    whole = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(48))
        # Linked when it is whole, so that two processes starting together agree on one.
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(whole)
    finally:
        whole.unlink()


def _readable_by_others(file: Path) -> bool:
    return os.name == "posix" and bool(file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
