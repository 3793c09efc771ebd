"""OpenDocument text: the headings, paragraphs, list items, table rows and notes of an .odt file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.errors import ReadError
from index.readers.archive import checked_archive
from index.readers.parsed import Parsed, Part, assembled, day, opening

_OMITTED = ("tracked-changes", "annotation", "sequence-decls", "variable-decls", "forms", "table-of-content")


def read_odt(data: bytes, stem: str) -> Parsed:
    """Read an OpenDocument text (ODF 1.3, https://docs.oasis-open.org/office/OpenDocument/v1.3/).
    A row of a table is a paragraph; notes follow the paragraph that they belong to.

    Raises ReadError for a file that is damaged, encrypted or holds no text.
    """
    from defusedxml.ElementTree import fromstring

    archive = checked_archive(data)
    with opening("OpenDocument file", "open and save it in a word processor"):
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise ReadError("is encrypted; save a copy without its password, and add that.")
        content = fromstring(archive.read("content.xml"))
        body = next(element for element in content.iter() if _tag(element) == "text" and len(element))
        parts = list(_blocks(body))
        meta = fromstring(archive.read("meta.xml")) if "meta.xml" in archive.namelist() else ()
        named = {_tag(element): (element.text or "").strip() for element in getattr(meta, "iter", tuple)()}
    first = next((part.text for part in parts if part.kind == "title"), stem)
    author = named.get("initial-creator") or named.get("creator")
    return assembled(parts, named.get("title") or first, author, date=day(named.get("creation-date")))


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _attribute(element: Any, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _blocks(body: Any) -> Iterator[Part]:
    for element in body:
        tag = _tag(element)
        if tag in ("h", "p"):
            text = " ".join(_text(element).split())
            level = _attribute(element, "outline-level")
            if tag == "h":
                yield Part("heading", text, level=int(level) if level.isdigit() else 1)
            else:
                yield Part("title" if _attribute(element, "style-name") == "Title" else "paragraph", text)
            for note in (item for item in element.iter() if _tag(item) == "note-body"):
                yield Part("paragraph", " ".join(" ".join(_text(line) for line in note).split()))
        elif tag == "table-row":
            cells = (" ".join(" ".join(map(_text, cell)).split()) for cell in element if _tag(cell) == "table-cell")
            yield Part("paragraph", " | ".join(cell for cell in cells if cell))
        elif tag not in _OMITTED:
            yield from _blocks(element)


def _text(element: Any) -> str:
    """The words of a paragraph, with the blanks that ODF writes as elements, without its notes."""
    words = element.text or ""
    for child in element:
        tag = _tag(child)
        if tag in ("s", "tab", "line-break"):
            words += " "
        elif tag not in ("note", *_OMITTED):
            words += _text(child)
        words += child.tail or ""
    return words
