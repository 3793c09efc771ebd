"""What every reader returns, and the parts that readers of text share."""

from __future__ import annotations

from dataclasses import dataclass

from index.errors import ReadError
from index.types import Block, BlockKind, Page, Section


@dataclass(frozen=True)
class Parsed:
    """The content of a file: canonical text and the spans that structure it."""

    text: str
    title: str
    author: str | None
    sections: tuple[Section, ...]
    blocks: tuple[Block, ...]
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True)
class Mark:
    """A block before numbering. `heading` and `level` are set for headings alone."""

    kind: BlockKind
    start: int
    end: int
    heading: str = ""
    level: int = 1


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
    return f"is not a text file{kind}; plain text and Markdown can be added."
