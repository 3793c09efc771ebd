"""Files to documents. A kind of file is one module here and one line in `READERS`."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

from index.errors import ReadError
from index.readers.archive import refuse_archive
from index.readers.epub import read_epub
from index.readers.mail import read_mail
from index.readers.markdown import read_markdown
from index.readers.odt import read_odt
from index.readers.parsed import Parsed
from index.readers.pdf import read_pdf
from index.readers.plain import read_plain
from index.readers.slides import read_slides
from index.readers.tables import read_csv, read_xlsx
from index.readers.web import read_web
from index.readers.word import read_word
from index.types import Document

READERS: dict[str, Callable[[bytes, str], Parsed]] = {
    ".txt": read_plain,
    ".text": read_plain,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".pdf": read_pdf,
    ".docx": read_word,
    ".html": read_web,
    ".htm": read_web,
    ".xhtml": read_web,
    ".epub": read_epub,
    ".odt": read_odt,
    ".pptx": read_slides,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".xlsx": read_xlsx,
    ".eml": read_mail,
}
_REFUSED = dict.fromkeys((".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"), refuse_archive)


def read_document(data: bytes, path: Path, *, source: str | None = None, password: str | None = None) -> Document:
    """Make a document of the bytes of a file. An unknown suffix is read as plain text. `source`:
    where the bytes are from, when it is not the path. `password` opens an encrypted PDF.

    Raises ReadError when the bytes hold no text: empty, blank, or binary; PasswordNeeded when
    they are encrypted.
    """
    source = source or printable(path)
    if not data:
        raise ReadError(f"{source} is empty: there is nothing to quote from it.")
    reader = (READERS | _REFUSED).get(path.suffix.lower(), read_plain)
    try:
        name = Path(printable(path)).stem
        parsed = reader(data, name, password) if reader is read_pdf else reader(data, name)
    except ReadError as error:
        raise type(error)(f"{source} {error}") from None
    return Document(
        id=document_id(source),
        title=_encodable(parsed.title),
        source=source,
        author=parsed.author and _encodable(parsed.author),
        text=_encodable(parsed.text),
        sha256=hashlib.sha256(data).hexdigest(),
        sections=parsed.sections,
        blocks=parsed.blocks,
        pages=parsed.pages,
        date=parsed.date,
        unread=parsed.unread and f"{source} {parsed.unread}",
    )


def printable(path: Path) -> str:
    """A path as text on one line, whatever bytes its name is made of."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return re.sub(r"[\x00-\x1f\x7f]", lambda match: f"\\x{ord(match[0]):02x}", text)


def _encodable(text: str) -> str:
    """A text that UTF-8 can hold, character for character."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def document_id(source: str) -> str:
    """A name for a source that stays the same when its content changes: a readable slug of the
    file's name, and 8 hexadecimal digits of the whole path's hash."""
    slug = re.sub(r"[^a-z0-9]+", "-", Path(source).stem.lower()).strip("-")[:40].strip("-")
    digest = hashlib.sha256(source.encode()).hexdigest()[:8]
    return f"{slug or 'document'}-{digest}"
