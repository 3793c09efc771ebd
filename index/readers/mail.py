"""E-mail: the words of an .eml file, with its subject, sender and date."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import parseaddr
from itertools import groupby

from index.errors import ReadError
from index.readers.markup import blocks, tree
from index.readers.parsed import Parsed, Part, assembled, day, decode, opening

_QUOTED = re.compile(r"(?:>[ \t]?)+")


def read_mail(data: bytes, stem: str) -> Parsed:
    """Read a message (RFC 5322, MIME). The subject is the title, the sender the author; the plain
    text is taken where there is one, else the text of the HTML; words of others that it repeats
    are paragraphs of their own with a “>” in front; attachments are named, not read.

    Raises ReadError for what is no message or holds no text.
    """
    with opening("message", "save it anew from the mail program"):
        message = email.message_from_bytes(data, _class=EmailMessage, policy=email.policy.default)
        words = list(_words(message))
        attached = [named for part in message.iter_attachments() if (named := _named(part))]
        sent = message["date"]
        name, address = parseaddr(str(message["from"] or ""))
        subject = " ".join(str(message["subject"] or "").split())
        date = day(sent.datetime) if sent is not None else None
    if not (name or address or subject):
        raise ReadError("is no e-mail message; save it anew from the mail program.")
    parts = [Part("title", subject)] if subject else []
    parts += words
    if attached:
        parts.append(Part("caption", f"Attachments: {', '.join(attached)}"))
    return assembled(parts, subject or stem, name or address or None, date=date)


def _words(message: EmailMessage) -> Iterator[Part]:
    body = message.get_body(("plain", "html"))
    if body is None:
        return
    try:
        text = body.get_content()
    except LookupError:  # an encoding that nobody knows
        raw = body.get_payload(decode=True)
        text = decode(raw) if isinstance(raw, bytes) else ""
    if not text.strip():
        return
    yield from blocks(tree(text)) if body.get_content_type() == "text/html" else _paragraphs(text)


def _named(part: EmailMessage) -> str:
    """The name of an attachment; the subject of a forwarded message."""
    if part.get_content_type() == "message/rfc822":
        return str(part.get_content()["subject"] or "") or "a message"
    return part.get_filename() or ""


def _paragraphs(text: str) -> Iterator[Part]:
    """Runs of lines between empty ones, and of quoted ones; the lines of one are joined, as mail
    programs wrap them."""
    for (quoted, empty), run in groupby(text.splitlines(), lambda line: (line.startswith(">"), not _said(line))):
        if not empty:
            words = " ".join(_said(line) for line in run)
            yield Part("paragraph", f"> {words}" if quoted else words)


def _said(line: str) -> str:
    return " ".join(_QUOTED.sub("", line, count=1).split() if line.startswith(">") else line.split())
