"""A letter as an email: text and HTML, the PDF attached, an invitation where there is a hearing."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape as as_html

from workers.deadlines.moments import LONDON
from workers.notices.failures import LetterProblem
from workers.notices.invitation import Invitation
from workers.notices.markdown import WIDTH

_FONT = "font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5;color:#1b2b3a"
_MARKING = "margin:0;text-align:center;font-size:13px;font-weight:bold;letter-spacing:0.08em"


@dataclass(frozen=True)
class Written:
    """What an email shows around the letter's body."""

    organisation: str
    marking: str
    date_in_words: str
    reference: str
    case_reference: str
    """Empty where the letter must not tell which case it is."""
    subject: str
    body_text: str
    body_html: str
    enclosures: Sequence[str] = ()
    copies: Sequence[str] = ()
    attached: bool = False
    """The PDF is attached."""

    @property
    def references(self) -> str:
        """What the reader quotes when writing back."""
        return f"Our reference {self.reference}" + (f", case {self.case_reference}" if self.case_reference else "")


def as_text(written: Written, copy_line: str = "") -> str:
    """The email's plain text; ``copy_line`` says to the reader of a copy what it is."""
    parts = [written.marking]
    if copy_line:
        parts.append(_filled(copy_line))
    parts += [
        f"{written.organisation}\n{written.date_in_words}\n{written.references}",
        f"{_filled(written.subject)}\n{'=' * min(WIDTH, len(written.subject))}",
        written.body_text.strip(),
    ]
    if written.enclosures:
        parts.append("\n".join(["Enclosed:", *map(_listed, written.enclosures)]))
    if written.copies:
        parts.append("\n".join(["Copies to:", *map(_listed, written.copies)]))
    if written.attached:
        parts.append("The letter is attached as a PDF.")
    return "\n\n".join([*parts, written.marking]) + "\n"


def as_page(written: Written, copy_line: str = "") -> str:
    """The email's HTML: one page that fetches nothing from elsewhere."""
    lists = "".join(
        f'<p style="margin:0 0 1em 0"><strong>{title}</strong><br>{"<br>".join(map(as_html, lines))}</p>'
        for title, lines in (("Enclosed", written.enclosures), ("Copies to", written.copies))
        if lines
    )
    copied = (
        f'<p style="margin:0 0 1.5em 0;padding:0.75em 1em;background:#eef3f7;border-left:4px solid #1d4f76">'
        f"{as_html(copy_line)}</p>"
        if copy_line
        else ""
    )
    attached = '<p style="margin:0 0 1em 0">The letter is attached as a PDF.</p>' if written.attached else ""
    marking = f'<p style="{_MARKING}">{as_html(written.marking)}</p>'
    return (
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{as_html(written.subject)}</title></head>\n"
        '<body style="margin:0;padding:1.5em 1em;background:#ffffff">\n'
        f'<div style="max-width:40em;margin:0 auto;{_FONT}">\n'
        f"{marking}\n"
        f'<p style="margin:1.5em 0 0.25em 0;font-size:20px;font-weight:bold;color:#1d4f76">'
        f"{as_html(written.organisation)}</p>\n"
        f'<p style="margin:0 0 1.5em 0;padding-top:0.5em;border-top:2px solid #1d4f76;font-size:14px;color:#4a5560">'
        f"{as_html(written.date_in_words)}<br>{as_html(written.references)}</p>\n"
        f'{copied}\n<h1 style="margin:0 0 1em 0;font-size:19px">{as_html(written.subject)}</h1>\n'
        f"{written.body_html}{lists}{attached}\n{marking}\n</div>\n</body>\n</html>\n"
    )


def compose(
    *,
    sender_name: str,
    sender: str,
    recipient_name: str,
    recipient: str,
    subject: str,
    message_id: str,
    written_at: datetime,
    text: str,
    html: str,
    attachment: tuple[str, bytes] | None = None,
    invitation: Invitation | None = None,
) -> bytes:
    """The whole message, as it goes to the mail server.

    :param attachment: file name and content of a PDF.
    :raises LetterProblem: a name, an address or the subject holds a line break or is otherwise no header.
    """
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = Address(sender_name, addr_spec=sender)
        message["To"] = Address(recipient_name, addr_spec=recipient)
        message["Subject"] = subject
        message["Message-ID"] = message_id
    except (ValueError, IndexError, MessageError):
        raise LetterProblem(
            "The subject, or a name or email address in the records, cannot stand in the head of an email: "
            "it holds a line break or is no address. Correct it in the records or the template."
        ) from None
    message["Date"] = written_at.astimezone(LONDON)
    message["Content-Language"] = "en-GB"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    if invitation is not None:
        # Mail programs offer the entry when it is an alternative with the method; the file is for the others.
        message.add_alternative(invitation.text, subtype="calendar", cte="base64", params={"method": invitation.method})
    if attachment is not None:
        name, content = attachment
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    if invitation is not None:
        message.add_attachment(invitation.text.encode(), maintype="application", subtype="ics", filename="hearing.ics")
    return message.as_bytes()


def message_id(job_key: int, recipient: str, sender: str) -> str:
    """The same for the same job and recipient, however often the job comes; it does not tell who that is."""
    digest = hashlib.sha256(f"{job_key}:{recipient}".encode()).hexdigest()[:16]
    return f"<{job_key}.{digest}@{sender.rpartition('@')[2]}>"


def _filled(line: str) -> str:
    return textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)


def _listed(line: str) -> str:
    return textwrap.fill(
        line, WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
