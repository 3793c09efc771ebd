"""The pages of a PDF as pictures, and where words stand on them: the work of a process of its own,
so that a file that breaks the program that draws it costs a page and not the server.

The process runs `serve`, takes a `Request` from its standard input and writes what came of it.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MEMORY = 2 * 1024**3  # bytes of address space
_LARGEST = 25_000_000  # pixels of a picture
_LIKE = 80.0  # per cent of likeness from which words that stand otherwise on the page are still the ones
_RESOLUTIONS = (0.25, 6.0)  # times 72 dots an inch

Box = tuple[float, float, float, float]  # left, top, width and height, as shares of the page


@dataclass(frozen=True)
class Request:
    """What to do with a file whose bytes have a SHA-256: give the `sizes` of its pages, a `picture`
    of one that is so many pixels wide, or the `boxes` of words on one. Pages count from 1."""

    do: str
    path: str
    sha256: str
    page: int = 1
    width: int = 0
    words: str = ""


class Unshowable(Exception):
    """A file whose pages cannot be shown; its text is a key of words.json."""


class _File:
    """A file that is open, for as long as it is the one asked for."""

    def __init__(self, path: str, sha256: str) -> None:
        import pypdfium2

        try:
            data = Path(path).read_bytes()
        except OSError:
            raise Unshowable("read.file gone") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Unshowable("read.file changed")
        try:
            self.pdf = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            raise Unshowable(
                "read.file encrypted" if "password" in str(error).lower() else "read.file broken"
            ) from None


def sizes(file: _File) -> list[tuple[float, float]]:
    """Width and height of each page, in points."""
    return [file.pdf.get_page_size(number) for number in range(len(file.pdf))]


def picture(file: _File, number: int, width: int) -> bytes:
    """A page as PNG, so many pixels wide, within what memory allows."""
    page = file.pdf[number - 1]
    wide, high = page.get_size()
    scale = min(max(width / wide, _RESOLUTIONS[0]), _RESOLUTIONS[1], (_LARGEST / (wide * high)) ** 0.5)
    out = io.BytesIO()
    page.render(scale=scale).to_pil().save(out, "PNG", compress_level=1)
    return out.getvalue()


def boxes(file: _File, number: int, words: str) -> list[Box]:
    """Where words stand on a page, line by line; whatever the white space, hyphens and ligatures.
    Empty when they do not."""
    page = file.pdf[number - 1]
    text = page.get_textpage()
    characters = text.get_text_range()
    printed, places = _letters(characters)
    wanted, _ = _letters(words)
    span = _found(wanted, printed)
    if span is None:
        return []
    first, last = places[span[0]], places[span[1] - 1]
    while last + 1 < len(characters) and unicodedata.category(characters[last + 1]).startswith("P"):
        last += 1  # the full stop and the closing quotation mark
    wide, high = page.get_size()
    found = []
    for at in range(text.count_rects(first, last - first + 1)):
        left, foot, right, head = text.get_rect(at)
        found.append((left / wide, 1 - head / high, (right - left) / wide, (head - foot) / high))
    return found


def _letters(text: str) -> tuple[str, list[int]]:
    """The letters and digits of a text, in one form, and the place of each in it."""
    letters, places = [], []
    for place, character in enumerate(text):
        for letter in unicodedata.normalize("NFKC", character).casefold():
            if letter.isalnum():
                letters.append(letter)
                places.append(place)
    return "".join(letters), places


def _found(wanted: str, printed: str) -> tuple[int, int] | None:
    if not wanted or not printed:
        return None
    at = printed.find(wanted)
    if at >= 0:
        return at, at + len(wanted)
    from rapidfuzz.fuzz import partial_ratio_alignment

    alike = partial_ratio_alignment(wanted, printed, score_cutoff=_LIKE) if len(wanted) <= len(printed) else None
    return (alike.dest_start, alike.dest_end) if alike and alike.dest_end > alike.dest_start else None


def serve() -> None:
    """What the process does, until the server is done or gone."""
    from index.workers import limit_memory

    outcomes = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    limit_memory(MEMORY)
    key, file = None, None
    while True:
        try:
            request: Request = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        outcome: Any
        try:
            now = (request.path, request.sha256, _moment(request.path))
            if file is None or key != now:
                file = _File(request.path, request.sha256)
                key = now
            if request.do == "sizes":
                outcome = sizes(file)
            elif request.do == "picture":
                outcome = picture(file, request.page, request.width)
            else:
                outcome = boxes(file, request.page, request.words)
        except Unshowable as error:
            outcome = error
        except Exception:  # whatever a hostile file does to the library that draws it
            outcome = Unshowable("read.file broken")
        pickle.dump(outcome, outcomes)
        outcomes.flush()


def _moment(path: str) -> tuple[int, int] | None:
    try:
        stat = Path(path).stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size
