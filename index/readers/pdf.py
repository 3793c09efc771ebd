"""PDF: the layout that pdfminer.six finds, put back into paragraphs; every character knows its page."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from statistics import median
from typing import Any

from index.errors import PasswordNeeded, ReadError
from index.readers.lines import joined, logical
from index.readers.ocr import left_out, no_text, recognised
from index.readers.parsed import Parsed, Part, assembled, day, opening
from index.readers.ruled import Row, Tables
from index.types import BlockKind

_MARGIN = 0.09  # of the height of a page: where running heads and page numbers stand
_HEADING_SIZE = 1.12  # times the size of most of the text
_HEADING_LENGTH = 120  # characters
_OPEN_END = re.compile(r"[\w,;\-–—’)(]$")


@dataclass(frozen=True)
class _Box:
    """A block of lines on a page: its text on one line, the size of its letters, where it stands
    (as shares of the page: 0 at its left and its foot, 1 at its right and its head)."""

    page: int
    text: str
    size: float
    left: float
    right: float
    foot: float
    head: float
    is_row: bool = False


def read_pdf(data: bytes, stem: str, password: str | None = None) -> Parsed:
    """Read a PDF: text in reading order, columns one after the other, words hyphenated at line
    ends joined, running heads, running feet and page numbers left out. Pages without text are read by
    Tesseract where it is installed. Title, author and date come from the metadata, the title else
    from the file's name.

    Raises PasswordNeeded for a file that is encrypted, when `password` does not open it, and
    ReadError for one that is damaged or has no text.
    """
    from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
    from pdfminer.pdfparser import PDFParser

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        with opening("PDF", "open and save it in a PDF viewer", but=PDFPasswordIncorrect):
            document = PDFDocument(PDFParser(io.BytesIO(data)), password or "")
            boxes, pages = _boxes(document, Tables(data, password))
            labels = _labels(document, pages)
            info = _info(document)
    except PDFPasswordIncorrect:
        why = "is encrypted, and the password does not open it" if password else "is encrypted"
        raise PasswordNeeded(f"{why}; name it with footnote add --password.") from None
    except RecursionError:
        raise ReadError("is a damaged PDF: its parts contain each other.") from None
    blank = sorted(set(range(1, pages + 1)) - {box.page for box in boxes})
    unread = []
    for page, texts in recognised(data, blank, password):
        if texts is None:
            unread.append(page)
        else:
            boxes += _stacked(page, texts)
    if not boxes:
        raise ReadError(no_text())
    boxes.sort(key=lambda box: box.page)
    kept = _without_running(boxes, pages)
    ordered = [box for _, page in groupby(kept, key=lambda box: box.page) for box in _in_order(list(page))]
    parsed = assembled(
        _parts(ordered), info.get("Title") or stem, info.get("Author"), labels, date=day(info.get("CreationDate"))
    )
    return replace(parsed, unread=left_out(unread))


def _boxes(document: Any, tables: Tables) -> tuple[list[_Box], int]:
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.layout import LAParams, LTTextBox, LTTextLine
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage

    resources = PDFResourceManager()
    device = PDFPageAggregator(resources, laparams=LAParams())
    interpreter = PDFPageInterpreter(resources, device)
    boxes = []
    number = 0
    for number, page in enumerate(PDFPage.create_pages(document), 1):
        interpreter.process_page(page)
        layout = device.get_result()

        rows = tables.on(number, layout)
        boxes += [_box(number, layout, row.text, 0.0, [row.bbox], is_row=True) for row in rows]
        for box in layout:
            if not isinstance(box, LTTextBox):
                continue
            lines = [line for line in box if isinstance(line, LTTextLine) and not _within(line, rows)]
            for size, group in _of_one_size(lines):
                if text := joined([_printed(line) for line in group]):
                    boxes.append(_box(number, layout, text, size, [line.bbox for line in group]))
    return boxes, number


def _box(
    page: int, layout: Any, text: str, size: float, places: Sequence[tuple[float, ...]], *, is_row: bool = False
) -> _Box:
    """A box around places, each left, foot, right and head in points."""
    left, foot, right, head = zip(*places)
    x0, y0, width, height = layout.x0, layout.y0, layout.width, layout.height
    x = (min(left) - x0) / width, (max(right) - x0) / width
    y = (min(foot) - y0) / height, (max(head) - y0) / height
    return _Box(page, text, size, x[0], x[1], y[0], y[1], is_row)


def _within(line: Any, rows: Sequence[Row]) -> bool:
    x, y = (line.x0 + line.x1) / 2, (line.y0 + line.y1) / 2
    return any(left <= x <= right and foot <= y <= head for left, foot, right, head in (row.bbox for row in rows))


def _of_one_size(lines: Sequence[Any]) -> Iterator[tuple[float, list[Any]]]:
    """Lines that follow each other in letters of about one size: a heading is apart from its text."""
    from pdfminer.layout import LTChar

    group: list[Any] = []
    seen = 0.0
    for line in lines:
        sizes = [char.size for char in line if isinstance(char, LTChar)]
        size = round(median(sizes), 1) if sizes else seen
        if group and not 1 / _HEADING_SIZE < (size or 1) / (seen or 1) < _HEADING_SIZE:
            yield seen, group
            group = []
        seen = size if not group else seen
        group.append(line)
    if group:
        yield seen, group


def _stacked(page: int, texts: Sequence[str]) -> list[_Box]:
    """Paragraphs whose places are not known, one below the other."""
    step = 1 - 2 * _MARGIN
    places = [_MARGIN + step * (1 - (i + 0.5) / len(texts)) for i in range(len(texts))]
    return [_Box(page, text, 0.0, _MARGIN, 1 - _MARGIN, y, y) for y, text in zip(places, texts)]


def _printed(line: Any) -> str:
    """The text of a line; put in the order of reading where its letters stand from left to right
    and are read from right to left."""
    from pdfminer.layout import LTChar

    places = [char.x0 for char in line if isinstance(char, LTChar)]
    return logical(line.get_text().rstrip()) if places == sorted(places) else line.get_text()


def _without_running(boxes: Sequence[_Box], pages: int) -> list[_Box]:
    """The boxes without what stands in the margins of several pages, but for its numbers."""

    def key(box: _Box) -> str:
        return re.sub(r"\d+|\b[ivxlc]+\b", "#", box.text.lower())

    def in_margin(box: _Box) -> bool:
        return box.foot > 1 - _MARGIN or box.head < _MARGIN

    often = Counter(words for words, _ in {(key(box), box.page) for box in boxes if in_margin(box)})
    least = 2 if pages < 6 else 3
    running = {words for words, count in often.items() if count >= least or words == "#"}
    return [box for box in boxes if not (in_margin(box) and key(box) in running)]


def _in_order(boxes: list[_Box]) -> list[_Box]:
    """The boxes of a page in the order of reading: cut between columns where a gap runs from top to
    bottom, else between rows where that leaves the most to be cut into columns (recursive XY-cut,
    Nagy and Seth 1984)."""
    if len(boxes) < 2:
        return boxes
    columns = _columns(boxes)
    if columns:
        return _in_order(columns[0][0]) + _in_order(columns[0][1])
    rows = _cuts([(-box.head, -box.foot, box) for box in boxes])
    if not rows:
        return sorted(boxes, key=lambda box: (-box.head, box.left))

    def columned(part: list[_Box]) -> int:
        return len(part) if _columns(part) else 0

    above, below = max(rows, key=lambda cut: max(map(columned, cut)))
    return _in_order(above) + _in_order(below)


def _columns(boxes: list[_Box]) -> list[tuple[list[_Box], list[_Box]]]:
    """Every way to cut boxes into a left and a right part of which some stand side by side."""

    def beside(left: list[_Box], right: list[_Box]) -> bool:
        return any(a.foot < b.head and b.foot < a.head for a in left for b in right)

    return [cut for cut in _cuts([(box.left, box.right, box) for box in boxes]) if beside(*cut)]


def _cuts(spans: list[tuple[float, float, _Box]]) -> list[tuple[list[_Box], list[_Box]]]:
    """Every way to cut boxes in two, along an axis, without touching one."""
    spans.sort(key=lambda span: span[:2])
    found, reach = [], spans[0][1]
    for i, (start, end, _) in enumerate(spans[1:], 1):
        if start >= reach:
            found.append(([box for *_, box in spans[:i]], [box for *_, box in spans[i:]]))
        reach = max(reach, end)
    return found


def _parts(boxes: Sequence[_Box]) -> Iterator[Part]:
    """Headings and paragraphs; one that goes on in the next column or on the next page is one."""
    letters: Counter[float] = Counter()
    for box in boxes:
        letters[box.size] += 0 if box.is_row else len(box.text)
    body = letters.most_common(1)[0][0] if letters else 0.0
    text, seen = "", 0
    pages: list[tuple[int, int]] = []
    for box in boxes:
        heading = box.size > body * _HEADING_SIZE and len(box.text) <= _HEADING_LENGTH
        if text and (heading or box.is_row or not (_OPEN_END.search(text) and box.text[0].islower())):
            yield Part("paragraph", text, pages=tuple(pages))
            text, pages = "", []
        if heading or box.is_row:
            kind: BlockKind = "heading" if heading else "paragraph"
            yield Part(kind, box.text, pages=tuple(_begun(seen, box.page, 0)))
        else:
            whole = joined([text, box.text])
            pages += _begun(seen, box.page, len(whole) - len(box.text))
            text = whole
        seen = box.page
    if text:
        yield Part("paragraph", text, pages=tuple(pages))


def _begun(seen: int, page: int, offset: int) -> list[tuple[int, int]]:
    return [(offset, page)] if page != seen else []


def _labels(document: Any, pages: int) -> dict[int, str]:
    from pdfminer.pdfdocument import PDFNoPageLabels

    try:
        return dict(enumerate(islice(document.get_page_labels(), pages), 1))
    except PDFNoPageLabels:
        return {}


def _info(document: Any) -> dict[str, str]:
    """Title, author and date, where they say something."""
    from pdfminer.utils import decode_text

    found = {}
    for info in document.info:
        for key in ("Title", "Author", "CreationDate"):
            value = info.get(key)
            if isinstance(value, bytes) and (words := " ".join(decode_text(value).split())):
                found[key] = words
    return found
