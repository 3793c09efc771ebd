"""PDF documents as their pages: which file may be shown, and the process that draws it."""

from __future__ import annotations

import pickle
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from index import Document
from index.types import is_url
from index.workers import started
from page.pdfium import Box, Request, Unshowable

_SECONDS = 30.0  # for one page


class Pages:
    """One process that draws pages, one at a time, started when first needed and anew when it broke."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def sizes(self, document: Document) -> list[tuple[float, float]]:
        """Width and height of each page, in points. Raises Unshowable when they cannot be shown."""
        sizes: list[tuple[float, float]] = self._on_file(document, "sizes")
        return sizes

    def picture(self, document: Document, page: int, width: int) -> bytes:
        """A page, counted from 1, as PNG, about so many pixels wide. Raises Unshowable."""
        picture: bytes = self._on_file(document, "picture", page=page, width=width)
        return picture

    def boxes(self, document: Document, start: int, end: int) -> dict[int, list[Box]]:
        """Where the characters [start, end) stand, by page; an empty list where they were not
        found. Raises Unshowable."""
        found: dict[int, list[Box]] = {}
        for page in pages_of(document, start, end):
            words = document.text[max(start, page.start) : min(end, page.end)]
            found[page.number] = self._on_file(document, "boxes", page=page.number, words=words)
        return found

    def close(self) -> None:
        """Stop the process."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _on_file(self, document: Document, do: str, **what: Any) -> Any:
        """The outcome for the first of the document's files that can be shown."""
        trouble = Unshowable("read.file gone")
        for source in (document.source, *document.also):
            if not is_url(source):
                try:
                    return self._asked(Request(do, source, document.sha256, **what))
                except Unshowable as error:
                    trouble = error
        raise trouble

    def _asked(self, request: Request) -> Any:
        with self._lock:
            process = self._process = self._process or started("from page.pdfium import serve; serve()")
            timer = threading.Timer(_SECONDS, process.kill)
            timer.start()
            try:
                assert process.stdin and process.stdout
                pickle.dump(request, process.stdin)
                process.stdin.flush()
                outcome = pickle.load(process.stdout)
            except Exception:  # the pipe ends, or what came through it is cut off
                self._process = None
                process.kill()
                with suppress(Exception):
                    process.communicate()
                raise Unshowable("read.file broken") from None
            finally:
                timer.cancel()
        if isinstance(outcome, Unshowable):
            raise outcome
        return outcome


def pages_of(document: Document, start: int, end: int) -> Sequence[Any]:
    """The pages that share a character with [start, end)."""
    return [page for page in document.pages if page.start < end and page.end > start]


def is_pdf(document: Document) -> bool:
    """Whether a document is a PDF on this machine, which can be shown as its pages."""
    files = [name for name in (document.source, *document.also) if not is_url(name)]
    return any(name.lower().endswith(".pdf") for name in files) and bool(document.pages)
