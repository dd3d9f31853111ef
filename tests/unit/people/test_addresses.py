"""Which addresses are safe to write to."""

from __future__ import annotations

import pytest

from workers.people.addresses import is_email_address


@pytest.mark.parametrize(
    "address", ["a@b.example", "a.morgan+hr@wm.example", "o'neil@sub.wm.example", "x_1-2@a-b.co.uk", f"{'a' * 64}@b.cc"]
)
def test_addresses(address: str) -> None:
    assert is_email_address(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@",
        "@b.example",
        "a@b",
        "a b@c.example",
        "a@b.example ",
        "a@b.example\n",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example,c@d.example",
        "<a@b.example>",
        '"a b"@c.example',
        ".a@b.example",
        "a.@b.example",
        "a..b@c.example",
        "a@-b.example",
        "a@b-.example",
        "a@b..example",
        "a@[127.0.0.1]",
        "é@b.example",
        "a@é.example",
        f"{'a' * 65}@b.example",
        f"a@{'b' * 64}.example",
        f"a@{'b.' * 130}example",
    ],
)
def test_no_addresses(text: str) -> None:
    assert not is_email_address(text)
