"""What every reader returns, and the parts that readers of text share."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from index.errors import ReadError
from index.sentences import trimmed
from index.types import Block, BlockKind, Page, PageUnit, Section


@dataclass(frozen=True)
class Parsed:
    """The content of a file: canonical text and the spans that structure it. `unread`: what of it
    could not be read and what to do, to go on from the file's name; empty where all was."""

    text: str
    title: str
    author: str | None
    sections: tuple[Section, ...]
    blocks: tuple[Block, ...]
    pages: tuple[Page, ...] = ()
    date: str | None = None
    unread: str = ""


@dataclass(frozen=True)
class Mark:
    """A block before numbering. `heading` and `level` are set for headings alone."""

    kind: BlockKind
    start: int
    end: int
    heading: str = ""
    level: int = 1


@dataclass(frozen=True)
class Part:
    """A block of a file whose text is not that of its bytes, in the order of reading. `pages`: the
    pages that begin in it, each with the offset in `text` at which it does."""

    kind: BlockKind
    text: str
    level: int = 1
    pages: tuple[tuple[int, int], ...] = ()


@contextmanager
def opening(kind: str, remedy: str, *, but: type[Exception] = ReadError) -> Iterator[None]:
    """Whatever goes wrong inside, other than for want of memory, is the fault of the file: the
    libraries that read files let errors of many kinds through. `but`: one that passes. Raises ReadError."""
    try:
        yield
    except (but, ReadError, MemoryError, RecursionError):
        raise
    except Exception as error:
        raise ReadError(f"is a damaged {kind} ({type(error).__name__}); {remedy}.") from error


def assembled(
    parts: Iterable[Part],
    title: str,
    author: str | None = None,
    labels: Mapping[int, str] | None = None,
    *,
    date: str | None = None,
    unit: PageUnit = "page",
) -> Parsed:
    """Put parts together, an empty line between two. `labels`: what is printed on a page, by its
    number. Raises ReadError when there is no text."""
    text, marks, begun = "", [], []
    for part in parts:
        at = len(text)
        begun += [(number, at + offset) for offset, number in part.pages]
        start, end = trimmed(part.text, 0, len(part.text))
        if start < end:
            heading = " ".join(part.text.split())
            marks.append(Mark(part.kind, at + start, at + end, heading=heading, level=part.level))
            text += part.text + "\n\n"
    text = text.rstrip()
    if not text:
        raise ReadError("holds no text: there is nothing to quote from it.")
    ends = [start for _, start in begun[1:]] + [len(text)]
    labels = labels or {}
    pages = tuple(Page(n, labels.get(n, str(n)), start, end, unit) for (n, start), end in zip(begun, ends))
    sections, blocks = structure(marks)
    if unit in ("slide", "chapter"):
        sections = tuple(_cut(section, pages) for section in sections)
    return Parsed(text, title, author, sections, blocks, pages, date)


def _cut(section: Section, pages: Sequence[Page]) -> Section:
    """A section that ends with the slide or the chapter that it is in."""
    page = next((page for page in reversed(pages) if page.start <= section.start), None)
    return replace(section, end=min(section.end, page.end)) if page else section


def day(value: object) -> str | None:
    """A date in ISO 8601, as precise as it is given: of a date or time, of text that begins with
    one, or of the way PDF writes them (D:20190502…). None for anything else."""
    if isinstance(value, datetime.date):
        value = value.isoformat()
    written = re.match(r"(?:D:)?(\d{4})(?:-?(\d\d)(?:-?(\d\d))?)?(?!\d\d?\.)", str(value or "").strip())
    if not written or not 1000 <= int(written[1]) <= 2999:
        return None
    year, month, of_month = written.groups()
    if not month or not 1 <= int(month) <= 12:
        return year
    return f"{year}-{month}-{of_month}" if of_month and 1 <= int(of_month) <= 31 else f"{year}-{month}"


def structure(marks: list[Mark]) -> tuple[tuple[Section, ...], tuple[Block, ...]]:
    """Number the paragraphs, and let each heading's section run to the next heading.

    A byline closes the section before it: what follows is about the author.
    """
    sections: list[Section] = []
    blocks: list[Block] = []
    number = 0
    for position, mark in enumerate(marks):
        if mark.kind == "paragraph":
            number += 1
        blocks.append(Block(mark.kind, mark.start, mark.end, number if mark.kind == "paragraph" else None))
        if mark.kind == "heading":
            end = mark.end
            for later in marks[position + 1 :]:
                if later.kind in ("heading", "byline"):
                    break
                end = later.end
            sections.append(Section(mark.heading, mark.level, mark.start, end))
    return tuple(sections), tuple(blocks)


def decode(data: bytes) -> str:
    """The text of a text file, exactly: nothing replaced, line ends kept, no byte order mark.

    UTF-8 where the bytes are valid UTF-8; otherwise what chardet finds; Windows-1252, the
    web's default for undeclared text, where chardet is unsure.
    Raises ReadError for bytes that are not text, or hold nothing but white space.
    """
    import chardet

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    if not text or "\0" in text:
        guess = chardet.detect(data)
        encoding, sure = guess["encoding"], guess["confidence"] >= 0.2
        if encoding is None:
            raise ReadError(_not_text(guess.get("mime_type")))
        try:
            text = data.decode(encoding if sure else "cp1252")
        except (UnicodeDecodeError, LookupError):
            raise ReadError("is in no text encoding that could be recognised; save it as UTF-8.") from None
        text = text.removeprefix("\ufeff")
        if "\0" in text:
            raise ReadError(_not_text(None))
    if not text.strip():
        raise ReadError("holds only white space: there is nothing to quote from it.")
    return text


def _not_text(mime: str | None) -> str:
    kind = f" ({mime})" if mime and mime != "application/octet-stream" else ""
    return f"is not a text file{kind}; text, Markdown, PDF, Word, HTML and EPUB can be added, each under its suffix."
