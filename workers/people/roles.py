"""The roles people hold; the candidate groups of user tasks bear the same names."""

from __future__ import annotations

ROLES: dict[str, str] = {
    "line_managers": "Line managers",
    "chief_executive": "Chief Executive",
    "hr": "Human resources",
    "statutory_officers": "Statutory officers",
    "occupational_health": "Occupational health",
    "finance": "Finance",
    "legal_adviser": "Legal adviser",
    "internal_audit": "Internal audit",
    "responsible_officer": "Responsible officer",
    "communications": "Communications",
    "it_services": "IT services",
}
"""Each role with the words for it."""


def unknown_roles(roles: list[str]) -> list[str]:
    """Those of ``roles`` there are not, in their order."""
    return [role for role in roles if role not in ROLES]
