"""Tables: the rows of .csv and .xlsx files, each a paragraph that can be cited by its number."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator
from typing import Any

from index.errors import PasswordNeeded, ReadError
from index.readers.archive import checked_archive
from index.readers.parsed import Parsed, Part, assembled, day, decode

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # an encrypted .xlsx is wrapped in the format of old Office files
_MOST_CELLS = 2_000_000


def read_csv(data: bytes, stem: str) -> Parsed:
    """Read a table of separated values; what separates them is found by the csv module. The first
    row names the columns, as in most such files. Raises ReadError for what is not one."""
    text = decode(data)
    try:
        dialect = csv.Sniffer().sniff(text[:20_000], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    csv.field_size_limit(10_000_000)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), dialect))
    except csv.Error as error:
        raise ReadError(f"is not a table of separated values ({error}); save it anew as CSV.") from None
    labels: dict[int, str] = {}
    return assembled(list(_rows(enumerate(rows, 1), labels)), stem, labels=labels, unit="row")


def read_xlsx(data: bytes, stem: str) -> Parsed:
    """Read an Excel file: each sheet a section, its values as they were last computed. The first
    row of a sheet names its columns. Raises ReadError for a file that is damaged or encrypted."""
    from openpyxl import load_workbook

    if data.startswith(_OLE):
        raise PasswordNeeded("is encrypted, or of an old kind; save a copy without a password as .xlsx, and add that.")
    checked_archive(data)
    try:
        book: Any = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        parts: list[Part] = []
        labels: dict[int, str] = {}
        for sheet in book.worksheets:
            if rows := list(_rows(_values(sheet), labels)):
                parts += [Part("heading", sheet.title), *rows]
        properties = book.properties
        title, author, date = properties.title, properties.creator, day(properties.created)
    except ReadError:
        raise
    except Exception as error:  # openpyxl lets the errors of zip, XML and its own model through
        raise ReadError(f"is a damaged Excel file ({type(error).__name__}); open and save it in Excel.") from error
    return assembled(parts, title or stem, None if author == "openpyxl" else author, labels, date=date, unit="row")


def _values(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    cells = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells += len(row)
        if cells > _MOST_CELLS:
            raise ReadError(f"has a sheet of more than {_MOST_CELLS:,} cells, which is more than is read; split it.")
        if any(value is not None for value in row):
            yield number, [_written(value) for value in row]


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)


def _rows(rows: Iterable[tuple[int, list[str]]], labels: dict[int, str]) -> Iterator[Part]:
    """Rows as “Column: value; Column: value”, the first as the names alone. Rows are counted
    through all sheets; `labels` gets the number of each in its own."""
    names: list[str] = []
    for number, row in rows:
        cells = [" ".join(cell.split()) for cell in row]
        if not any(cells):
            continue
        counted = len(labels) + 1
        labels[counted] = str(number)
        if names:
            named = zip(names + [""] * (len(cells) - len(names)), cells)
            text = "; ".join(f"{name}: {cell}" if name else cell for name, cell in named if cell)
        else:
            text, names = " | ".join(cell for cell in cells if cell), cells
        yield Part("paragraph", text, pages=((0, counted),))
