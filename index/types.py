"""The data of the write path. All spans are half-open character offsets into `Document.text`."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal, TypeVar

BlockKind = Literal["title", "heading", "byline", "caption", "paragraph"]
PageUnit = Literal["page", "slide", "row", "chapter"]


def is_url(source: str) -> bool:
    """Whether a source is an address on the web and not a path."""
    return source.lower().startswith(("http://", "https://"))


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it, up to the next heading of any level."""

    title: str
    level: int
    start: int
    end: int


@dataclass(frozen=True)
class Block:
    """A run of text that stands by itself. Paragraphs are numbered from 1 through the document;
    titles, headings, bylines and captions are not counted."""

    kind: BlockKind
    start: int
    end: int
    number: int | None = None


@dataclass(frozen=True)
class Page:
    """A page of a paginated source, or what a source of its kind has in place of pages: `number`
    counts from 1, `label` is what is printed on it, or how a person would name it."""

    number: int
    label: str
    start: int
    end: int
    unit: PageUnit = "page"


@dataclass(frozen=True)
class Document:
    """One source. `text` is canonical: every offset anywhere refers to it, and it never changes
    while the bytes of the source, whose SHA-256 is `sha256`, stay the same. `date`: of the source,
    in ISO 8601, as precise as it is known. `also`: other sources that hold the very same bytes. `unread`:
    what of the source could not be read, as a sentence, where it has just been read."""

    id: str
    title: str
    source: str
    author: str | None
    text: str
    sha256: str
    sections: tuple[Section, ...] = ()
    blocks: tuple[Block, ...] = ()
    pages: tuple[Page, ...] = ()
    date: str | None = None
    also: tuple[str, ...] = ()
    unread: str = ""

    def section_at(self, offset: int) -> Section | None:
        """The section that holds a character, or None before the first heading and after the last."""
        return _covering(self.sections, offset)

    def page_at(self, offset: int) -> Page | None:
        """The page that holds a character, or None where the source has no pages."""
        return _covering(self.pages, offset)

    def blocks_in(self, start: int, end: int) -> tuple[Block, ...]:
        """The blocks that share at least one character with `[start, end)`, in order."""
        first = max(bisect_right(self.blocks, start, key=lambda block: block.start) - 1, 0)
        found = []
        for block in self.blocks[first:]:
            if block.start >= end:
                break
            if block.end > start:
                found.append(block)
        return tuple(found)


_Spanned = TypeVar("_Spanned", Section, Page)


def _covering(spans: tuple[_Spanned, ...], offset: int) -> _Spanned | None:
    before = bisect_right(spans, offset, key=lambda span: span.start)
    if before and offset < spans[before - 1].end:
        return spans[before - 1]
    return None


@dataclass(frozen=True)
class Passage:
    """A span of a document, the unit of ranking. Law: `document.text[start:end] == text`."""

    document_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Place:
    """Where to search: a document, or the passages of it that share a character with a span."""

    document_id: str
    start: int = 0
    end: int | None = None


@dataclass(frozen=True)
class Failure:
    """A path that could not be added, or not all of it, and why, as a sentence. `encrypted`: a password is wanted."""

    path: str
    reason: str
    encrypted: bool = False


@dataclass(frozen=True)
class AddReport:
    """What `Index.add` or `Index.sync` did: document ids, in the order met.

    `partial` holds those of the added and updated of which some could not be read; `skipped` files
    met inside a folder whose kind no reader knows; `duplicates` sources with the bytes of another,
    which are cited beside it; `removed` sources that are gone.
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()
    partial: tuple[Failure, ...] = ()
    skipped: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Progress:
    """How far `Index.add` is: sources finished of those found, passages stored so far. `outcome`:
    what became of the source at `path` (added, updated, unchanged, duplicate, failed), empty while it
    is not done; `reason`: why it failed, or what of it was not read, as a sentence."""

    path: str
    files_done: int
    files: int
    passages: int
    outcome: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Entry:
    """A document as a list shows it, without its text: how many characters and passages it has.
    `also`: other sources with the same bytes."""

    id: str
    title: str
    source: str
    author: str | None
    date: str | None
    sha256: str
    characters: int
    passages: int
    also: tuple[str, ...] = ()
