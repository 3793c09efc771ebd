"""HTML as it stands in web pages, e-books and mail: its headings, paragraphs and rows, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from index.readers.parsed import Part

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# fmt: off
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "li", "main", "nav",
    "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))
# fmt: on
_UNSEEN = frozenset(("head", "script", "style", "template", "title", "noscript", "svg", "rp", "rt", "button", "select"))
_OWN_LIFE = ("table", "ul", "ol", "dl", "blockquote", "pre", *_HEADINGS)  # in a cell: the table is there for the layout
_CELL = " | "
_BREAK = "\x1e"  # the end of a line; a character that is white space, and that HTML cannot hold


def tree(text: str) -> Any:
    """The elements of an HTML page, well-formed or not. Raises what lxml raises where there are none."""
    from lxml import html

    return html.fromstring(text.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8"))


def blocks(element: Any) -> Iterator[Part]:
    """What an element holds: headings, rows of tables, and whatever else stands by itself as
    paragraphs. White space is as browsers show it, line breaks as blanks."""
    words: list[str] = []
    yield from _walked(element, words)
    yield from _paragraph(words)


def _walked(element: Any, words: list[str]) -> Iterator[Part]:
    words.append(element.text or "")
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""  # comments have none
        if tag in _HEADINGS:
            yield from _paragraph(words)
            yield Part("heading", _shown(_text(child)).rstrip("¶ "), level=int(tag[1]))
        elif tag == "tr" and _is_data(child):
            yield from _paragraph(words)
            cells = (_shown(_text(cell)) for cell in child if cell.tag in ("td", "th"))
            yield Part("paragraph", _CELL.join(cell for cell in cells if cell))
        elif tag in _BLOCKS:
            yield from _paragraph(words)
            yield from _walked(child, words)
            yield from _paragraph(words)
        elif tag == "br":
            words.append(_BREAK)
        elif tag and tag not in _UNSEEN:
            yield from _walked(child, words)
        words.append(child.tail or "")


def _is_data(row: Any) -> bool:
    return next(row.iterdescendants(*_OWN_LIFE), None) is None and all(
        sum(1 for _ in cell.iterdescendants("p", "div")) < 2 for cell in row
    )


def _text(element: Any) -> str:
    """All words in an element, those of different lines apart."""
    words = element.text or ""
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        gap = " " if tag in _BLOCKS or tag == "br" else ""
        words += gap + (_text(child) if tag and tag not in _UNSEEN else "") + gap + (child.tail or "")
    return words


def _paragraph(words: list[str]) -> Iterator[Part]:
    """What was gathered, which is then forgotten: more than one where an empty line is in between."""
    texts = re.split(rf"{_BREAK}\s*{_BREAK}", "".join(words))
    words.clear()
    for text in map(_shown, texts):
        if text:
            yield Part("paragraph", text)


def _shown(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u00ad", "")).strip()
