"""E-mail: the words of an .eml file, with its subject, sender and date."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import parseaddr

from index.errors import ReadError
from index.readers.parsed import Parsed, Part, assembled, day


def read_mail(data: bytes, stem: str) -> Parsed:
    """Read a message (RFC 5322, MIME). The subject is the title, the sender the author; the plain
    text is taken where there is one, else the text of the HTML; attachments are named, not read.

    Raises ReadError for what is no message or holds no text.
    """
    try:
        message = email.message_from_bytes(data, _class=EmailMessage, policy=email.policy.default)
        body = message.get_body(("plain", "html"))
        text = body.get_content() if body is not None else ""
        html = body is not None and body.get_content_type() == "text/html"
        words = list(_from_html(text) if html else _paragraphs(text))
        attached = [name for part in message.iter_attachments() if (name := part.get_filename())]
        sent = message["date"]
        name, address = parseaddr(str(message["from"] or ""))
        subject = " ".join(str(message["subject"] or "").split())
        date = day(sent.datetime) if sent is not None else None
    except Exception as error:  # the email package lets damaged headers and unknown encodings through
        raise ReadError(f"is a damaged message ({type(error).__name__}); save it anew from the mail program.") from None
    if not (name or address or subject):
        raise ReadError("is no e-mail message; save it anew from the mail program.")
    parts = [Part("title", subject)] if subject else []
    parts += words
    if attached:
        parts.append(Part("caption", f"Attachments: {', '.join(attached)}"))
    return assembled(parts, subject or stem, name or address or None, date=date)


def _paragraphs(text: str) -> Iterator[Part]:
    """Runs of lines between empty ones; the lines of one are joined, as mail programs wrap them."""
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        if words := " ".join(paragraph.split()):
            yield Part("paragraph", words)


def _from_html(text: str) -> Iterator[Part]:
    from lxml import html

    from index.readers.epub import blocks

    yield from blocks(html.fromstring(text))
