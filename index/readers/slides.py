"""Slides: the titles, texts, tables and notes of a .pptx file, slide by slide."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from index.readers.archive import checked_archive
from index.readers.parsed import Parsed, Part, assembled, day, opening


def read_slides(data: bytes, stem: str) -> Parsed:
    """Read a PowerPoint file. A slide's title is a heading; a row of a table is a paragraph; the
    speaker's notes follow the slide. Raises ReadError for a file that is damaged or holds no text.
    """
    from pptx import Presentation

    checked_archive(data)
    with opening("PowerPoint file", "open and save it in a presentation program"):
        presentation = Presentation(io.BytesIO(data))
        parts = [part for number, slide in enumerate(presentation.slides, 1) for part in _slide(slide, number)]
        properties = presentation.core_properties
        title, author, date = properties.title.strip(), properties.author.strip(), day(properties.created)
    first = next((part.text for part in parts if part.kind == "heading"), stem)
    untitled = title in ("", "PowerPoint Presentation")
    return assembled(parts, first if untitled else title, author or None, date=date, unit="slide")


def _slide(slide: Any, number: int) -> Iterator[Part]:
    title = slide.shapes.title
    begun = [Part("heading", " ".join(title.text.split()))] if title is not None and title.text.strip() else []
    begun += _texts(shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        begun += _paragraphs(slide.notes_slide.notes_text_frame)
    for position, part in enumerate(begun):
        yield Part(part.kind, part.text, part.level, pages=((0, number),) if position == 0 else ())


def _texts(shapes: Iterable[Any]) -> Iterator[Part]:
    """From top to bottom, then from left to right, as slides are read."""
    for shape in sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0)):
        if hasattr(shape, "shapes"):
            yield from _texts(shape.shapes)
        elif getattr(shape, "has_table", False):
            for row in shape.table.rows:
                cells = (" ".join(cell.text.split()) for cell in row.cells)
                if text := " | ".join(cell for cell in cells if cell):
                    yield Part("paragraph", text)
        elif shape.has_text_frame:
            yield from _paragraphs(shape.text_frame)


def _paragraphs(frame: Any) -> Iterator[Part]:
    for paragraph in frame.paragraphs:
        if text := " ".join(paragraph.text.split()):  # a line break in it is a vertical tab, which is white space
            yield Part("paragraph", text)
