"""How cases are numbered."""

from __future__ import annotations

from typing import Literal

Policy = Literal[
    "attendance",
    "business_interests",
    "capability",
    "childcare_vouchers",
    "confidential_reporting",
    "it_and_social_media",
    "work_placements",
]
"""The policies, named as their folders are."""

PREFIXES: dict[Policy, str] = {
    "attendance": "ATT",
    "business_interests": "BUS",
    "capability": "CAP",
    "childcare_vouchers": "CCV",
    "confidential_reporting": "CON",
    "it_and_social_media": "ITS",
    "work_placements": "WEP",
}
"""What the references of a policy's cases begin with."""

CONTACT_PREFIX = "CTC"
