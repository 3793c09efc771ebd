"""Tables: the rows of .csv and .xlsx files, each a paragraph that can be cited by its number."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from index.errors import ReadError
from index.readers.archive import checked_archive
from index.readers.parsed import Parsed, Part, assembled, day, decode, opening

_MOST_CELLS = 2_000_000
_SEPARATORS = ",;\t|"

Row = tuple[int, list[str]]  # its number, from 1, and its cells


def read_csv(data: bytes, stem: str) -> Parsed:
    """Read a table of separated values; what separates them is what divides most rows alike, or is
    named in a first line (“sep=;”), as Excel writes it. The first row names the columns, as in most
    such files. Raises ReadError for what is not one."""
    text = decode(data)
    named = re.match(r"sep=(.)\r?\n", text)
    body = text[named.end() :] if named else text
    csv.field_size_limit(10_000_000)
    try:
        rows = list(_separated(body, named[1] if named else _separator(body[:20_000])))
    except csv.Error as error:
        raise ReadError(f"is not a table of separated values ({error}); save it anew as CSV.") from None
    labels: dict[int, str] = {}
    return assembled(list(_rows(enumerate(rows, 2 if named else 1), labels)), stem, labels=labels, unit="row")


def _separated(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _separator(sample: str) -> str:
    """The csv module's own sniffer fails on few columns with quoted line ends."""

    def rows_alike(separator: str) -> tuple[int, int]:
        lengths = Counter(len(row) for row in _separated(sample, separator) if len(row) > 1)
        return max(((rows, columns) for columns, rows in lengths.items()), default=(0, 0))

    return max(_SEPARATORS, key=rows_alike)


def read_xlsx(data: bytes, stem: str) -> Parsed:
    """Read an Excel file: each sheet a section, its values as they were last computed, a formula
    itself where it never was. The first row of a sheet names its columns. Raises ReadError for a
    file that is damaged or encrypted."""
    from openpyxl import load_workbook

    checked_archive(data)
    with opening("Excel file", "open and save it in Excel"):
        book: Any = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        written: Any = load_workbook(io.BytesIO(data), read_only=True)
        parts: list[Part] = []
        labels: dict[int, str] = {}
        for sheet in book.worksheets:
            if rows := list(_rows(_values(sheet, written[sheet.title]), labels)):
                parts += [Part("heading", sheet.title), *rows]
        properties = book.properties
        title, author, date = properties.title, properties.creator, day(properties.created)
    return assembled(parts, title or stem, None if author == "openpyxl" else author, labels, date=date, unit="row")


def _values(sheet: Any, written: Any) -> Iterator[Row]:
    cells = 0
    for part in (sheet, written):
        part.reset_dimensions()  # some programs write them wrong, and rows would be missing
    pairs = zip(sheet.iter_rows(), written.iter_rows())
    for number, (values, formulas) in enumerate(pairs, 1):
        cells += len(values)
        if cells > _MOST_CELLS:
            raise ReadError(f"has a sheet of more than {_MOST_CELLS:,} cells, which is more than is read; split it.")
        row = [_shown(a.value if a.value is not None else b.value, a) for a, b in zip(values, formulas)]
        if any(row):
            yield number, row


def _shown(value: object, cell: Any) -> str:
    """A value as its cell shows it, where that is simple."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)) and "%" in (cell.number_format or ""):
        return f"{value * 100:.15g}%"
    if isinstance(value, float):
        return f"{value:.15g}"  # as many digits as Excel has
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(value)


def _rows(rows: Iterable[Row], labels: dict[int, str]) -> Iterator[Part]:
    """Rows as “Column: value; Column: value”, the first as the names alone; what stands alone
    above it, such as a title, as it is. Rows are counted through all sheets; `labels` gets the
    number of each in its own."""
    names: list[str] = []
    cleaned = ((number, [" ".join(cell.split()) for cell in row]) for number, row in rows)
    filled = (row for row in cleaned if any(row[1]))
    for (number, cells), below in _with_next(filled):
        counted = len(labels) + 1
        labels[counted] = str(number)
        if names:
            named = zip(names + [""] * (len(cells) - len(names)), cells)
            text = "; ".join(f"{name}: {cell}" if name else cell for name, cell in named if cell)
        else:
            text = " | ".join(cell for cell in cells if cell)
            if not below or sum(map(bool, cells)) >= min(2, sum(map(bool, below[1]))):
                names = cells
        yield Part("paragraph", text, pages=((0, counted),))


def _with_next(rows: Iterable[Row]) -> Iterator[tuple[Row, Row | None]]:
    ahead, behind = itertools.tee(rows)
    return zip(ahead, itertools.chain(itertools.islice(behind, 1, None), [None]))
