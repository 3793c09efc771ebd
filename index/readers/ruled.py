"""Tables with ruled lines on the pages of a PDF, by pdfplumber."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from index.readers.lines import joined

_FEWEST_LINES = 4  # drawn on a page; fewer make no table
_LONGEST__CELL = 400  # characters; in longer ones a frame stands around running text
_CELL = " | "
_GAP = 1.0  # points between rows, so that none touches the next


@dataclass(frozen=True)
class Row:
    """A row of a table, its cells divided by bars, and where it stands: left, foot, right and head,
    in points from the left and the foot of the page."""

    text: str
    bbox: tuple[float, float, float, float]


class Tables:
    """The tables of one PDF, looked for on the pages that have lines."""

    def __init__(self, data: bytes, password: str | None) -> None:
        self._data, self._password = data, password
        self._opened: Any = None

    def on(self, number: int, layout: Any) -> list[Row]:
        """The rows of the tables of a page, which counts from 1. `layout`: as pdfminer gives it."""
        from pdfminer.layout import LTCurve

        if sum(isinstance(item, LTCurve) for item in layout) < _FEWEST_LINES:  # LTLine and LTRect are such
            return []
        if self._opened is None:
            import pdfplumber

            self._opened = pdfplumber.open(io.BytesIO(self._data), password=self._password or "")
        page = self._opened.pages[number - 1]
        try:
            return [row for table in page.find_tables() for row in _rows(table, layout)]
        finally:
            page.close()


def _rows(table: Any, layout: Any) -> list[Row]:
    rows = []
    for row, texts in zip(table.rows, table.extract()):
        cells = [joined((text or "").split("\n")) for text in texts]
        if any(len(cell) > _LONGEST__CELL for cell in cells):
            return []
        if any(cells):
            left, top, right, bottom = row.bbox
            text = _CELL.join(cell for cell in cells if cell)
            rows.append(Row(text, (left, layout.y1 - bottom + _GAP, right, layout.y1 - top - _GAP)))
    return rows if sum(_CELL in row.text for row in rows) >= 2 else []
