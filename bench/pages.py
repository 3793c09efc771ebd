"""Whether cited pages are right: `python bench/pages.py FILE.pdf... [--sample 200]`.

Sentences of five words or more, drawn from each file from a fixed seed, are cited by page; another
extractor (poppler's pdftotext, which must be installed) says on which pages their first 60 letters
stand. Sentences that it finds nowhere are counted apart.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import unicodedata
from pathlib import Path

from index.readers import read_document
from index.split import sentences
from qa.cite import cite

LETTERS = 60


def main() -> None:
    parser = argparse.ArgumentParser(description="Check cited pages against pdftotext.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=200, help="sentences of each file")
    options = parser.parse_args()
    if not shutil.which("pdftotext"):
        parser.error("pdftotext is not there; it comes with poppler-utils.")
    right = found = drawn = 0
    for path in options.files:
        document = read_document(path.read_bytes(), path)
        done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True)
        pages = [letters(page) for page in done.stdout.split("\f")]
        spans = [s for s in sentences(document, 0, len(document.text)) if document.text[slice(*s)].count(" ") >= 4]
        own = 0
        sample = random.Random(0).sample(spans, min(options.sample, len(spans)))
        drawn += len(sample)
        for start, end in sample:
            words = letters(document.text[start:end])[:LETTERS]
            on = {number for number, page in enumerate(pages, 1) if words in page}
            page = document.page_at(start)
            if on and page and cite(document, start, end).page:
                found += 1
                own += page.number in on
        right += own
        print(
            f"{path.name}: {len(document.pages)} pages, {own} of {len(sample)} sentences on the cited page", flush=True
        )
    print(f"cited page right: {right} of {found} ({right / found:.3f}); {drawn - found} found by pdftotext nowhere")


def letters(text: str) -> str:
    return "".join(character for character in unicodedata.normalize("NFKC", text) if character.isalnum())


if __name__ == "__main__":
    main()
