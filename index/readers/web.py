"""Web pages: the main content that trafilatura finds, without navigation, with title and author."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.errors import ReadError
from index.readers.parsed import Parsed, Part, assembled, day, decode


def read_web(data: bytes, stem: str) -> Parsed:
    """Read an HTML page. Raises ReadError when it holds no article-like text."""
    from trafilatura import bare_extraction

    text = decode(data)
    try:
        page = bare_extraction(text, include_comments=False, include_tables=True, with_metadata=True)
    except Exception as error:  # lxml and trafilatura have errors of their own
        raise ReadError(f"is a damaged web page ({type(error).__name__}); save it anew from the browser.") from error
    if page is None or isinstance(page, dict) or page.body is None:
        raise ReadError("holds no text to speak of, as pages made by scripts do; save it from the browser as text.")
    parts = list(_parts(page.body))
    if page.title and not any(part.text == page.title for part in parts[:3]):
        parts.insert(0, Part("title", page.title))
    return assembled(parts, page.title or stem, page.author or None, date=day(page.date))


def _parts(body: Any) -> Iterator[Part]:
    """The blocks of trafilatura's tree: head, p, quote, code, list of item, table of row of cell."""
    for element in body:
        text = " ".join("".join(element.itertext()).split())
        if element.tag == "head":
            level = str(element.get("rend") or "h1")[-1]
            yield Part("heading", text, level=int(level) if level.isdigit() else 1)
        elif element.tag == "table":
            for row in element.iter("row"):
                cells = (" ".join("".join(cell.itertext()).split()) for cell in row.iter("cell"))
                yield Part("paragraph", " | ".join(cell for cell in cells if cell))
        elif element.tag in ("list", "div", "quote") and len(element):
            yield from _parts(element)
        else:
            yield Part("paragraph", text)
