"""Word: the headings, paragraphs, list items, table rows and footnotes of a .docx file."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from index.errors import ReadError
from index.readers.archive import checked_archive
from index.readers.parsed import Parsed, Part, assembled, day

_HEADING = re.compile(r"heading ([1-9])$", re.IGNORECASE)
_CELL = " | "


def read_word(data: bytes, stem: str) -> Parsed:
    """Read a Word file. A row of a table is a paragraph, its cells divided by bars; footnotes stand
    at the end, in a section of that name. Title and author come from the file's properties, the
    title else from its first title, or from the file's name.

    Raises ReadError for a file that is damaged or holds no text.
    """
    from docx import Document

    checked_archive(data)
    try:
        document = Document(io.BytesIO(data))
        parts = [*_body(document), *_footnotes(document)]
        properties = document.core_properties
        title, author, date = properties.title.strip(), properties.author.strip(), day(properties.created)
    except Exception as error:  # python-docx lets the errors of zip, XML and its own model through
        raise ReadError(
            f"is a damaged Word file ({type(error).__name__}); open and save it in a word processor."
        ) from error
    first = next((part.text for part in parts if part.kind == "title"), stem)
    return assembled(parts, title or first, author if author != "python-docx" else None, date=date)


def _body(document: Any) -> Iterator[Part]:
    from docx.table import Table

    for item in document.iter_inner_content():
        if isinstance(item, Table):
            for row in item.rows:
                cells = dict.fromkeys(" ".join(cell.text.split()) for cell in row.cells)
                yield Part("paragraph", _CELL.join(text for text in cells if text))
            continue
        style = item.style.name if item.style is not None else ""
        if heading := _HEADING.match(style or ""):
            yield Part("heading", item.text, level=int(heading[1]))
        elif style == "Title":
            yield Part("title", item.text)
        else:
            yield Part("caption" if style == "Caption" else "paragraph", item.text)


def _footnotes(document: Any) -> Iterator[Part]:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    try:
        blob = document.part.part_related_by(RELATIONSHIP_TYPE.FOOTNOTES).blob
    except KeyError:
        return
    notes = []
    for note in parse_xml(blob).iter(qn("w:footnote")):
        text = "".join(piece.text or "" for piece in note.iter(qn("w:t")))
        if text.strip():
            notes.append(Part("paragraph", f"{note.get(qn('w:id'))} {text.strip()}"))
    if notes:
        yield Part("heading", "Footnotes")
        yield from notes
