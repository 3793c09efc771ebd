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


def recognised(data: bytes, pages: Sequence[int], password: str | None) -> Iterator[tuple[int, list[str]]]:
    """The paragraphs of the pages of a PDF with these numbers, from 1, by their images. Nothing
    where there is no Tesseract; a page that it cannot read in time is left out. Raises ReadError
    when Tesseract does not have the languages that FOOTNOTE_OCR names (eng without it)."""
    tesseract = shutil.which("tesseract")
    if not tesseract or not pages:
        return
    import pypdfium2

    languages = os.environ.get("FOOTNOTE_OCR", "eng")
    document = pypdfium2.PdfDocument(data, password=password)
    try:
        for number in pages:
            image, page = io.BytesIO(), document[number - 1]
            scale = min(_DPI / 72, math.sqrt(_MOST_PIXELS / (page.get_width() * page.get_height())))
            page.render(scale=scale, grayscale=True).to_pil().save(image, "PNG")
            command = [tesseract, "stdin", "stdout", "--dpi", str(round(scale * 72)), "-l", languages]
            try:
                done = subprocess.run(command, input=image.getvalue(), capture_output=True, timeout=_PAGE_SECONDS)
            except subprocess.TimeoutExpired:
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
