"""Spans to citations: the one place that says where words stand."""

from __future__ import annotations

from index import Document
from qa.types import Citation

_CONTEXT = 32  # characters of prefix and suffix, as hypothes.is and others keep


def cite(document: Document, start: int, end: int) -> Citation:
    """The citation of the characters `[start, end)` of a document."""
    section = document.section_at(start)
    pages = [page for page in (document.page_at(start), document.page_at(max(start, end - 1))) if page]
    numbers = [block.number for block in document.blocks_in(start, end) if block.number is not None]
    return Citation(
        document_id=document.id,
        title=document.title,
        author=document.author,
        source=document.source,
        section=section.title if section else None,
        page="–".join(dict.fromkeys(page.label for page in pages)) or None,
        paragraph=numbers[0] if numbers else None,
        last_paragraph=numbers[-1] if numbers else None,
        start=start,
        end=end,
        sha256=document.sha256,
        exact=document.text[start:end],
        prefix=document.text[max(0, start - _CONTEXT) : start],
        suffix=document.text[end : end + _CONTEXT],
        date=document.date,
        unit=pages[0].unit if pages else "page",
        page_number=pages[0].number if pages else None,
        also=document.also,
    )
