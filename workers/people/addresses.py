"""Email addresses it is safe to write to."""

from __future__ import annotations

import re

LONGEST_ADDRESS = 254
"""Characters (RFC 5321, as corrected by erratum 1690)."""
LONGEST_LOCAL_PART = 64

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@({_LABEL}(?:\.{_LABEL})+)")


def is_email_address(text: str) -> bool:
    """Whether ``text`` is one plain address, ``name@example.org``.

    Quoted names, comments, lists and anything that could begin another header line are refused.
    """
    found = _ADDRESS.fullmatch(text)
    return bool(found) and len(text) <= LONGEST_ADDRESS and len(found[1]) <= LONGEST_LOCAL_PART  # type: ignore[index]
