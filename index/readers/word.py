"""Word: the headings, paragraphs, list items, table rows and notes of a .docx file."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from index.readers.archive import checked_archive
from index.readers.parsed import Parsed, Part, assembled, day, opening
from index.types import BlockKind

_HEADING = re.compile(r"heading ([1-9])$", re.IGNORECASE)
_CELL = " | "
_WRAPPERS = ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")  # around what is as good as without
_BREAKS = ("tab", "br", "cr")
_UNSEEN = ("pPr", "rPr", "del", "moveFrom", "txbxContent", "rt", "Fallback")

Role = tuple[BlockKind, int] | None  # what paragraphs of a style are, and the level of a heading; None: left out


def read_word(data: bytes, stem: str) -> Parsed:
    """Read a Word file as it stands with all tracked changes accepted. A row of a table is a
    paragraph, its cells divided by bars; text boxes follow their paragraph; footnotes and endnotes,
    numbered as they are referred to, stand at the end in sections of that name. Title, author and
    date come from the file's properties, the title else from its first title, or its name.

    Raises ReadError for a file that is damaged or holds no text.
    """
    from docx import Document

    checked_archive(data)
    with opening("Word file", "open and save it in a word processor"):
        document = Document(io.BytesIO(data))
        roles = {style.style_id: _role(style) for style in document.styles}
        body = document.element.body

        def role(paragraph: Any) -> Role:
            return roles.get(paragraph.style, ("paragraph", 1))

        parts = [*_blocks(body, role), *_notes(document, body, "footnote"), *_notes(document, body, "endnote")]
        properties = document.core_properties
        title, author, date = properties.title.strip(), properties.author.strip(), day(properties.created)
    if author == "python-docx":  # the library's template, whose date is that of the template
        author, date = "", None
    first = next((part.text for part in parts if part.kind == "title"), stem)
    return assembled(parts, title or first, author or None, date=date)


def _role(style: Any) -> Role:
    """By the name of a style, or of the one that it is based on: Word keeps the English names of
    its own styles in every language."""
    seen = 0
    while style is not None and seen < 10:
        name = (style.name or "").lower()
        if heading := _HEADING.match(name):
            return "heading", int(heading[1])
        if name in ("title", "caption"):
            return ("title", 1) if name == "title" else ("caption", 1)
        if re.match(r"toc \d$", name):
            return None
        style, seen = getattr(style, "base_style", None), seen + 1
    return "paragraph", 1


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _blocks(parent: Any, role: Callable[[Any], Role]) -> Iterator[Part]:
    for item in _children(parent):
        if _tag(item) == "tbl":
            yield from _rows(item, role)
        elif _tag(item) == "p" and (kind := role(item)) is not None:
            yield Part(kind[0], _text(item), level=kind[1])
            for box in item.iter("{*}txbxContent"):
                if _is_shown(box):
                    yield from _blocks(box, role)


def _children(parent: Any) -> Iterator[Any]:
    """What is directly in an element, or in wrappers there."""
    for child in parent:
        if _tag(child) in _WRAPPERS:
            yield from _children(child)
        else:
            yield child


def _rows(table: Any, role: Callable[[Any], Role]) -> Iterator[Part]:
    for row in (item for item in _children(table) if _tag(item) == "tr"):
        cells = [item for item in _children(row) if _tag(item) == "tc"]
        if len(cells) == 1:  # a frame around text, or a row of one column
            yield from _blocks(cells[0], role)
            continue
        texts = (" ".join(_joined(filter(_is_shown, cell.iter("{*}p"))).split()) for cell in cells)
        yield Part("paragraph", _CELL.join(text for text in texts if text))


def _is_shown(element: Any) -> bool:
    """Whether it is not there for old versions of Word, which have it a second time."""
    return next(element.iterancestors("{*}Fallback"), None) is None


def _joined(paragraphs: Iterable[Any]) -> str:
    return " ".join(map(_text, paragraphs)).strip()


def _text(element: Any) -> str:
    """The words of a paragraph, without what was deleted, its notes and its text boxes."""
    words = ""
    for child in element:
        tag = _tag(child)
        if tag == "t":
            words += child.text or ""
        elif tag in _BREAKS:
            words += " "
        elif tag == "noBreakHyphen":
            words += "-"
        elif tag not in _UNSEEN:
            words += _text(child)
    return words


def _notes(document: Any, body: Any, kind: str) -> Iterator[Part]:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    try:
        blob = document.part.part_related_by(getattr(RELATIONSHIP_TYPE, f"{kind.upper()}S")).blob
    except KeyError:
        return
    texts = {note.get(qn("w:id")): _joined(note.iter(qn("w:p"))) for note in parse_xml(blob).iter(qn(f"w:{kind}"))}
    called = dict.fromkeys(reference.get(qn("w:id")) for reference in body.iter(qn(f"w:{kind}Reference")))
    found = [(number, texts.get(name, "")) for number, name in enumerate(called, 1)]
    if any(text for _, text in found):
        yield Part("heading", f"{kind.capitalize()}s")
    for number, text in found:
        if text:
            yield Part("paragraph", f"{number} {text}")
