"""Scanned pages: read by Tesseract, where the person has it."""

from __future__ import annotations

import io
import math
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence

from index.errors import ReadError

_DPI = 300
_PAGE_SECONDS = 120.0
_MOST_PIXELS = 40_000_000  # of a page's image, larger than A2 at 300 dpi


def no_text() -> str:
    """Why there is nothing to read in a PDF, and what to do."""
    if shutil.which("tesseract"):
        return "has no text, and Tesseract finds none on its pages either; look at it in a PDF viewer."
    return (
        "has no text, as scanned pages do; install Tesseract (tesseract-ocr), which Footnote then uses, "
        "or make a copy with text by OCR and add that."
    )


def left_out(pages: Sequence[int]) -> str:
    """That these pages were not read, and what to do; empty where there are none."""
    if not pages:
        return ""
    some = f"page{'s' if len(pages) > 1 else ''} {_ranges(pages)}"
    if shutil.which("tesseract"):
        return f"was added without {some}, which Tesseract could not read in time; make a copy with text by OCR."
    return (
        f"was added without {some}, scanned as it seems; install Tesseract (tesseract-ocr), which Footnote then uses, "
        "remove the document and add it again."
    )


def _ranges(pages: Sequence[int]) -> str:
    """Ascending numbers, those in a row as a range: 3, 5–7."""
    rows: list[list[int]] = []
    for number in pages:
        if rows and number == rows[-1][-1] + 1:
            rows[-1].append(number)
        else:
            rows.append([number])
    return ", ".join(str(row[0]) if len(row) == 1 else f"{row[0]}–{row[-1]}" for row in rows)


def recognised(data: bytes, pages: Sequence[int], password: str | None) -> Iterator[tuple[int, list[str] | None]]:
    """The paragraphs of those pages of a PDF, numbers from 1, that are pictures; None for one that
    could not be read, for want of Tesseract or of time. Raises ReadError when Tesseract does not
    have the languages that FOOTNOTE_OCR names (eng without it)."""
    if not pages:
        return
    import pypdfium2
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    tesseract = shutil.which("tesseract")
    languages = os.environ.get("FOOTNOTE_OCR", "eng")
    document = pypdfium2.PdfDocument(data, password=password)
    try:
        for number in pages:
            image, page = io.BytesIO(), document[number - 1]
            if not tesseract:
                if next(page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE]), None):
                    yield number, None
                continue
            scale = min(_DPI / 72, math.sqrt(_MOST_PIXELS / (page.get_width() * page.get_height())))
            page.render(scale=scale, grayscale=True).to_pil().save(image, "PNG")
            command = [tesseract, "stdin", "stdout", "--dpi", str(round(scale * 72)), "-l", languages]
            try:
                done = subprocess.run(command, input=image.getvalue(), capture_output=True, timeout=_PAGE_SECONDS)
            except subprocess.TimeoutExpired:
                yield number, None
                continue
            if done.returncode:
                raise ReadError(
                    f"is scanned, and Tesseract could not read it in {languages}: install its data for that "
                    "language, or name another in FOOTNOTE_OCR."
                )
            text = done.stdout.decode("utf-8", "replace").replace("\f", "")
            paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
            if any(paragraphs):
                yield number, [paragraph for paragraph in paragraphs if paragraph]
    finally:
        document.close()
