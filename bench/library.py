"""A library of 1,000 mixed files, 20 of them broken: `python bench/library.py [--files N] [--kills N]`.

Prints what was added and what was named as broken, the peak memory of the program and its readers,
how long a second run takes in which nothing has changed, and how the library stands after the
program was killed (SIGKILL) at random moments of `footnote add`.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

import docx
import openpyxl
import pptx
from reportlab.pdfgen.canvas import Canvas

from index import Index
from qa import retrieve

BROKEN = 20
TEXT = """
river harbour ledger clerk bridge winter grain letter council orchard map engine wool salt mill
captain market stone garden lamp paper road ferry school song tower field glass horse island
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Fill a library with mixed files; kill it while it does.")
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=30)
    options = parser.parse_args()
    with TemporaryDirectory() as place:
        folder, library = Path(place, "files"), Path(place, "library")
        broken = write_files(folder, options.files)
        print(f"{options.files} files of {len(MAKERS)} kinds, {len(broken)} of them broken")
        first, peak, said = added(library, folder)
        with Index.open(library) as index:
            inside = {Path(document.source).name for document in index.documents()}
            passages = sum(len(document.text) for document in index.documents())
            wrong = index.check()
        good = {path.name for path in folder.iterdir()} - broken
        named = {name for name in broken if any(name in line for line in said)}
        print(f"first run: {len(inside & good)} of {len(good)} good files in, {passages:,} characters")
        print(f"           {len(named)} of {len(broken)} broken files named, in {len(said)} lines; {wrong or 'whole'}")
        print(f"           {first:.0f} s, peak memory {peak / 1024**2:.0f} MB with its readers")
        again, peak, said = added(library, folder)
        print(
            f"second run: {again:.1f} s, {again / first:.1%} of the first, {len(said)} lines; {peak / 1024**2:.0f} MB"
        )
        killed(Path(place, "killed"), folder, good, options.kills, first)


def added(library: Path, folder: Path) -> tuple[float, int, list[str]]:
    """Run `footnote add`: seconds, most bytes of resident memory, what it said of failures."""
    begun, peak = time.monotonic(), 0
    with (library.parent / "said").open("w+") as said:
        process = subprocess.Popen(command(library, folder), stdout=subprocess.DEVNULL, stderr=said)
        while process.poll() is None:
            peak = max(peak, sum(resident(one) for one in [process.pid, *children(process.pid)]))
            time.sleep(0.1)
        seconds = time.monotonic() - begun
        said.seek(0)
        return seconds, peak, [line for line in said.read().splitlines() if line.startswith("footnote: ")]


def killed(library: Path, folder: Path, good: set[str], kills: int, seconds: float) -> None:
    """Kill `footnote add` at random moments, each time a little further; say what is found after it.
    A library that is complete is begun anew."""
    dice, broken_states, lost = random.Random(0), 0, 0
    states: list[int] = []
    seen: list[int] = []
    for _ in range(kills):
        if seen and seen[-1] == len(good):
            shutil.rmtree(library)
            seen = []
        process = subprocess.Popen(command(library, folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        patience = time.monotonic() + seconds
        while process.poll() is None and stored(library) <= max(seen, default=0) and time.monotonic() < patience:
            time.sleep(0.05)
        time.sleep(dice.uniform(0, 2 * seconds / kills))  # a little after something new is stored
        process.send_signal(signal.SIGKILL)
        process.wait()
        with Index.open(library) as index:
            documents = index.documents()
            lost += len(documents) < max(seen, default=0)
            seen.append(len(documents))
            states.append(len(documents))
            broken_states += bool(index.check())
            for document in dice.sample(documents, min(5, len(documents))):  # what is committed answers
                hits = retrieve(" ".join(document.text.split()[:12]), index=index, documents=[document.id])
                broken_states += not hits or any(
                    h.text != document.text[h.citation.start : h.citation.end] for h in hits
                )
    added(library, folder)
    with Index.open(library) as index:
        inside = {Path(document.source).name for document in index.documents()}
        whole = not index.check()
    print(
        f"killed {kills} times, at {states} documents: {broken_states} times not whole, {lost} times fewer than before;"
    )
    print(f"           the next run completes it: {good <= inside and whole}")


def stored(library: Path) -> int:
    """How many documents are committed."""
    try:
        with closing(sqlite3.connect(f"{(library / 'footnote.db').as_uri()}?mode=ro", uri=True)) as database:
            return int(database.execute("SELECT count(*) FROM document").fetchone()[0])
    except sqlite3.Error:  # not made yet
        return 0


def command(library: Path, folder: Path) -> list[str]:
    return [sys.executable, "-m", "qa.cli", "add", str(folder), "--index", str(library)]


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(line) for line in found.stdout.split()]


def resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def write_files(folder: Path, count: int) -> set[str]:
    """Fill a folder; returns the names of the broken ones."""
    folder.mkdir()
    dice = random.Random(0)
    kinds = list(MAKERS)
    for number in range(count - BROKEN):
        kind = kinds[number % len(kinds)]
        paragraphs = [" ".join(sentence(dice) for _ in range(5)) for _ in range(dice.randint(2, 8))]
        paragraphs.append(f"This is the only file that holds the word zq{number}x")
        (folder / f"{number:04}{kind}").write_bytes(MAKERS[kind](paragraphs))
    whole = MAKERS[".pdf"](["A page."] * 5)
    for number in range(BROKEN):
        name, data = broken_file(number, whole)
        (folder / name).write_bytes(data)
    return {path.name for path in folder.iterdir() if path.name.startswith("broken")}


def broken_file(number: int, whole: bytes) -> tuple[str, bytes]:
    noise = random.Random(number).randbytes(3000)
    pages = zipped({"word/document.xml": b"0" * 400_000_000}) if number == 0 else b""
    laughs = b'<!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12)
    )
    cases = [
        (".docx", pages or zipped({"word/document.xml": noise})),
        (".docx", zipped({"[Content_Types].xml": laughs + b"]><l>&m;</l>"})),
        (".pdf", whole[: 300 + number]),
        (".pdf", b"%PDF-1.7\n" + noise),
        (".epub", noise),
        (".xlsx", zipped({"xl/workbook.xml": laughs + b"]><l>&m;</l>"})),
        (".pptx", noise),
        (".odt", zipped({"content.xml": laughs + b"]><l>&m;</l>"})),
        (".txt", noise),
        (".md", b""),
    ]
    suffix, data = cases[number % len(cases)]
    return f"broken{number:02}{suffix}", data


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def sentence(dice: random.Random) -> str:
    words = dice.choices(TEXT.split(), k=dice.randint(8, 16))
    return f"The {' '.join(words)} of {dice.randint(1500, 1900)}."


def text(paragraphs: Sequence[str]) -> bytes:
    return "\n\n".join(paragraphs).encode()


def html(paragraphs: Sequence[str]) -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<html><body><nav>Home</nav><article><h1>Page</h1>{body}</article></body></html>".encode()


def mail(paragraphs: Sequence[str]) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "Ada <ada@example.org>", paragraphs[0][:60]
    message.set_content("\n\n".join(paragraphs))
    return message.as_bytes()


def word(paragraphs: Sequence[str]) -> bytes:
    document, out = docx.Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(out)
    return out.getvalue()


def slides(paragraphs: Sequence[str]) -> bytes:
    deck, out = pptx.Presentation(), io.BytesIO()
    for paragraph in paragraphs:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.placeholders[1].text = paragraph
    deck.save(out)
    return out.getvalue()


def workbook(paragraphs: Sequence[str]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in [["Said"], *([paragraph] for paragraph in paragraphs)]:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def pdf(paragraphs: Sequence[str]) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for paragraph in paragraphs:
        words, line, y = paragraph.split(), "", 780
        for part in [*words, ""]:
            if len(line) + len(part) > 80 or not part:
                canvas.drawString(70, y, line)
                line, y = "", y - 14
            line += f"{part} "
        canvas.showPage()
    canvas.save()
    return out.getvalue()


MAKERS: dict[str, Callable[[Sequence[str]], bytes]] = {
    ".txt": text,
    ".md": text,
    ".html": html,
    ".csv": lambda paragraphs: "\n".join(["said", *(f'"{p}"' for p in paragraphs)]).encode(),
    ".eml": mail,
    ".docx": word,
    ".pptx": slides,
    ".xlsx": workbook,
    ".pdf": pdf,
}


if __name__ == "__main__":
    main()
